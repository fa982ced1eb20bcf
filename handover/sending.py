"""Handover from prison to prison (HO-39): the note that the prison left writes, and that the next one reads.

A transfer opens the duty to write it (handover.duties_by_fact), which belongs by name to the POM of the stay that
ended. The note meets it; where nobody was the POM, a HOMD there may write one all the same.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import CharField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat

from handover.duty_actions import RefusedError
from handover.models import SendingNote
from omic import audit
from omic.access import Standing
from omic.audit import Actor
from omic.formats import moment
from omic.models import (
    Obligation,
    ObligationKind,
    Person,
    PersonMerge,
    Prison,
    Role,
    Staff,
    Stay,
    under_any_number,
)
from omic.obligations import meet
from omic.reconcile import lock

WRITTEN = "sending note written"


def stays_left(standing: Standing) -> QuerySet[Stay]:
    """The stays in this prison that ended by transfer and about which whoever it is may write: `duty_id` waits.

    A POM's are those of whom they were the POM; the HOMD's are all whose person is held elsewhere now.
    """
    left = standing.prison.stays.filter(ended_because=Stay.Ended.TRANSFER, person__prison__isnull=False)
    duties = Obligation.objects.filter(
        kind=ObligationKind.SENDING_NOTE, person=OuterRef("person"), slot=OuterRef("slot")
    ).exclude(state="void")
    slot = Concat(Value("stay-"), Cast("pk", CharField()), output_field=CharField())
    rows = left.annotate(slot=slot).annotate(
        owner_id=Subquery(duties.values("owner")[:1]),
        duty_id=Subquery(duties.filter(closed_at=None).values("pk")[:1]),
        owner_name=Subquery(duties.values("owner__surname")[:1]),
    )
    if Role.HOMD not in standing.roles:
        rows = rows.filter(owner_id=standing.staff.pk)
    return rows.select_related("person__prison", "sending_note__written_by")


def to_write(standing: Standing) -> QuerySet[Stay]:
    """Those of them about whom a note is owed and not written."""
    return stays_left(standing).filter(duty_id__isnull=False, sending_note=None)


def to_read(people: QuerySet[Person]) -> QuerySet[SendingNote]:
    """The notes about some people that nobody in their prison has read yet, also under numbers merged into theirs.

    `reader` is the address of the person in whose prison each is to be read.
    """
    held = people.order_by()
    merges = PersonMerge.objects.standing().filter(kept__in=held)
    rows = SendingNote.objects.filter(Q(person__in=held) | Q(person__in=merges.values("gone")), read_at=None)
    kept = merges.filter(gone=OuterRef("person")).values("kept__ref")
    return rows.annotate(reader=Coalesce(Subquery(kept[:1]), "person__ref"))


def notes_of(person: Person) -> QuerySet[SendingNote]:
    """The notes about somebody, also under numbers that were merged into theirs, newest first."""
    rows = SendingNote.objects.filter(under_any_number(person)).order_by("-written_at")
    return rows.select_related("person", "stay__prison", "written_by", "read_by")


def notes_about(person: Person) -> list[SendingNote]:
    """`notes_of` somebody, read."""
    return list(notes_of(person))


def still_owed(person: Person) -> QuerySet[Obligation]:
    """The notes about somebody that another prison still owes."""
    owed = person.obligations.demanding().filter(kind=ObligationKind.SENDING_NOTE)
    return owed.select_related("owner")


@transaction.atomic
def write_sending_note(*, stay: Stay, text: str, by: Staff, at: datetime) -> SendingNote:
    """Write the note about a stay that ended by transfer; the duty to write it is met.

    Raises RefusedError when it has been written, or when nobody holds the person any more.
    """
    lock([stay.person_id])
    person = Person.objects.select_related("prison").get(pk=stay.person_id)
    if known := SendingNote.objects.filter(stay=stay).select_related("written_by").first():
        raise RefusedError(f"{known.written_by} has written this note already, on {moment(known.written_at)}.")
    if person.prison is None:
        raise RefusedError(f"{person.name} is held nowhere any more: nobody would read it.")
    note = SendingNote.objects.create(person=person, stay=stay, text=text, written_by=by, written_at=at)
    duties = Obligation.objects.filter(person=person, kind=ObligationKind.SENDING_NOTE, slot=f"stay-{stay.pk}")
    for duty in duties.demanding():
        meet(duty, by=by, at=at, because=WRITTEN)
    _audit("write_sending_note", note, person, stay.prison, by=by, at=at)
    return note


@transaction.atomic
def read_sending_note(*, note: SendingNote, person: Person, by: Staff, at: datetime) -> SendingNote:
    """Record that the note has been read where the person is now; the first reading counts.

    `person` is whom it is about by the number that they have now: the note may be about one merged into it.
    """
    lock([person.pk])
    note = SendingNote.objects.select_for_update().get(pk=note.pk)
    if note.read_at is None:
        note.read_by, note.read_at = by, at
        note.save(update_fields=["read_by", "read_at"])
        _audit("read_sending_note", note, person, person.prison, by=by, at=at)
    return note


def _audit(action: str, note: SendingNote, person: Person, prison: Prison | None, *, by: Staff, at: datetime) -> None:
    audit.record(by=Actor(staff=by), action=action, at=at, prison=prison, person=person, note=note.pk)
