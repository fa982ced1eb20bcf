"""What somebody is owed in one week or one month: sessions, checks, time with the POM. Whether it was given: judging.

Which level governs the week or month is asked first (`levels`); priority, frequency and triggers are facts.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from keywork.policy import (
    DAILY_COHORT,
    HIGH_COMPLEXITY,
    MEN_OPEN,
    WHY_WORDS,
    WOMEN,
    Basis,
    KeyWorkPolicy,
    Kind,
    Level,
    Period,
)
from keywork.rules.entitlement import entitled
from keywork.rules.facts import KeyWorkFacts, Trigger, days_here, each_day, opens_on, policy_on, whole_days_here
from keywork.rules.fallback import session_given_up, standing
from keywork.rules.levels import WeekLevel
from omic.calendar import month_bounds
from omic.policy import Outcome, Step, Steps

WEEK, FORTNIGHT = timedelta(days=6), timedelta(days=13)  # from a period's first day to its last
LEVEL_RULES = {Level.LOCKDOWN: "ED-01", Level.RESTRICT: "ED-02", Level.REDUCE: "ED-03", Level.PREPARE: "ED-04"}


@dataclass(frozen=True, slots=True)
class Owed:
    """`count` sessions, checks or minutes owed between `opens_on` and `closes_on`, both included.

    `due_on` are the last days in time: every day of a daily check, else the period's last day. `steps` say why.
    """

    kind: Kind
    basis: Basis
    period: Period
    period_start: date
    opens_on: date
    closes_on: date
    due_on: tuple[date, ...]
    count: int
    rule: str
    steps: Steps


@dataclass(frozen=True, slots=True)
class _Terms:
    """What a rule asks for in a period, before it is known whether the person is here long enough."""

    kind: Kind
    basis: Basis
    period: Period
    count: int
    whole_days: int
    rule: str
    found: str


class _Part(NamedTuple):
    """What one part of the rule answers with."""

    owed: tuple[Owed, ...]
    steps: Steps


def week_cadence(facts: KeyWorkFacts, *, week_start: date, level: WeekLevel) -> Outcome[tuple[Owed, ...]]:
    """What is owed in the week from a Monday (of a fortnightly target: the two weeks), under the level governing it."""
    policy = policy_on(week_start)
    if facts.in_hospital:
        return _outcome(policy, _Part((), entitled(facts, on=week_start).steps))
    session = _session_of_week(facts, week_start, level, policy)
    checks = _checks_of_week(facts, week_start, level, policy)
    return _outcome(policy, session, checks)


def month_cadence(facts: KeyWorkFacts, *, month: date, level: Level | None) -> Outcome[tuple[Owed, ...]]:
    """What is owed in the month that holds `month`, beside what its weeks owe, under the level governing the month."""
    first, last = month_bounds(month)
    policy = policy_on(first)
    right = entitled(facts, on=first, level=level)
    if facts.in_hospital:
        return _outcome(policy, _Part((), right.steps))
    if facts.estate == WOMEN and facts.complexity == HIGH_COMPLEXITY:
        return _outcome(policy, _owed(facts, _pom_minutes(policy), first, last, before=right.steps))
    weekly = _weeks_govern(facts, first, last)
    if weekly is not None:
        return _outcome(policy, _Part((), (*right.steps, weekly)))
    terms = _terms_of_month(facts, level, policy)
    steps = (*right.steps, *_level_steps(facts, level))
    if terms is None:
        return _outcome(policy, _Part((), steps))
    return _outcome(policy, _owed(facts, terms, first, last, before=steps))


def _outcome(policy: KeyWorkPolicy, *parts: _Part) -> Outcome[tuple[Owed, ...]]:
    owed = tuple(one for part in parts for one in part.owed)
    steps = tuple(dict.fromkeys(step for part in parts for step in part.steps))
    return Outcome(owed, "owed" if owed else "nothing_owed", policy.id, steps)


def _owed(facts: KeyWorkFacts, terms: _Terms, first: date, last: date, *, before: Steps) -> _Part:
    """The terms as an obligation, if the person spends enough whole days here."""
    here = whole_days_here(facts, first=first, last=last)
    found = f"{terms.found}; {here} whole days here from {first} to {last}, {terms.whole_days} or more count"
    steps = (*before, Step(terms.rule, found))
    if here < terms.whole_days:
        return _Part((), steps)
    owed = Owed(
        kind=terms.kind,
        basis=terms.basis,
        period=terms.period,
        period_start=first,
        opens_on=opens_on(facts, first=first, last=last),
        closes_on=last,
        due_on=(last,),
        count=terms.count,
        rule=terms.rule,
        steps=steps,
    )
    return _Part((owed,), steps)


def _session_of_week(facts: KeyWorkFacts, monday: date, level: WeekLevel, policy: KeyWorkPolicy) -> _Part:
    """The one cadence of sessions that applies by the week or fortnight (XC-13)."""
    right = entitled(facts, on=monday, level=level.level)
    if not right.value:
        return _Part((), right.steps)
    if _in_transition(facts, monday):
        terms = _weekly(policy, Basis.OWED, "XC-12", "Weekly after a move from the youth estate")
        before = (*right.steps, Step("XC-13", "Above the regime level and the women's floor"))
        return _owed(facts, terms, monday, monday + WEEK, before=before)
    if facts.estate == WOMEN:
        return _Part((), right.steps)
    before = (*right.steps, *_level_steps(facts, level.level), *_moved_up(level, monday))
    if level.level in (None, Level.PREPARE):
        target = _target(facts, level.level, policy)
        return _owed(facts, target, monday, monday + _length(target), before=before)
    return _priority_session(facts, monday, level.level, policy, before)


def _priority_session(facts: KeyWorkFacts, monday: date, level: Level, policy: KeyWorkPolicy, before: Steps) -> _Part:
    """ED-01 to ED-03: priority groups alone have the week's session; at level 4 not while it is marked not possible."""
    if not facts.priority:
        return _Part((), before)
    if level == Level.LOCKDOWN and session_given_up(facts, first=monday, last=monday + WEEK):
        return _Part((), (*before, Step("ED-08", "Marked not possible: the week's session is not owed")))
    seven = (Step("ED-07", "Full delivery is weekly"),) if level == Level.REDUCE else ()
    terms = _weekly(policy, Basis.OWED, LEVEL_RULES[level], "One a week")
    return _owed(facts, terms, monday, monday + WEEK, before=(*before, *seven))


