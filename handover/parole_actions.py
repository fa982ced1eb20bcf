"""What staff record of parole reviews: when one is heard, what came of it, when that was received; and take back."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from handover.duty_actions import RefusedError
from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.details import Statement
from omic.formats import day, moment
from omic.models import ParoleReview, Person, Staff
from omic.parole_reviews import give_back, state_parole_review
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
    before the hearing was asked for, for a day before the sentence, which the rules would pass over, and for a new
    date of a review that was not deferred, or that is its old one; RecordedError for another outcome than was recorded
    after the page was shown, which showed the reviews `seen`.
    """
    _check(record, london_day(at))
    lock([person.pk])
    _check_sentence(person, record)
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


@transaction.atomic
def withdraw_review(*, review: ParoleReview, because: str, by: Staff, at: datetime) -> None:
    """Take a review back that was recorded in error; dates and duties stand at once as if it had never been.

    What the COM had reviewed before its outcome counts again (PA-05). Raises RefusedError when somebody has done so.
    """
    lock([review.person_id])
    row = ParoleReview.objects.select_related("person__prison", "withdrawn_by").get(pk=review.pk)
    if row.withdrawn_at:
        raise RefusedError(f"{row.withdrawn_by} took this back on {moment(row.withdrawn_at)}. Look again")
    row.withdrawn_by, row.withdrawn_at, row.withdrawn_because = by, at, because
    row.version += 1
    row.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_because", "version"])
    on, actor = london_day(at), Actor(staff=by)
    give_back(row.person, Statement(SOURCE, on, actor, at))
    reconcile([row.person_id], window_of(on, at))
    facts = {"review": row.pk, "because": because}
    audit.record(by=actor, action="withdraw_review", at=at, prison=row.person.prison, person=row.person, **facts)


def _state(person: Person, record: ReviewRecord, statement: Statement) -> bool:
    """Whether any of it was news."""
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


def _check_sentence(person: Person, record: ReviewRecord) -> None:
    began = person.sentences.filter(closed_at=None).values_list("started_on", flat=True).first()
    for name in ("target_hearing_on", "outcome_on"):
        if began and (given := getattr(record, name)) and given < began:
            raise RefusedError(f"The sentence began on {day(began)}: check the year", field=name)


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
    if next_on and record.target_hearing_on and next_on <= record.target_hearing_on:
        words = f"The new date must be after the old one, {day(record.target_hearing_on)}"
        raise RefusedError(words, field="next_hearing_on")
    if next_on and outcome_on and next_on <= outcome_on:
        raise RefusedError(f"The new date must be after {day(outcome_on)}", field="next_hearing_on")
