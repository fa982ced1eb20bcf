"""What key work's rules stand on: one person in one prison, and the days that they spent there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from keywork.policy import VERSIONS, KeyWorkPolicy, Why
from omic.policy import in_force

ONE_DAY = timedelta(days=1)


class Spell(NamedTuple):
    """One unbroken time in the prison; `left_on` is None while it lasts."""

    arrived_on: date
    left_on: date | None


class Trigger(NamedTuple):
    """What opens daily checks at level 4, and the first day of them (ED-08); `until` is when a mark was taken back."""

    why: Why
    from_on: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Transition:
    """A move from the youth estate. `until` is the meeting that ends the weekly contact, None while it is not known."""

    arrived_on: date
    until: date | None


@dataclass(frozen=True, slots=True)
class KeyWorkFacts:
    """One person in one prison of an estate ("men_closed", "men_open", "women"), with every spell there in order.

    `in_hospital` is a restricted patient whom the prison only supports. `out_on` are whole days out: court, hospital,
    temporary release. `cohort` is a woman's, "daily" or "weekly", and None counts as weekly. `sessions_on` are the days
    of the key work sessions so far, as far as they may end a trigger.
    """

    estate: str
    complexity: str | None
    spells: tuple[Spell, ...]
    in_hospital: bool = False
    out_on: frozenset[date] = frozenset()
    priority: bool = False
    fortnightly: bool = False
    cohort: str | None = None
    transition: Transition | None = None
    triggers: tuple[Trigger, ...] = ()
    sessions_on: tuple[date, ...] = ()


def policy_on(on: date) -> KeyWorkPolicy:
    """The version in force on a day; earlier days read as the first version, which restates 2019's weekly rule."""
    return in_force(VERSIONS, on) or VERSIONS[0]


def whole_days_here(facts: KeyWorkFacts, *, first: date, last: date) -> int:
    """Days of `first`…`last` spent here from midnight to midnight: not those of arrival and leaving, nor days out."""
    return sum(_whole_days(spell, facts.out_on, first, last) for spell in facts.spells)


def _whole_days(spell: Spell, out_on: frozenset[date], first: date, last: date) -> int:
    start = max(first, spell.arrived_on + ONE_DAY)
    end = last if spell.left_on is None else min(last, spell.left_on - ONE_DAY)
    out = sum(start <= day <= end for day in out_on)
    return max(0, (end - start).days + 1 - out)


def days_here(facts: KeyWorkFacts, *, first: date, last: date) -> tuple[date, ...]:
    """Days of `first`…`last` on which a check can be made: those of arrival and leaving too, but no day out."""
    return tuple(day for day in each_day(first, last) if day not in facts.out_on and _is_here(facts, day))


def _is_here(facts: KeyWorkFacts, day: date) -> bool:
    return any(_touches(spell, day, day) for spell in facts.spells)


def opens_on(facts: KeyWorkFacts, *, first: date, last: date) -> date:
    """The first day of `first`…`last` that is spent here; `first` where none is."""
    arrived = (spell.arrived_on for spell in facts.spells if _touches(spell, first, last))
    return max(first, min(arrived, default=first))


def _touches(spell: Spell, first: date, last: date) -> bool:
    return spell.arrived_on <= last and (spell.left_on is None or spell.left_on >= first)


def each_day(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last`, both included."""
    return (first + timedelta(days=number) for number in range((last - first).days + 1))
