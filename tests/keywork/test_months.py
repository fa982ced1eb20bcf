"""Months in which complexity of need changed: what was given stays, and the rest follows the level with more days."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pgtrigger
import pytest
from django.db import transaction

from omic.models import Person
from omic.reconcile import reconcile, window_of
from tests.factories import NOW, TODAY, ContactFactory, PersonFactory, PrisonFactory

pytestmark = pytest.mark.django_db
LONDON = ZoneInfo("Europe/London")


def settle(person: Person, on: date, since: date | None = None) -> None:
    with transaction.atomic():
        reconcile([person.pk], window_of(on, NOW + (on - TODAY), since=since))


def woman(*, changed_on: date, given: bool) -> Person:
    """Of high complexity from her arrival, with her time with the POM in November or without; then low."""
    person = PersonFactory(prison=PrisonFactory(code="EWI", estate="women"), complexity="high")
    settle(person, TODAY)
    if given:
        ContactFactory(person=person, kind="engagement", minutes=45, at=NOW - timedelta(days=16))
    Person.objects.filter(pk=person.pk).update(complexity="low")
    events = Person.pgh_event_model.objects.filter(pgh_obj=person)
    with pgtrigger.ignore("omic.PersonEvent:append_only"):
        for label, day in (("insert", date(2026, 1, 1)), ("update", changed_on)):
            events.filter(pgh_label=label).update(pgh_created_at=datetime(*day.timetuple()[:3], 9, tzinfo=LONDON))
    settle(person, TODAY)
    return person


def of_november(person: Person) -> dict[str, str]:
    rows = person.obligations.filter(slot__startswith="2026-11@").exclude(state="void")
    return dict(rows.values_list("kind", "state"))


@pytest.mark.parametrize(
    ("changed_on", "given", "expected"),
    [
        (date(2026, 11, 14), True, {"pom_engagement": "met", "key_work_session": "open"}),  # 13 days high, 17 low
        (date(2026, 11, 15), True, {"pom_engagement": "met", "key_work_session": "open"}),  # 14 and 16
        (date(2026, 11, 16), True, {"pom_engagement": "met"}),  # 15 and 15: the stricter
        (date(2026, 11, 18), True, {"pom_engagement": "met"}),
        (date(2026, 11, 18), False, {"key_work_session": "open"}),  # nothing was given: the level now
    ],
)
def test_a_month_of_two_levels_follows_the_one_with_more_days(
    changed_on: date, given: bool, expected: dict[str, str]
) -> None:
    assert of_november(woman(changed_on=changed_on, given=given)) == expected


@pytest.mark.parametrize("changed_on", [date(2026, 11, 14), date(2026, 11, 18)])
def test_what_stood_stands_when_the_month_is_over(changed_on: date) -> None:
    person = woman(changed_on=changed_on, given=True)
    before = of_november(person)
    settle(person, date(2026, 12, 5), since=date(2026, 11, 28))
    assert of_november(person) == before


def test_a_month_that_became_one_of_high_complexity_late_stays_so_once_it_is_over() -> None:
    person = PersonFactory(prison=PrisonFactory(code="EWI", estate="women"), complexity="low")
    settle(person, TODAY)
    Person.objects.filter(pk=person.pk).update(complexity="high")
    settle(person, TODAY)
    ContactFactory(person=person, kind="engagement", minutes=45, at=NOW)
    settle(person, date(2026, 12, 5), since=date(2026, 11, 28))
    assert of_november(person) == {"pom_engagement": "met"}
