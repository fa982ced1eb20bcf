"""What a POM shares with residential staff (WB-13): a duty of the wing to read it, until somebody there has.

The duty's note is what is shared, in words of its own; the engagement that it comes from stays with the OMU. No
document gives a deadline, so it waits, and the lists show for how long. It goes along to another wing or prison, for
staff there have not read it. The first reader meets the duty; whoever reads it afterwards is kept in the audit too.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet

from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.formats import day
from omic.models import AuditEvent, Contact, Obligation, ObligationKind, ObligationState, Role, Staff
from omic.models.obligation import ObligationQuerySet
from omic.obligations import meet
from omic.policy import SHARE_WITH_WING

POLICY = "wellbeing_2021_05"
READ = "read_shared"


class Reading(NamedTuple):
    """That somebody has read what was shared."""

    by: Staff
    at: datetime


def shares() -> ObligationQuerySet:
    """Everything that was shared and not taken back, read or not."""
    rows: ObligationQuerySet = Obligation.objects.filter(kind=ObligationKind.SHARED_TO_READ)
    return rows.exclude(state=ObligationState.VOID)


def shared_in(contact: Contact) -> Obligation | None:
    """What was shared of an engagement; None where nothing was."""
    return shares().filter(person=contact.person_id, slot=str(contact.pk)).first()


def share(contact: Contact, text: str, *, found: str = "", at: datetime) -> Obligation:
    """Open the wing's duty to read `text`, shared of an engagement. Call it inside the writer's transaction."""
    person = contact.person
    return Obligation.objects.create(
        person=person,
        prison=contact.prison,
        kind=ObligationKind.SHARED_TO_READ,
        slot=str(contact.pk),
        owner_role=Role.WING_OFFICER,
        wing_id=person.wing_id if person.prison_id == contact.prison_id else None,
        opens_on=london_day(at),
        rule=SHARE_WITH_WING.id,
        policy=POLICY,
        steps=[[SHARE_WITH_WING.id, found or f"Shared by {contact.by}"]],
        note=text,
        created_at=at,
    )


def correct_share(old: Contact, new: Contact, text: str, *, at: datetime) -> None:
    """Follow the correction of an engagement: the same words stay as they are, others are to be read anew.

    What nobody has read yet is withdrawn; where it has been read, the wing reads what is right, or that it was wrong.
    """
    before = shared_in(old)
    if before is not None and before.note == text:
        before.slot = str(new.pk)
        before.save(update_fields=["slot"])
    elif before is None or not _was_read(before, at=at):
        if text:
            share(new, text, at=at)
    else:
        wrong = f"What was shared on {day(before.created_at)} was recorded in error: {new.amended_because}"
        share(new, text or wrong, found=f"Corrects what was shared on {day(before.created_at)}", at=at)


def _was_read(duty: Obligation, *, at: datetime) -> bool:
    """Whether somebody has read it; if not, nobody need any more."""
    if duty.closed_at is None:
        duty.state, duty.closed_at, duty.closed_because = ObligationState.VOID, at, "Corrected"
        duty.save(update_fields=["state", "closed_at", "closed_because"])
    return duty.state == ObligationState.MET


@transaction.atomic
def read_share(*, duty: Obligation, by: Staff, at: datetime) -> None:
    """Record that `by` has read it, each reader once; the first meets the duty."""
    duty = Obligation.objects.select_for_update(of=("self",)).select_related("person", "prison").get(pk=duty.pk)
    if duty.state == ObligationState.VOID or _readings([duty]).filter(staff=by).exists():
        return
    if duty.closed_at is None:
        meet(duty, by=by, at=at, because="read")
    audit.record(by=Actor(staff=by), action=READ, at=at, prison=duty.prison, person=duty.person, duty=duty.pk)


def readings(duties: Iterable[Obligation]) -> Mapping[int, list[Reading]]:
    """Who has read each of the duties and when, first reader first, by the duty's key. One query."""
    found: dict[int, list[Reading]] = defaultdict(list)
    for event in _readings(list(duties)).select_related("staff").order_by("at", "pk"):
        if event.staff:
            found[event.detail["duty"]].append(Reading(event.staff, event.at))
    return found


def _readings(duties: list[Obligation]) -> QuerySet[AuditEvent]:
    people = {duty.person_id for duty in duties}
    return AuditEvent.objects.filter(person__in=people, action=READ, detail__duty__in=[duty.pk for duty in duties])
