"""Incidents of self-harm: recorded once, one reference one incident, taken back with a reason, never changed."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from keywork.actions.refusals import RefusedError
from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.formats import day, moment
from omic.models import Person, Prison, Staff, Stay
from omic.reconcile import lock
from wellbeing.models import SelfHarmIncident


@transaction.atomic
def record_self_harm(
    *,
    person: Person,
    prison: Prison,
    on: date,
    request_id: UUID,
    by: Staff,
    at: datetime,
    reference: str = "",
    note: str = "",
    another: bool = False,
) -> SelfHarmIncident:
    """Record that somebody harmed themselves in a prison on a London day.

    The same `request_id` a second time gives the first incident back. Raises RefusedError for a day to come, a day on
    which they were not here, a reference that is another incident's, and a day of which one stands here already, unless
    `another` says that this is a different one.
    """
    lock([person.pk])
    if saved := SelfHarmIncident.objects.filter(request_id=request_id).first():
        return _saved_before(saved, person=person, on=on, reference=reference)
    if on > london_day(at):
        raise RefusedError("Day must be today or in the past", "on")
    if not Stay.objects.filter(person=person, prison=prison).covering(on).exists():
        raise RefusedError(f"{person.name} was not in this prison on {day(on)}", "on")
    _refuse_known(person, prison, reference)
    if not another:
        _refuse_same_day(person, prison, on)
    incident = SelfHarmIncident.objects.create(
        person=person,
        prison=prison,
        on=on,
        reference=reference,
        note=note,
        source=SelfHarmIncident.Source.RECORDED,
        recorded_by=by,
        recorded_at=at,
        request_id=request_id,
    )
    _audit("record_self_harm", incident, by=by, at=at, reference=reference)
    return incident


@transaction.atomic
def withdraw_self_harm(*, incident: SelfHarmIncident, because: str, by: Staff, at: datetime) -> SelfHarmIncident:
    """Take an incident back as recorded in error: it counts no more and is kept. Raises RefusedError a second time."""
    lock([incident.person_id])
    incident = SelfHarmIncident.objects.select_related("person", "prison", "withdrawn_by").get(pk=incident.pk)
    if incident.withdrawn_at is not None:
        raise RefusedError(f"{incident.withdrawn_by} took this back already, on {moment(incident.withdrawn_at)}")
    incident.withdrawn_by, incident.withdrawn_at, incident.withdrawn_because = by, at, because
    incident.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_because"])
    _audit("withdraw_self_harm", incident, by=by, at=at)
    return incident


def _saved_before(saved: SelfHarmIncident, *, person: Person, on: date, reference: str) -> SelfHarmIncident:
    """The incident of a repeated save; refused when what came the second time is something else."""
    if (saved.person_id, saved.on, saved.reference) == (person.pk, on, reference):
        return saved
    raise RefusedError("This was saved before you changed it. Take the saved incident back to record another")


def _refuse_known(person: Person, prison: Prison, reference: str) -> None:
    """One reference is one incident: say which, but nothing of anybody else. One taken back is not used again."""
    known = prison.self_harm.exclude(reference="").filter(reference=reference).first()
    if known is None:
        return
    if known.person_id != person.pk:
        raise RefusedError(f"{reference} is recorded already, for somebody else: check the number", "reference")
    words = f"{reference} is recorded already: it happened on {day(known.on)}"
    if known.withdrawn_at is not None:
        words += f", and was taken back on {moment(known.withdrawn_at)} because: {known.withdrawn_because}"
    raise RefusedError(words, "reference")


def _refuse_same_day(person: Person, prison: Prison, on: date) -> None:
    """Raise RefusedError where one stands of that day: written by hand or imported, it would be counted twice."""
    rows = prison.self_harm.standing().filter(person=person, on=on).select_related("recorded_by")
    if (same := rows.order_by("recorded_at", "pk").first()) is None:
        return
    how = "was imported" if same.source == SelfHarmIncident.Source.IMPORTED else "was recorded"
    who = f" by {same.recorded_by}" if same.recorded_by else ""
    number = f", with the number {same.reference}" if same.reference else ""
    words = f"An incident of {day(on)} {how}{who} on {moment(same.recorded_at)}{number}"
    raise RefusedError(f"{words}. Tick that yours is another one, or leave this page: it is saved already", "another")


def _audit(action: str, incident: SelfHarmIncident, *, by: Staff, at: datetime, **detail: str) -> None:
    audit.record(
        by=Actor(staff=by),
        action=action,
        at=at,
        prison=incident.prison,
        person=incident.person,
        incident=incident.pk,
        on=incident.on.isoformat(),
        **detail,
    )
