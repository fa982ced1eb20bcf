"""The words of the nightly email: plain text of at most 78 columns. Counts and one link; no names.

What it cannot confirm stands in the subject and before any figure. Mail programs show plain text in any typeface, so
numbers stand in lines that read as sentences, never in columns.
"""

import textwrap
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from omic.formats import day, moment, plural
from omic.models import Prison
from wellbeing.figures import Figures, Line, Overdue
from wellbeing.letter_safety import (
    age,
    check_lines,
    harm_lines,
    nomis_line,
    priority_line,
    roster_lines,
    suspended_line,
)

WIDTH = 76
CLOSED = (
    "Overdue: not delivered, and still to be made good. Closed: not delivered, and a later session was held or the "
    "person has left."
)


def subject(prison: Prison, *, on: date, doubts: Sequence[str]) -> str:
    """The prison, whether the email is complete, and the night."""
    verdict = f"cannot confirm ({plural(len(doubts), 'reason,reasons')})" if doubts else "complete"
    return f"{prison.name}: {verdict}, night of {day(on)}"


def body(
    prison: Prison,
    counted: Figures,
    *,
    on: date,
    at: datetime,
    roll_at: datetime | None,
    doubts: Sequence[str],
    caught_up: Sequence[date],
    link: str,
) -> str:
    """The whole email."""
    period = counted.closed[0].name
    parts = [
        [f"{prison.name}: wellbeing, key work and handovers", f"Night of {day(on)}, as at {moment(at)}"],
        _verdict(doubts, roll_at),
        _lost(caught_up),
        _section("Wellbeing checks", check_lines(counted.safety)),
        _section("Exceptions approved", map(suspended_line, counted.safety.suspended)),
        _section("People without a place on a roster", roster_lines(counted.safety, women=prison.women)),
        _section("Stepping down and self-harm", harm_lines(counted.safety, women=prison.women)),
        _section("Overdue now, all duties", map(_overdue, counted.overdue)),
        _section("Key work sessions", _sessions(counted)),
        _section(f"Priority people without a session. {period}", [priority_line(counted.safety)]),
        _section(f"Sessions by priority group. {period}", map(_line, counted.groups)),
        _section(f"Sessions by wing. {period}", map(_line, counted.wings)),
        _section("Key workers", [_key_workers(counted)]),
        _section("Handovers to the community, next 8 weeks", _handovers(counted)),
        _section("Not yet on NOMIS", [nomis_line(counted.safety, on)]),
        _section("The roll", _roll(counted, roll_at, at)),
        ["The people behind these numbers:", link],
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _verdict(doubts: Sequence[str], roll_at: datetime | None) -> list[str]:
    if not doubts:
        words = (
            f"COMPLETE. The newest full roll is of {moment(roll_at)}, nothing of it is held or in quarantine, "
            "everyone is determined, and the night's run has finished."
        )
        return _wrap(words)
    lines = _wrap("CANNOT CONFIRM. The figures below may be too low or out of date, because:")
    for doubt in doubts:
        lines += textwrap.wrap(f"{doubt}.", WIDTH, initial_indent="  * ", subsequent_indent="    ")
    return lines


def _lost(caught_up: Sequence[date]) -> list[str]:
    if not caught_up:
        return []
    nights = ", ".join(day(on) for on in caught_up)
    return _wrap(f"Nights that did not run and were caught up by this one, without an email of their own: {nights}.")


def _section(title: str, lines: Iterable[str]) -> list[str]:
    wrapped = [part for line in lines for part in _wrap(line, hang="  ")]
    return [title.upper(), *(wrapped or ["None."])]


def _overdue(row: Overdue) -> str:
    duties = f"{row.duties:,} for {plural(row.people, 'person,people')}"
    return f"{row.name}: {duties}, the longest overdue by {plural(row.days, 'day,days')}"


def _sessions(counted: Figures) -> Iterable[str]:
    running = counted.running
    yield from map(_line, counted.closed)
    yield f"{running.name} so far: {running.delivered:,} of {plural(running.owed, 'session,sessions')} delivered"
    yield CLOSED


def _line(line: Line) -> str:
    share = f" ({100 * line.delivered // line.owed}%)" if line.owed else ""
    delivered = f"{line.owed:,} owed, {line.delivered:,} delivered{share}"
    return f"{line.name}: {delivered}, {line.overdue:,} overdue, {line.closed:,} closed"


def _key_workers(counted: Figures) -> str:
    right = plural(counted.with_a_right_to_a_key_worker, "person,people")
    return f"Without a key worker: {counted.without_key_worker:,} of {right} who should have one"


def _handovers(counted: Figures) -> Iterable[str]:
    yield from (f"{week}: {number:,}" for week, number in counted.handovers)
    yield f"Together: {sum(number for _week, number in counted.handovers):,}"


def _roll(counted: Figures, roll_at: datetime | None, at: datetime) -> Iterable[str]:
    yield f"Newest full roll: {moment(roll_at)}, {age(at - roll_at)} old" if roll_at else "Newest full roll: none"
    yield f"People held here: {counted.people:,}"
    yield f"Of them missing from the roll: {counted.missing:,}"
    yield f"Changes held for confirmation: {counted.held:,}"
    yield f"Rows in quarantine: {counted.quarantined:,}"


def _wrap(words: str, *, hang: str = "") -> list[str]:
    return textwrap.wrap(words, WIDTH, subsequent_indent=hang, break_on_hyphens=False)
