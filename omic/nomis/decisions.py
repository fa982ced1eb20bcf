"""What people decide about imports: held rows, rows in quarantine, and files that wait as a whole.

Each is one action in one transaction. Of two people who decide at once the second is told who was first.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from omic import audit
from omic.audit import Actor
from omic.formats import moment
from omic.models import ImportRow, Obligation, ObligationKind, RollImport, Staff
from omic.nomis.cells import FieldError
from omic.nomis.files import drop_file
from omic.nomis.rows import Row
from omic.nomis.run import batches_of
from omic.nomis.turns import take_turn
from omic.nomis.verdicts import Outcome, Verdict, open_duties
from omic.obligations import meet
from omic.reconcile import reconcile, window_of

Decision = ImportRow.Decision


class DecidedError(Exception):
    """Somebody else has decided, or a later roll has; the message is fit to show."""


class UnfitError(Exception):
    """The row cannot be taken in as it now stands; `errors` name its cells."""

    def __init__(self, errors: tuple[FieldError, ...]) -> None:
        super().__init__("The row cannot be taken in.")
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Left:
    """How and when somebody left whom the roll counts as gone without saying so: REL or TRN, and the day."""

    kind: str
    on: date


@transaction.atomic
def confirm_row(
    *, row: ImportRow, version: int, because: str, left: Left | None = None, by: Staff, on: date, at: datetime
) -> None:
    """What the held row says is right: apply it. Raises DecidedError, or UnfitError where it has become impossible."""
    row = _take(row, version)
    cells = json.loads(row.cells)
    if left:
        cells |= {"lastMovementTypeCode": left.kind, "lastMovementDate": left.on.isoformat()}
        cells.pop("lastMovementReasonCode", None)
    verdict = _apply(row, cells, by=by, on=on, at=at, confirmed=True)
    _refuse_unfit(verdict)
    _decide(row, Decision.CONFIRMED, because, by=by, at=at, outcome=verdict.outcome)


@transaction.atomic
def reject_row(*, row: ImportRow, version: int, because: str, by: Staff, at: datetime) -> None:
    """The row is wrong: leave everything as it is. A date so refused is not asked about again. Raises DecidedError."""
    _decide(_take(row, version), Decision.REJECTED, because, by=by, at=at)


@transaction.atomic
def correct_row(*, row: ImportRow, version: int, cells: dict[str, Any], by: Staff, on: date, at: datetime) -> Verdict:
    """Take a quarantined row in with these cells. One that has to be held now waits as a held row.

    Raises DecidedError, or UnfitError where it is still wrong.
    """
    row = _take(row, version)
    verdict = _apply(row, cells, by=by, on=on, at=at)
    _refuse_unfit(verdict)
    if verdict.outcome == Outcome.HELD:
        _hold_now(row, verdict, cells, on=on, at=at)
    else:
        row.person_id = verdict.person_id
        _decide(row, Decision.CORRECTED, "Corrected", by=by, at=at, outcome=verdict.outcome)
    return verdict


@transaction.atomic
def confirm_import(*, taken: RollImport, version: int, because: str, by: Staff, at: datetime) -> RollImport:
    """The file is as it should be: it may be taken in. Raises DecidedError."""
    return _decide_import(taken, version, RollImport.State.RUNNING, because, by=by, at=at)


@transaction.atomic
def reject_import(*, taken: RollImport, version: int, because: str, by: Staff, at: datetime) -> RollImport:
    """The file is wrong: nothing of it is taken in. Raises DecidedError."""
    taken = _decide_import(taken, version, RollImport.State.REFUSED, because, by=by, at=at)
    taken.finished_at, taken.refused_because = at, f"Rejected by {by}: {because}"
    taken.save(update_fields=["finished_at", "refused_because"])
    drop_file(taken)
    return taken


def _take(row: ImportRow, version: int) -> ImportRow:
    """The row, locked, if it still waits as it was shown."""
    take_turn()
    now = ImportRow.objects.select_related("roll_import").select_for_update(of=["self"]).get(pk=row.pk)
    if now.decision != Decision.WAITING:
        who = f"{now.decided_by} has decided this" if now.decided_by else "This needs no decision any more"
        raise DecidedError(f"{who}: {now.get_decision_display().lower()} on {moment(now.decided_at)}.")
    if now.version != version:
        raise DecidedError("Somebody has changed this row since you opened it. Look again before you decide.")
    return now


def _apply(
    row: ImportRow, cells: dict[str, Any], *, by: Staff, on: date, at: datetime, confirmed: bool = False
) -> Verdict:
    """The row through the same path as its file's, and all that follows."""
    batches = batches_of(row.roll_import, by=Actor(staff=by), on=on, at=at, confirmed=confirmed)
    (verdict,) = batches.judge([Row(row.number, row.raw, cells)], {})
    reconcile(batches.apply([verdict]), window_of(on, at))
    return verdict


def _refuse_unfit(verdict: Verdict) -> None:
    if verdict.outcome == Outcome.QUARANTINED:
        raise UnfitError(tuple(verdict.errors))


def _decide(
    row: ImportRow, decision: ImportRow.Decision, because: str, *, by: Staff, at: datetime, outcome: str = ""
) -> None:
    row.decision, row.decided_because, row.decided_by, row.decided_at = decision, because, by, at
    row.version += 1
    row.save()
    duties = Obligation.objects.demanding().filter(kind=ObligationKind.HELD_CHANGE, person=row.person_id)
    for duty in duties if row.person_id else ():
        meet(duty, by=by, at=at, because=decision.label)
    audit.record(
        by=Actor(staff=by), action=f"import_row_{decision}", at=at, prison=row.prison, person=row.person,
        roll_import=row.roll_import_id, row=row.number, outcome=str(outcome),
    )  # fmt: skip


def _hold_now(row: ImportRow, verdict: Verdict, cells: dict[str, Any], *, on: date, at: datetime) -> None:
    """A corrected row whose dates jump: it moves from the quarantined to the held, and waits on."""
    held = verdict.report_row(row.roll_import)
    row.outcome, row.cells, row.errors, row.changes = Outcome.HELD, json.dumps(cells), held.errors, held.changes
    row.person_id, row.prison_id, row.prison_number = held.person_id, held.prison_id, held.prison_number
    row.version += 1
    row.save()
    counted = RollImport.objects.filter(pk=row.roll_import_id)
    counted.update(held=F("held") + 1, quarantined=F("quarantined") - 1)
    open_duties([row], on=on, at=at)


def _decide_import(
    taken: RollImport, version: int, state: RollImport.State, because: str, *, by: Staff, at: datetime
) -> RollImport:
    waiting = RollImport.objects.filter(pk=taken.pk, version=version, state=RollImport.State.HELD)
    decided = {"decided_by": by, "decided_at": at, "decided_because": because}
    changed = waiting.update(state=state, version=F("version") + 1, **decided)
    taken.refresh_from_db()
    if not changed:
        raise DecidedError(f"{taken.decided_by or 'Somebody'} has decided about this file before you.")
    action = "confirm_import" if state == RollImport.State.RUNNING else "reject_import"
    audit.record(by=Actor(staff=by), action=action, at=at, prison=taken.prison, roll_import=taken.pk)
    return taken
