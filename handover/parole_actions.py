"""What staff record of parole reviews: when one is to be heard, what came of it, and when that was received."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction

from handover.duty_actions import RefusedError
from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.details import Statement, state_details, state_parole_review
from omic.formats import day
from omic.models import CaseDetails, ParoleReview, Person, Staff
from omic.reconcile import lock, reconcile, window_of
from omic.recorded import check_review

SOURCE = "Recorded with the parole reviews"


@dataclass(frozen=True, slots=True)
class ReviewRecord:
    """One review as it is typed: `next_hearing_on` is the new date of one that was adjourned or deferred (PA-08)."""

    target_hearing_on: date | None
    outcome: str = ""
    outcome_on: date | None = None
    received_on: date | None = None
    next_hearing_on: date | None = None


@transaction.atomic
def record_review(*, person: Person, record: ReviewRecord, seen: str | None = None, by: Staff, at: datetime) -> bool:
    """Record a review, or what came of one that is known by its hearing date; dates and duties follow at once.

    Says whether anything changed. Nothing is kept that cannot be: raises RefusedError for a day ahead, for an outcome
    before the hearing was asked for, and for a new date of a review that was not deferred, or that is its old one;
    RecordedError for another outcome than was recorded after the page was shown, which showed the reviews `seen`.
    """
    _check(record, london_day(at))
    lock([person.pk])
    if seen is not None:
        _check_seen(person, record, seen)
    statement = Statement(SOURCE, london_day(at), Actor(staff=by), at)
    if not _state(person, record, statement):
        return False
    reconcile([person.pk], window_of(london_day(at), at))
    audit.record(
        by=Actor(staff=by), action="record_review", at=at, prison=person.prison, person=person,
        hearing=record.target_hearing_on and record.target_hearing_on.isoformat(), outcome=record.outcome,
    )  # fmt: skip
    return True


def _state(person: Person, record: ReviewRecord, statement: Statement) -> bool:
    """Whether any of it was news."""
    if record.outcome_on and not _is_known(person, record):
        _ask_com_again(person, replace(statement, as_at=record.outcome_on))
    news = state_parole_review(
        person,
        statement,
        target_hearing_on=record.target_hearing_on,
        outcome=record.outcome,
        outcome_on=record.outcome_on,
        received_on=record.received_on,
    )
    if record.next_hearing_on:
        news |= state_parole_review(person, statement, target_hearing_on=record.next_hearing_on)
    return news


def _is_known(person: Person, record: ReviewRecord) -> bool:
    """Whether the review has this outcome already: its day may be put right, and that is no new one."""
    same = person.parole_reviews.filter(target_hearing_on=record.target_hearing_on, outcome=record.outcome)
    return bool((same if record.target_hearing_on else same.filter(outcome_on=record.outcome_on)).exists())


def _ask_com_again(person: Person, statement: Statement) -> None:
    """PA-05: what the COM had reviewed up to the day of an outcome, of which the statement is, came before it."""
    if CaseDetails.objects.filter(person=person, com_oasys_reviewed=True).exists():
        state_details(person, {"com_oasys_reviewed": False}, statement, deliberate=True)


def _check(record: ReviewRecord, on: date) -> None:
    if record.outcome and record.outcome_on is None:
        raise RefusedError("Enter the day of the outcome", field="outcome_on")
    if not record.outcome and (record.outcome_on or record.received_on):
        raise RefusedError("Select the outcome of that day", field="outcome")
    if not record.outcome and record.target_hearing_on is None:
        raise RefusedError("Enter the target hearing date, or an outcome and its day", field="target_hearing_on")
    for name in ("outcome_on", "received_on"):
        if (given := getattr(record, name)) and given > on:
            raise RefusedError("The day must be today or in the past", field=name)
    _check_order(record)


def _check_seen(person: Person, record: ReviewRecord, seen: str) -> None:
    check_review(
        person,
        seen=seen,
        target_hearing_on=record.target_hearing_on,
        outcome=record.outcome,
        outcome_on=record.outcome_on,
        received_on=record.received_on,
    )


def _check_order(record: ReviewRecord) -> None:
    outcome_on, received_on, next_on = record.outcome_on, record.received_on, record.next_hearing_on
    if outcome_on and received_on and received_on < outcome_on:
        raise RefusedError(f"The outcome is of {day(outcome_on)}: it was received then or later", field="received_on")
    if next_on and record.outcome != ParoleReview.Outcome.DEFERRED:
        raise RefusedError("Only a review that was adjourned or deferred has a new date", field="next_hearing_on")
    if next_on and next_on == record.target_hearing_on:
        raise RefusedError("The new date is the old one: enter another", field="next_hearing_on")
    if next_on and outcome_on and next_on <= outcome_on:
        raise RefusedError(f"The new date must be after {day(outcome_on)}", field="next_hearing_on")
