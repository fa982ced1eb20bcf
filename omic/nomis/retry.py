"""One row that somebody has put right, read as its file would be."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from omic.models import RollImport
from omic.nomis.cells import shown
from omic.nomis.csv_rows import DateFormat
from omic.nomis.details import DETAIL_FILE
from omic.nomis.kinds import file_kind
from omic.nomis.reading import FileFormat, InputFile, read_rows
from omic.nomis.records import ROLL
from omic.nomis.rows import Layout, UnreadableFileError


def layout_of(taken: RollImport) -> Layout:
    """How the import's kind of file lies in columns."""
    if other := file_kind(taken.kind):
        return other.layout
    return ROLL if taken.kind == RollImport.Kind.ROLL else DETAIL_FILE


def cells_of(taken: RollImport, text: str) -> dict[str, Any]:
    """The cells of one row as the import's file would write it. Raises UnreadableFileError."""
    is_csv = bool(taken.header)
    file_format = FileFormat.CSV if is_csv else FileFormat.JSON_ARRAY
    date_format = DateFormat(taken.date_format) if is_csv else DateFormat.ISO
    with TemporaryDirectory() as folder:
        path = Path(folder) / "row"
        path.write_text(f"{taken.header.strip()}\n{text}\n" if is_csv else f"[{text}]", encoding="utf-8")
        rows = list(read_rows(InputFile(path, file_format, layout_of(taken), date_format, "", 1)))
    if len(rows) != 1:
        raise UnreadableFileError(f"This is {len(rows)} rows. Enter one.")
    if rows[0].cells is None:
        raise UnreadableFileError(f"The row {rows[0].problem}.")
    return rows[0].cells


def in_text(value: Any) -> str:
    """A cell as a text box shows it. Lists are codes or targets, parted by semicolons."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ";".join(filter(None, map(_entry_in_text, value)))
    return shown(value)


def _entry_in_text(entry: Any) -> str:
    if isinstance(entry, dict):
        return shown(entry.get("alertCode")) if entry.get("active") is True else ""
    return shown(entry)


def put_right(cells: Mapping[str, Any], typed: Mapping[str, str], layout: Layout) -> dict[str, Any]:
    """The cells with what somebody typed over them. A box left as it was keeps its cell, an emptied one drops it."""
    changed = {name: text.strip() for name, text in typed.items() if text.strip() != in_text(cells.get(name))}
    kept = {name: value for name, value in cells.items() if name not in changed}
    return kept | layout.unflatten({name: text for name, text in changed.items() if text})
