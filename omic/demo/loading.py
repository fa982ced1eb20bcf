"""Loads the demonstration: every part that settings name, in order, into a database in which nobody works yet.

Parts that are by place are given to two processes, half of the people each, as one core would take twice as long.
Each part commits by itself then, so a run of the ledger says whether the whole of it has been loaded.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date, datetime, time
from multiprocessing import get_context

from django.conf import settings
from django.db import connections, transaction
from django.utils.module_loading import import_string

from omic.calendar import LONDON, in_utc, london_day
from omic.demo.places import PLACES, Demonstration
from omic.devstack.process import end_with_parent
from omic.models import Run, Staff
from omic.reconcile import steps

Part = Callable[[Demonstration], dict[str, int]]
MORNING = time(10)
JOB = "demonstration"
BY_PLACE = "by place"  # parts that are made for one place as for all; the others need the whole


class NotEmptyError(Exception):
    """The demonstration cannot be loaded here; the message is fit to show."""


def plan(*, now: datetime, on: date | None = None, sizes: dict[str, int] | None = None) -> Demonstration:
    """The demonstration as of `now`, or as of the morning of another day; `sizes` (by code) makes prisons smaller."""
    today = london_day(now)
    at = now if on in (None, today) else in_utc(datetime.combine(on, MORNING, tzinfo=LONDON))
    places = [place.of_size(sizes[place.code]) if sizes else place for place in PLACES]
    return Demonstration(places=tuple(places), on=london_day(at), at=at)


def was_interrupted() -> bool:
    """Whether a load into this database was begun and never finished: what is there is of no use."""
    return Run.objects.filter(job=JOB, state=Run.State.RUNNING).exists()


def load(demo: Demonstration, tell: Callable[[str, int], None], *, side_by_side: bool = True) -> None:
    """Load group by group, telling what was made and how many. Raises NotEmptyError.

    One after the other, in the caller's transaction, where not `side_by_side`.
    """
    _refuse()
    run = Run.objects.create(job=JOB, on=demo.on, started_at=demo.at)
    groups = [(kind, [import_string(name) for name in names]) for kind, names in settings.DEMO_PARTS]
    steps()  # these and the parts are imported here once, instead of in each of the processes
    for kind, parts in groups:
        halved = side_by_side and kind == BY_PLACE
        for what, number in _side_by_side(parts, demo.shares) if halved else _in_turn(parts, demo):
            tell(what, number)
    run.state, run.finished_at = Run.State.DONE, demo.at
    run.save(update_fields=["state", "finished_at"])


def _refuse() -> None:
    if settings.PRODUCTION:
        raise NotEmptyError("The demonstration is not loaded in production.")
    if was_interrupted():
        raise NotEmptyError("Loading the demonstration was interrupted here: it is loaded into an empty database.")
    if Staff.objects.exists():
        raise NotEmptyError("There are staff in this database already: the demonstration is loaded into an empty one.")


def _in_turn(parts: Sequence[Part], demo: Demonstration) -> Iterator[tuple[str, int]]:
    for part in parts:
        with transaction.atomic():
            made = part(demo)
        yield from made.items()


def _side_by_side(parts: Sequence[Part], shares: Iterable[Demonstration]) -> Iterator[tuple[str, int]]:
    """The same parts for each share at once; what they made is added up. No connection may be shared by processes."""
    connections.close_all()
    made: Counter[str] = Counter()
    with ProcessPoolExecutor(2, get_context("fork"), initializer=end_with_parent) as pool:
        for counts in pool.map(_all_of, [parts] * 2, shares):
            made.update(counts)
    yield from made.items()


def _all_of(parts: Sequence[Part], share: Demonstration) -> dict[str, int]:
    return dict(_in_turn(parts, share))
