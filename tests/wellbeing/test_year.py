"""Every check of every person on every day of a made-up year, against an independent count in SQL.

CI compares a slice. A year of one seed, about four minutes of processor time:
`YEAR_FIRST_SEED=0 YEAR_DAYS=365 YEAR_PEOPLE=4 pytest tests/wellbeing/test_year.py -m long`; `YEAR_SEEDS` for more.
Seeds 0, 1 and 2 have run whole, with four people in each prison, without a difference.
"""

import os
from datetime import date, timedelta
from random import Random

import pytest
from django.test import override_settings

from omic.calendar import week_start
from omic.models import Obligation, Prison
from tests.wellbeing.counted import Counted, counted, forget, keep_men
from tests.wellbeing.year import Year
from wellbeing.roster import roster

# With commits: in one long transaction the rows that every pass replaces are never cleared, and each day costs more.
pytestmark = pytest.mark.django_db(transaction=True)
START = date(2026, 10, 19)  # the clocks go back on its first Sunday
SEEDS, DAYS = int(os.environ.get("YEAR_SEEDS", "1")), int(os.environ.get("YEAR_DAYS", "30"))
PEOPLE = int(os.environ.get("YEAR_PEOPLE", "4"))  # in each prison
FIRST = int(os.environ.get("YEAR_FIRST_SEED", "0"))
STEPS = [  # tiers, dates and POMs have no say in checks, and nobody reads the email
    "keywork.pipeline.settle_holders",
    "keywork.pipeline.open_obligations",
    "wellbeing.pipeline.open_obligations",
]
CHECKS = ("daily_check", "weekly_check")
BACK = timedelta(days=30)
GIVEN = ("met", "waived")  # what was given stays on record, even where it turns out not to have been owed
WORDS = {"met": "done", "waived": "waived", "open": "owed"}


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


def owed_today(rows: set[Counted], prison: Prison, on: date) -> dict[int, str]:
    """The most pressing check of everybody here, as a roster should have it."""
    here = set(prison.people.values_list("pk", flat=True))
    mine = [row for row in rows if row.prison == prison.pk and row.person in here and row.opens_on <= on <= row.due_on]
    return {row.person: WORDS[row.state] for row in sorted(mine, key=lambda row: row.due_on, reverse=True)}


def on_the_roster(year: Year, prison: Prison, owed: dict[int, str]) -> dict[int, str]:
    """What the roster says of everybody; who is on it beyond those owed must have been seen to."""
    rows = roster(prison, on=year.on, at=year.at)
    said = {row.person.pk: str(row.state) for row in rows if row.duty}
    return {person: state for person, state in said.items() if person in owed or state not in ("done", "waived")}


@override_settings(RECONCILE_STEPS=STEPS, NIGHTLY_STEPS=[])
def live_and_compare(seed: int, *, days: int, people: int) -> None:
    """Every check of everybody on each of the days, and the rosters of both prisons, against the count."""
    forget()
    year = Year(Random(seed), START, people)
    compared = 0
    for number in range(days):
        on = START + timedelta(days=number)
        year.live(on)
        keep_men(on)
        first, last = max(START, on - BACK), week_start(on) + timedelta(days=6)
        expected, found = counted(on, first=first, last=last), kept(on, first=first, last=last)
        beyond = {row for row in found - expected if row.state not in GIVEN}
        assert not (beyond or expected - found), (seed, on, sorted(beyond), sorted(expected - found))
        for prison in year.prisons:
            owed = owed_today(expected, prison, on)
            assert on_the_roster(year, prison, owed) == owed, (seed, on, prison)
        compared += len(expected)
    assert compared > days * people


def test_a_slice_of_the_year_is_what_an_independent_count_says() -> None:
    live_and_compare(0, days=8, people=3)


@pytest.mark.long
@pytest.mark.timeout(0)
@pytest.mark.parametrize("seed", range(FIRST, FIRST + SEEDS))
def test_every_check_of_every_person_and_day_is_what_an_independent_count_says(seed: int) -> None:
    live_and_compare(seed, days=DAYS, people=PEOPLE)
