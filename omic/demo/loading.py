"""Loads the demonstration: every part that settings name, in order, into a database in which nobody works yet."""

from collections.abc import Callable
from datetime import date, datetime, time

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from omic.calendar import LONDON, in_utc, london_day
from omic.demo.places import PLACES, Demonstration
from omic.models import Staff

Part = Callable[[Demonstration], dict[str, int]]
MORNING = time(10)


class NotEmptyError(Exception):
    """The demonstration cannot be loaded here; the message is fit to show."""


def plan(*, now: datetime, on: date | None = None, sizes: dict[str, int] | None = None) -> Demonstration:
    """The demonstration as of `now`, or as of the morning of another day; `sizes` (by code) makes prisons smaller."""
    today = london_day(now)
    at = now if on in (None, today) else in_utc(datetime.combine(on, MORNING, tzinfo=LONDON))
    places = [place.of_size(sizes[place.code]) if sizes else place for place in PLACES]
    return Demonstration(places=tuple(places), on=london_day(at), at=at)


@transaction.atomic
def load(demo: Demonstration, tell: Callable[[str, int], None]) -> None:
    """Load part by part, telling what was made and how many; all or nothing. Raises NotEmptyError."""
    if settings.PRODUCTION:
        raise NotEmptyError("The demonstration is not loaded in production.")
    if Staff.objects.exists():
        raise NotEmptyError("There are staff in this database already: the demonstration is loaded into an empty one.")
    for name in settings.DEMO_PARTS:
        part: Part = import_string(name)
        for what, number in part(demo).items():
            tell(what, number)
