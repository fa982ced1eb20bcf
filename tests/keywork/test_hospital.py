"""Days in hospital as a restricted patient: of the past, by the history of what rolls said."""

from datetime import date, datetime
from typing import Any

import pgtrigger
import pytest
from django.db import transaction

from keywork.hospital import evenings_in_hospital, whole_days_of
from omic.calendar import LONDON
from omic.models import Alert, Person
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import (
    NOW,
    TODAY,
    CohortDecisionFactory,
    PersonFactory,
    PrisonFactory,
    WingFactory,
    days,
)
from tests.keywork.owing import checks, level

pytestmark = pytest.mark.django_db


def told(person: Person, on: date, **facts: Any) -> None:
    """What a roll of a day says of somebody, and nothing that follows from it."""
    Person.objects.filter(pk=person.pk).update(**facts)
    newest = Person.pgh_event_model.objects.filter(pgh_obj=person).latest("pgh_id")
    with pgtrigger.ignore("omic.PersonEvent:append_only"):
        moment = datetime(*on.timetuple()[:3], 9, tzinfo=LONDON)
        Person.pgh_event_model.objects.filter(pk=newest.pk).update(pgh_created_at=moment)


def settle(person: Person, on: date, since: date | None = None) -> None:
    with transaction.atomic():
        reconcile([person.pk], window_of(on, NOW + (on - TODAY), since=since))


def evenings(person: Person) -> list[date]:
    found = evenings_in_hospital([person.pk], first=days(-30), before=days(1))
    return sorted(found.get((person.pk, person.prison_id), ()))


def test_evenings_in_hospital_are_those_from_going_to_the_day_before_return() -> None:
    person = PersonFactory()
    told(person, days(-20), cell="A-1-002")
    assert evenings(person) == []
    told(person, days(-6), presence="hospital")
    told(person, days(-5), wing=WingFactory(prison=person.prison, code="H"))
    told(person, days(-3), presence="in")
    assert evenings(person) == [days(-6), days(-5), days(-4)]
    assert whole_days_of(frozenset(evenings(person))) == {days(-5), days(-4)}


def test_who_leaves_the_prison_from_hospital_was_not_here_on_that_day() -> None:
    person = PersonFactory()
    told(person, days(-2), presence="hospital")
    told(person, TODAY, presence="in", prison=PrisonFactory(code="MDI"), wing=None)
    assert evenings(person) == [days(-2), days(-1), TODAY]


def test_a_woman_back_from_hospital_missed_no_check_there_though_a_fact_of_then_is_told_late() -> None:
    person = PersonFactory(prison=PrisonFactory(code="EWI", estate="women"))
    CohortDecisionFactory(person=person, starts_on=days(-9))
    settle(person, days(-5))
    told(person, days(-4), presence="hospital")
    settle(person, days(-4))
    told(person, TODAY, presence="in")
    settle(person, TODAY, since=days(-5))
    owed = [*(str(days(number)) for number in (-5, -4)), *(str(days(number)) for number in range(15))]
    assert checks(person) == owed, "on the day of going and of return, and on none between"


def test_a_man_in_hospital_on_the_sunday_is_not_owed_that_weeks_session_when_he_is_back(cast: Cast) -> None:
    level(cast, 3)
    person, friday = cast.person(), date(2026, 11, 13)
    Alert.objects.create(person=person, code="HA", starts_on=days(-20), first_seen_at=NOW, last_seen_at=NOW)
    told(person, friday, presence="hospital")
    settle(person, friday)
    told(person, TODAY, presence="in")
    settle(person, TODAY, since=friday)
    rows = person.obligations.filter(kind="key_work_session").exclude(state="void").order_by("opens_on")
    assert rows[0].opens_on == date(2026, 11, 16), "this week's is the first"
