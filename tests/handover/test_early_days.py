"""What follows from an assessment for early allocation and by when, the true day of a referral, and what stays."""

from datetime import date, timedelta
from typing import Any

import pytest

from handover.duty_actions import RefusedError
from handover.early_actions import approve_early, record_early_decision, withdraw_early
from omic.audit import Actor
from omic.calendar import london_day
from omic.details import record_details
from omic.models import CaseDetails, Person, Role
from tests.cast import Cast
from tests.factories import NOW, TODAY, days
from tests.handover.test_early_allocation import assessed, case, decided, refer, referred

pytestmark = pytest.mark.django_db


def test_taken_back_its_answers_bind_nobody_and_nothing_follows_from_them(cast: Cast) -> None:
    person = case(cast)
    before = due_by(person)
    row = decided(cast, referred(cast, person, extremism_screening=True, rationale="Time"))
    assert due_by(person) != before
    withdraw_early(assessment=row.pk, because="Wrong person", by=cast.of(Role.HOMD), at=NOW)
    assert due_by(person) == before
    person.details.refresh_from_db()
    assert (person.details.extremism_screening, person.details.early_allocation_rationale) == (None, None)


def test_taken_back_what_stood_before_stands_again(cast: Cast) -> None:
    person = case(cast)
    told = {"source": "nDelius file", "as_at": days(-1), "by": Actor(job="import"), "at": NOW}
    record_details(person=person, values={"scpo": True, "mappa_level_needed": 2}, **told)
    first = assessed(cast, person, scpo=False, extremism_screening=True, rationale="Hostels")
    approve_early(assessment=first.pk, approved=False, approval="", by=cast.of(Role.HOMD), at=NOW)
    second = assessed(cast, person, on=TODAY, at=NOW + timedelta(hours=1), high_profile=True)
    answers = ("scpo", "extremism_screening", "high_profile", "mappa_level_needed")
    withdraw_early(assessment=second.pk, because="Wrong", by=cast.of(Role.HOMD), at=NOW + timedelta(hours=2))
    assert CaseDetails.objects.values_list(*answers).get(person=person) == (False, True, None, None)
    withdraw_early(assessment=first.pk, because="Wrong", by=cast.of(Role.HOMD), at=NOW + timedelta(hours=3))
    assert CaseDetails.objects.values_list(*answers).get(person=person) == (True, None, None, 2)


def due_by(person: Person) -> dict[str, date]:
    return dict(person.obligations.demanding().filter(due_on__isnull=False).values_list("kind", "due_on"))


def test_what_an_assessment_brings_up_is_due_no_earlier_than_its_day(cast: Cast) -> None:
    """EA-22 to EA-24 and the OASys before handover, which all count back from release."""
    person = case(cast, crd=days(300), since=days(-400))
    assessed(cast, person, extremism_screening=True, rationale="Time")
    due = due_by(person)
    kinds = ("ea_referral_review", "ea_transfer", "ea_mappa_referral", "oasys_handover")
    assert {kind: due[kind] for kind in kinds} == dict.fromkeys(kinds, TODAY)
    assert "the assessment of 2026-11-18" in str(person.obligations.get(kind="oasys_handover").steps)


def test_what_was_known_before_the_assessment_keeps_its_day(cast: Cast) -> None:
    person = case(cast, crd=days(600), since=days(-400))
    told = {"source": "nDelius file", "as_at": TODAY, "by": Actor(job="import"), "at": NOW}
    record_details(person=person, values={"high_profile": True}, **told)
    due = due_by(person)["ea_referral_review"]
    later = NOW + timedelta(days=90)
    assert london_day(later) > due
    assessed(cast, person, on=london_day(later), at=later, high_profile=True)
    assert due_by(person)["ea_referral_review"] == due


def test_a_referral_recorded_late_has_its_true_day_and_so_has_the_decision(cast: Cast) -> None:
    person = case(cast)
    told = {"source": "nDelius file", "as_at": days(-1), "by": Actor(job="import"), "at": NOW - timedelta(days=1)}
    record_details(person=person, values={"high_profile": True}, **told)
    row = assessed(cast, person, high_profile=True)
    approve_early(assessment=row.pk, approved=True, approval="", by=cast.of(Role.HOMD), at=NOW)
    later = NOW + timedelta(days=9)
    refer(cast, row, days(2), at=later)
    duty = person.obligations.get(kind="ea_referral_review")
    assert (london_day(duty.met_at), duty.state) == (days(2), "met")
    facts = {"decision": "accepted", "decided_by": "G. Keeper", "words": "", "by": cast.of(Role.HOMD), "at": later}
    row = record_early_decision(assessment=row.pk, decided_on=days(3), **facts)
    assert person.handoverdeterminations.current().get().reason == "early_allocation"
    withdraw_early(assessment=row.pk, because="Wrong", by=cast.of(Role.HOMD), at=later)
    assert person.obligations.get(kind="ea_referral_review").state == "open"


@pytest.mark.parametrize("on", [days(-1), days(1)])
def test_no_referral_comes_before_the_approval_or_tomorrow(cast: Cast, on: date) -> None:
    row = assessed(cast, case(cast), high_profile=True)
    approve_early(assessment=row.pk, approved=True, approval="", by=cast.of(Role.HOMD), at=NOW)
    with pytest.raises(RefusedError) as error:
        refer(cast, row, on)
    assert error.value.field == "referred_on"


@pytest.mark.parametrize(
    ("yes", "found"),
    [
        ({"nca_case": True}, "Not met: National Crime Agency case: yes, Serious Crime Prevention Order: no"),
        ({"nca_case": True, "scpo": True}, "Met: National Crime Agency case: yes, Serious Crime Prevention Order: yes"),
        ({}, "Neither an automatic nor a discretionary criterion is met: not eligible"),
    ],
)
def test_each_criterion_says_whether_it_is_met(cast: Cast, yes: dict[str, Any], found: str) -> None:
    assert found in [said for _rule, said in assessed(cast, case(cast), **yes).steps]
