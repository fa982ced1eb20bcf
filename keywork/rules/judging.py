"""Whether what was owed was given: what was done, what passed without, and how the obligation stands on a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from keywork.policy import Basis, Kind, State
from keywork.rules.cadence import Owed
from omic.policy import Step, Steps

REPORTED_ONLY = (Basis.TARGET, Basis.WHERE_POSSIBLE)


class Engagement(NamedTuple):
    """Time with the POM. Unknown minutes add none to WB-02's sum, and still waive a weekly check (WB-06)."""

    on: date
    minutes: int | None


@dataclass(frozen=True, slots=True)
class Suspension:
    """Days in which exceptional circumstances defeat what is owed (ED-09). Without `to_on` it still runs.

    It counts only if it says since when, and names who approved it.
    """

    from_on: date | None
    to_on: date | None
    approved_by: str

    def covers(self, on: date) -> bool:
        """Whether a miss on a day is excepted by it."""
        if not self.approved_by or self.from_on is None or on < self.from_on:
            return False
        return self.to_on is None or on <= self.to_on


@dataclass(frozen=True, slots=True)
class Contacts:
    """What was recorded of one person: the days of sessions (KA/KS alone) and checks, and time with the POM."""

    sessions_on: tuple[date, ...] = ()
    checks_on: tuple[date, ...] = ()
    engagements: tuple[Engagement, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """How an obligation stands. `missed` are the days, or the period's end, that passed without, excepted or not."""

    owed: Owed
    done: int
    shortfall: int
    missed: tuple[date, ...]
    state: State
    steps: Steps


def judge(owed: Owed, contacts: Contacts, *, suspensions: Iterable[Suspension], today: date) -> Judged:
    """The obligation as of `today`: what happens later has not happened yet."""
    done = _done(owed, contacts, today)
    shortfall = max(0, owed.count - done)
    waived_on = _waived_on(owed, contacts, today) if shortfall else None
    missed = () if waived_on else _missed(owed, contacts, shortfall, today)
    by = {day: _excepted_by(day, suspensions) for day in missed}
    state = _state(owed, shortfall, waived=waived_on is not None, excepted=all(by.values()), today=today)
    steps = _waived_steps(waived_on) + _excepted_steps(by, state)
    return Judged(owed=owed, done=done, shortfall=shortfall, missed=missed, state=state, steps=steps)


def _state(owed: Owed, shortfall: int, *, waived: bool, excepted: bool, today: date) -> State:
    if not shortfall:
        return State.MET
    if waived:
        return State.WAIVED
    if today <= owed.due_on[-1]:
        return State.OPEN
    if excepted:
        return State.EXCEPTED
    return State.NOT_MET if owed.basis in REPORTED_ONLY else State.MISSED


def _done(owed: Owed, contacts: Contacts, today: date) -> int:
    """Sessions are counted, whatever their minutes (KW-02); of daily checks the days; of time with the POM the sum."""
    if owed.kind == Kind.DAILY_CHECK:
        return len(set(owed.due_on).intersection(_so_far(contacts.checks_on, today)))
    if owed.kind == Kind.POM_MINUTES:
        return sum(one.minutes or 0 for one in contacts.engagements if _counts(owed, one.on, today))
    days = contacts.sessions_on if owed.kind == Kind.SESSION else contacts.checks_on
    return sum(_counts(owed, day, today) for day in days)


def _counts(owed: Owed, day: date, today: date) -> bool:
    return owed.opens_on <= day <= min(owed.closes_on, today)


def _so_far(days: Iterable[date], today: date) -> set[date]:
    return {day for day in days if day <= today}


def _waived_on(owed: Owed, contacts: Contacts, today: date) -> date | None:
    """WB-06: the day of a session or of time with the POM in a weekly check's week. A daily check is never waived."""
    if owed.kind != Kind.WEEKLY_CHECK:
        return None
    days = (*contacts.sessions_on, *(one.on for one in contacts.engagements))
    return min((day for day in days if _counts(owed, day, today)), default=None)


def _missed(owed: Owed, contacts: Contacts, shortfall: int, today: date) -> tuple[date, ...]:
    if not shortfall:
        return ()
    checked = set(contacts.checks_on) if owed.kind == Kind.DAILY_CHECK else set()
    return tuple(day for day in owed.due_on if day < today and day not in checked)


def _excepted_by(day: date, suspensions: Iterable[Suspension]) -> str | None:
    return next((one.approved_by for one in suspensions if one.covers(day)), None)


def _waived_steps(waived_on: date | None) -> Steps:
    if waived_on is None:
        return ()
    return (Step("WB-06", f"Key work session or time with the POM on {waived_on}"),)


def _excepted_steps(by: dict[date, str | None], state: State) -> Steps:
    if state != State.EXCEPTED:
        return ()
    names = ", ".join(sorted({name for name in by.values() if name}))
    return (Step("ED-09", f"Suspension approved by {names}"),)
