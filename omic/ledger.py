"""The run ledger: that a job ran for a prison and a London date, what it counted and what it could vouch for.

Beat only rings; whether there is anything to do is asked here, so that a bell that rings twice, or never, does no harm.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from django.db import OperationalError, connection
from psycopg2.errorcodes import DEADLOCK_DETECTED, LOCK_NOT_AVAILABLE

from omic.models import Prison, Run

Coverage = Mapping[str, Any]
TRIES = 3  # somebody may be editing what a job wants to write; each try waits as long as its lock_timeout


@contextmanager
def alone(job: str, prison: Prison) -> Iterator[bool]:
    """Whether this process is the only one at work on the job for the prison; it stays so inside the block.

    The lock is the connection's: it ends with the process that holds it, however that dies.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s), hashtext(%s))", [job, prison.pk])
        (got,) = cursor.fetchone()
    try:
        yield got
    finally:
        if got:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext(%s), hashtext(%s))", [job, prison.pk])


def patiently(work: Callable[[], None]) -> None:
    """Do a transaction's work, again where somebody held a row of it; the last try's error is raised."""
    for _ in range(TRIES - 1):
        try:
            return work()
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", None) not in (LOCK_NOT_AVAILABLE, DEADLOCK_DETECTED):
                raise
    return work()


def begin(job: str, prison: Prison, *, on: date, at: datetime) -> Run:
    """The run of this job, prison and date: a new one, or the one that was begun before and not finished."""
    return Run.objects.get_or_create(job=job, prison=prison, on=on, defaults={"started_at": at})[0]


def add(run: Run, counts: Mapping[str, int]) -> None:
    """Add counts to the run. In the transaction of what is counted, so that work is counted once, killed or not."""
    run.refresh_from_db(fields=["counts"])  # a transaction that was rolled back and tried again counted for nothing
    for name, number in counts.items():
        if number:
            run.counts[name] = run.counts.get(name, 0) + number
    run.save(update_fields=["counts"])


def finish(run: Run, *, coverage: Coverage, at: datetime) -> None:
    """The run is done; `coverage` says in words what it could vouch for."""
    run.state, run.finished_at, run.coverage = Run.State.DONE, at, dict(coverage)
    run.save(update_fields=["state", "finished_at", "coverage"])


def done_on(job: str, prison: Prison, *, on: date) -> bool:
    """Whether the run of that date is done."""
    return prison.runs.filter(job=job, on=on, state=Run.State.DONE).exists()


def last_done(job: str, prison: Prison) -> date | None:
    """The latest date whose run is done; None when there is none."""
    return prison.runs.filter(job=job, state=Run.State.DONE).values_list("on", flat=True).order_by("-on").first()


def lost(job: str, prison: Prison, *, before: date) -> list[date]:
    """The dates between the last done run and `before`, both excluded, in order: nights that did not run."""
    last = last_done(job, prison)
    return [last + timedelta(days=n) for n in range(1, (before - last).days)] if last else []
