"""Takes a file in: inspects it, refuses or holds it as a whole, or goes through its rows."""

import csv
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pghistory
from django.db import transaction

from omic import audit
from omic.audit import Actor
from omic.models import ImportRow, Presence, Prison, RollImport
from omic.nomis.csv_rows import DateFormat
from omic.nomis.details_batch import DetailBatches
from omic.nomis.facts import EVERYTHING
from omic.nomis.files import drop_file, keep_file
from omic.nomis.going import Batches, Pass, Progress
from omic.nomis.holds import counted_here, doubtful_dates, doubtful_size
from omic.nomis.kinds import file_kind
from omic.nomis.missing import absent_people, mark_missing
from omic.nomis.plan import Reading
from omic.nomis.reading import FileFormat, InputFile, inspect_file, read_rows
from omic.nomis.retry import layout_of
from omic.nomis.roll_batch import RollBatches
from omic.nomis.roll_fields import FIELDS
from omic.nomis.rows import UnreadableFileError, open_text
from omic.nomis.stored import known_prisons
from omic.nomis.turns import alone
from omic.reconcile import window_of

Kind, State = RollImport.Kind, RollImport.State
OUTCOMES = ("added", "changed", "unchanged", "held", "quarantined", "missing")


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What an import would do. Neither `taken` nor the rows, held and quarantined ones, are in the database."""

    taken: RollImport
    rows: list[ImportRow]


def import_roll(
    *,
    path: Path,
    file_name: str,
    by: Actor,
    on: date,
    at: datetime,
    prison: Prison | None = None,
    snapshot: bool = True,
    declared: str | None = None,
    date_format: DateFormat | None = None,
    confirmed: bool = False,
    progress: Progress | None = None,
) -> RollImport:
    """Take a roll in as of the London day `on`, and answer with its report.

    With `prison` the file may change that prison's people alone, and as a `snapshot` it is the prison's full roll.
    `declared` is json, csv or None (look); a CSV needs a `date_format`. `confirmed` takes a file in that would wait
    as a whole for a person. The same file again changes nothing; one that was killed half way is gone on with.
    """
    taken = new_import(
        kind=Kind.ROLL, file_name=file_name, by=by, on=on, at=at,
        prison=prison, snapshot=snapshot, declared=declared, date_format=date_format,
    )  # fmt: skip
    return take_in(taken, path, by=by, at=at, confirmed=confirmed, progress=progress)


def import_details(
    *,
    path: Path,
    file_name: str,
    by: Actor,
    on: date,
    at: datetime,
    prison: Prison | None = None,
    declared: str | None = None,
    date_format: DateFormat | None = None,
    confirmed: bool = False,
    progress: Progress | None = None,
) -> RollImport:
    """Take in facts that the roll does not hold, by prison number; as `import_roll`, but never a full list."""
    taken = new_import(
        kind=Kind.DETAILS, file_name=file_name, by=by, on=on, at=at,
        prison=prison, declared=declared, date_format=date_format,
    )  # fmt: skip
    return take_in(taken, path, by=by, at=at, confirmed=confirmed, progress=progress)


def new_import(
    *,
    kind: RollImport.Kind,
    file_name: str,
    by: Actor,
    on: date,
    at: datetime,
    prison: Prison | None = None,
    snapshot: bool = False,
    declared: str | None = None,
    date_format: DateFormat | None = None,
) -> RollImport:
    """An import that has not begun, not saved."""
    return RollImport(
        kind=kind,
        prison=prison,
        snapshot=prison is not None and snapshot,
        file_name=file_name[-255:],
        file_format=declared or "",
        date_format=date_format or "",
        uploaded_by=by.staff,
        on=on,
        started_at=at,
    )


def take_in(
    taken: RollImport,
    path: Path,
    *,
    by: Actor,
    at: datetime,
    confirmed: bool = False,
    progress: Progress | None = None,
) -> RollImport:
    """Begin an import, or go on with it. Raises AlreadyRunningError where another process is at it."""
    try:
        file = inspect(taken, path)
    except UnreadableFileError as error:
        return refuse(taken, str(error), by=by, at=at)
    taken = _begun(taken, file)
    confirmed = confirmed or taken.decided_at is not None or taken.rows > 0
    with alone(taken), pghistory.context(roll_import=taken.pk):
        if because := "" if confirmed else doubts(taken, file):
            return hold(taken, path, because, by=by, at=at)
        going = Pass(taken, file, batches_of(taken, by=by, on=taken.on, at=at), at)
        going.take_in(progress)
        if taken.snapshot:
            absent = list(absent_people(taken, going.present))
            mark_missing(taken, absent, window_of(taken.on, at))
        return finish(taken, by=by, at=at)


def rehearse(taken: RollImport, path: Path, *, by: Actor, at: datetime) -> Rehearsal:
    """What `take_in` would do. Nothing is written."""
    try:
        file = inspect(taken, path)
    except UnreadableFileError as error:
        taken.state, taken.refused_because = State.REFUSED, str(error)
        return Rehearsal(taken, [])
    taken.held_because = doubts(taken, file)
    going = Pass(taken, file, batches_of(taken, by=by, on=taken.on, at=at, rehearsal=True), at)
    rows = going.rehearse()
    if taken.snapshot and taken.prison:
        held_here = taken.prison.people.values_list("prison_number", flat=True)
        taken.missing = sum(number not in going.present for number in held_here)
    return Rehearsal(taken, rows)


def inspect(taken: RollImport, path: Path) -> InputFile:
    """Read the file through once and note on the import what it is. Raises UnreadableFileError."""
    file = inspect_file(
        path,
        layout=layout_of(taken),
        declared=_declared(taken.file_format),
        date_format=_date_format(taken.date_format),
    )
    taken.file_digest, taken.file_format, taken.expected_rows = file.digest, file.format, file.rows
    if file.format == FileFormat.CSV:
        taken.date_format = file.date_format
        with open_text(path) as source:
            taken.header = next(line for line in source if not line.isspace())
    return file


def _declared(file_format: str) -> str | None:
    """csv or json for what was declared or, at an earlier inspection, found."""
    word = file_format.lower()[:4].strip()
    return word or None


def _date_format(value: str) -> DateFormat | None:
    return DateFormat(value) if value else None


def _begun(taken: RollImport, file: InputFile) -> RollImport:
    """The stored import: this one, or the unfinished one of the same file, day and prison."""
    if not taken.pk:
        same = RollImport.objects.filter(
            kind=taken.kind, file_digest=file.digest, on=taken.on, prison=taken.prison, snapshot=taken.snapshot
        )
        unfinished = same.filter(date_format=taken.date_format, state__in=(State.RUNNING, State.HELD)).first()
        taken = unfinished or taken
    taken.state = State.RUNNING
    taken.save()
    return taken


def doubts(taken: RollImport, file: InputFile) -> str:
    """Why the file as a whole must wait for a person; empty if it need not."""
    dates = doubtful_dates(file)
    if dates or not taken.snapshot or not taken.prison or taken.kind != Kind.ROLL:
        return dates
    before = taken.prison.people.exclude(presence=Presence.MISSING).count()
    return doubtful_size(before, counted_here((row.cells for row in read_rows(file) if row.cells), taken.prison.code))


def batches_of(
    taken: RollImport, *, by: Actor, on: date, at: datetime, rehearsal: bool = False, confirmed: bool = False
) -> Batches:
    """How the import's rows are judged and applied; `confirmed` where a person has looked at the one row."""
    if other := file_kind(taken.kind):
        return other.batches(scope=taken.prison_id, on=on, by=by, at=at)
    if taken.kind == Kind.DETAILS:
        return DetailBatches(scope=taken.prison_id, on=on, by=by, at=at)
    reading = Reading(stated=stated(taken.header), prisons=known_prisons(), confirmed=confirmed)
    source = f"{taken.get_kind_display()} {taken.file_name}"[:100]
    return RollBatches(reading=reading, scope=taken.prison_id, on=on, at=at, source=source, rehearsal=rehearsal)