def _weekly(policy: KeyWorkPolicy, basis: Basis, rule: str, found: str) -> _Terms:
    return _Terms(Kind.SESSION, basis, Period.WEEK, policy.sessions_a_week, policy.whole_days_for_a_week, rule, found)


def _target(facts: KeyWorkFacts, level: Level | None, policy: KeyWorkPolicy) -> _Terms:
    """ED-05: at level 1 the target; without a recorded level it is KW-02's."""
    rule = "KW-02" if level is None else "ED-05"
    if not facts.fortnightly:
        return _weekly(policy, Basis.TARGET, rule, "Target: one a week")
    count, enough = policy.sessions_a_fortnight, policy.whole_days_for_a_fortnight
    return _Terms(Kind.SESSION, Basis.TARGET, Period.FORTNIGHT, count, enough, rule, "Target: one a fortnight")


def _length(terms: _Terms) -> timedelta:
    return FORTNIGHT if terms.period == Period.FORTNIGHT else WEEK


def _checks_of_week(facts: KeyWorkFacts, monday: date, level: WeekLevel, policy: KeyWorkPolicy) -> _Part:
    """Women: the checks of their cohort. Men: level 4's fallback for priority groups."""
    if facts.estate == WOMEN:
        if facts.cohort == DAILY_COHORT:
            days = days_here(facts, first=monday, last=monday + WEEK)
            return _daily(monday, days, Step("WB-04", f"Daily cohort, {len(days)} days here"))
        found = f"Cohort: {facts.cohort or 'not decided, so weekly'}"
        count, enough = policy.checks_a_week_women, policy.whole_days_for_a_weekly_check
        terms = _Terms(Kind.WEEKLY_CHECK, Basis.OWED, Period.WEEK, count, enough, "WB-05", found)
        return _owed(facts, terms, monday, monday + WEEK, before=())
    if level.level != Level.LOCKDOWN or not facts.priority or not facts.triggers:
        return _Part((), ())
    return _fallback(facts, monday, level)


