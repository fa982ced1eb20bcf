"""What the calendar alone changes in key work is no drift: windows, decisions, absence and planned levels."""

from datetime import date, timedelta

import pytest

from keywork.by_time import people_changed
from keywork.models import RegimeLevel
from omic.models import Person, Role, Run
from omic.nightly import run_night
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import (
    NOW,
    TODAY,
    CaseDetailsFactory,
    KeyWorkerAllocationFactory,
    KeyWorkerFactory,
    SentenceFactory,
    days,
)

pytestmark = pytest.mark.django_db


def level(cast: Cast, number: int, starts_on: date) -> None:
    papers = dict.fromkeys(("because", "sign_off", "risk_assessment", "safe_system", "consultation"), "kept")
    RegimeLevel.objects.create(
        prison=cast.prison, level=number, starts_on=starts_on, recovery_plan="kept",
        recorded_by=cast.of(Role.GOVERNOR), recorded_at=NOW, **papers,
    )  # fmt: skip


def high_risk(cast: Cast, *, window_in: int) -> Person:
    """High RoSH, released so that the four weeks before release open in so many days."""
    person = SentenceFactory(person=cast.person(), started_on=days(-900), crd=days(28 + window_in)).person
    CaseDetailsFactory(person=person, rosh="high")
    KeyWorkerAllocationFactory(person=person)
    reconcile([person.pk], window_of(TODAY, NOW))
    return person


@pytest.mark.parametrize(("number", "found"), [(1, False), (3, True)])
def test_a_window_that_opens_counts_where_it_turns_what_is_owed(cast: Cast, number: int, found: bool) -> None:
    level(cast, number, days(-60))
    person = high_risk(cast, window_in=1)
    assert (people_changed(cast.prison, TODAY, days(1)) == {person.pk}) is found
    assert people_changed(cast.prison, days(1), days(2)) == set()


def test_a_planned_level_concerns_everybody(cast: Cast) -> None:
    level(cast, 3, days(1))
    person = cast.person()
    assert people_changed(cast.prison, TODAY, days(1)) == {person.pk}
    assert people_changed(cast.prison, days(-1), TODAY) == set()


def test_at_level_4_an_absence_that_begins_or_ends_counts(cast: Cast) -> None:
    level(cast, 4, days(-60))
    person = high_risk(cast, window_in=-5)
    profile = KeyWorkerFactory(staff=person.key_worker, prison=cast.prison)
    profile.absences.create(
        kind="annual_leave", starts_on=days(1), returns_on=days(3), recorded_by=person.key_worker, recorded_at=NOW
    )
    assert [people_changed(cast.prison, days(day), days(day + 1)) == {person.pk} for day in range(4)] == [
        True, False, True, False,
    ]  # fmt: skip


def test_the_night_on_which_a_window_opens_finds_no_drift(cast: Cast) -> None:
    level(cast, 3, days(-60))
    high_risk(cast, window_in=1)
    for day in range(2):
        run_night(cast.prison, on=days(day), at=NOW + timedelta(days=day))
    run = Run.objects.get(prison=cast.prison, on=days(1))
    assert run.counts.get("drift", 0) == 0 and run.counts["fell_due"] > 0


@pytest.mark.parametrize("number", [1, 4])
def test_a_key_worker_whose_posting_ends_by_plan_is_no_drift_at_any_level(cast: Cast, number: int) -> None:
    level(cast, number, days(-60))
    person = high_risk(cast, window_in=-5)
    person.key_worker.postings.update(ends_on=days(1))
    assert [people_changed(cast.prison, days(day), days(day + 1)) == {person.pk} for day in range(2)] == [True, False]
