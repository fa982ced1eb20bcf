"""Decisions around a recall: another function than the rule advises (RC-04), and reviews of re-release (RC-05)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from handover.cases import before_this_return
from handover.duty_actions import RefusedError
from handover.models import ExecutiveReview, FunctionDecision
from handover.release_reviews import state_hearing
from handover.timetable_cases import read_duties
from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.details import Statement
from omic.formats import day, moment
from omic.models import LegalStatus, Person, Sentence, Staff
from omic.reconcile import lock, reconcile, window_of

SOURCE = "Recorded with the recall"


@dataclass(frozen=True, slots=True)
class ReviewOfRelease:
    """One review of whether somebody recalled may be released again."""

    route: str
    reviewed_on: date
    reviewed_by: str
    outcome: str
    note: str = ""
    next_review_on: date | None = None


@transaction.atomic
def decide_function(*, person: Person, function: str, because: str, by: Staff, at: datetime) -> FunctionDecision:
    """Decide that somebody recalled goes elsewhere than RC-04 advises; deciding on what it advises ends that decision.

    Raises RefusedError for what is advised where no decision stands.
    """
    sentence = recalled_sentence(person)
    case = next(read_duties([person.pk], london_day(at)), None)
    advice = case.timetable.recall if case else None
    advised = (advice.onward_function or advice.function) if advice else ""
    if function == advised and standing_decision(sentence) is None:
        raise RefusedError("This is what the rule advises: nothing to decide", field="function")
    facts = {"advised": advised, "function": function, "because": because}
    decision = FunctionDecision.objects.create(
        person=person, prison_id=person.prison_id, sentence=sentence, decided_by=by, decided_at=at, **facts
    )
    _audit("decide_function", person, by=by, at=at, function=function, advised=advised)
    return decision


def standing_decision(sentence: Sentence) -> FunctionDecision | None:
    """Where the HOMD decided that they go after the present recall; None where what RC-04 advises stands."""
    last = sentence.function_decisions.select_related("decided_by").first()
    if last is None or last.function == last.advised:
        return None
    # One after an earlier recall says nothing of this one.
    return None if before_this_return(london_day(last.decided_at), sentence.returned_at) else last


@transaction.atomic
def record_release_review(*, person: Person, review: ReviewOfRelease, by: Staff, at: datetime) -> ExecutiveReview:
    """Record a review of re-release; the hearing's outcome and the next review follow at once.

    Raises RefusedError for a day ahead, before the recall, or recorded already.
    """
    sentence = recalled_sentence(person)
    _check(review, sentence, london_day(at))
    facts = {name: getattr(review, name) for name in review.__slots__}
    try:
        with transaction.atomic():
            row = ExecutiveReview.objects.create(
                person=person, prison_id=person.prison_id, sentence=sentence, recorded_by=by, recorded_at=at, **facts
            )
    except IntegrityError as error:
        raise RefusedError("A review of this day is recorded already. Look again", field="reviewed_on") from error
    _follow(sentence, by=by, at=at)
    _audit("record_release_review", person, by=by, at=at, review=row.pk, outcome=review.outcome)
    return row


@transaction.atomic
def withdraw_release_review(*, review: ExecutiveReview, because: str, by: Staff, at: datetime) -> None:
    """Take a review back that was recorded in error; what followed from it goes with it.

    Raises RefusedError when somebody has done so.
    """
    lock([review.person_id])
    row = ExecutiveReview.objects.select_related("person", "sentence__person", "withdrawn_by").get(pk=review.pk)
    if row.withdrawn_at:
        raise RefusedError(f"{row.withdrawn_by} took this back on {moment(row.withdrawn_at)}. Look again")
    row.withdrawn_by, row.withdrawn_at, row.withdrawn_because = by, at, because
    row.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_because"])
    _follow(row.sentence, by=by, at=at)
    _audit("withdraw_release_review", row.person, by=by, at=at, review=row.pk, because=because)


def recalled_sentence(person: Person) -> Sentence:
    """The sentence that they were recalled on, behind the person's lock."""
    lock([person.pk])
    sentence = Sentence.objects.filter(person=person, closed_at=None, recalled=True).first()
    if sentence is None and person.legal_status == LegalStatus.RECALL:
        raise RefusedError(f"It is not known on which sentence {person.name} was recalled")
    if sentence is None:
        raise RefusedError(f"{person.name} is not recalled")
    return sentence


def _follow(sentence: Sentence, *, by: Staff, at: datetime) -> None:
    """A recall that is over, or a sentence that is, is heard no more."""
    if sentence.recalled and sentence.closed_at is None:
        state_hearing(sentence, Statement(SOURCE, london_day(at), Actor(staff=by), at))
    reconcile([sentence.person_id], window_of(london_day(at), at))


def _check(review: ReviewOfRelease, sentence: Sentence, on: date) -> None:
    if review.reviewed_on > on:
        raise RefusedError("The day must be today or in the past", field="reviewed_on")
    returned_on = sentence.returned_at and london_day(sentence.returned_at)
    if returned_on and review.reviewed_on < returned_on:
        raise RefusedError(f"They were returned on {day(returned_on)}: no review came before", field="reviewed_on")
    if review.next_review_on and review.next_review_on <= review.reviewed_on:
        raise RefusedError("The next review comes after this one", field="next_review_on")


def _audit(action: str, person: Person, *, by: Staff, at: datetime, **detail: object) -> None:
    audit.record(by=Actor(staff=by), action=action, at=at, prison=person.prison, person=person, **detail)
