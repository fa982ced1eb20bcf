"""Which reminders a POM is owed of one handover, and from which day. Pure.

A reminder is due from a day that hangs off the handover date. What was sent on or after that day covers it, whatever
the date did in between; a date that has moved so far that its day lies behind the last one sent is a new situation, and
so is a COM who was named and lacks again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from handover.policy import REMINDER_TIMES


class Reminder(StrEnum):
    """Of what a POM is reminded."""

    AHEAD = "remind_ahead"
    TODAY = "remind_today"
    NO_COM = "remind_no_com"


DAYS_AFTER = {
    Reminder.AHEAD: -REMINDER_TIMES.ahead_days,
    Reminder.TODAY: 0,
    Reminder.NO_COM: REMINDER_TIMES.no_com_days,
}


class Settled(NamedTuple):
    """The last reminder of its kind that was sent, or that the POM did not want: its number, on which day, and whether
    a COM was named since: then what it reminded of was over."""

    number: int
    on: date
    over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderFacts:
    """One handover as the reminders see it. `owed`: it waits to be recorded; `recorded`: it was, whatever its date did
    since; `open`: the kinds of which one stands open already."""

    today: date
    handover_on: date
    owed: bool
    recorded: bool
    com_known: bool
    settled: Mapping[Reminder, Settled]
    open: frozenset[Reminder] = frozenset()


def reminders_owed(facts: ReminderFacts) -> Iterator[tuple[Reminder, int, date]]:
    """HO-24: each reminder that is owed, with the number of its situation and the day from which it is due."""
    for kind, days in DAYS_AFTER.items():
        due_on = facts.handover_on + timedelta(days=days)
        last = facts.settled.get(kind)
        if _holds(kind, facts) and (last is None or due_on > last.on or last.over):
            yield kind, last.number + 1 if last else 1, due_on


def _holds(kind: Reminder, facts: ReminderFacts) -> bool:
    """Whether there is anything to be reminded of: no COM lacks who is known, though one can after the handover was
    recorded; a handover that was never this prison's reminds nobody here. On the day itself nothing is ahead any more,
    but that a day has come changes no row: the night sets aside what it can no longer send."""
    if kind is Reminder.AHEAD:
        return facts.owed and (facts.handover_on > facts.today or kind in facts.open)
    if kind is Reminder.TODAY:
        return facts.owed
    return not facts.com_known and (facts.owed or facts.recorded)
