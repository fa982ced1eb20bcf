"""Telling somebody who their key worker or POM is, after each new allocation (WB-11).

The duty has no due day, for no document gives one: it waits with whoever was allocated, until they say that they have
told the person or another allocation takes its place.
"""

from datetime import datetime
from typing import Protocol

from django.db import transaction
from django.db.models import Exists, OuterRef

from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.formats import day
from omic.models import Obligation, ObligationKind, Person, Prison, Role, Staff
from omic.obligations import meet
from omic.policy import TELL_WHO_HOLDS

KIND_OF = {Role.KEY_WORKER: ObligationKind.TELL_KEY_WORKER, Role.POM: ObligationKind.TELL_POM}


class Allocated(Protocol):
    """An allocation of either tower: who has whom, where, since when."""

    pk: int
    person: Person
    prison: Prison
    staff: Staff
    started_at: datetime


def ask_to_tell(allocation: Allocated, *, role: Role, policy: str, at: datetime) -> Obligation:
    """Open the duty to tell the person who has become their key worker or POM. It is the duty of whoever has."""
    person, staff = allocation.person, allocation.staff
    return Obligation.objects.create(
        person=person,
        prison=allocation.prison,
        kind=KIND_OF[role],
        slot=f"allocation-{allocation.pk}",
        owner_role=role,
        owner=staff,
        wing_id=person.wing_id,
        opens_on=london_day(at),
        rule=TELL_WHO_HOLDS.id,
        policy=policy,
        steps=[[TELL_WHO_HOLDS.id, f"{staff} since {day(allocation.started_at)}"]],
        created_at=at,
    )


def to_tell(person: Person, role: Role) -> Obligation | None:
    """The duty to tell somebody who holds them in this role now; None when they have been told."""
    return person.obligations.demanding().filter(kind=KIND_OF[role]).order_by("-pk").first()


def untold(role: Role) -> Exists:
    """For rows with a person: whether they still have to be told who holds them in this role."""
    return Exists(Obligation.objects.demanding().filter(kind=KIND_OF[role], person=OuterRef("person")))


@transaction.atomic
def record_told(*, duty: Obligation, by: Staff, at: datetime) -> Obligation:
    """The person has been told. Saying so a second time, or when it needs no telling any more, changes nothing."""
    found = Obligation.objects.select_for_update(of=("self",)).select_related("person", "prison").get(pk=duty.pk)
    if found.closed_at is None:
        meet(found, by=by, at=at, because="told")
        audit.record(
            by=Actor(staff=by), action=found.kind, at=at, prison=found.prison, person=found.person, duty=found.pk
        )
    return found
