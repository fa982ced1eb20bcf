"""The calculator kind `key-work-figures`: an establishment's or a key worker's figures over a period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from keywork.calculate.readers import list_of
from keywork.figures import RULES_BY_ID, days_in, mean_down, owed_and_delivered, projected_sessions, rate
from keywork.rules import policy_on
from omic.calculator import (
    COMMON,
    BadFactsError,
    Given,
    Reader,
    because,
    day,
    moment,
    number,
    one_of,
    read_facts,
    record,
    text,
    whole,
)
from omic.calendar import exclusive_due, london_midnight
from omic.policy import Step, render_steps

MEANS = (
    "people",
    "high_complexity",
    "eligible",
    "allocated",
    "key_workers",
    "days_to_key_worker",
    "days_to_first_session",
)
STATES = ("open", "met", "waived", "excepted", "not_met", "missed", "void")
CODES = {"sessions": "KA/KS", "entries": "KA/KE"}
COUNT = whole(0, 10**9)


def _amount(value: object) -> Decimal:
    """A number that is not below nothing."""
    amount = number(value)
    if amount < 0:
        raise ValueError("must not be below 0")
    return amount


def _amounts(value: object) -> Any:
    """One amount for every day of an entry, or a list of one a day, where null is a blank."""
    if isinstance(value, list):
        return tuple(None if item is None else _amount(item) for item in value)
    return _amount(value)


def _in_order(first: str, last: str, reader: Reader) -> Reader:
    """A reader of objects whose `last` must not come before their `first`."""

    def read(value: object) -> dict[str, Any]:
        row = reader(value)
        if first in row and last in row and row[last] < row[first]:
            raise ValueError(f"has {last} before {first}")
        return row

    return read


def _a_run(value: object) -> dict[str, Any]:
    """An entry of `days`, whose lists have one value a day."""
    row = _RUN(value)
    if "from" in row and "to" in row:
        count = days_in(row["from"], row["to"])
        for figure in MEANS:
            if isinstance(row.get(figure), tuple) and len(row[figure]) != count:
                raise ValueError(f"has {len(row[figure])} values of {figure} for {count} days")
    return row


_RUN = _in_order("from", "to", record({"from": day, "to": day} | dict.fromkeys(MEANS, _amounts)))
_ALLOCATION = _in_order("from_at", "to_at", record({"person": text, "from_at": moment, "to_at": moment}))
_NOTE = record({"code": text, "at": moment, "prison": text, "person": text, "count": COUNT})
FACTS: dict[str, Reader] = {
    "frequency_weeks": whole(1, 52),
    "from": day,
    "to": day,
    "days": list_of(_a_run),
    "sessions": COUNT,
    "entries": COUNT,
    "notes": list_of(_NOTE),
    "prison": text,
    "allocations": list_of(_ALLOCATION),
    "obligations": list_of(record({"due_on": day, "state": one_of(*STATES)})),
}
READERS = COMMON | FACTS


@dataclass(frozen=True, slots=True)
class Span:
    """A period, both days included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return days_in(self.first, self.last)

    def __contains__(self, on: date | None) -> bool:
        return on is not None and self.first <= on <= self.last


def answer(given: Given, *, on: date, policy: str) -> dict[str, object]:  # noqa: ARG001 one rule set by date
    """Every figure of the period; None where nothing can be said. Raises BadFactsError."""
    known = read_facts(given, READERS)
    span = _span(known)
    found: dict[str, Any] = {figure: _mean(known.get("days", ()), figure, span) for figure in MEANS}
    for figure in CODES:
        found[figure] = known[figure] if figure in known else _noted(known, figure, span)
    weeks = known.get("frequency_weeks", 1)
    whole = span is not None and "allocations" not in known  # a key worker's figures project nothing
    found["projected"] = projected_sessions(found["eligible"], days=span.days, frequency_weeks=weeks) if whole else None
    found["owed"], found["delivered"] = _obligations(known, found, span)
    rates = {
        "delivery_rate": rate(found["sessions"], found["projected"]),
        "owed_rate": rate(found["delivered"], found["owed"]),
        "percentage_allocated": rate(found["allocated"], found["eligible"]),
    }
    return {
        "policy": policy_on(span.last if span else known.get("today", on)).id,
        **found,
        **{name: None if value is None else float(value) for name, value in rates.items()},
        "because": because(render_steps(_steps(found, span, weeks), RULES_BY_ID)),
    }


