"""Every check of every person on every day of a made-up year, against an independent count in SQL.

CI compares a slice. A year of one seed, about four minutes of processor time:
`YEAR_FIRST_SEED=0 YEAR_DAYS=365 YEAR_PEOPLE=4 pytest tests/wellbeing/test_year.py -m long`; `YEAR_SEEDS` for more.
Seed 0 has run whole, with four people in each prison, without a difference; `YEAR_BUSY=5` finds more in fewer days.
"""

import os
from datetime import date, timedelta
from random import Random

import pytest
from django.db.models import F
from django.test import override_settings

from keywork.models import PriorityDecision
from omic.calendar import week_start
from omic.models import CaseDetails, DayOut, Obligation, Person, PersonMerge, Posting, Presence, Prison
from tests.wellbeing.counted import Counted, counted, forget, keep
from tests.wellbeing.happenings import RARE
from tests.wellbeing.year import Events, Year
from wellbeing.roster import NO_WING, roster

# With commits: in one long transaction the rows that every pass replaces are never cleared, and each day costs more.
pytestmark = pytest.mark.django_db(transaction=True)
START = date(2026, 10, 19)  # the clocks go back on its first Sunday
SEEDS, DAYS = int(os.environ.get("YEAR_SEEDS", "1")), int(os.environ.get("YEAR_DAYS", "30"))
PEOPLE = int(os.environ.get("YEAR_PEOPLE", "4"))  # in each prison
BUSY = float(os.environ.get("YEAR_BUSY", "1"))  # how much more often anything happens
FIRST = int(os.environ.get("YEAR_FIRST_SEED", "0"))
STEPS = [  # tiers, dates and POMs have no say in checks, and nobody reads the email
    "keywork.pipeline.settle_holders",
    "keywork.pipeline.open_obligations",
    "wellbeing.pipeline.open_obligations",
]
CHECKS = ("daily_check", "weekly_check")
BACK = timedelta(days=30)
GIVEN = ("met", "waived")  # what was given stays on record, even where it turns out not to have been owed
WORDS = {"met": "done", "open": "owed"}


def kept(on: date, *, first: date, last: date) -> set[Counted]:
    """The checks as the product keeps them, each by what it says of it on a day."""
    rows = Obligation.objects.filter(kind__in=CHECKS, due_on__gte=first, due_on__lte=last).exclude(state="void")
    late = set(rows.overdue(on).values_list("pk", flat=True))
    return {
        Counted(row.person_id, row.prison_id, row.kind, row.opens_on, row.due_on, state_of(row, on), row.pk in late)
        for row in rows
        if row.opens_on <= on or row.prison_id != "LEI"  # in men's prisons what is to come hangs off what happens
    }


def state_of(row: Obligation, on: date) -> str:
    """What stands, with or without the stamp of a night."""
    if row.state in ("met", "waived"):
        return row.state
    if row.suspension_id and row.due_on < on:
        return "excepted"
    return "missed" if row.due_on < on or row.state == "missed" else "open"


def owed_on(day: date, rows: set[Counted], prison: Prison) -> dict[int, str]:
    """The most pressing check of everybody owed one in a prison on a day, as a roster should have it."""
    mine = [row for row in rows if row.prison == prison.pk and row.opens_on <= day <= row.due_on]
    out = set(DayOut.objects.standing().filter(prison=prison, on=day).values_list("person", flat=True))
    return {row.person: said_of(row, day, out) for row in sorted(mine, key=lambda row: row.due_on, reverse=True)}


def said_of(row: Counted, day: date, out: set[int]) -> str:
    """How a roster has a check; a week's is not asked for on a day out, but for its last."""
    if (row.kind, row.state) == ("weekly_check", "open") and row.person in out and row.due_on != day:
        return "out"
    return WORDS.get(row.state, row.state)


def on_the_roster(year: Year, day: date, prison: Prison, owed: dict[int, str]) -> dict[int, str]:
    """What the rosters of all wings say of everybody; who is on one beyond those owed must have been seen to."""
    places = [*prison.wings.all(), NO_WING]
    rows = [row for wing in places for row in roster(prison, on=day, at=year.at, wing=wing) if row.duty]
    assert len(rows) == len({row.person.pk for row in rows}), "nobody is on the rosters of two wings"
    said = {row.person.pk: str(row.state) for row in rows}
    return {person: state for person, state in said.items() if person in owed or state not in ("done", "waived")}


def compare_rosters(year: Year, expected: set[Counted]) -> None:
    """The rosters of today, of whoever is here now, and of a day of the past week: due, seen and missed."""
    past = max(START, year.on - timedelta(days=1 + year.on.toordinal() % 6))
    for prison in year.prisons:
        here = set(prison.people.values_list("pk", flat=True))
        owed = {person: state for person, state in owed_on(year.on, expected, prison).items() if person in here}
        assert on_the_roster(year, year.on, prison, owed) == owed, (year.on, prison)
        if past < year.on:
            owed = owed_on(past, expected, prison)
            assert on_the_roster(year, past, prison, owed) == owed, (year.on, past, prison)


@override_settings(RECONCILE_STEPS=STEPS, NIGHTLY_STEPS=[])
def live_and_compare(seed: int, *, days: int, people: int, surely: Events = ()) -> None:
    """Every check of everybody on each of the days, and the rosters of both prisons, against the count."""
    forget()
    year = Year(Random(seed), START, people, BUSY, surely)
    compared = 0
    for number in range(days):
        on = START + timedelta(days=number)
        year.live(on)
        keep(on)
        first, last = max(START, on - BACK), week_start(on) + timedelta(days=6)
        expected, found = counted(on, first=first, last=last), kept(on, first=first, last=last)
        beyond = {row for row in found - expected if row.state not in GIVEN}
        assert not (beyond or expected - found), (seed, on, sorted(beyond), sorted(expected - found))
        compare_rosters(year, expected)
        compared += len(expected)
    assert compared > days * people


def test_a_slice_of_the_year_is_what_an_independent_count_says() -> None:
    live_and_compare(0, days=6, people=2, surely=RARE)
    assert PersonMerge.objects.filter(confirmed=True).exists()
    assert Person.pgh_event_model.objects.filter(presence=Presence.HOSPITAL).exists()
    assert PriorityDecision.objects.filter(starts_on__gt=START).exclude(starts_on=F("decided_at__date")).exists()
    assert CaseDetails.objects.filter(rosh__endswith="high", person__earliest_release_on__isnull=False).exists()
    assert Posting.objects.exclude(ends_on=None).exists()


@pytest.mark.long
@pytest.mark.timeout(0)
@pytest.mark.parametrize("seed", range(FIRST, FIRST + SEEDS))
def test_every_check_of_every_person_and_day_is_what_an_independent_count_says(seed: int) -> None:
    live_and_compare(seed, days=DAYS, people=PEOPLE)
