"""Early allocation as casework: assessed, approved, referred, decided, taken back; each once, its effect at once."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from handover.duty_actions import RefusedError
from handover.early_actions import (
    Answers,
    approve_early,
    assess_early,
    oldest_oasys,
    record_early_decision,
    refer_early,
    withdraw_early,
)
from handover.early_known import CRITERIA
from handover.models import EarlyAssessment
from omic.models import AuditEvent, DetailEntry, ObligationKind, Person, Role, Sentence
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import NOW, TODAY, CaseDetailsFactory, PomAllocationFactory, SentenceFactory, days

pytestmark = pytest.mark.django_db
NOTHING = dict.fromkeys(CRITERIA)
SINCE = days(-30)


def case(cast: Cast, *, crd: date | None = None, since: date = SINCE, **details: Any) -> Person:
    """The POM's, within 18 months of conditional release unless `crd` says otherwise."""
    person = cast.person(arrived_on=since, reception_on=since)
    SentenceFactory(person=person, started_on=since, crd=crd or days(500), sed=days(2000))
    CaseDetailsFactory(person=person, provider="nps", rosh="low", mappa_level=None, **details)
    PomAllocationFactory(person=person, staff=cast.of(Role.POM))
    reconcile([person.pk], window_of(TODAY, NOW))
    person.refresh_from_db()
    return person


def assessed(
    cast: Cast, person: Person, *, on: date = TODAY, at: datetime = NOW, rationale: str = "", **yes: Any
) -> EarlyAssessment:
    answers = Answers(oasys_on=on, criteria={**NOTHING, **yes}, rationale=rationale)
    return assess_early(person=person, answers=answers, request_id=uuid4(), by=cast.of(Role.POM), at=at)


def referred(cast: Cast, person: Person, **yes: Any) -> EarlyAssessment:
    row = assessed(cast, person, **(yes or {"high_profile": True}))
    approve_early(assessment=row.pk, approved=True, approval="", by=cast.of(Role.HOMD), at=NOW)
    return refer(cast, row)


def refer(cast: Cast, row: EarlyAssessment, on: date = TODAY, *, at: datetime = NOW) -> EarlyAssessment:
    to = {"referred_on": on, "referred_to": "the gatekeeper"}
    return refer_early(assessment=row.pk, by=cast.of(Role.POM), at=at, **to)


def decided(cast: Cast, row: EarlyAssessment, decision: str = "accepted", on: date = TODAY) -> EarlyAssessment:
    facts = {"decision": decision, "decided_on": on, "decided_by": "G. Keeper", "words": ""}
    return record_early_decision(assessment=row.pk, by=cast.of(Role.HOMD), at=NOW, **facts)


def open_duties(person: Person) -> set[str]:
    return set(person.obligations.demanding().filter(kind__startswith="ea_").values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("yes", "klass"),
    [
        ({}, "none"),
        ({"cppc_in_principle": True}, "automatic"),
        ({"nca_case": True}, "none"),
        ({"nca_case": True, "scpo": True}, "automatic"),
        ({"mappa_level_needed": 3}, "automatic"),
        ({"extremism_screening": True}, "discretionary"),
        ({"mappa_level_needed": 2}, "none"),
        ({"mappa_level_needed": 2, "mappa_exceptional": True}, "discretionary"),
    ],
)
def test_the_answers_become_facts_and_the_rule_gives_the_class(cast: Cast, yes: dict[str, Any], klass: str) -> None:
    person = case(cast)
    row = assessed(cast, person, rationale="Hostel places take a year", **yes)
    assert (row.klass, row.in_window) == (klass, True)
    kept = DetailEntry.objects.filter(person=person, source="Early allocation assessment")
    assert set(yes) <= set(kept.values_list("field", flat=True))
    assert row.steps, "it can say why"


def test_a_discretionary_case_needs_its_rationale_and_nothing_is_kept_without(cast: Cast) -> None:
    person = case(cast)
    with pytest.raises(RefusedError, match="rationale"):
        assessed(cast, person, extremism_screening=True)
    assert not EarlyAssessment.objects.exists()
    assert not DetailEntry.objects.filter(field="extremism_screening").exists()


@pytest.mark.parametrize(
    ("on", "refused"),
    [(oldest_oasys(TODAY), True), (oldest_oasys(TODAY + (days(1) - TODAY)), False), (TODAY, False), (days(1), True)],
)
def test_the_oasys_is_younger_than_three_months_and_not_ahead(cast: Cast, on: date, refused: bool) -> None:
    person = case(cast)
    if not refused:
        assert assessed(cast, person, on=on)
        return
    with pytest.raises(RefusedError) as error:
        assessed(cast, person, on=on)
    assert error.value.field == "oasys_on"


def test_outside_the_window_it_is_saved_and_nothing_is_referred(cast: Cast) -> None:
    person = case(cast, crd=days(900))
    row = assessed(cast, person, high_profile=True)
    assert not row.in_window
    assert ObligationKind.EA_REFERRAL_REVIEW in open_duties(person), "the referral review stands"
    assert ObligationKind.EA_FIRST_REVIEW not in open_duties(person), "the first review is done"
    with pytest.raises(RefusedError, match="nothing to approve"):
        approve_early(assessment=row.pk, approved=True, approval="", by=cast.of(Role.HOMD), at=NOW)


