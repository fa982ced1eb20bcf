"""Early allocation: assessed by the POM, approved by the HOMD, referred, decided by the community, or taken back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Min, Q

from handover.duty_actions import RefusedError
from handover.early_known import ASSESSMENT, RATIONALE, TAKEN_BACK, restated
from handover.models import EarlyAssessment
from handover.timetable.case import Case, case_of
from handover.timetable.early_allocation import window_opens_on
from handover.timetable.policy import NUMBERS
from handover.timetable_cases import DutyCase, read_duties
from omic import audit
from omic.audit import Actor
from omic.calendar import add_months, london_day, london_midnight
from omic.details import OlderError, record_details
from omic.formats import day, moment
from omic.models import ObligationKind, Person, Staff
from omic.obligations import meet
from omic.policy import Steps, steps_as_json
from omic.reconcile import lock, reconcile, window_of

DECISION = "The community’s decision on early allocation"
DECIDED = ("decision", "decided_on", "decided_by", "decision_words", "decision_recorded_by", "decision_recorded_at")
COUNTS = "assessed for early allocation"
TWO_PEOPLE = "You made this assessment yourself: another HOMD has to answer"
_CLASS = EarlyAssessment.Class


@dataclass(frozen=True, slots=True)
class Answers:
    """What somebody answers: the day of the OASys that it rests on, the criteria by name, and the rationale."""

    oasys_on: date
    criteria: Mapping[str, Any]
    rationale: str


@transaction.atomic
def assess_early(*, person: Person, answers: Answers, request_id: UUID, by: Staff, at: datetime) -> EarlyAssessment:
    """Record an assessment; the answers become facts of the case, and the rule gives the class (EA-01 to EA-10).

    Sending the same form twice records one. Raises RefusedError while another is under way, without a sentence, for
    an OASys that is too old, and for a discretionary case without its rationale.
    """
    lock([person.pk])
    if saved := EarlyAssessment.objects.filter(request_id=request_id).first():
        return saved
    person, on = Person.objects.get(pk=person.pk), london_day(at)
    _check_oasys(answers.oasys_on, on)
    _none_under_way(person)
    _state(person, {**answers.criteria, RATIONALE: answers.rationale or None}, ASSESSMENT, by=by, at=at)
    found = _case(person, on)
    case, answer = case_of(found.facts, found.timetable.policy), found.timetable.early_allocation
    if answer.missing:
        raise RefusedError("A discretionary case needs its rationale: why release needs more time", field="rationale")
    assessment = EarlyAssessment.objects.create(
        person=person,
        prison_id=person.prison_id,
        sentence_id=found.row["sentence__id"],
        oasys_on=answers.oasys_on,
        answers={name: value for name, value in answers.criteria.items() if value is not None},
        klass=answer.allocation_class,
        rationale=answers.rationale,
        assessed_by=by,
        assessed_at=at,
        request_id=request_id,
        **_judged(found, case),
    )
    _meet_reviews(assessment, by=by, at=at)
    _follow("assess_early", assessment, by=by, at=at, klass=assessment.klass)
    return assessment


def _judged(found: DutyCase, case: Case) -> dict[str, Any]:
    """What the class and the window rest on. What cannot be dated is outside the window: it is not to be referred."""
    window = window_opens_on(case)
    steps: Steps = tuple(step for step in found.timetable.steps if step.rule_id.startswith("EA-"))
    return {
        "policy": found.timetable.policy,
        "steps": steps_as_json((*steps, window[1]) if window else steps),
        "release_on": case.release.on if case.release else None,
        "in_window": window is not None and window[0] <= case.today,
    }


@transaction.atomic
def approve_early(*, assessment: int, approved: bool, approval: str, by: Staff, at: datetime) -> EarlyAssessment:
    """The HOMD's answer to an assessment that somebody else made. Raises RefusedError."""
    row = _locked(assessment)
    if row.assessed_by_id == by.pk:
        raise RefusedError(TWO_PEOPLE)
    if row.approved is not None:
        raise RefusedError(f"{row.approved_by} answered on {moment(row.approved_at)}. Look again")
    if row.klass == _CLASS.NONE or not row.in_window:
        raise RefusedError("Nothing follows from this assessment, so there is nothing to approve")
    if not approved and row.klass == _CLASS.AUTOMATIC:
        raise RefusedError(
            "An automatic case cannot be refused. If an answer is wrong, have it taken back", field="approved"
        )
    row.approved, row.approved_by, row.approved_at, row.approval = approved, by, at, approval
    row.save(update_fields=["approved", "approved_by", "approved_at", "approval"])
    if not approved:
        _meet(row.person, Q(kind=ObligationKind.EA_REFERRAL_REVIEW), "refused by the HOMD", by=by, at=at)
    _follow("approve_early", row, by=by, at=at, approved=approved)
    return row


