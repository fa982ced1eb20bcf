"""Stored answers: a row is written only where facts or answer have changed, and what it replaces is kept.

Set-based and idempotent: the answers of thousands go in with one UPDATE and one INSERT.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Field

from omic.models import Determination
from omic.policy import Steps, steps_as_json

_SET_HERE = ("determined_on", "determined_at", "superseded_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a rule answered about one person. `facts` is plain JSON and leaves out the day asked about.

    `columns` are the model's own columns by their names in the database; `next_change_on` is the first later day on
    which time alone changes the answer.
    """

    person_id: int
    reason: str
    policy: str
    facts: Mapping[str, Any]
    steps: Steps
    columns: Mapping[str, Any]
    next_change_on: date | None = None

    def digest(self) -> str:
        """SHA-256 over facts and answer. Steps follow from them, so that better words for a step rewrite nothing."""
        kept = (self.facts, self.reason, self.policy, self.columns, self.next_change_on)
        return hashlib.sha256(_as_json(kept).encode()).hexdigest()

    def row(self) -> dict[str, Any]:
        """The answer as the model's columns."""
        return {
            "person_id": self.person_id,
            "reason": self.reason,
            "policy": self.policy,
            "facts": self.facts,
            "steps": steps_as_json(self.steps),
            "digest": self.digest(),
            "next_change_on": self.next_change_on,
            **self.columns,
        }


def _as_json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


# An answer that was given for a later day stands, unless the facts have changed since.
_SUPERSEDE = """
    WITH gone AS (
        UPDATE {table} d SET superseded_at = greatest(%(at)s, d.determined_at) FROM determined w
        WHERE d.person_id = w.person_id AND d.superseded_at IS NULL AND d.digest <> w.digest
          AND (d.determined_on <= %(on)s OR d.facts <> w.facts)
        RETURNING d.next_change_on <= %(on)s AND d.facts = w.facts AS fell_due
    )
    SELECT count(*) FILTER (WHERE fell_due), count(*) FILTER (WHERE fell_due IS NOT TRUE) FROM gone
"""
_INSERT = """
    INSERT INTO {table} ({columns}, determined_on, determined_at)
    SELECT {columns}, %(on)s, %(at)s FROM determined w
    WHERE NOT EXISTS (SELECT FROM {table} d WHERE d.person_id = w.person_id AND d.superseded_at IS NULL)
"""


def store(model: type[Determination], answers: Iterable[Answer], *, at: datetime, on: date) -> dict[str, int]:
    """Make `answers` the current determinations of their people. Call it inside a transaction.

    Counts what was written: `first` for people without an answer so far, `fell_due` where time alone changed it (the
    facts are the same and `next_change_on` has come), `changed` for every other difference.
    """
    fields: list[Field[Any, Any]] = [
        field for field in model._meta.concrete_fields if not field.primary_key and field.name not in _SET_HERE
    ]
    words = {"table": model._meta.db_table, "columns": ", ".join(str(field.column) for field in fields)}
    kinds = ", ".join(f"{field.column} {field.db_type(connection)}" for field in fields)
    rows = _as_json([answer.row() for answer in answers])
    moment = {"at": at, "on": on}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS determined")
        cursor.execute(
            f"CREATE TEMPORARY TABLE determined ON COMMIT DROP AS SELECT * FROM jsonb_to_recordset(%s) AS w({kinds})",  # noqa: S608 - the model's own columns
            [rows],
        )
        cursor.execute(_SUPERSEDE.format(**words), moment)
        fell_due, changed = cursor.fetchone()
        cursor.execute(_INSERT.format(**words), moment)
        return {"first": cursor.rowcount - fell_due - changed, "fell_due": fell_due, "changed": changed}