def _fallback(facts: KeyWorkFacts, monday: date, level: WeekLevel) -> _Part:
    """ED-08: a check on each day at level 4 on which a trigger stands."""
    days = tuple(day for day in days_here(facts, first=level.since, last=monday + WEEK) if standing(facts, day))
    open_in_week = {one for day in days for one in standing(facts, day)}
    found = "; ".join(_in_words(one) for one in sorted(open_in_week, key=lambda one: (one.from_on, one.why)))
    return _daily(monday, days, Step("ED-08", f"{found or 'Nothing stands in this week'}: {len(days)} days"))


def _in_words(trigger: Trigger) -> str:
    return f"From {trigger.from_on}: {WHY_WORDS[trigger.why]}"


def _daily(monday: date, days: tuple[date, ...], step: Step) -> _Part:
    if not days:
        return _Part((), (step,))
    owed = Owed(
        kind=Kind.DAILY_CHECK,
        basis=Basis.OWED,
        period=Period.WEEK,
        period_start=monday,
        opens_on=days[0],
        closes_on=days[-1],
        due_on=days,
        count=len(days),
        rule=step.rule_id,
        steps=(step,),
    )
    return _Part((owed,), (step,))


def _terms_of_month(facts: KeyWorkFacts, level: Level | None, policy: KeyWorkPolicy) -> _Terms | None:
    """KW-17 for women; for men in closed prisons level 1's floor, and what levels 2 and 3 look for where possible."""
    if facts.estate == WOMEN:
        return _monthly(policy, Basis.OWED, policy.sessions_a_month_women, "KW-17", "Women's floor: one a month")
    if facts.estate == MEN_OPEN:
        return None
    if level in (None, Level.PREPARE):
        count = policy.floor_a_month_fortnightly if facts.fortnightly else policy.floor_a_month
        return _monthly(policy, Basis.FLOOR, count, "ED-05", f"Floor: {count} a month")
    if facts.priority or level == Level.LOCKDOWN:
        return None
    counts = {Level.RESTRICT: policy.sessions_a_month_level_3, Level.REDUCE: policy.sessions_a_month_level_2}
    found = f"In no priority group: {counts[level]} a month where possible"
    return _monthly(policy, Basis.WHERE_POSSIBLE, counts[level], LEVEL_RULES[level], found)


def _monthly(policy: KeyWorkPolicy, basis: Basis, count: int, rule: str, found: str) -> _Terms:
    return _Terms(Kind.SESSION, basis, Period.MONTH, count, policy.whole_days_for_a_month, rule, found)


def _pom_minutes(policy: KeyWorkPolicy) -> _Terms:
    """WB-02: more time with the POM instead of a key worker."""
    minutes = policy.pom_minutes_a_month_women
    found = f"{minutes} minutes a month with the POM"
    return _Terms(Kind.POM_MINUTES, Basis.OWED, Period.MONTH, minutes, policy.whole_days_for_a_month, "WB-02", found)


def _level_steps(facts: KeyWorkFacts, level: Level | None) -> Steps:
    """What the regime level itself says; it sets no contact in women's prisons (ED-15)."""
    if facts.estate == WOMEN:
        return ()
    if level is None:
        return (Step("ED-15", "No regime level recorded: level 1"),)
    group = "in a priority group" if facts.priority else "in no priority group"
    return (Step(LEVEL_RULES[level], f"Regime level {int(level)}, {group}"),)


def _moved_up(level: WeekLevel, monday: date) -> Steps:
    return () if level.since == monday else (Step("ED-11", f"Level 4 from {level.since}, at once"),)


def _in_transition(facts: KeyWorkFacts, monday: date) -> bool:
    """XC-12: in the week of the arrival and each that begins before the meeting; not in open prisons (ED-15)."""
    move = facts.transition
    if move is None or facts.estate == MEN_OPEN or move.arrived_on > monday + WEEK:
        return False
    return move.until is None or move.until > max(monday, move.arrived_on)


def _weeks_govern(facts: KeyWorkFacts, first: date, last: date) -> Step | None:
    """XC-13 for a month: the weekly contact covers half of its days or more, and nothing monthly is beside it."""
    move = facts.transition
    if move is None or facts.estate == MEN_OPEN:
        return None
    days = [day for day in each_day(first, last) if move.arrived_on <= day and (move.until is None or day < move.until)]
    length = (last - first).days + 1
    if 2 * len(days) < length:
        return None
    return Step("XC-13", f"Weekly after a move from the youth estate on {len(days)} of {length} days: nothing monthly")
