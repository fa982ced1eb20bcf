"""What both import commands share: their arguments, the progress bar and the report in a terminal."""

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from omic import clock
from omic.audit import Actor
from omic.models import ImportRow, Prison, RollImport
from omic.nomis.csv_rows import DateFormat
from omic.nomis.desk import counts_words
from omic.nomis.going import Progress
from omic.nomis.run import new_import, rehearse, take_in
from omic.nomis.turns import AlreadyRunningError
from omic.nomis.verdicts import TO_DECIDE

REFUSED, WAITS = 1, 3
EXIT_CODES = """exit status:
  0  taken in, even where rows are held or in quarantine: the report says which
  1  refused: the file cannot be used, and nothing of it was
  3  held: the file waits as a whole for a person (on the Imports page, or --confirm), and nothing of it was used
"""


class ImportCommand(BaseCommand):
    """Says what it did and why not; never raises at a bad file."""

    kind: RollImport.Kind
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = EXIT_CODES
        parser.add_argument("file", type=Path)
        full = ", and it is this prison's full roll: whoever is not in it is missing"
        parser.add_argument(
            "--prison",
            metavar="CODE",
            help=f"the file may change this prison's people alone{full if self.kind == RollImport.Kind.ROLL else ''}",
        )
        parser.add_argument("--format", choices=("json", "csv"), help="what the file is, where its name does not say")
        parser.add_argument("--date-format", choices=[*DateFormat], help="how a CSV file writes its dates")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and write nothing")
        parser.add_argument("--on", type=date.fromisoformat, help="the day the file counts as (today)")
        parser.add_argument("--confirm", action="store_true", help="take in a file that would wait for a person")

    def handle(self, *, file: Path, dry_run: bool, confirm: bool, on: date | None, **options: Any) -> None:
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        by, at = Actor(job=f"import_{self.kind}"), clock.now()
        taken = self._new(file, by, on or clock.today(), options)
        if dry_run:
            rehearsal = rehearse(taken, file, by=by, at=at)
            return self._report(rehearsal.taken, rehearsal.rows, dry_run=True)
        try:
            with _progress_bar(taken) as progress:
                taken = take_in(taken, file, by=by, at=at, confirmed=confirm, progress=progress)
        except AlreadyRunningError as error:
            raise CommandError(str(error)) from None
        return self._report(taken, taken.import_rows.filter(outcome__in=TO_DECIDE).order_by("number"))

    def _new(self, file: Path, by: Actor, on: date, options: dict[str, Any]) -> RollImport:
        code = options["prison"]
        prison = Prison.objects.filter(pk=code).first()
        if code and prison is None:
            raise CommandError(f"{code} is not the code of a prison known here.")
        return new_import(
            kind=self.kind,
            file_name=file.name,
            by=by,
            on=on,
            at=clock.now(),
            prison=prison,
            snapshot=self.kind == RollImport.Kind.ROLL,
            declared=options["format"],
            date_format=DateFormat(options["date_format"]) if options["date_format"] else None,
        )

    def _report(self, taken: RollImport, rows: Any, *, dry_run: bool = False) -> None:
        if taken.state == RollImport.State.REFUSED:
            raise CommandError(taken.refused_because, returncode=REFUSED)
        if taken.held_because and (dry_run or taken.state == RollImport.State.HELD):
            self.stdout.write(f"The file waits for a person: {taken.held_because}")
        if taken.state == RollImport.State.HELD:
            raise CommandError("Nothing of it was used.", returncode=WAITS)
        self.stdout.write(f"{'Would be: ' if dry_run else ''}{counts_words(taken)}")
        for name, number in sorted(taken.changed_fields.items()):
            self.stdout.write(f"  changed {name}: {number}")
        for name, number in sorted(taken.ignored_fields.items()):
            self.stdout.write(f"  not a field of this kind of file, ignored: {name} ({number})")
        for row in rows:
            self.stdout.write(row_in_words(row))


def row_in_words(row: ImportRow) -> str:
    """A held or quarantined row with each of its cells and reasons."""
    reasons = "; ".join(" ".join(filter(None, (e["cell"], e["value"], e["reason"]))) for e in row.errors)
    return f"  {row.outcome} row {row.number} {row.prison_number}: {reasons}"


@contextmanager
def _progress_bar(taken: RollImport) -> Iterator[Progress | None]:
    """A bar in a terminal; nothing in a log file."""
    if not sys.stderr.isatty():
        yield None
        return
    with tqdm(total=taken.expected_rows, unit=" rows", desc=taken.file_name) as bar:

        def show(done: int, expected: int) -> None:
            bar.total = expected
            bar.update(done - bar.n)

        yield show