def stated(header: str) -> frozenset[str]:
    """The attributes that a file states: all of them, or those for which a CSV has columns."""
    if not header:
        return EVERYTHING
    columns = {name.strip() for name in next(csv.reader([header]))}
    return frozenset(name.attribute for name in FIELDS if name.name in columns)


@transaction.atomic
def refuse(taken: RollImport, because: str, *, by: Actor, at: datetime) -> RollImport:
    """The file cannot be used; nothing more of it will be applied."""
    taken.state, taken.refused_because, taken.finished_at = State.REFUSED, because, at
    taken.save()
    _record(taken, "refuse_import", by=by, at=at)
    drop_file(taken)
    return taken


@transaction.atomic
def hold(taken: RollImport, path: Path, because: str, *, by: Actor, at: datetime) -> RollImport:
    """The file waits as a whole; nothing of it is applied until a person has confirmed it."""
    taken.state, taken.held_because = State.HELD, because
    taken.save()
    _record(taken, "hold_import", by=by, at=at)
    keep_file(taken, path)
    return taken


@transaction.atomic
def finish(taken: RollImport, *, by: Actor, at: datetime) -> RollImport:
    """Every row is accounted for (the database checks it)."""
    taken.refresh_from_db(fields=("missing",))
    taken.state, taken.finished_at = State.DONE, at
    taken.save()
    _record(taken, f"import_{taken.kind}", by=by, at=at)
    drop_file(taken)
    return taken


def _record(taken: RollImport, action: str, *, by: Actor, at: datetime) -> None:
    counts = {name: getattr(taken, name) for name in OUTCOMES}
    audit.record(by=by, action=action, at=at, prison=taken.prison, roll_import=taken.pk, **counts)
