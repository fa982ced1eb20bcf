"""Many rows into one table at once, by COPY: for loads of tens of thousands, where even one INSERT is slow."""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import islice
from typing import Any

from django.db import connection

AT_ONCE = 100  # rows handed over together
_AS_JSON = (dict, list)
_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Append `rows`, whose values stand in the order of `columns`; returns how many there were.

    Table and columns are names from our own code, never from outside. Values: None, text, numbers, booleans, dates,
    moments, UUIDs, and dicts or lists as JSON. Generated columns and those with a default in the database are left out.
    Rows are asked for while the server takes in those before them.
    """
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", _Lines(rows))
        return int(cursor.rowcount)


class _Lines:
    """Rows in COPY's text format, as a file that is written while it is read."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self.rows = iter(rows)

    def read(self, _size: int) -> str:
        """The next rows; nothing at the end. The reader takes more than it asked for."""
        return "".join("\t".join(map(_cell, row)) + "\n" for row in islice(self.rows, AT_ONCE))


def tell_planner(*tables: str) -> None:
    """Let Postgres look how many rows the tables have now: by itself it looks once a minute, and plans badly till then.

    Only their owner may, so the login steps out of the application's role for it, inside the caller's transaction. A
    login that owns nothing either goes without; the server's log says so.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_user)")
        (role,) = cursor.fetchone()
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute("SET LOCAL default_statistics_target = 10")  # how many rows there are matters, not which
        cursor.execute(f"ANALYZE {', '.join(tables)}")
        cursor.execute(f"SET LOCAL ROLE {role}")


def _escaped(found: re.Match[str]) -> str:
    return _ESCAPES[found.group()]


def _cell(value: Any) -> str:
    """One value as COPY's text format has it."""
    if isinstance(value, str):
        return _SPECIAL.sub(_escaped, value)
    if value is None:
        return "\\N"
    if isinstance(value, _AS_JSON):
        return _SPECIAL.sub(_escaped, json.dumps(value))
    return value.isoformat() if isinstance(value, date) else str(value)
