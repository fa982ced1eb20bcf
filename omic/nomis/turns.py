"""Who may write when: one batch of one import at a time, and one process an import."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from omic.models import RollImport

TURN = 0x0E7_0115  # the key of the lock that all imports and decisions share


class AlreadyRunningError(Exception):
    """Another process is taking this file in; the message is fit to show."""


def take_turn() -> None:
    """Wait until no other import or decision is writing; the turn ends with the transaction.

    So no two of them add the same person, and each sees what the one before it has done. Taken before any row's lock.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])


@contextmanager
def alone(taken: RollImport) -> Iterator[None]:
    """Be the only process at work on an import. Raises AlreadyRunningError. A process that dies lets go by that."""
    if not _lock(taken):
        raise AlreadyRunningError("This file is being taken in right now.")
    try:
        yield
    finally:
        _unlock(taken)


def is_running(taken: RollImport) -> bool:
    """Whether a process is at work on the import: one that is neither done nor at work was stopped half way."""
    if not _lock(taken):
        return True
    _unlock(taken)
    return False


def _lock(taken: RollImport) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [TURN, taken.pk])
        return bool(cursor.fetchone()[0])


def _unlock(taken: RollImport) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [TURN, taken.pk])
