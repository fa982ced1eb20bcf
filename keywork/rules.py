"""What a person is owed in key work, and which priority groups they are in. Pure: facts in, outcomes out."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from keywork.policy import VERSIONS, KeyWorkPolicy
from omic.calendar import add_months, month_bounds, week_start
from omic.policy import Outcome, Step, in_force

ONE_DAY = timedelta(days=1)


class Spell(NamedTuple):
    """One unbroken time in the prison; `left_on` is None while it lasts."""

    arrived_on: date
    left_on: date | None


@dataclass(frozen=True, slots=True)
class KeyWorkFacts:
    """One person in one prison of an estate ("men_closed", "men_open", "women"), with every spell there in order.

    `in_hospital` is a restricted patient whom the prison only supports.
    """

    estate: str
    complexity: str | None
    spells: tuple[Spell, ...]
    in_hospital: bool = False


@dataclass(frozen=True, slots=True)
class SessionsOwed:
    """So many sessions owed from `opens_on` to `due_on`, both included; `period_start` names the week or month."""

    period_start: date
    opens_on: date
    due_on: date
    count: int


def entitled(facts: KeyWorkFacts, *, on: date) -> Outcome[bool]:
    """Whether the person is to have a key worker: everyone held in a closed or a women's prison (KW-01, KW-15).

    Not so restricted patients in hospital, women whose complexity of need is high, and, without a regime level,
    people in open prisons (ED-15).
    """
    policy = policy_on(on)
    if facts.in_hospital:
        return Outcome(False, "in_hospital", policy.id, (Step("KW-01", "In hospital as a restricted patient"),))
    if facts.estate == "men_open":
        return Outcome(False, "open_prison", policy.id, (Step("ED-15", "Open prison, no regime level recorded"),))
    if facts.estate != "women":
        return Outcome(True, "key_worker", policy.id, (Step("KW-01", "Held in a men's closed prison"),))
    if facts.complexity == "high":
        return Outcome(False, "high_complexity", policy.id, (Step("KW-15", "Complexity of need: high"),))
    found = f"Complexity of need: {facts.complexity or 'not assessed'}"
    return Outcome(True, "key_worker", policy.id, (Step("KW-15", found),))


def sessions_owed(facts: KeyWorkFacts, *, on: date) -> Outcome[SessionsOwed | None]:
    """The sessions owed in the week (in women's prisons: the month) that holds `on`; None when nothing is owed."""
    right = entitled(facts, on=on)
    if not right.value:
        return Outcome(None, right.reason, right.policy, right.steps)
    policy = policy_on(on)
    if facts.estate == "women":
        (first, last), rule = month_bounds(on), "KW-17"
        count, enough, unit = policy.sessions_a_month_women, policy.whole_days_for_a_month, "month"
    else:
        first, rule = week_start(on), "KW-02"
        last = first + timedelta(days=6)
        count, enough, unit = policy.sessions_a_week, policy.whole_days_for_a_week, "week"
    here = whole_days_here(facts, first=first, last=last)
    step = Step(rule, f"{here} whole days here in the {unit} of {first.isoformat()}; {enough} or more count")
    steps = (*right.steps, Step("ED-15", "No regime level recorded"), step)
    if here < enough:
        return Outcome(None, "too_few_days", policy.id, steps)
    opens_on = max(first, min(spell.arrived_on for spell in facts.spells if _touches(spell, first, last)))
    owed = SessionsOwed(period_start=first, opens_on=opens_on, due_on=last, count=count)
    return Outcome(owed, "owed", policy.id, steps)


def whole_days_here(facts: KeyWorkFacts, *, first: date, last: date) -> int:
    """Days of `first`…`last` spent here from midnight to midnight: the days of arrival and leaving are not whole."""
    return sum(_whole_days(spell, first, last) for spell in facts.spells)


def _whole_days(spell: Spell, first: date, last: date) -> int:
    start = max(first, spell.arrived_on + ONE_DAY)
    end = last if spell.left_on is None else min(last, spell.left_on - ONE_DAY)
    return max(0, (end - start).days + 1)


def _touches(spell: Spell, first: date, last: date) -> bool:
    return spell.arrived_on <= last and (spell.left_on is None or spell.left_on >= first)


@dataclass(frozen=True, slots=True)
class PriorityFacts:
    """What the priority groups are computed from. `release_on` is the earliest release, None when unknown."""

    acct_open: bool
    rosh: str | None
    tact: bool
    release_on: date | None


def priority_groups(facts: PriorityFacts, *, on: date) -> Outcome[tuple[str, ...]]:
    """The priority groups a person is in on a day. A window never opens on an unknown release date (PG-2, PG-3a)."""
    policy = policy_on(on)
    groups, steps = [], []
    if facts.acct_open:
        groups.append("acct_open")
        steps.append(Step("PG-1", "ACCT open"))
    release = facts.release_on
    if facts.rosh in ("high", "very_high") and release is not None:
        opens = release - timedelta(days=policy.high_rosh_days_before_release)
        if opens <= on <= release:
            groups.append("high_rosh_last_4w")
            steps.append(Step("PG-2", f"RoSH {facts.rosh.replace('_', ' ')}, release {release.isoformat()}"))
    if facts.tact and release is not None and add_months(release, -policy.tact_months_before_release) <= on <= release:
        groups.append("tact")
        steps.append(Step("PG-3a", f"TACT, release {release.isoformat()}"))
    return Outcome(tuple(groups), "priority" if groups else "none", policy.id, tuple(steps))


def is_short(minutes: int | None, *, on: date) -> bool:
    """Whether a session's total time is to be pointed out as shortened (ED-06). An unknown time is not."""
    return minutes is not None and minutes < policy_on(on).session_minutes


def has_room(load: int, *, on: date) -> bool:
    """Whether a key worker with `load` people may be given another: the ceiling is hard (KW-03)."""
    return load < policy_on(on).caseload_ceiling


def policy_on(on: date) -> KeyWorkPolicy:
    """The version in force on a day; earlier days read as the first version, which restates 2019's weekly rule."""
    return in_force(VERSIONS, on) or VERSIONS[0]
