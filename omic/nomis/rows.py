"""What reading an import file gives: its rows one by one, or the reason why the file as a whole cannot be used."""

import codecs
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

MAX_BYTES = 512 * 1024 * 1024
MAX_ROW = 1_000_000  # characters; a real record is two or three thousand
MAX_ROWS = 500_000  # five times everyone in prison in England and Wales
CHUNK = 256 * 1024
NOT_TEXT = (
    (b"PK\x03\x04", "is a zip or Excel workbook: save the sheet as CSV UTF-8"),
    (b"\x1f\x8b", "is compressed: unpack it first"),
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook: save the sheet as CSV UTF-8"),
    (b"%PDF", "is a PDF"),
    (codecs.BOM_UTF16_LE, "is UTF-16: save it as UTF-8"),
    (codecs.BOM_UTF16_BE, "is UTF-16: save it as UTF-8"),
)


class UnreadableFileError(Exception):
    """The whole file is refused; the message is fit to show. Column, row and value say where, if one cell is why."""

    def __init__(self, reason: str, *, column: str = "", row: int = 0, value: str = "") -> None:
        super().__init__(reason)
        self.column, self.row, self.value = column, row, value


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `number` is the line of a CSV or JSON Lines file (from 1), or the place in an array (from 1).

    `raw_text` is what the file holds. `cells` has the shape of a JSON object, whatever the format was; where it is
    None the row could not be read and `problem` says why.
    """

    number: int
    raw_text: str
    cells: dict[str, Any] | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a kind of file lies in columns: the names its key may have, its date columns, and a CSV row's way to JSON."""

    keys: tuple[str, ...]
    dates: frozenset[str]
    unflatten: Callable[[Mapping[str, str]], dict[str, Any]]


def check_bytes(path: Path) -> str:
    """The file's SHA-256 (hex). Raises if it is empty, too big, packed, not UTF-8 or holds NUL bytes."""
    size = path.stat().st_size
    if size == 0:
        raise UnreadableFileError("The file is empty.")
    if size > MAX_BYTES:
        raise UnreadableFileError(f"The file is over {MAX_BYTES // 1024**2} MB: send each prison's roll by itself.")
    digest, lines, decoder = hashlib.sha256(), 1, codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as source:
        _check_start(source.read(8))
        source.seek(0)
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            _check_chunk(chunk, decoder, lines)
            lines += chunk.count(b"\n")
    _decode(b"", decoder, lines, final=True)
    return digest.hexdigest()


def open_text(path: Path) -> TextIO:
    """The file as text, without a byte order mark, every line end as a line feed."""
    return path.open(encoding="utf-8-sig", newline=None)


def numbered_lines(source: TextIO) -> Iterator[tuple[int, str]]:
    """Lines that are not blank, with their numbers from 1. Raises at a line beyond any row's length."""
    number = 0
    while line := source.readline(MAX_ROW + 1):
        number += 1
        if len(line) > MAX_ROW:
            raise UnreadableFileError(f"Line {number} is over {MAX_ROW:,} characters long.", row=number)
        if not line.isspace():
            yield number, line.removesuffix("\n")


def _check_start(start: bytes) -> None:
    for magic, words in NOT_TEXT:
        if start.startswith(magic):
            raise UnreadableFileError(f"The file {words}.")


def _check_chunk(chunk: bytes, decoder: codecs.IncrementalDecoder, lines: int) -> None:
    nul = chunk.find(b"\0")
    if nul >= 0:
        line = lines + chunk.count(b"\n", 0, nul)
        raise UnreadableFileError(f"Line {line} holds a NUL byte: the file is damaged or not text.", row=line)
    _decode(chunk, decoder, lines, final=False)


def _decode(chunk: bytes, decoder: codecs.IncrementalDecoder, lines: int, *, final: bool) -> None:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError as problem:
        line = lines + problem.object.count(b"\n", 0, problem.start)
        words = f"Line {line} is not UTF-8 (byte {problem.object[problem.start]:#04x}): save the file as UTF-8."
        raise UnreadableFileError(words, row=line) from None
