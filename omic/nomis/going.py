"""The rows of one file, batch by batch.

A batch is one transaction of at most 500 rows, with its report and its counts: killed anywhere, an import goes on
behind its last whole batch and ends as if nothing had happened.
"""

from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, partial
from itertools import islice
from typing import Any, Protocol

from django.db import transaction
from django.db.models import Max

from omic.ledger import patiently
from omic.models import ImportRow, RollImport
from omic.nomis.reading import InputFile, read_rows
from omic.nomis.roll_batch import number_of
from omic.nomis.rows import Row
from omic.nomis.turns import take_turn
from omic.nomis.verdicts import TO_DECIDE, Verdict, count, keep_rows, open_duties, settle_earlier
from omic.reconcile import AT_ONCE, LOOK_BACK, reconcile, window_of

Progress = Callable[[int, int], None]  # rows done, rows expected
COUNTS = (
    *("rows", "added", "changed", "unchanged", "held", "quarantined", "missing"),
    *("changed_fields", "ignored_fields", "prisons"),
)


class Batches(Protocol):
    """How the rows of one kind of file are judged and applied."""

    def ignored(self, cells: Mapping[str, Any]) -> set[str]:
        """Names in the row that mean nothing here."""

    def judge(self, rows: Sequence[Row], claimed: MutableMapping[str, int]) -> list[Verdict]:
        """What becomes of each row; `claimed` says which row of the file is whose."""

    def apply(self, verdicts: Sequence[Verdict]) -> list[int]:
        """Write what was judged. Returns the people whom it changed."""


@dataclass
class Pass:
    """One going through a file: which row is whose, and everybody it names."""

    taken: RollImport
    file: InputFile
    batches: Batches
    at: datetime
    claimed: dict[str, int] = field(default_factory=dict)
    present: set[str] = field(default_factory=set)

    @cached_property
    def since(self) -> date:
        """The day from which this file may tell something new: that of the roll before it. A first roll tells of today.

        So who arrived or left on Sunday and is told on Monday is judged for last week too.
        """
        before = RollImport.objects.filter(kind=self.taken.kind, prison=self.taken.prison, on__lte=self.taken.on)
        done = before.filter(state=RollImport.State.DONE).exclude(pk=self.taken.pk).aggregate(on=Max("on"))["on"]
        return max(done or self.taken.on, self.taken.on - LOOK_BACK)

    def take_in(self, progress: Progress | None = None) -> None:
        """Apply every batch that has not been applied yet."""
        rows = read_rows(self.file)
        self._pass_over(rows)
        while batch := list(islice(rows, AT_ONCE)):
            fresh: dict[str, int] = {}
            patiently(partial(self._one_batch, batch, fresh))
            self.claimed |= fresh
            self.present.update(map(number_of, batch))
            if progress:
                progress(self.taken.rows, self.file.rows)

    @transaction.atomic
    def rehearse(self) -> list[ImportRow]:
        """Count what would happen, and undo it. Returns the report rows of what would be held or quarantined."""
        report: list[ImportRow] = []
        rows = read_rows(self.file)
        while batch := list(islice(rows, AT_ONCE)):
            verdicts = self.batches.judge(batch, self.claimed)
            self.present.update(map(number_of, batch))
            self._count(batch, verdicts)
            report += [verdict.report_row(self.taken) for verdict in verdicts if verdict.outcome in TO_DECIDE]
        transaction.set_rollback(True)
        return report

    def _pass_over(self, rows: Iterator[Row]) -> None:
        """The rows that an earlier going, killed half way, has committed."""
        bad = set(self.taken.import_rows.filter(outcome=ImportRow.Outcome.QUARANTINED).values_list("number", flat=True))
        for row in islice(rows, self.taken.rows):
            self.present.add(number_of(row))
            if row.number not in bad:
                self.claimed.setdefault(number_of(row), row.number)

    @transaction.atomic
    def _one_batch(self, batch: Sequence[Row], fresh: dict[str, int]) -> None:
        """One batch, whole or not at all. `fresh` gets what the batch claims; a try that was undone leaves nothing."""
        taken = self.taken
        take_turn()
        taken.refresh_from_db(fields=COUNTS)
        fresh.clear()
        verdicts = self.batches.judge(batch, ChainMap(fresh, self.claimed))
        changed = self.batches.apply(verdicts)
        rows = keep_rows(taken, verdicts)
        settle_earlier(taken, verdicts, at=self.at)
        open_duties(rows, on=taken.on, at=self.at)
        reconcile(changed, window_of(taken.on, self.at, since=self.since))
        self._count(batch, verdicts)
        taken.save(update_fields=COUNTS)

    def _count(self, batch: Sequence[Row], verdicts: Sequence[Verdict]) -> None:
        ignored = (name for row in batch if row.cells for name in self.batches.ignored(row.cells))
        count(self.taken, verdicts, ignored)
