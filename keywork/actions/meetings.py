"""The meetings at which a key worker is expected, recorded as held or as missed (KW-13)."""

from datetime import date, datetime

from django.db import transaction

from keywork.actions.refusals import RefusedError
from omic import audit
from omic.attendance import ATTENDED
from omic.audit import Actor
from omic.calendar import london_day
from omic.formats import day
from omic.models import Obligation, ObligationKind, ObligationState, Prison, Staff
from omic.obligations import meet
from omic.reconcile import lock

BEFORE = {
    ObligationKind.THREE_WAY_MEETING: "before the sentence, on",
    ObligationKind.PLANNING_MEETING: "before the sentence and their arrival here, on",
    ObligationKind.FIRST_HANDOVER_MEETING: "before",
}


@transaction.atomic
def record_meeting(*, duty: Obligation, prison: Prison, held_on: date, by: Staff, at: datetime) -> Obligation:
    """Meet the duty by the meeting of `held_on`. Raises RefusedError for a day that cannot be, or a closed duty."""
    duty = _hold(duty)
    if held_on > london_day(at):
        raise RefusedError("The day of the meeting must not be in the future", "held_on")
    if held_on < duty.opens_on:
        raise RefusedError(f"The meeting must not be {BEFORE[_kind(duty)]} {day(duty.opens_on)}", "held_on")
    done = "Attended" if duty.kind in ATTENDED else "Held"
    meet(duty, by=by, at=at, because=f"{done} on {day(held_on)}")
    _audit("record_meeting", duty, prison, by=by, at=at, on=held_on.isoformat())
    return duty


@transaction.atomic
def record_absence(*, duty: Obligation, prison: Prison, because: str, by: Staff, at: datetime) -> Obligation:
    """Close the duty as missed: the meeting was held without the key worker. Raises RefusedError for a closed duty.

    One that has a day cannot be missed before it: plans change, and then the duty moves with the day.
    """
    duty = _hold(duty)
    if duty.due_on and duty.due_on > london_day(at):
        raise RefusedError(f"The meeting is planned for {day(duty.due_on)}: nobody has missed it yet", "attended")
    duty.state, duty.closed_at, duty.closed_by = ObligationState.MISSED, at, by
    duty.closed_because = f"Not attended: {because}"
    duty.save(update_fields=["state", "closed_at", "closed_by", "closed_because"])
    _audit("record_absence", duty, prison, by=by, at=at)
    return duty


def _hold(duty: Obligation) -> Obligation:
    """The duty as it stands, behind its person's row; raises RefusedError where somebody has closed it."""
    lock([duty.person_id])
    duty = Obligation.objects.select_for_update(of=("self",)).select_related("person", "closed_by").get(pk=duty.pk)
    if duty.closed_at:
        who = f" by {duty.closed_by}" if duty.closed_by else ""
        raise RefusedError(f"This was closed{who} on {day(duty.closed_at)}: {duty.closed_because}", "held_on")
    return duty


def _kind(duty: Obligation) -> ObligationKind:
    return ObligationKind(duty.kind)


def _audit(action: str, duty: Obligation, prison: Prison, *, by: Staff, at: datetime, **detail: object) -> None:
    audit.record(by=Actor(staff=by), action=action, at=at, prison=prison, person=duty.person, duty=duty.pk, **detail)
