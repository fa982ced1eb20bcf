"""Facts that are told late, and nights that were lost, change what was owed by what is known of then, not of today."""

from datetime import timedelta

import pytest

from keywork.pipeline import open_obligations
from omic.models import Obligation, Person, Presence, Stay
from omic.reconcile import Window
from tests.factories import NOW, TODAY, PersonFactory, PrisonFactory, days

pytestmark = pytest.mark.django_db


def step(person: Person, *, since: int = 0, later: int = 0) -> dict[str, int]:
    on = TODAY + timedelta(days=later)
    window = Window(
        first=TODAY + timedelta(days=since), last=on + timedelta(days=14), on=on, at=NOW + timedelta(days=later)
    )
    return open_obligations([person.pk], window)


def test_a_stay_in_hospital_from_today_erases_no_miss_of_the_weeks_before() -> None:
    person = PersonFactory()
    step(person, since=-14)
    Person.objects.filter(pk=person.pk).update(presence=Presence.HOSPITAL)
    step(person, since=-14)
    states = dict(Obligation.objects.filter(kind="key_work_session").values_list("slot", "state"))
    assert (states["2026-11-02@LEI"], states["2026-11-09@LEI"]) == ("open", "open")
    assert states["2026-11-23@LEI"] == "void"


def test_high_complexity_from_today_erases_no_month_before() -> None:
    person = PersonFactory(prison=PrisonFactory(code="NHI", estate="women"), sex="female")
    step(person, since=-30)
    Person.objects.filter(pk=person.pk).update(complexity="high")
    step(person, since=-30)
    states = dict(Obligation.objects.filter(kind="key_work_session").values_list("slot", "state"))
    assert states["2026-10@NHI"] == "open"
    assert states["2026-11@NHI"] == "void"


def test_a_release_told_after_the_week_was_missed_shows_that_nothing_was_owed() -> None:
    person = PersonFactory()
    step(person)
    Obligation.objects.filter(slot="2026-11-16@LEI").update(state="missed")
    Stay.objects.filter(person=person).update(left_on=TODAY, ended_because="release")
    step(person, later=7)
    assert Obligation.objects.get(slot="2026-11-16@LEI").state == "void"


def test_an_arrival_told_in_the_next_week_opens_the_week_it_was_in() -> None:
    person = PersonFactory(arrived_on=days(-1))
    step(person, since=-1, later=5)
    assert Obligation.objects.filter(slot="2026-11-16@LEI").exists()