@transaction.atomic
def refer_early(*, assessment: int, referred_on: date, referred_to: str, by: Staff, at: datetime) -> EarlyAssessment:
    """Record that the approved case was referred on a day, which meets the referral review then (EA-22).

    Raises RefusedError, also for a day before the approval's or ahead.
    """
    row = _locked(assessment)
    if row.approved is not True:
        raise RefusedError("The HOMD has not approved this")
    if row.referred_at:
        raise RefusedError(f"{row.referred_by} referred it on {day(row.referred_at)}. Look again")
    row.referred_by, row.referred_at, row.referred_to = by, _referred_at(row, referred_on, at), referred_to
    row.save(update_fields=["referred_by", "referred_at", "referred_to"])
    review = Q(kind=ObligationKind.EA_REFERRAL_REVIEW)
    _meet(row.person, review, "referred for early allocation", by=by, at=row.referred_at)
    _follow("refer_early", row, by=by, at=at, to=referred_to, on=referred_on.isoformat())
    return row


def _referred_at(row: EarlyAssessment, on: date, at: datetime) -> datetime:
    """The moment that stands for the day: of today the present, else its first one after the approval."""
    assert row.approved_at is not None
    if on > london_day(at):
        raise RefusedError("The day of the referral must be today or in the past", field="referred_on")
    if on < (approved_on := london_day(row.approved_at)):
        raise RefusedError(f"It was approved on {day(approved_on)}: no referral came before", field="referred_on")
    return at if on == london_day(at) else max(row.approved_at, london_midnight(on))


@transaction.atomic
def record_early_decision(
    *, assessment: int, decision: str, decided_on: date, decided_by: str, words: str, by: Staff, at: datetime
) -> EarlyAssessment:
    """Record what the community decided; accepted, it is in force from that day, with new dates at once (EA-23).

    Rejected, the case goes by the normal rules, and is reviewed on (EA-25). Raises RefusedError.
    """
    row = _locked(assessment)
    if row.decision:
        raise RefusedError(f"{row.decision_recorded_by} recorded it on {moment(row.decision_recorded_at)}. Look again")
    if row.referred_at is None:
        raise RefusedError("This has not been referred")
    accepted = decision == EarlyAssessment.Decision.ACCEPTED
    if not accepted and row.klass == _CLASS.AUTOMATIC:
        raise RefusedError("An automatic case is not the gatekeeper’s to reject (EA-10)", field="decision")
    _check_decided(decided_on, row, london_day(at))
    row.decision, row.decided_on, row.decided_by, row.decision_words = decision, decided_on, decided_by, words
    row.decision_recorded_by, row.decision_recorded_at = by, at
    row.save(update_fields=DECIDED)
    state_agreement(row.person, DECISION, by=by, at=at)
    _follow("record_early_decision", row, by=by, at=at, decision=decision, on=decided_on.isoformat())
    return row


@transaction.atomic
def withdraw_early(*, assessment: int, because: str, by: Staff, at: datetime) -> EarlyAssessment:
    """Take an assessment back, at whatever stage; one in force is so no more, and its answers say nothing more.

    What follows from them is no longer owed, unless they were known otherwise. Raises RefusedError.
    """
    row = _locked(assessment)
    row.withdrawn_by, row.withdrawn_at, row.withdrawn_because = by, at, because
    row.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_because"])
    if known := restated(row.person):
        _state(row.person, known, TAKEN_BACK, by=by, at=at)
    if row.decision == EarlyAssessment.Decision.ACCEPTED:
        state_agreement(row.person, TAKEN_BACK, by=by, at=at)
    _follow("withdraw_early", row, by=by, at=at, because=because)
    return row


def oldest_oasys(on: date) -> date:
    """The first day of an OASys that an assessment made on `on` may rest on: younger than three months."""
    return add_months(on, -NUMBERS.ea_oasys_months)


