"""Rows copied in bulk come out of the table as they went in."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.db import connection

from omic.copying import AT_ONCE, copy_rows

pytestmark = pytest.mark.django_db
COLUMNS = ("words", "number", "day", "at", "key", "facts")
ROW = (
    "tab\there, line\nhere, return\rhere, back\\slash, \\N, “quotes”",
    7,
    date(2026, 3, 29),
    datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
    UUID(int=5),
    {"answer": "a\\b\n\t“c”"},
)


@pytest.fixture(autouse=True)
def _table() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE copied (words text, number int, day date, at timestamptz, key uuid, facts jsonb)"
        )
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")


def copied() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT words, number, day, at, key, facts ->> 'answer' FROM copied")
        return cursor.fetchall()


def test_every_kind_of_value_comes_back() -> None:
    assert copy_rows("copied", COLUMNS, [ROW]) == 1
    assert copied() == [(*ROW[:5], ROW[5]["answer"])]


def test_nothing_is_not_empty_text() -> None:
    copy_rows("copied", COLUMNS, [(None,) * 6, ("", *ROW[1:])])
    assert [words for words, *_ in copied()] == [None, ""]


def test_more_rows_than_are_handed_over_together() -> None:
    rows = [(str(number), *ROW[1:]) for number in range(2 * AT_ONCE + 1)]
    assert copy_rows("copied", COLUMNS, iter(rows)) == len(rows)
    assert [words for words, *_ in copied()] == [words for words, *_ in rows]


def test_no_rows_are_no_rows() -> None:
    assert copy_rows("copied", COLUMNS, []) == 0
