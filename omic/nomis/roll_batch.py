"""A batch of roll records: judged against what is stored, then applied. Call both inside one transaction."""

import hashlib
import json
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from omic.models import ImportRow
from omic.nomis.cells import FieldError, RowErrors
from omic.nomis.facts import EVERYTHING, Stored
from omic.nomis.load import Entry, write_plans
from omic.nomis.plan import Hold, Reading, plan_record
from omic.nomis.records import ROLL, RollRecord, parse_record, unknown_fields
from omic.nomis.roll_fields import FIELDS, NUMBER
from omic.nomis.rows import Row
from omic.nomis.stored import digests, read_stored
from omic.nomis.verdicts import UNCHANGED, Outcome, Verdict, quarantined
from omic.reconcile import lock

READ = tuple(field.name for field in FIELDS)
KEY = ROLL.keys[0]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row that reads well and may change something."""

    row: Row
    record: RollRecord
    digest: str


@dataclass(frozen=True, slots=True)
class RollBatches:
    """How the batches of one roll are read. `scope` is the one prison whose people the file may change, if any."""

    reading: Reading
    scope: str | None
    on: date
    at: datetime
    source: str
    rehearsal: bool = False

    def ignored(self, cells: Mapping[str, Any]) -> set[str]:
        """Names that no roll record has."""
        return unknown_fields(cells)

    def judge(self, rows: Sequence[Row], claimed: MutableMapping[str, int]) -> list[Verdict]:
        """What becomes of each row. `claimed` says which row of the file is whose, and is added to."""
        known = digests(filter(None, map(number_of, rows)))
        first = [self._first_look(row, known, claimed) for row in rows]
        numbers = [found.record.prison_number for found in first if isinstance(found, Candidate)]
        people = [known[number][0] for number in numbers if number in known]
        stored = read_stored(people if self.rehearsal else lock(people))
        return [self._judge(c, stored) if isinstance(c, Candidate) else c for c in first]

    def apply(self, verdicts: Sequence[Verdict]) -> list[int]:
        """Write what was judged added or changed. Returns the people to reconcile."""
        writing = [verdict for verdict in verdicts if verdict.outcome in (Outcome.ADDED, Outcome.CHANGED)]
        if not writing:
            return []
        ids = write_plans([verdict.entry for verdict in writing], on=self.on, at=self.at, source=self.source)
        for verdict in writing:
            verdict.person_id = ids[verdict.number]
        return list(ids.values())

    def _first_look(
        self, row: Row, known: Mapping[str, tuple[int, str, str | None]], claimed: MutableMapping[str, int]
    ) -> Verdict | Candidate:
        """Rows that need no look at what is stored are judged here."""
        if row.cells is None:
            return quarantined(row, [FieldError("", "", row.problem)], prison=self.scope)
        number = number_of(row)
        person, digest, prison = known.get(number, (None, "", None))
        if number and number in claimed:
            reason = f"stands in the file twice: row {claimed[number]} is about the same person"
            return quarantined(row, [FieldError(KEY, number, reason)], number=number, prison=self.scope or prison)
        now = digest_of(row.cells, self.reading.stated)
        if digest == now and self.scope in (None, prison):
            claimed[number] = row.number
            return Verdict(row=row, outcome=UNCHANGED, number=number, person_id=person, held_at=prison)
        record = parse_record(row.cells, prisons=self.reading.prisons, today=self.on)
        if isinstance(record, RowErrors):
            return quarantined(row, record.errors, number=record.prison_number, prison=self._desk(row, prison))
        claimed[number] = row.number
        return Candidate(row, record, now)

    def _desk(self, row: Row, prison: str | None) -> str | None:
        """Whose list a bad row stands on: the importing prison's, else the one it names, else where the person is."""
        named = (row.cells or {}).get("prisonId")
        return self.scope or (named if isinstance(named, str) and named in self.reading.prisons else prison)

    def _judge(self, found: Candidate, people: Mapping[str, Stored]) -> Verdict:
        record, row, stored = found.record, found.row, people.get(found.record.prison_number)
        number, person = record.prison_number, stored.id if stored else None
        last = stored.last_stay.prison if stored and stored.last_stay else None
        prison = (stored and stored.person["prison"]) or record.held_at or last
        if self.scope and not concerns(record, stored, self.scope):
            reason = f"is not the business of {self.scope}, whose people alone this import may change"
            error = FieldError("prisonId", record.prison_id, reason)
            return quarantined(row, [error], number=number, prison=self.scope)
        result = plan_record(record, stored, self.reading)
        if isinstance(result, RowErrors):
            return quarantined(row, result.errors, number=number, prison=self.scope or prison)
        if isinstance(result, Hold):
            return Verdict(
                row=row, outcome=Outcome.HELD, number=number, prison=prison, held_at=record.held_at,
                person_id=person, changes=result.changes, errors=result.reasons,
            )  # fmt: skip
        outcome = Outcome.ADDED if stored is None else Outcome.CHANGED if result.changes else UNCHANGED
        return Verdict(
            row=row, outcome=outcome, number=number, prison=record.held_at or prison, held_at=record.held_at,
            person_id=person, changes=result.changes, entry=Entry(number, stored, result, found.digest),
        )  # fmt: skip


def concerns(record: RollRecord, stored: Stored | None, prison: str) -> bool:
    """Whether the record is the prison's business: it holds the person, held them until now, or was the last to."""
    here = stored.person["prison"] if stored else None
    if prison in (record.held_at, here):
        return True
    if record.held_at or here:
        return False
    last = stored.last_stay.prison if stored and stored.last_stay else record.last_prison_id
    return last == prison


def number_of(row: Row) -> str:
    """The row's prison number, or nothing where it is none."""
    number = (row.cells or {}).get(KEY)
    written = number.strip() if isinstance(number, str) else ""
    return written if NUMBER.fullmatch(written) else ""


def digest_of(cells: Mapping[str, Any], stated: frozenset[str]) -> str:
    """What tells a record from another: the fields that are read, and which of them the file has at all."""
    columns = sorted(stated) if stated != EVERYTHING else []
    read = [(name, cells[name]) for name in READ if name in cells]
    return hashlib.sha256(json.dumps([columns, read], sort_keys=True).encode()).hexdigest()


def row_from(row: ImportRow) -> Row:
    """A held or quarantined row as the file had it."""
    return Row(row.number, row.raw, json.loads(row.cells) if row.cells else None)
