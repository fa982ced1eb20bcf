"""Recording what an LDU has answered."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from handover.duty_actions import RefusedError
from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.details import OlderError, record_details
from omic.models import Person, Staff
from omic.reconcile import lock

SOURCE = "The LDU’s answer"


@transaction.atomic
def record_answer(
    *,
    person: Person,
    answer: str,
    com_name: str,
    com_email: str,
    by: Staff,
    at: datetime,
    questions: Collection[int] | None = None,
) -> int:
    """Record the LDU's answer to what is open about the person; how many questions it answers.

    `questions` are those that it answers; None for all of them. A COM it names becomes a detail of the case. Raises
    RefusedError when none of them is open, be it that somebody else was quicker, or when something newer is known of
    the COM.
    """
    lock([person.pk])
    unanswered = person.community_requests.filter(answered_at=None)
    if questions is not None:
        unanswered = unanswered.filter(pk__in=questions)
    answered = unanswered.update(answered_at=at, answer=answer, answer_recorded_by=by)
    if not answered:
        raise RefusedError("No question to an LDU is open about this person: look at what was answered")
    named = {name: value for name, value in (("com_name", com_name), ("com_email", com_email)) if value}
    if named:
        _name_com(person, named, by, at)
    audit.record(
        by=Actor(staff=by), action="record_answer", at=at, prison=person.prison, person=person, questions=answered
    )
    return answered


def _name_com(person: Person, named: dict[str, str], by: Staff, at: datetime) -> None:
    try:
        record_details(person=person, values=named, source=SOURCE, as_at=london_day(at), by=Actor(staff=by), at=at)
    except OlderError as error:
        raise RefusedError("Something newer is recorded about the COM: look at the case details") from error
