"""The one pipeline that edit, import and night call: tier → responsibility and dates → holders → obligations.

Each app's step is found by its dotted name in `settings.RECONCILE_STEPS`. A step takes the people, the window of days
and the moment; it is set-based and idempotent, and answers with counts. Apps never call across towers: they state
facts, and the pipeline follows.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils.module_loading import import_string
from psycopg2.errorcodes import DEADLOCK_DETECTED, LOCK_NOT_AVAILABLE

from omic import obligations
from omic.models import Person

AHEAD = timedelta(days=14)
ATTEMPTS = 3  # each waits five seconds for a lock
AT_ONCE = 500  # people whose rows one transaction of the night or an import holds
LOOK_BACK = timedelta(days=62)  # no period is longer than a month, and a late entry can be a month late


@dataclass(frozen=True, slots=True)
class Window:
    """The days a step looks at, both included, and the day and moment it stands at."""

    first: date
    last: date
    on: date
    at: datetime


Step = Callable[[Sequence[int], Window], dict[str, int]]


def steps(*, cadence: bool = False) -> list[Step]:
    """The pipeline's steps, in order; with `cadence` those alone that ask what a prison decided about contacts."""
    names = settings.RECONCILE_STEPS
    return [import_string(name) for name in names if not cadence or name in settings.CADENCE_STEPS]


def window_of(on: date, at: datetime, *, since: date | None = None) -> Window:
    """From `since` (the first lost day, or today) to fourteen days ahead."""
    return Window(first=min(since or on, on), last=on + AHEAD, on=on, at=at)


def lock(people: Sequence[int]) -> list[int]:
    """Lock the rows of `people` in id order, so that two writers queue instead of meeting in a deadlock."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '5s'")
    rows = Person.objects.filter(pk__in=people).order_by("pk").select_for_update(no_key=True)
    return list(rows.values_list("pk", flat=True))


_postponed: ContextVar[bool] = ContextVar("postponed", default=False)


@contextmanager
def postponed() -> Iterator[None]:
    """Inside, `reconcile` writes nothing: for a load of many files, whose caller reconciles everybody once after it."""
    token = _postponed.set(True)
    try:
        yield
    finally:
        _postponed.reset(token)


def reconcile(people: Sequence[int], window: Window, *, cadence: bool = False) -> Counter[str]:
    """Bring everything that follows from the facts of `people` up to date. Call it inside the writer's transaction.

    Contacts settle first, so that the steps see what is met, and last, for the duties that the steps have opened. The
    counts say what each step wrote; all zero means that nothing had drifted. `cadence`: what has changed is no fact of
    theirs but what their prison has decided about contacts, so that the other steps would find nothing.
    """
    counts: Counter[str] = Counter()
    if not people or _postponed.get():
        return counts
    locked, since = lock(people), window.first - LOOK_BACK
    counts["settled"] += obligations.settle(locked, first=since)
    counts.update(obligations.follow_moves(locked, at=window.at))
    for step in steps(cadence=cadence):
        counts.update(step(locked, window))
    counts["suspended"] += obligations.follow_suspensions(locked, first=window.first, at=window.at)
    counts.update(obligations.leave_behind(locked, at=window.at))
    counts["settled"] += obligations.settle(locked, first=since)
    return counts


def in_batches(people: Sequence[int]) -> Iterator[Sequence[int]]:
    """The people in id order, at most `AT_ONCE` at a time."""
    ordered = sorted(people)
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start : start + AT_ONCE]


def reconcile_in_batches(people: Sequence[int], window: Window, *, cadence: bool = False) -> Counter[str]:
    """`reconcile` for many people, a transaction for each batch. A batch that somebody else holds is tried again."""
    counts: Counter[str] = Counter()
    for batch in in_batches(people):
        counts.update(_with_patience(batch, window, cadence=cadence))
    return counts


def is_busy(error: BaseException) -> bool:
    """Whether this is the database saying that somebody else holds the rows: trying again is all that is needed."""
    return getattr(error.__cause__, "pgcode", None) in (LOCK_NOT_AVAILABLE, DEADLOCK_DETECTED)


def _with_patience(batch: Sequence[int], window: Window, *, cadence: bool) -> Counter[str]:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                return reconcile(batch, window, cadence=cadence)
        except OperationalError as error:
            if attempt == ATTEMPTS or not is_busy(error):
                raise
    raise AssertionError("the last attempt returns or raises")
