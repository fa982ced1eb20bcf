"""Who is whose key worker: one at a time, never above the ceiling."""

from datetime import date, datetime

from django.db import transaction

from keywork.actions.refusals import RefusedError
from keywork.models import KeyWorkerAllocation
from keywork.rules import has_room
from omic import audit, obligations
from omic.audit import Actor
from omic.calendar import london_day
from omic.formats import plural
from omic.models import Complexity, ExpectedArrival, ObligationKind, Person, Posting, Presence, Prison, Role, Staff
from omic.reconcile import lock, reconcile, window_of


@transaction.atomic
def allocate_key_worker(
    *, person: Person, prison: Prison, staff: Staff, instead_of: int | None, because: str, by: Staff, at: datetime
) -> KeyWorkerAllocation:
    """Make `staff` the person's key worker, in the place of allocation `instead_of` (None: of nobody).

    The person's row and then the key worker's are locked, so that neither a second key worker nor a load above the
    ceiling can slip in beside this one (KW-03, KW-14). Raises RefusedError with what stands in the way.
    """
    on = london_day(at)
    lock([person.pk])
    person = Person.objects.select_related("pom").get(pk=person.pk)
    current = _expect_holder(person, prison, instead_of)
    if current and current.staff_id == staff.pk:
        return current
    _check_may_have_key_worker(person, prison)
    _check_may_take(staff, prison, on=on)
    if current:
        _end(current, because=because or "Changed", by=by, at=at)
    allocation = KeyWorkerAllocation.objects.create(
        person=person, prison=prison, staff=staff, started_at=at, started_by=by, started_because=because
    )
    Person.objects.filter(pk=person.pk).update(key_worker=staff)
    for duty in person.obligations.demanding().filter(kind=ObligationKind.ALLOCATE_KEY_WORKER):
        obligations.meet(duty, by=by, at=at)
    reconcile([person.pk], window_of(on, at))
    audit.record(
        by=Actor(staff=by), action="allocate_key_worker", at=at, prison=prison, person=person, key_worker=staff.pk
    )
    return allocation


@transaction.atomic
def end_key_worker(
    *, person: Person, prison: Prison, instead_of: int, because: str, by: Staff, at: datetime
) -> KeyWorkerAllocation | None:
    """End the allocation `instead_of`; the person then waits for another key worker. Raises RefusedError."""
    lock([person.pk])
    person = Person.objects.get(pk=person.pk)
    current = _expect_holder(person, prison, instead_of)
    if current is None:
        return None
    _end(current, because=because, by=by, at=at)
    Person.objects.filter(pk=person.pk).update(key_worker=None)
    reconcile([person.pk], window_of(london_day(at), at))
    audit.record(
        by=Actor(staff=by), action="end_key_worker", at=at, prison=prison, person=person, key_worker=current.staff_id
    )
    return current


def _expect_holder(person: Person, prison: Prison, seen: int | None) -> KeyWorkerAllocation | None:
    """The open allocation, refused when it is not the one that whoever decides has seen."""
    if person.prison_id != prison.pk:
        raise RefusedError(f"{person.name} is no longer in this prison")
    current = person.key_worker_allocations.select_related("staff").filter(ended_at=None).first()
    if (current.pk if current else None) != seen:
        now = f"{current.staff} has become the key worker" if current else "the key worker has been ended"
        raise RefusedError(f"Since you opened this page {now}. Look again before you decide", "staff")
    return current


def _check_may_have_key_worker(person: Person, prison: Prison) -> None:
    if prison.women and person.complexity == Complexity.HIGH:
        raise RefusedError("Complexity of need is high: she has extra time with her POM instead (KW-15)", "staff")
    if person.presence == Presence.HOSPITAL:
        raise RefusedError(f"{person.name} is in hospital as a restricted patient", "staff")


def _check_may_take(staff: Staff, prison: Prison, *, on: date) -> None:
    """Hold the key worker's row until the end of the transaction, then look whether there is room."""
    Staff.objects.select_for_update(no_key=True).get(pk=staff.pk)
    if not Posting.objects.on(on).filter(staff=staff, prison=prison, role=Role.KEY_WORKER).exists():
        raise RefusedError(f"{staff} is not posted here as a key worker today", "staff")
    load = load_of(staff)
    if not has_room(load, on=on):
        raise RefusedError(
            f"{staff} has {plural(load, 'person,people')} already, which is the ceiling (KW-03)", "staff"
        )


def load_of(staff: Staff) -> int:
    """How many people a key worker has, those expected included: their places are taken (XC-10)."""
    here = KeyWorkerAllocation.objects.filter(staff=staff, ended_at=None).count()
    return here + ExpectedArrival.objects.filter(key_worker=staff, closed_at=None).count()


def _end(allocation: KeyWorkerAllocation, *, because: str, by: Staff, at: datetime) -> None:
    allocation.ended_at, allocation.ended_by, allocation.ended_because = max(at, allocation.started_at), by, because
    allocation.save(update_fields=["ended_at", "ended_by", "ended_because"])