def _span(known: dict[str, Any]) -> Span | None:
    """The period asked about; None while either end is unknown."""
    if "from" not in known or "to" not in known:
        return None
    if known["to"] < known["from"]:
        raise BadFactsError({"to": "is before from"})
    return Span(known["from"], known["to"])


def _mean(entries: Sequence[dict[str, Any]], figure: str, span: Span | None) -> int | None:
    """The mean of one figure over the days of the period on which it is known, rounded down."""
    runs = sorted(
        (run for run in entries if figure in run and "from" in run and "to" in run), key=lambda run: run["from"]
    )
    for earlier, later in pairwise(runs):
        if later["from"] <= earlier["to"]:
            raise BadFactsError({"days": f"gives {figure} of {later['from']} twice"})
    if span is None:
        return None
    parts = [_part(run["from"], run["to"], run[figure], span) for run in runs]
    return mean_down(sum((total for total, _ in parts), Fraction(0)), sum(count for _, count in parts))


def _part(first: date, last: date, amounts: Any, span: Span) -> tuple[Fraction, int]:
    """The sum of one entry over the known days inside the period, and how many those are."""
    start, end = max(first, span.first), min(last, span.last)
    if start > end:
        return Fraction(0), 0
    if isinstance(amounts, Decimal):
        return Fraction(amounts) * days_in(start, end), days_in(start, end)
    inside = amounts[(start - first).days : (end - first).days + 1]
    known = [Fraction(amount) for amount in inside if amount is not None]
    return sum(known, Fraction(0)), len(known)


def _noted(known: dict[str, Any], figure: str, span: Span | None) -> int | None:
    """The notes of one kind that happened in the period, of this prison and these people; None without a period."""
    notes = known.get("notes", ())
    if span is None:
        return None if notes else 0
    begins, ends = london_midnight(span.first), exclusive_due(span.last)
    people = None
    if "allocations" in known:
        people = {
            row.get("person")
            for row in known["allocations"]
            if ("from_at" not in row or row["from_at"] < ends) and ("to_at" not in row or row["to_at"] > begins)
        }
    return sum(
        note.get("count", 1)
        for note in notes
        if note.get("code") == CODES[figure]
        and "at" in note
        and begins <= note["at"] < ends
        and ("prison" not in known or note.get("prison") == known["prison"])
        and (people is None or note.get("person") in people)
    )


def _obligations(known: dict[str, Any], found: dict[str, Any], span: Span | None) -> tuple[int | None, int | None]:
    """Owed and delivered; both None without a period, or where neither duties nor any day is known."""
    if span is None or ("obligations" not in known and all(found[figure] is None for figure in MEANS)):
        return None, None
    due = [row for row in known.get("obligations", ()) if row.get("due_on") in span]
    return owed_and_delivered(row.get("state", "open") for row in due)


def _steps(found: dict[str, Any], span: Span | None, weeks: int) -> tuple[Step, ...]:
    period = f"from {span.first.isoformat()} to {span.last.isoformat()}" if span else "period unknown"
    projection = f"{_said(found['eligible'])} eligible on a mean day, {period}, one session in {weeks * 7} days"
    return (
        Step(
            "KW-09", f"{_said(found['sessions'])} sessions (KA/KS), {_said(found['entries'])} entries (KA/KE), {period}"
        ),
        Step("E-KW", f"{projection}: {_said(found['projected'])} projected"),
        Step("KW-02", f"{_said(found['owed'])} obligations fell due, {_said(found['delivered'])} of them were met"),
    )


def _said(value: int | None) -> str:
    return "unknown" if value is None else str(value)
