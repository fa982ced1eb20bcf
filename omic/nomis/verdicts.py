"""What became of each row of a batch: its report row, the counts, and what it settles of earlier imports."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from omic.calendar import exclusive_due
from omic.holidays import bank_holidays
from omic.models import ImportRow, Obligation, ObligationKind, ObligationState, Role, RollImport
from omic.nomis.cells import FieldError, shown
from omic.nomis.facts import Change
from omic.nomis.holds import next_working_day
from omic.nomis.rows import Row

UNCHANGED = "unchanged"
Outcome = ImportRow.Outcome
TO_DECIDE = (Outcome.HELD, Outcome.QUARANTINED)
LATER_ROLL = "A later roll stated it again"
NAMES_AT_MOST = 100  # unknown field names that an import counts; a hostile file could bring half a million
SHOWN_NUMBER = 20


@dataclass(slots=True, kw_only=True)
class Verdict:
    """One row, decided. `entry` is what the loader applies; `prison` is whose list the row stands on, by code.

    A row `about_one_thing` (an incident) says nothing of what another row about the same person is about.
    """

    row: Row
    outcome: str
    number: str = ""
    prison: str | None = None
    held_at: str | None = None
    person_id: int | None = None
    changes: dict[str, Change] = field(default_factory=dict)
    errors: Sequence[FieldError] = ()
    entry: Any = None
    about_one_thing: bool = False

    def report_row(self, taken: RollImport) -> ImportRow:
        """The row of the report. What waits for a decision keeps the row itself."""
        waits = self.outcome in TO_DECIDE
        return ImportRow(
            roll_import=taken,
            prison_id=self.prison,
            number=self.row.number,
            prison_number=shown(self.number)[:SHOWN_NUMBER],
            person_id=self.person_id,
            outcome=self.outcome,
            changes={name: [plain(value) for value in change] for name, change in self.changes.items()},
            errors=[{"cell": error.field, "value": error.value, "reason": error.reason} for error in self.errors],
            raw=self.row.raw_text if waits else "",
            cells=json.dumps(self.row.cells) if waits and self.row.cells is not None else "",
            decision=ImportRow.Decision.WAITING if waits else ImportRow.Decision.NOT_NEEDED,
        )


def plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    return value.isoformat() if isinstance(value, date) else value


def quarantined(row: Row, errors: Sequence[FieldError], *, number: str = "", prison: str | None = None) -> Verdict:
    """A row that cannot be taken in."""
    return Verdict(row=row, outcome=Outcome.QUARANTINED, number=number, prison=prison, errors=errors)


def count(taken: RollImport, verdicts: Sequence[Verdict], ignored: Iterable[str]) -> None:
    """Add a batch to the import's counts. Save them in the transaction of the batch."""
    outcomes = Counter(verdict.outcome for verdict in verdicts)
    taken.rows += len(verdicts)
    for name in ("added", "changed", "unchanged", "held", "quarantined"):
        setattr(taken, name, getattr(taken, name) + outcomes[name])
    fields = Counter(taken.changed_fields)
    for verdict in verdicts:
        if verdict.outcome == Outcome.CHANGED:
            fields.update(verdict.changes.keys())
    taken.changed_fields = dict(fields)
    taken.ignored_fields = _named(Counter(taken.ignored_fields), ignored)
    held_at = {verdict.held_at for verdict in verdicts if verdict.held_at}
    taken.prisons = sorted(held_at.union(taken.prisons))


def _named(known: Counter[str], names: Iterable[str]) -> dict[str, int]:
    for name, times in Counter(names).items():
        name = shown(name)
        if name in known or len(known) < NAMES_AT_MOST:
            known[name] += times
    return dict(known)


def keep_rows(taken: RollImport, verdicts: Sequence[Verdict]) -> list[ImportRow]:
    """Write the report rows of a batch: all but the unchanged."""
    rows = [verdict.report_row(taken) for verdict in verdicts if verdict.outcome != UNCHANGED]
    return ImportRow.objects.bulk_create(rows)


def settle_earlier(taken: RollImport, verdicts: Sequence[Verdict], *, at: datetime) -> None:
    """Rows of earlier imports need no decision any more when the person is stated again.

    A row that is bad again replaces the bad one that the same prison has, and never a held change.
    """
    good = [v.number for v in verdicts if v.number and v.outcome not in TO_DECIDE and not v.about_one_thing]
    held = [v.number for v in verdicts if v.number and v.outcome == Outcome.HELD]
    bad = [v for v in verdicts if v.outcome == Outcome.QUARANTINED]
    waiting = ImportRow.objects.filter(decision=ImportRow.Decision.WAITING, roll_import__kind=taken.kind)
    waiting = waiting.exclude(roll_import=taken)
    _not_needed(waiting.filter(prison_number__in=good + held), at)
    if bad:
        again = Q(prison_number__in=[shown(v.number)[:SHOWN_NUMBER] for v in bad if v.number and not v.about_one_thing])
        again |= Q(prison_number="", raw__in=[v.row.raw_text for v in bad if not v.number])
        again |= Q(raw__in=[v.row.raw_text for v in bad if v.about_one_thing])
        same_desk = waiting.filter(outcome=Outcome.QUARANTINED, roll_import__prison=taken.prison)
        _not_needed(same_desk.filter(again), at)
    demanding = Obligation.objects.demanding().filter(kind=ObligationKind.HELD_CHANGE)
    demanding.filter(person__prison_number__in=good).update(
        state=ObligationState.VOID, closed_at=at, closed_because=LATER_ROLL
    )


def _not_needed(rows: QuerySet[ImportRow], at: datetime) -> None:
    rows.update(decision=ImportRow.Decision.NOT_NEEDED, decided_at=at, decided_because=LATER_ROLL)


def open_duties(rows: Sequence[ImportRow], *, on: date, at: datetime) -> None:
    """A duty for each held row to be decided by the next working day, unless one already waits for the person."""
    held = {row.person_id: row for row in rows if row.outcome == Outcome.HELD}
    demanding = Obligation.objects.demanding().filter(kind=ObligationKind.HELD_CHANGE, person__in=held)
    waiting = set(demanding.values_list("person_id", flat=True))
    due_on = next_working_day(on, bank_holidays())
    Obligation.objects.bulk_create(
        _duty(row, opens_on=on, due_on=due_on, at=at) for person, row in held.items() if person not in waiting
    )


def _duty(row: ImportRow, *, opens_on: date, due_on: date, at: datetime) -> Obligation:
    assert row.person_id and row.prison_id
    return Obligation(
        person_id=row.person_id,
        prison_id=row.prison_id,
        kind=ObligationKind.HELD_CHANGE,
        slot=str(row.pk),
        owner_role=Role.HOMS,
        opens_on=opens_on,
        due_on=due_on,
        due_before=exclusive_due(due_on),
        rule="ROLL",
        policy="roll_file",
        steps=[["ROLL", f"{error['cell']} {error['value']} {error['reason']}"] for error in row.errors],
        created_at=at,
    )
