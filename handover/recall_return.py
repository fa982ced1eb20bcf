"""The moment of return after a recall, from which the 48 hours count (RC-01). The roll knows the day alone."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from handover.duty_actions import RefusedError
from handover.recall_actions import recalled_sentence
from handover.timetable.policy import Cause
from handover.timetable_cases import after_return
from omic import audit
from omic.audit import Actor
from omic.calendar import london_day, london_midnight
from omic.formats import day, moment
from omic.models import Obligation, ObligationKind, ObligationState, Person, Sentence, Staff
from omic.reconcile import reconcile, window_of

AFTER_RETURN = (ObligationKind.RECALL_EXPLANATION, ObligationKind.POST_RECALL_MEETING)


@transaction.atomic
def record_return(*, person: Person, returned_at: datetime, because: str, seen: str, by: Staff, at: datetime) -> bool:
    """Record the moment of return after a recall, from which RC-01's 48 hours count; says whether it was news.

    The roll knows the day alone. `seen` is what the page showed (`shown`). Raises RefusedError for a moment ahead or
    before the sentence, after something that followed the return, for another day than is known without `because`,
    for midnight, by which a day without its hour is kept, and where somebody has recorded another moment since.
    """
    sentence = recalled_sentence(person)
    before = sentence.returned_at
    if before == returned_at:
        return False
    if shown(sentence) != seen:
        raise RefusedError(f"{moment(before) or 'Nothing'} is recorded by now. Check it and save again")
    _check_return(sentence, returned_at, because, at)
    sentence.returned_at = returned_at
    sentence.version += 1
    sentence.save(update_fields=["returned_at", "version"])
    _carry_over(sentence, before)
    reconcile([person.pk], window_of(london_day(at), at))
    said = {"before": before and before.isoformat(), "returned_at": returned_at.isoformat(), "because": because}
    facts = {"sentence": sentence.pk, **said}
    audit.record(by=Actor(staff=by), action="record_return", at=at, prison=person.prison, person=person, **facts)
    return True


def shown(sentence: Sentence | None) -> str:
    """The moment of return as a page's hidden field keeps it."""
    return sentence.returned_at.isoformat() if sentence and sentence.returned_at else ""


def hour_known(returned_at: datetime | None) -> bool:
    """Whether the moment of return is known by the hour; midnight stands for a day whose hour is not."""
    return returned_at is not None and returned_at != london_midnight(london_day(returned_at))


def _check_return(sentence: Sentence, returned_at: datetime, because: str, at: datetime) -> None:
    on, known = london_day(returned_at), sentence.returned_at
    if returned_at > at:
        raise RefusedError("The time must be now or in the past", field="returned_at")
    if sentence.started_on and on < sentence.started_on:
        raise RefusedError(f"The sentence began on {day(sentence.started_on)}", field="returned_at")
    if not hour_known(returned_at):
        words = "Midnight stands for an hour that is not known: enter 00:01 if they returned then"
        raise RefusedError(words, field="returned_at")
    if known and london_day(known) != on and not because:
        raise RefusedError(f"{day(london_day(known))} is known: say why it was another day", field="because")
    _check_what_followed(sentence, returned_at)


def _check_what_followed(sentence: Sentence, returned_at: datetime) -> None:
    """Nothing that was done after the return can have been done before it."""
    explained = Q(kind=ObligationKind.RECALL_EXPLANATION, met_at__lt=returned_at)
    met = Q(met_at__lt=london_midnight(london_day(returned_at)))  # the meeting is recorded by the day
    if duty := _after_return(sentence, sentence.returned_at).filter(explained | met, state=ObligationState.MET).first():
        words = f"“{duty.get_kind_display()}” is recorded as done on {moment(duty.met_at)}, which was after the return"
        raise RefusedError(words, field="returned_at")
    reviews = sentence.executive_reviews.filter(withdrawn_at=None, reviewed_on__lt=london_day(returned_at))
    if review := reviews.order_by("reviewed_on").first():
        words = f"A review of re-release of {day(review.reviewed_on)} is recorded, which was after the return"
        raise RefusedError(words, field="returned_at")


def _after_return(sentence: Sentence, returned_at: datetime | None) -> QuerySet[Obligation]:
    """The duties that count from this return."""
    slot = f"{Cause.RECALL}-{after_return(sentence.pk, london_day(returned_at))}" if returned_at else ""
    duties = Obligation.objects.filter(person=sentence.person_id, kind__in=AFTER_RETURN, slot=slot)
    return duties.exclude(state=ObligationState.VOID)


def _carry_over(sentence: Sentence, before: datetime | None) -> None:
    """What was owed or done about this return stays about it when its day is corrected."""
    assert sentence.returned_at is not None
    slot = f"{Cause.RECALL}-{after_return(sentence.pk, london_day(sentence.returned_at))}"
    taken = _after_return(sentence, sentence.returned_at).values("kind")
    _after_return(sentence, before).exclude(kind__in=taken).update(slot=slot)
