"""Rows of a JSON array or of JSON Lines, one in memory at a time.

An array is split by the standard decoder over a sliding window of text. A line that is not JSON costs that line; an
array that breaks off cannot be trusted beyond the break, so the whole file is refused.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn, TextIO

from omic.nomis.cells import kind_of
from omic.nomis.rows import CHUNK, MAX_ROW, Row, UnreadableFileError, numbered_lines

BLANK = " \t\r\n"
BLANKS = re.compile(f"[{BLANK}]+")


class _Decoder:
    """The standard decoder, which would let the last of two equal keys win, made to notice them."""

    def __init__(self) -> None:
        self._doubled = False
        self._decoder = json.JSONDecoder(object_pairs_hook=self._object)

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        self._doubled |= len(found) != len(pairs)
        return found

    def decode(self, text: str, at: int = 0) -> tuple[Any, int]:
        self._doubled = False
        return self._decoder.raw_decode(text, at)

    def row(self, number: int, raw_text: str, value: object) -> Row:
        if not isinstance(value, dict):
            return Row(number, raw_text, None, f"is {_kind(value)}, not an object")
        if self._doubled:
            return Row(number, raw_text, None, "names the same field twice")
        return Row(number, raw_text, value)


class _Window:
    """The part of the text not yet taken, read on as needed."""

    def __init__(self, source: TextIO) -> None:
        self._source, self._text, self._at, self._ended = source, "", 0, False
        self._lines = 1
        self._decoder = _Decoder()

    def peek(self) -> str:
        """The next character that is not blank, not yet taken; empty at the end."""
        while True:
            blank = BLANKS.match(self._text, self._at)
            self._at = blank.end() if blank else self._at
            if self._at < len(self._text) or self._ended:
                return self._text[self._at : self._at + 1]
            self._read_on()

    def take(self) -> str:
        mark = self.peek()
        self._at += len(mark)
        return mark

    def row(self, number: int) -> Row:
        """The next value as a row. Raises where the text ends before it or is no JSON."""
        self.peek()
        while True:
            reason = "it is too long"
            try:
                value, end = self._decoder.decode(self._text, self._at)
                if end < len(self._text) or self._ended:
                    raw_text, self._at = self._text[self._at : end], end
                    return self._decoder.row(number, raw_text, value)
            except (ValueError, RecursionError) as problem:
                reason = _reason(problem, len(self._text), start=self._at)
            if self._ended or len(self._text) - self._at > MAX_ROW:
                self.refuse(number, reason)
            self._read_on()

    def refuse(self, number: int, reason: str) -> NoReturn:
        line = self._lines + self._text.count("\n", 0, self._at)
        words = f"Record {number} (line {line}) cannot be read: {reason}. Nothing after it can be trusted."
        raise UnreadableFileError(words, row=number)

    def _read_on(self) -> None:
        chunk = self._source.read(CHUNK)
        self._ended = not chunk
        self._lines += self._text.count("\n", 0, self._at)
        self._text, self._at = self._text[self._at :] + chunk, 0


def array_rows(source: TextIO) -> Iterator[Row]:
    """The elements of the file's one array, numbered from 1. Raises if it breaks off or more follows it."""
    window, number = _Window(source), 0
    window.take()
    mark = window.take() if window.peek() == "]" else ","
    while mark == ",":
        number += 1
        yield window.row(number)
        mark = window.take()
    if mark != "]":
        window.refuse(number + 1, f"{mark!r} follows record {number}" if mark else "the file breaks off")
    if window.peek():
        window.refuse(number + 1, "text follows the end of the array")


def line_rows(source: TextIO) -> Iterator[Row]:
    """One row a line that is not blank."""
    decoder = _Decoder()
    for number, line in numbered_lines(source):
        try:
            value, end = decoder.decode(line, len(line) - len(line.lstrip(BLANK)))
        except (ValueError, RecursionError) as problem:
            yield Row(number, line, None, f"is not JSON: {_reason(problem, len(line))}")
            continue
        if line[end:].strip(BLANK):
            yield Row(number, line, None, "holds more after the end of its object")
        else:
            yield decoder.row(number, line, value)


def _reason(problem: Exception, length: int, *, start: int = 0) -> str:
    if not isinstance(problem, json.JSONDecodeError):
        return "it is nested too deeply" if isinstance(problem, RecursionError) else "it holds too long a number"
    if problem.pos >= length or problem.msg.startswith("Unterminated"):
        return "it breaks off"
    return f"{problem.msg[0].lower()}{problem.msg[1:]} at its character {problem.pos - start + 1}"


def _kind(value: object) -> str:
    return "null" if value is None else kind_of(value)
