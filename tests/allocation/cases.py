"""Stored answers of the lower apps, as allocation reads them."""

from datetime import date, timedelta

from allocation.models import Pom, PomAllocation
from handover.models import HandoverDetermination
from omic.models import Person, Prison, Staff
from tests.factories import NOW, TODAY, days
from tiering.models import TierDetermination

NEXT_YEAR = days(300)
_STORED = {"policy": "test", "facts": {}, "steps": [], "determined_on": TODAY, "determined_at": NOW}
_POINTS = {"A": 150, "B": 20, "C": 10, "D": 0}


def determine(
    person: Person,
    *,
    tier: str | None = "C",
    start_on: date | None = NEXT_YEAR,
    handover_on: date | None = NEXT_YEAR,
    fixed: str | None = None,
) -> Person:
    """The person with a tier and handover dates (or a fixed answer), as the pipeline would have stored them."""
    points = None if tier is None else _POINTS[tier]
    TierDetermination.objects.create(person=person, letter=tier, points=points, reason="settled", **_STORED)
    dates = {} if fixed else {"start_on": start_on, "handover_on": handover_on}
    HandoverDetermination.objects.create(person=person, fixed=fixed, reason="determinate", **dates, **_STORED)
    return person


def held_until_now(person: Person, staff: Staff) -> PomAllocation:
    """An allocation that has ended, so that nobody is the POM."""
    ended = {"ended_at": NOW, "ended_because": "Leave"}
    return PomAllocation.objects.create(
        person=person, prison=person.prison, staff=staff, started_at=NOW - timedelta(days=50), **ended
    )


def profile(staff: Staff, prison: Prison, pom_type: str, working_days: float = 5) -> Pom:
    """What HOMD recorded of a POM."""
    said = {"pom_type": pom_type, "working_days": working_days}
    return Pom.objects.create(staff=staff, prison=prison, starts_on=days(-100), recorded_at=NOW, **said)
