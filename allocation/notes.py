"""Case notes: who may read which; written, corrected and, with a reason, opened all the same (XC-54)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from allocation.models import CaseNote, NoteReading, PomAllocation
from allocation.refusals import RefusedError
from omic import audit
from omic.access import Action, Standing
from omic.audit import Actor
from omic.models import Person, Prison, Role, Staff, under_any_number

Level = CaseNote.Level
OPEN_TO = frozenset((Role.POM, Role.HOMD, Role.HOMS, Role.CASE_ADMINISTRATOR))


@dataclass(frozen=True, slots=True)
class Shown:
    """A note as somebody sees it: whether it is open to them, and those of its earlier wordings that are.

    A correction may reach further than what it corrects, or less far: each wording keeps its own reach.
    """

    note: CaseNote
    is_open: bool
    earlier: tuple[CaseNote, ...]


def wordings(person: Person) -> QuerySet[CaseNote]:
    """Every wording of every note about somebody, from every prison and under every number."""
    return CaseNote.objects.filter(under_any_number(person))


def current(person: Person) -> QuerySet[CaseNote]:
    """The notes about somebody, from every prison and under every number; corrections stand for what they correct."""
    return wordings(person).filter(amended_by=None)


def shown_to(standing: Standing, person: Person) -> list[Shown]:
    """The notes about somebody as they stand, newest first, with what is open of them. Three queries."""
    rows = list(wordings(person).select_related("by", "prison", "person").prefetch_related("readers"))
    by_key = {note.pk: note for note in rows}
    mine = set(wordings(person).filter(readable(standing, person)).values_list("pk", flat=True))
    corrected = {note.amends_id for note in rows}
    return [
        Shown(note, note.pk in mine, tuple(one for one in _wordings_before(note, by_key) if one.pk in mine))
        for note in rows
        if note.pk not in corrected
    ]


def _wordings_before(note: CaseNote, by_key: dict[int, CaseNote]) -> Iterable[CaseNote]:
    """What a note corrects, and what that corrects, latest first."""
    while note.amends_id is not None:
        note = by_key[note.amends_id]
        yield note


def readable(standing: Standing, person: Person) -> Q:
    """Which notes about `person` stand open to somebody: by level, by their part in the case, by being named."""
    reach = Q(by=standing.staff) | Q(level=Level.CONFIDENTIAL, readers=standing.staff)
    if standing.roles & OPEN_TO:
        reach |= Q(level=Level.OPEN)
    shares = PomAllocation.objects.open().filter(person=person, prison=standing.prison, staff=standing.staff)
    if standing.people(Action.WRITE_NOTE).filter(pk=person.pk).exists() or shares.exists():
        reach |= Q(level=Level.RESTRICTED)
    if Role.HOMD in standing.roles:
        reach |= Q(level=Level.CONFIDENTIAL)
    return reach


@transaction.atomic
def write_note(
    *,
    person: Person,
    prison: Prison,
    level: str,
    text: str,
    readers: Sequence[Staff],
    request_id: UUID,
    by: Staff,
    at: datetime,
) -> CaseNote:
    """Save a note; the same `request_id` a second time gives the first one back, or RefusedError if it says else."""
    if saved := CaseNote.objects.filter(request_id=request_id).first():
        _check_same(saved, person=person, by=by, level=level, text=text, readers=readers)
        return saved
    note = CaseNote.objects.create(
        person=person, prison=prison, level=level, text=text, by=by, at=at, request_id=request_id
    )
    note.readers.set(readers if level == Level.CONFIDENTIAL else [])
    _record("write_note", note, by=by, at=at)
    return note


@transaction.atomic
def amend_note(
    *,
    note: CaseNote,
    level: str,
    text: str,
    readers: Sequence[Staff],
    because: str,
    request_id: UUID,
    by: Staff,
    at: datetime,
) -> CaseNote:
    """Correct a note of one's own: a new one stands in its place, and the old one behind it, each with its own reach.

    The same `request_id` a second time gives the first correction back. Raises RefusedError when what it says has
    changed since, for somebody else's note, and for one that has been corrected already.
    """
    if saved := CaseNote.objects.filter(request_id=request_id).first():
        said = {"amends_id": note.pk, "amended_because": because}
        _check_same(saved, person=note.person, by=by, level=level, text=text, readers=readers, **said)
        return saved
    old = CaseNote.objects.select_for_update(no_key=True).get(pk=note.pk)
    if old.by_id != by.pk:
        raise RefusedError("Only who wrote a note corrects it")
    if CaseNote.objects.filter(amends=old).exists():
        raise RefusedError("This note has been corrected already. Look at the correction before you change it")
    new = CaseNote.objects.create(
        person=old.person,
        prison=old.prison,
        level=level,
        text=text,
        by=by,
        at=at,
        request_id=request_id,
        amends=old,
        amended_because=because,
    )
    new.readers.set(readers if level == Level.CONFIDENTIAL else [])
    _record("amend_note", new, by=by, at=at)
    return new


def _check_same(saved: CaseNote, *, readers: Sequence[Staff], **said: object) -> None:
    """Raises RefusedError when what was sent again is not what was saved the first time."""
    same = all(getattr(saved, name) == value for name, value in said.items())
    named = {staff.pk for staff in readers} if saved.level == Level.CONFIDENTIAL else set()
    if not same or named != set(saved.readers.values_list("pk", flat=True)):
        raise RefusedError("This was saved before you changed it. Correct the saved note instead")


@transaction.atomic
def break_glass(*, note: CaseNote, prison: Prison, because: str, by: Staff, at: datetime) -> NoteReading:
    """Read a note that is closed to one, for a reason that the Governor will read (reliability: need to know)."""
    if not because.strip():
        raise RefusedError("Say why you must read it", field="because")
    reading = NoteReading.objects.create(note=note, prison=prison, by=by, at=at, because=because)
    _record("break_glass", note, by=by, at=at, prison=prison, because=because)
    return reading


def record_shown(notes: Sequence[CaseNote], *, prison: Prison, person: Person, by: Staff, at: datetime) -> None:
    """Keep that restricted and confidential notes were read by somebody to whom they are open."""
    closed = [note.pk for note in notes if note.level != Level.OPEN and note.by_id != by.pk]
    if closed:
        audit.record(by=Actor(staff=by), action="see_notes", at=at, prison=prison, person=person, notes=closed)


def _record(action: str, note: CaseNote, *, by: Staff, at: datetime, prison: Prison | None = None, **more: str) -> None:
    where = prison or note.prison
    said = {"note": note.pk, "level": note.level, **more}
    audit.record(by=Actor(staff=by), action=action, at=at, prison=where, person=note.person, **said)
