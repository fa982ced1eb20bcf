"""Which regime level governs a week or a month, from a prison's dated levels (ED-11)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from keywork.policy import Level
from keywork.rules.facts import ONE_DAY
from omic.calendar import month_bounds
from omic.policy import in_force


@dataclass(frozen=True, slots=True)
class LevelFrom:
    """A prison's regime level from a day on, until the next."""

    from_on: date
    level: Level


class WeekLevel(NamedTuple):
    """The level that governs a week, None where none was recorded, and the first day of the week on which it does."""

    level: Level | None
    since: date


class Lockdown(NamedTuple):
    """From a day until a day (not included) on which level 4 governs."""

    first: date
    until: date


def level_on(levels: Sequence[LevelFrom], on: date) -> Level | None:
    """The level in force on a day, None before the first that was recorded."""
    found = in_force(levels, on)
    return None if found is None else found.level


def level_of_week(levels: Sequence[LevelFrom], *, week_start: date) -> WeekLevel:
    """The level on the Monday; a move up to level 4 in the week takes over on its day, any other waits (ED-11)."""
    monday = level_on(levels, week_start)
    sunday = week_start + timedelta(days=6)
    moves = [one.from_on for one in levels if one.level == Level.LOCKDOWN and week_start < one.from_on <= sunday]
    if monday == Level.LOCKDOWN or not moves:
        return WeekLevel(monday, week_start)
    return WeekLevel(Level.LOCKDOWN, min(moves))


def lockdowns(levels: Sequence[LevelFrom]) -> tuple[Lockdown, ...]:
    """When level 4 governs: from its day on, and where it ends within a week for the rest of that week (ED-11)."""
    ordered = sorted(levels, key=lambda one: one.from_on)
    ends = [*(_monday_from(one.from_on) for one in ordered[1:]), date.max]
    return tuple(
        Lockdown(one.from_on, until) for one, until in zip(ordered, ends, strict=False) if one.level == Level.LOCKDOWN
    )


def _monday_from(on: date) -> date:
    return on + timedelta(days=-on.weekday() % 7)


def level_of_month(levels: Sequence[LevelFrom], *, month: date) -> Level | None:
    """The level of most days of the month that holds `month`, on a tie the stricter (ED-11).

    A day without a recorded level counts as level 1 (ED-15); None where no day of the month has one.
    """
    first, last = month_bounds(month)
    starts = sorted({first, *(one.from_on for one in levels if first < one.from_on <= last)})
    recorded = [level_on(levels, start) for start in starts]
    if not any(recorded):
        return None
    days: Counter[Level] = Counter()
    for level, start, end in zip(recorded, starts, [*starts[1:], last + ONE_DAY], strict=True):
        days[level or Level.PREPARE] += (end - start).days
    return max(days, key=lambda level: (days[level], level))
