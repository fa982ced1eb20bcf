"""What staff record about a handover."""

from datetime import date, datetime

from django.db import transaction

from handover.duty_actions import HANDED_OVER, RefusedError
from handover.reminders import keep_reminders
from omic import audit
from omic.audit import Actor
from omic.calendar import london_day, london_midnight
from omic.formats import day
from omic.models import Obligation, ObligationKind, Person, Staff
from omic.obligations import meet
from omic.reconcile import lock, window_of


class NothingToRecordError(Exception):
    """No handover of this person waits to be recorded; `last` is the duty that was closed last, if there was one."""

    def __init__(self, last: Obligation | None) -> None:
        super().__init__("No handover of this person waits to be recorded.")
        self.last = last


@transaction.atomic
def record_handover(*, person: Person, on: date, note: str, by: Staff, at: datetime) -> Obligation:
    """Record that the case was handed over to the COM on `on`: the duty is met on that day (HO-24).

    Raises NothingToRecordError when no handover is owed, be it that somebody else was quicker, and RefusedError for a
    day before the sentence, or before the handover comes up where the `note` does not say why.
    """
    lock([person.pk])
    duties = person.obligations.filter(kind=ObligationKind.HANDOVER).select_related("closed_by")
    duty = duties.demanding().first()
    if duty is None:
        raise NothingToRecordError(duties.order_by("-closed_at").first())
    _may_be(person, duty, on, note)
    duty.note = note
    duty.save(update_fields=["note"])
    meet(duty, by=by, at=at if on == london_day(at) else london_midnight(on), because=HANDED_OVER)
    keep_reminders([person.pk], window_of(london_day(at), at))  # of what is recorded nobody is reminded
    audit.record(
        by=Actor(staff=by),
        action="record_handover",
        at=at,
        prison=person.prison,
        person=person,
        duty=duty.pk,
        on=on.isoformat(),
    )
    return duty


def _may_be(person: Person, duty: Obligation, on: date, note: str) -> None:
    began_on = person.sentences.filter(closed_at=None).values_list("started_on", flat=True).first()
    if began_on and on < began_on:
        raise RefusedError(f"The sentence began on {day(began_on)}: it cannot be before", field="handed_on")
    if on < duty.opens_on and not note:
        raise RefusedError(f"Say why it was handed over before {day(duty.opens_on)}, when it comes up", field="note")
