"""Rows as a CSV or Excel file to download, safe to open in a spreadsheet."""

import csv
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse

from omic.formats import london

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A text that begins so would be run as a formula; the full-width forms are what some keyboards and imports write.
FORMULA = tuple("=+-@\t\r\n＝＋－＠")
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # control characters no workbook can hold


def safe(value: Any) -> Any:
    """A value as a file holds it: numbers and dates as they are, moments on London's clock, texts never a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return london(value).replace(tzinfo=None, microsecond=0)
    if isinstance(value, date | time | int | float | Decimal):
        return value
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple | set | frozenset) else str(value)
    text = UNWRITABLE.sub("", text)
    return f"'{text}" if text.startswith(FORMULA) else text


class Echo:
    """A file that hands back each line instead of keeping it."""

    def write(self, line: str) -> str:
        """The line itself, which `csv.writer.writerow` then returns."""
        return line


def csv_response(name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """A CSV that streams as its rows are read. The leading mark tells Excel that it is UTF-8."""
    write = csv.writer(Echo()).writerow

    def lines() -> Iterator[str]:
        yield "\ufeff" + write(headings)
        for row in rows:
            yield write([safe(value) for value in row])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def xlsx_response(name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> FileResponse:
    """An Excel workbook of one sheet, written row by row to a temporary file that goes when the answer is sent."""
    # Here, as it takes a tenth of every start and few ask for it.
    from openpyxl import Workbook  # noqa: PLC0415

    book = Workbook(write_only=True)
    sheet = book.create_sheet(name[:31])
    sheet.freeze_panes = "A2"
    sheet.append(list(headings))
    for row in rows:
        sheet.append([safe(value) for value in row])
    file = tempfile.TemporaryFile()  # noqa: SIM115 - FileResponse closes it
    book.save(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)


FORMATS = {"csv": csv_response, "xlsx": xlsx_response}


def file_response(kind: str, name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponseBase:
    """The rows as a file; `kind` is a key of FORMATS."""
    return FORMATS[kind](name, headings, rows)
