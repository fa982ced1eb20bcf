"""That no OASys is needed before a handover is judged of that handover: for the next one it is judged anew (HO-32)."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from handover.duty_actions import record_not_needed
from omic.audit import Actor
from omic.details import record_details
from omic.models import CaseDetails, DetailEntry, Person, Role
from tests.cast import Cast
from tests.factories import NOW, TODAY, SentenceFactory, days
from tests.handover.casework import Kind, case, follow, take

pytestmark = pytest.mark.django_db
YESTERDAY, IN_EIGHT_WEEKS, FAR = date(2027, 7, 17), date(2027, 9, 13), date(2029, 1, 10)  # release: handover + 8 months


def moved(person: Person, crd: date) -> None:
    person.sentences.update(crd=crd)
    follow(person, after=1)


def by_the_duty(cast: Cast, person: Person) -> None:
    duty = person.obligations.demanding().get(kind="oasys_handover")
    record_not_needed(duty=duty, reason="Reviewed in May", by=cast.of(Role.POM), at=NOW)


def by_the_details(cast: Cast, person: Person) -> None:
    told = {"handover_oasys_not_needed": True, "handover_oasys_reason": "Reviewed in May"}
    record_details(person=person, values=told, source="OASys", as_at=TODAY, by=Actor(staff=cast.of(Role.POM)), at=NOW)


def by_a_step(cast: Cast, person: Person) -> None:
    take(cast, person, Kind.OASYS_NOT_NEEDED)


WAYS = [by_the_duty, by_the_details, by_a_step]


def needless(person: Person) -> bool:
    details = CaseDetails.objects.get(person=person)
    return bool(details.handover_oasys_not_needed)


@pytest.mark.parametrize(
    ("before", "judge"),
    [(YESTERDAY, by_the_details), (YESTERDAY, by_a_step), *((IN_EIGHT_WEEKS, judge) for judge in WAYS)],
)
def test_that_no_oasys_is_needed_is_judged_anew_for_a_handover_that_moved_away(
    cast: Cast, before: date, judge: Callable[[Cast, Person], None]
) -> None:
    person = case(cast, crd=before)
    judge(cast, person)
    follow(person, after=1)
    assert needless(person), "nothing moved"
    moved(person, FAR)
    assert not needless(person)
    duty = person.obligations.exclude(state="void").get(kind="oasys_handover")
    assert duty.state == "open"
    entries = DetailEntry.objects.filter(person=person, field="handover_oasys_not_needed").count()
    assert not any(follow(person, after=2).obligations.filter(state="waived"))
    assert DetailEntry.objects.filter(person=person, field="handover_oasys_not_needed").count() == entries


@pytest.mark.parametrize("judge", WAYS)
def test_another_sentence_is_judged_anew(cast: Cast, judge: Callable[[Cast, Person], None]) -> None:
    person = case(cast)
    judge(cast, person)
    person.sentences.update(closed_at=NOW + timedelta(days=1))
    SentenceFactory(person=person, started_on=days(1), crd=days(400), sed=None)
    follow(person, after=2)
    assert not needless(person)
    assert person.obligations.demanding().filter(kind="oasys_handover").count() == 1


def test_what_was_judged_since_the_handover_moved_away_stands(cast: Cast) -> None:
    person = case(cast, crd=YESTERDAY)
    moved(person, FAR)
    told = {"handover_oasys_not_needed": True, "handover_oasys_reason": "Reviewed in May"}
    at = NOW + timedelta(days=2)
    record_details(person=person, values=told, source="OASys", as_at=days(2), by=Actor(job="test"), at=at)
    follow(person, after=3)
    assert needless(person)
