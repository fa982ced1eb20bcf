"""Roll files for the tests of imports: one plain record, whole prisons, and a fingerprint of all that they change."""

import csv
import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection

from omic.audit import Actor
from omic.fictional import FictionalPrison, Mix
from omic.models import Obligation, ObligationKind, Person, RollImport
from omic.nomis.run import import_details, import_roll
from tests.factories import NOW, TODAY, days

Raw = dict[str, Any]
BY = Actor(job="test")
TOMORROW, NEXT = days(1), NOW + timedelta(days=1)
LEEDS = FictionalPrison(code="LEI", name="HMP Leeds", mix=Mix.LOCAL, size=1000, number_from=0)
# What an import writes even when it changes nobody: its own report, and that somebody ran it.
REPORTS = {"omic_rollimport", "omic_importrow", "omic_auditevent", "django_session"}


def record(number: str = "A1234AA", **fields: Any) -> Raw:
    """A sentenced man in LEI since 200 days; None takes a field away."""
    plain: Raw = {
        "prisonerNumber": number,
        "bookingId": "1",
        "firstName": "Sam",
        "lastName": "Example",
        "dateOfBirth": "1990-05-17",
        "gender": "Male",
        "status": "ACTIVE IN",
        "inOutStatus": "IN",
        "prisonId": "LEI",
        "lastPrisonId": "LEI",
        "lastMovementTypeCode": "ADM",
        "lastMovementReasonCode": "N",
        "lastMovementDate": days(-200).isoformat(),
        "lastAdmissionDate": days(-200).isoformat(),
        "receptionDate": days(-200).isoformat(),
        "cellLocation": "A-1-001",
        "legalStatus": "SENTENCED",
        "recall": False,
        "indeterminateSentence": False,
        "sentenceStartDate": days(-200).isoformat(),
        "conditionalReleaseDate": days(700).isoformat(),
        "sentenceExpiryDate": days(1600).isoformat(),
        "alerts": [],
    }
    return {name: value for name, value in (plain | fields).items() if value is not None}


def left(number: str = "A1234AA", *, how: str = "REL", on: Any = TODAY, **fields: Any) -> Raw:
    """The same man after leaving: released (REL) or under way to another prison (TRN)."""
    gone = {"REL": ("INACTIVE OUT", "OUT"), "TRN": ("INACTIVE TRN", "TRN")}[how]
    out = {"status": gone[0], "inOutStatus": gone[1], "prisonId": gone[1], "cellLocation": None}
    moved = {"lastMovementTypeCode": how, "lastMovementReasonCode": None, "lastMovementDate": on.isoformat()}
    return record(number, **(out | moved | fields))


def numbers(many: int) -> list[str]:
    return [f"B{n:04d}XX" for n in range(many)]


def jsonl(folder: Path, rows: Iterable[Raw | str]) -> Path:
    """A JSON Lines file; text goes in as it is."""
    path = folder / "roll.jsonl"
    path.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def csv_file(folder: Path, rows: Sequence[Raw], names: Sequence[str] | None = None) -> Path:
    path = folder / "roll.csv"
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, names or list(rows[0]), extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def take_in(folder: Path, rows: Iterable[Raw | str], **options: Any) -> RollImport:
    """Import the rows as a roll of several prisons, or with `prison=` as its full roll."""
    path = jsonl(folder, rows)
    given = {"file_name": path.name, "by": BY, "on": TODAY, "at": NOW} | options
    return import_roll(path=path, **given)


def take_in_details(folder: Path, rows: Iterable[Raw], **options: Any) -> RollImport:
    path = jsonl(folder, rows)
    given = {"file_name": path.name, "by": BY, "on": TODAY, "at": NOW} | options
    return import_details(path=path, **given)


def counts(taken: RollImport) -> tuple[int, int, int, int, int]:
    """added, changed, unchanged, held, quarantined"""
    return (taken.added, taken.changed, taken.unchanged, taken.held, taken.quarantined)


def him(number: str = "A1234AA") -> Person:
    return Person.objects.get(prison_number=number)


def reasons(taken: RollImport) -> list[str]:
    """Cell and reason of every row that was held or quarantined, in the file's order."""
    rows = taken.import_rows.filter(outcome__in=("held", "quarantined")).order_by("number")
    return [f"{error['cell']} {error['reason']}".strip() for row in rows for error in row.errors]


def duties() -> list[Obligation]:
    """The demanding duties to decide a held change."""
    return list(Obligation.objects.demanding().filter(kind=ObligationKind.HELD_CHANGE))


def fingerprint() -> str:
    """Of every row of every table but the reports of imports."""
    found = hashlib.sha256()
    with connection.cursor() as cursor:
        for table in sorted(set(connection.introspection.table_names(cursor)) - REPORTS):
            cursor.execute(f'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{table}" t')
            found.update(f"{table}:{cursor.fetchone()[0]}".encode())
    return found.hexdigest()
