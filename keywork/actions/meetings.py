"""The meeting after sentence, recorded as held (KW-13)."""

from datetime import date, datetime

from django.db import transaction

from keywork.actions.refusals import RefusedError
from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.formats import day
from omic.models import Obligation, Prison, Staff
from omic.obligations import meet
from omic.reconcile import lock


@transaction.atomic
def record_meeting(*, duty: Obligation, prison: Prison, held_on: date, by: Staff, at: datetime) -> Obligation:
    """Meet the duty by the meeting of `held_on`. Raises RefusedError for a day that cannot be, or a closed duty."""
    lock([duty.person_id])
    duty = Obligation.objects.select_for_update(of=("self",)).select_related("person", "closed_by").get(pk=duty.pk)
    if duty.closed_at:
        who = f" by {duty.closed_by}" if duty.closed_by else ""
        raise RefusedError(f"This was closed{who} on {day(duty.closed_at)}: {duty.closed_because}", "held_on")
    if held_on > london_day(at):
        raise RefusedError("The day of the meeting must not be in the future", "held_on")
    if held_on < duty.opens_on:
        raise RefusedError(f"The meeting must not be before the sentence, on {day(duty.opens_on)}", "held_on")
    meet(duty, by=by, at=at, because=f"Held on {day(held_on)}")
    audit.record(
        by=Actor(staff=by),
        action="record_meeting",
        at=at,
        prison=prison,
        person=duty.person,
        duty=duty.pk,
        on=held_on.isoformat(),
    )
    return duty
