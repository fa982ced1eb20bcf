"""Rows of a CSV file with a header, its dates turned into ISO from the one format the sender declared.

A date read in the wrong order is plausible two times in five, so a date column is all or nothing: one value that the
declared format cannot have written refuses the file. One line is one row: a quotation mark left open costs its own
line and swallows no other.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import NoReturn, TextIO

from omic.nomis.cells import shown
from omic.nomis.rows import Layout, Row, UnreadableFileError, numbered_lines


class DateFormat(StrEnum):
    """The ways of writing a date that a sender may declare."""

    ISO = "YYYY-MM-DD"
    DAY_FIRST = "DD/MM/YYYY"
    MONTH_FIRST = "MM/DD/YYYY"


SHAPES = {
    DateFormat.ISO: re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"),
    DateFormat.DAY_FIRST: re.compile(r"(?P<day>[0-9]{2})/(?P<month>[0-9]{2})/(?P<year>[0-9]{4})"),
    DateFormat.MONTH_FIRST: re.compile(r"(?P<month>[0-9]{2})/(?P<day>[0-9]{2})/(?P<year>[0-9]{4})"),
}
LAST_MONTH = 12


class DateColumns:
    """The date columns of one file under its declared format.

    `ambiguous` is, after all rows, the columns in which no value was late enough in its month to prove the format:
    read the other way round they would be dates as well, so a person should confirm them.
    """

    def __init__(self, columns: frozenset[str], date_format: DateFormat) -> None:
        self._columns, self._format, self._proved = columns, date_format, set[str]()
        self._seen = set[str]()

    @property
    def ambiguous(self) -> tuple[str, ...]:
        return () if self._format == DateFormat.ISO else tuple(sorted(self._seen - self._proved))

    def to_iso(self, cells: dict[str, str], row: int) -> None:
        """Rewrites the row's dates as ISO. A day in no calendar stays, for the row to answer for.

        Raises where the format is contradicted: figures in another shape, or a date only when read in another order.
        """
        for column in self._columns & cells.keys():
            value = cells[column]
            shape = SHAPES[self._format].fullmatch(value)
            if shape:
                cells[column] = self._read(column, value, {part: int(n) for part, n in shape.groupdict().items()}, row)
            elif any(character.isdigit() for character in value):
                self._refuse(column, value, row)

    def _read(self, column: str, value: str, parts: dict[str, int], row: int) -> str:
        found = _date(parts["year"], parts["month"], parts["day"])
        if found is None and _date(parts["year"], parts["day"], parts["month"]):
            self._refuse(column, value, row)
        self._seen.add(column)
        if parts["day"] > LAST_MONTH:
            self._proved.add(column)
        return found.isoformat() if found else value

    def _refuse(self, column: str, value: str, row: int) -> NoReturn:
        serial = " It looks like a spreadsheet's day number." if value.isdigit() else ""
        words = f"Column {column}, line {row}: {shown(value)} was not written as {self._format}, the format declared."
        raise UnreadableFileError(f"{words}{serial} No row was loaded.", column=column, row=row, value=shown(value))


def header_of(source: TextIO, layout: Layout) -> tuple[str, ...]:
    """The column names. Raises where they are doubled, empty or lack the key."""
    number, line = next(numbered_lines(source))
    values = _values(line)
    if values is None:
        raise UnreadableFileError(f"Line {number}, the header, has a quotation mark that does not pair up.", row=number)
    header = tuple(value.strip() for value in values)
    if "" in header:
        raise UnreadableFileError(f"Column {header.index('') + 1} has no name in the header.", row=number)
    doubled = [name for name, times in Counter(header).items() if times > 1]
    if doubled:
        raise UnreadableFileError(f"The header names {shown(doubled[0])} twice.", column=doubled[0], row=number)
    if not set(layout.keys) & set(header):
        raise UnreadableFileError(
            f"The header has no column {layout.keys[0]}. Columns are parted by commas.", row=number
        )
    return header


def csv_rows(source: TextIO, *, layout: Layout, dates: DateColumns) -> Iterator[Row]:
    """The rows below the header. Raises at the first date that contradicts the declared format."""
    header = header_of(source, layout)
    source.seek(0)
    lines = numbered_lines(source)
    next(lines)
    for number, line in lines:
        values = _values(line)
        if values is None:
            yield Row(number, line, None, "has a quotation mark that does not pair up, or a cell that is too long")
            continue
        if len(values) != len(header):
            yield Row(number, line, None, f"has {len(values)} cells where the header has {len(header)}")
            continue
        cells = {name: value.strip() for name, value in zip(header, values, strict=True) if value.strip()}
        dates.to_iso(cells, number)
        yield Row(number, line, layout.unflatten(cells))


def _values(line: str) -> list[str] | None:
    try:
        return next(csv.reader([line], strict=True))
    except csv.Error:
        return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
