"""One cell of an imported row: from what the file holds to a typed value, or a sentence saying why not.

Pure. Every parser takes the value as JSON gave it and returns the typed value or raises `BadCellError`; the words of
`BadCellError` follow the cell's name and value on the import's report ("conditionalReleaseDate 31/03/2026: is not …").
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

Parser = Callable[[Any], Any]

EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
SHOWN = 80
FLAG_WORDS = {"true": True, "yes": True, "y": True, "false": False, "no": False, "n": False}


class BadCellError(ValueError):
    """The value cannot be what its column says it is; the message is fit to show."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One cell that stops a row: the field as the file names it, its value cut to show, and why."""

    field: str
    value: str
    reason: str


def merged_away(field: str, number: str, kept: str) -> FieldError:
    """Why nothing is taken in under a number that was merged into `kept`: the person would be there twice again."""
    return FieldError(field, number, f"was merged into {kept}: this person is known by that number now")


@dataclass(frozen=True, slots=True)
class RowErrors:
    """A row that may not be loaded. `prison_number` is what the row said, right or wrong, for the report."""

    prison_number: str
    errors: tuple[FieldError, ...]


class Field(NamedTuple):
    """A field of the file, the attribute it becomes, and the parser of its cells."""

    name: str
    attribute: str
    parse: Parser


def parse_fields(raw: Mapping[str, Any], fields: Iterable[Field]) -> tuple[dict[str, Any], list[FieldError]]:
    """Every field's value by attribute (None where missing, null or blank), and the cells that cannot be read."""
    facts: dict[str, Any] = {}
    errors: list[FieldError] = []
    for name, attribute, parse in fields:
        facts[attribute] = None
        value = raw.get(name)
        if value is None or value == "" or (isinstance(value, str) and value.isspace()):
            continue
        try:
            facts[attribute] = parse(value)
        except BadCellError as problem:
            errors.append(FieldError(name, shown(value), str(problem)))
    return facts, errors


def unflatten(cells: Mapping[str, str], *, flags: Iterable[str], numbers: Iterable[str] = ()) -> dict[str, Any]:
    """A CSV row with its yes/no and number cells typed as JSON would have them; what does not fit stays text."""
    raw: dict[str, Any] = dict(cells)
    for name in flags:
        if name in raw:
            raw[name] = FLAG_WORDS.get(raw[name].casefold(), raw[name])
    for name in numbers:
        if name in raw and len(raw[name]) < 10 and raw[name].isascii() and raw[name].isdigit():
            raw[name] = int(raw[name])
    return raw


def shown(value: object) -> str:
    """The value as a report prints it: one line, at most 80 characters, nothing invisible, never an exception."""
    if isinstance(value, dict):
        return "(an object)"
    if isinstance(value, list | tuple):
        return f"(a list of {len(value)})"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**SHOWN:
        return "(a number of over 80 digits)"
    text = str(value)
    text = text if len(text) <= SHOWN else text[:SHOWN] + "…"
    return text if text.isprintable() else "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def kind_of(value: object) -> str:
    """The JSON type of a value, in words."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "an object"


def day(value: Any) -> date:
    """A calendar day written as 2026-03-31. A moment, another order or a spreadsheet's day number is refused."""
    if not isinstance(value, str):
        raise BadCellError(f"is {kind_of(value)}, not a date such as 2026-03-31")
    if len(value) != 10 or value[4] != "-" or value[7] != "-":
        raise BadCellError("is not a date written as 2026-03-31")
    try:
        found = date.fromisoformat(value)
    except ValueError:
        raise BadCellError("is not a day that exists") from None
    if not EARLIEST <= found <= LATEST:
        raise BadCellError("is not between 1900 and 2199")
    return found


def flag(value: Any) -> bool:
    """Yes or no."""
    if not isinstance(value, bool):
        raise BadCellError(f"is {kind_of(value)}, not true or false")
    return value


def text(limit: int) -> Parser:
    """A parser of one line of text of at most `limit` characters, without its outer blanks."""

    def parse(value: Any) -> str:
        if not isinstance(value, str):
            raise BadCellError(f"is {kind_of(value)}, not text")
        if len(value) > limit:
            raise BadCellError(f"is {len(value)} characters long; {limit} is the most")
        if not value.isprintable():
            raise BadCellError("holds a control or invisible character")
        return value.strip()

    return parse


def choice(words: Mapping[str, Any] | Iterable[str]) -> Parser:
    """A parser of one of a list of words, in capitals or not; a mapping says what each becomes."""
    given = words if isinstance(words, Mapping) else {word: word for word in words}
    known = {word.casefold(): meaning for word, meaning in given.items()}
    reason = f"is not one of {', '.join(given)}"

    def parse(value: Any) -> Any:
        word = value.strip().casefold() if isinstance(value, str) else None
        if word not in known:
            raise BadCellError(reason)
        return known[word]

    return parse


def whole(low: int, high: int) -> Parser:
    """A parser of a whole number from `low` to `high`, both included."""

    def parse(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise BadCellError(
                f"is {kind_of(value)}, not a whole number" if not isinstance(value, float) else "is not whole"
            )
        if not low <= value <= high:
            raise BadCellError(f"is not between {low} and {high}")
        return value

    return parse