def _check_oasys(oasys_on: date, on: date) -> None:
    if oasys_on > on:
        raise RefusedError("The day of the OASys must be today or in the past", field="oasys_on")
    if oasys_on <= oldest_oasys(on):
        months = NUMBERS.ea_oasys_months
        raise RefusedError(f"The OASys must be less than {months} months old: complete a new one", field="oasys_on")


def _check_decided(decided_on: date, row: EarlyAssessment, on: date) -> None:
    assert row.referred_at is not None
    if decided_on > on:
        raise RefusedError("The day of the decision must be today or in the past", field="decided_on")
    if decided_on < (referred_on := london_day(row.referred_at)):
        raise RefusedError(f"It was referred on {day(referred_on)}: no decision came before", field="decided_on")


def _none_under_way(person: Person) -> None:
    rows = person.early_assessments.under_way().select_related("assessed_by")
    if there := rows.first():
        raise RefusedError(f"{there.assessed_by} assessed this on {moment(there.assessed_at)}: finish that first")


def _case(person: Person, on: date) -> DutyCase:
    """The case as the timetable sees it now. Raises RefusedError for somebody who serves no sentence here."""
    found = next(read_duties([person.pk], on), None)
    if found is None or found.row["sentence__id"] is None or not found.facts.handover.sentence_start:
        raise RefusedError(f"{person.name} serves no sentence here, or the day it began is not known")
    return found


def state_agreement(person: Person, source: str, *, by: Staff, at: datetime) -> None:
    """In force from the first day on which one of the assessments that stand was accepted; else not in force."""
    agreed_on = person.early_assessments.in_force().aggregate(first=Min("decided_on"))["first"]
    values = {"early_allocation": agreed_on is not None, "early_allocation_agreed_on": agreed_on}
    _state(person, values, source, by=by, at=at)


def _state(person: Person, values: Mapping[str, Any], source: str, *, by: Staff, at: datetime) -> None:
    """As facts of the case, by the one way in; tier, dates and duties follow at once."""
    try:
        record_details(person=person, values=values, source=source, as_at=london_day(at), by=Actor(staff=by), at=at)
    except OlderError as error:
        raise RefusedError("Something newer is recorded in the case details. Look there first") from error
    except ValidationError as error:
        raise RefusedError(" ".join(error.messages)) from error


def _meet_reviews(assessment: EarlyAssessment, *, by: Staff, at: datetime) -> None:
    """EA-20, and a review with an OASys that counts as the one due (EA-21); EA-22 where nothing is to be referred."""
    due_by = london_day(at) + timedelta(days=NUMBERS.counts_days)
    kinds = [ObligationKind.EA_FIRST_REVIEW]
    if assessment.in_window and assessment.klass == _CLASS.NONE:
        kinds.append(ObligationKind.EA_REFERRAL_REVIEW)
    _meet(assessment.person, Q(kind__in=kinds), COUNTS, by=by, at=at)
    _meet(assessment.person, Q(kind=ObligationKind.EA_REVIEW, due_on__lte=due_by), COUNTS, by=by, at=at)


def _meet(person: Person, which: Q, because: str, *, by: Staff, at: datetime) -> None:
    for duty in person.obligations.demanding().filter(which):
        meet(duty, by=by, at=at, because=because)


def _locked(assessment: int) -> EarlyAssessment:
    """The row, behind its person's. Raises RefusedError for one taken back, or of a sentence that has ended."""
    lock([EarlyAssessment.objects.values_list("person", flat=True).get(pk=assessment)])
    people = ("person", "person__prison", "assessed_by", "approved_by", "referred_by", "decision_recorded_by")
    row = EarlyAssessment.objects.select_related(*people, "withdrawn_by", "sentence").get(pk=assessment)
    if row.sentence.closed_at:
        raise RefusedError("The sentence that this was about has ended")
    if row.withdrawn_at:
        raise RefusedError(f"{row.withdrawn_by} took this back on {moment(row.withdrawn_at)}. Look again")
    return row


def _follow(action: str, row: EarlyAssessment, *, by: Staff, at: datetime, **detail: object) -> None:
    reconcile([row.person_id], window_of(london_day(at), at))
    facts = {"assessment": row.pk, **detail}
    audit.record(by=Actor(staff=by), action=action, at=at, prison=row.person.prison, person=row.person, **facts)