def test_whoever_assessed_does_not_approve(cast: Cast) -> None:
    row = assessed(cast, case(cast), high_profile=True)
    with pytest.raises(RefusedError, match="yourself"):
        approve_early(assessment=row.pk, approved=True, approval="", by=cast.of(Role.POM), at=NOW)


def test_accepted_it_is_in_force_at_once_with_its_new_date(cast: Cast) -> None:
    person = case(cast)
    before = person.handoverdeterminations.current().get()
    row = decided(cast, referred(cast, person))
    after = person.handoverdeterminations.current().get()
    assert after.reason == "early_allocation"
    assert after.handover_on < before.handover_on
    person.details.refresh_from_db()
    assert (person.details.early_allocation, person.details.early_allocation_agreed_on) == (True, TODAY)
    assert ObligationKind.EA_REFERRAL_REVIEW not in open_duties(person)
    deeds = ["assess_early", "approve_early", "refer_early", "record_early_decision"]
    assert AuditEvent.objects.filter(person=person, action__in=deeds).count() == len(deeds)
    withdraw_early(assessment=row.pk, because="Of another person", by=cast.of(Role.HOMD), at=NOW)
    assert person.handoverdeterminations.current().get().handover_on == before.handover_on


def test_rejected_the_normal_rules_apply_and_it_can_be_assessed_again(cast: Cast) -> None:
    person = case(cast)
    before = person.handoverdeterminations.current().get().handover_on
    row = referred(cast, person, extremism_screening=True, rationale="Time")
    decided(cast, row, "rejected")
    assert person.handoverdeterminations.current().get().handover_on == before
    assert assessed(cast, person, high_profile=True).klass == "automatic"


def test_what_was_declined_asks_for_nothing_until_the_next_assessment(cast: Cast) -> None:
    """EA-25: neither transfer nor MAPPA referral stays owed, nor an OASys brought forward."""
    person = case(cast)
    row = assessed(cast, person, extremism_screening=True, rationale="Time")
    assert ObligationKind.EA_TRANSFER in open_duties(person)
    approve_early(assessment=row.pk, approved=False, approval="", by=cast.of(Role.HOMD), at=NOW)
    assert open_duties(person) == set()
    assessed(cast, person, extremism_screening=True, rationale="More time")
    assert ObligationKind.EA_TRANSFER in open_duties(person)


def test_a_later_assessment_leaves_what_is_in_force_alone(cast: Cast) -> None:
    person = case(cast)
    first = decided(cast, referred(cast, person))
    second = referred(cast, person, extremism_screening=True, rationale="Time")
    decided(cast, second, "rejected")
    assert person.handoverdeterminations.current().get().reason == "early_allocation"
    third = decided(cast, referred(cast, person))
    withdraw_early(assessment=first.pk, because="Of another person", by=cast.of(Role.HOMD), at=NOW)
    assert person.handoverdeterminations.current().get().reason == "early_allocation", "the third stands"
    withdraw_early(assessment=third.pk, because="Of another person", by=cast.of(Role.HOMD), at=NOW)
    assert person.handoverdeterminations.current().get().reason == "determinate"


def test_it_ends_with_the_sentence(cast: Cast) -> None:
    person = case(cast)
    row = decided(cast, referred(cast, person))
    Sentence.objects.update(closed_at=NOW)
    SentenceFactory(person=person, started_on=days(1), crd=days(1500), sed=days(2000))
    reconcile([person.pk], window_of(days(2), NOW + timedelta(days=2)))
    assert person.handoverdeterminations.current().get().reason == "determinate"
    with pytest.raises(RefusedError, match="ended"):
        withdraw_early(assessment=row.pk, because="Late", by=cast.of(Role.HOMD), at=NOW)
    assert not EarlyAssessment.objects.in_force().exists()


def test_the_homd_cannot_refuse_an_automatic_case(cast: Cast) -> None:
    row = assessed(cast, case(cast), high_profile=True)
    with pytest.raises(RefusedError, match="automatic"):
        approve_early(assessment=row.pk, approved=False, approval="", by=cast.of(Role.HOMD), at=NOW)


def test_an_automatic_case_is_not_the_gatekeepers_to_reject(cast: Cast) -> None:
    row = referred(cast, case(cast))
    with pytest.raises(RefusedError, match="automatic"):
        decided(cast, row, "rejected")


@pytest.mark.parametrize("on", [days(-1), days(1)])
def test_no_decision_comes_before_the_referral_or_tomorrow(cast: Cast, on: date) -> None:
    row = referred(cast, case(cast))
    with pytest.raises(RefusedError) as error:
        decided(cast, row, on=on)
    assert error.value.field == "decided_on"


def test_one_is_under_way_at_a_time_and_the_same_form_twice_is_one(cast: Cast) -> None:
    person = case(cast)
    answers = Answers(oasys_on=TODAY, criteria={**NOTHING, "high_profile": True}, rationale="")
    facts = {"person": person, "answers": answers, "request_id": uuid4(), "by": cast.of(Role.POM), "at": NOW}
    assert assess_early(**facts) == assess_early(**facts)
    with pytest.raises(RefusedError, match="finish that first"):
        assessed(cast, person, scpo=True)


def test_each_step_is_taken_once_and_the_second_is_told_who_was_first(cast: Cast) -> None:
    row = referred(cast, case(cast))
    with pytest.raises(RefusedError, match="Pat Offender referred it"):
        refer(cast, row)
    decided(cast, row)
    with pytest.raises(RefusedError, match="Hollis Delivery recorded it"):
        decided(cast, row)
