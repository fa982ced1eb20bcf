"""Import files as streams of rows, whatever their format: `inspect_file` first, then `read_rows`.

Inspecting reads the file once from end to end without keeping it, so that a file which is damaged, cut off or written
in another date format than declared is refused before its first row is used. Memory stays at one row.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from omic.nomis.csv_rows import DateColumns, DateFormat, csv_rows, header_of
from omic.nomis.json_rows import array_rows, line_rows
from omic.nomis.rows import MAX_ROWS, Layout, Row, UnreadableFileError, check_bytes, open_text

JSON_SUFFIXES = (".json", ".jsonl", ".ndjson")


class FileFormat(StrEnum):
    JSON_ARRAY = "JSON array"
    JSON_LINES = "JSON Lines"
    CSV = "CSV"


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that can be read whole: what it is, how many rows it has, and its SHA-256 to know it again by.

    `ambiguous_columns` are date columns that no value proves to be in the declared order: show them for confirmation.
    """

    path: Path
    format: FileFormat
    layout: Layout
    date_format: DateFormat
    digest: str
    rows: int
    ambiguous_columns: tuple[str, ...] = ()


def inspect_file(
    path: Path, *, layout: Layout, declared: str | None = None, date_format: DateFormat | None = None
) -> InputFile:
    """Reads the file through once and describes it. `declared` is what the sender calls it: json, csv or nothing.

    Raises UnreadableFileError for a file of which not every row can be accounted for, and for one without rows.
    """
    digest = check_bytes(path)
    format_ = _format_of(path, declared)
    _check_dates_declared(path, format_, layout, date_format)
    dates = DateColumns(layout.dates, date_format or DateFormat.ISO)
    rows = readable = 0
    for row in _rows(path, format_, layout, dates):
        rows += 1
        if rows > MAX_ROWS:
            raise UnreadableFileError(f"The file has over {MAX_ROWS:,} rows: send each prison's by itself.")
        readable += row.cells is not None
    if not rows:
        raise UnreadableFileError("The file holds no records.")
    if not readable:
        raise UnreadableFileError(f"Not one of the file's {rows} rows can be read as {format_}.")
    return InputFile(path, format_, layout, date_format or DateFormat.ISO, digest, rows, dates.ambiguous)


def read_rows(file: InputFile) -> Iterator[Row]:
    """Every row of an inspected file, in order, each either with cells or with a problem."""
    yield from _rows(file.path, file.format, file.layout, DateColumns(file.layout.dates, file.date_format))


def _rows(path: Path, format_: FileFormat, layout: Layout, dates: DateColumns) -> Iterator[Row]:
    with open_text(path) as source:
        if format_ == FileFormat.CSV:
            yield from csv_rows(source, layout=layout, dates=dates)
        else:
            yield from array_rows(source) if format_ == FileFormat.JSON_ARRAY else line_rows(source)


def _format_of(path: Path, declared: str | None) -> FileFormat:
    """By what was declared or the file's name says, else by the first character that is not blank."""
    with open_text(path) as source:
        first = next((line.lstrip()[0] for line in iter(lambda: source.readline(4096), "") if not line.isspace()), "")
    if not first:
        raise UnreadableFileError("The file is empty.")
    if first == "[":
        found = FileFormat.JSON_ARRAY
    else:
        named_json = declared == "json" or path.suffix.lower() in JSON_SUFFIXES
        found = FileFormat.JSON_LINES if first == "{" or named_json else FileFormat.CSV
    if declared == "csv" and found != FileFormat.CSV:
        raise UnreadableFileError(f"The file was declared as CSV but begins like a {found} file.")
    return found


def _check_dates_declared(path: Path, format_: FileFormat, layout: Layout, date_format: DateFormat | None) -> None:
    if format_ != FileFormat.CSV:
        if date_format not in (None, DateFormat.ISO):
            raise UnreadableFileError(f"Dates in JSON are {DateFormat.ISO}; {date_format} was declared.")
        return
    with open_text(path) as source:
        undeclared = layout.dates & set(header_of(source, layout)) if date_format is None else set()
    if undeclared:
        formats = ", ".join(DateFormat)
        raise UnreadableFileError(f"Say how dates are written: {formats}.", column=min(undeclared))
