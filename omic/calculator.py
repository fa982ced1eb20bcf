"""Reading facts and answering lines: what every calculator kind shares. Pure: no Django, no clock, no database.

A kind is a function `answer(given, *, on, policy)`: facts as they came (JSON values) in, the answer's keys out; facts
that cannot be read raise `BadFactsError`. The command, the *What if* page and the JSON API call the same functions.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NoReturn, Protocol

from omic.calendar import in_utc, london_clock
from omic.policy import POLICY_IDS, RenderedStep

Given = Mapping[str, object]
Reader = Callable[[object], Any]

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})?")
# Years outside this range are typing errors, and would carry month arithmetic out of the calendar.
EARLIEST, LATEST = date(1900, 1, 1), date(9990, 12, 31)


class BadFactsError(Exception):
    """Facts that cannot be read: what is wrong with each, by fact."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(", ".join(f"{fact} {problem}" for fact, problem in errors.items()))
        self.errors = dict(errors)


class Kind(Protocol):
    """One calculator kind. `on` is the day asked about and `policy` the version, where the facts name neither."""

    def __call__(self, given: Given, *, on: date, policy: str) -> dict[str, object]: ...


def text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text")
    return value


def yes_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def day(value: object) -> date:
    """A day written 2026-03-31, and no other way."""
    if not isinstance(value, str) or len(value) != 10 or value[4] != "-" or value[7] != "-":
        raise ValueError("must be a date like 2026-03-31")
    try:
        read = date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"is not a date in the calendar: {value}") from None
    if not EARLIEST <= read <= LATEST:
        raise ValueError(f"must be a date from {EARLIEST} to {LATEST}")
    return read


def moment(value: object) -> datetime:
    """A moment written 2026-03-31T14:30 on London's clock, or with its own offset, in UTC.

    Of an hour that comes twice the first is meant; one that London's clock leaves out is refused.
    """
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise ValueError("must be a moment like 2026-03-31T14:30")
    day(value[:10])
    try:
        read = in_utc(datetime.fromisoformat(value))
    except ValueError:
        raise ValueError(f"is not a time of day: {value}") from None
    if len(value) == 16 and london_clock(read) != value:
        raise ValueError(f"is in the hour that London's clock leaves out: {value}")
    return read


def one_of(*allowed: str) -> Reader:
    """A reader of one code."""

    def read(value: object) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return value

    return read


def several_of(*allowed: str) -> Reader:
    """A reader of a list of codes."""
    code = one_of(*allowed)

    def read(value: object) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise ValueError("must be a list")
        return tuple(code(item) for item in value)

    return read


def whole(lowest: int, highest: int) -> Reader:
    """A reader of a whole number in a range, both ends included."""

    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValueError("must be a whole number")
        if not lowest <= value <= highest:
            raise ValueError(f"must be between {lowest} and {highest}")
        return value

    return read


def number(value: object) -> Decimal:
    """A number, exactly as written; its range is the rule's to judge."""
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        raise ValueError("must be a number")
    exact = Decimal(value)
    if abs(exact) >= 10**9:
        raise ValueError("is too large a number")
    return exact


def record(readers: Mapping[str, Reader]) -> Reader:
    """A reader of an object of facts inside a fact."""

    def read(value: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValueError("must be an object")
        try:
            return read_facts(value, readers)
        except BadFactsError as bad:
            raise ValueError(f"is wrong in {bad}") from None

    return read


# What every kind understands beside its own facts.
COMMON: dict[str, Reader] = {"id": text, "today": day, "policy_version": one_of(*POLICY_IDS)}


def read_facts(given: Given, readers: Mapping[str, Reader]) -> dict[str, Any]:
    """The known facts, read; missing and null are left out. Raises BadFactsError with every error found."""
    facts: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for fact, value in given.items():
        reader = readers.get(fact)
        if reader is None:
            errors[fact] = "is not a fact of this kind"
        elif value is not None:
            try:
                facts[fact] = reader(value)
            except ValueError as problem:
                errors[fact] = str(problem)
    if errors:
        raise BadFactsError(errors)
    return facts


def because(steps: Iterable[RenderedStep]) -> list[dict[str, str]]:
    """The steps as an answer prints them."""
    return [
        {"rule": step.rule, "text": step.text, "found": step.found, "source": step.source, "locator": step.locator}
        for step in steps
    ]


def iso(on: date | None) -> str | None:
    """A date as an answer prints it."""
    return None if on is None else on.isoformat()


def answer_line(line: bytes | str, *, kind: Kind, on: date, policy: str) -> dict[str, object]:
    """The answer to one line of JSON: the kind's answer, or what is wrong with it."""
    try:
        given = _DECODER.decode(line.decode("utf-8-sig") if isinstance(line, bytes) else line)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        return _refused(None, {"line": "is not a JSON object"})
    line_id = given.get("id") if isinstance(given.get("id"), str) else None
    try:
        return {"id": line_id, "ok": True, **kind(given, on=on, policy=policy)}
    except BadFactsError as bad:
        return _refused(line_id, bad.errors)


def _refused(line_id: object, errors: dict[str, str]) -> dict[str, object]:
    return {"id": line_id, "ok": False, "errors": errors}


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_number)  # scores exactly as they are written
