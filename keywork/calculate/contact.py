"""The calculator kind `contact`: what one person is owed in one week or month, and whether it was given."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from keywork.calculate.contact_facts import READERS, check_facts, facts_of, levels_of, priority_facts_of
from keywork.policy import RULES_BY_ID, Group, Level, Period
from keywork.rules import (
    Contacts,
    Judged,
    KeyWorkFacts,
    LevelFrom,
    Owed,
    Suspension,
    entitled,
    frequency_in_force,
    full_time,
    is_short,
    judge,
    level_of_month,
    level_of_week,
    level_on,
    month_cadence,
    policy_on,
    priority_on,
    week_cadence,
)
from keywork.rules.priority import Priority
from omic.calculator import Given, because, read_facts
from omic.calendar import month_bounds
from omic.policy import Outcome, Step, Steps, render_steps

WEEKS = {Period.WEEK: timedelta(days=6), Period.FORTNIGHT: timedelta(days=13)}


def answer(given: Given, *, on: date, policy: str) -> dict[str, object]:  # noqa: ARG001 key work has versions of its own
    """What one person is owed, and how it stands. Raises BadFactsError."""
    known = read_facts(given, READERS)
    check_facts(known)
    today = known.get("today", on)
    priority = priority_on(priority_facts_of(known), on=today)
    frequency = _frequency(known, today)
    fortnightly = frequency.value == Period.FORTNIGHT
    facts = facts_of(known, priority=bool(priority.value.groups), fortnightly=fortnightly, today=today)
    right = entitled(facts, on=today, level=_level(known, today))
    cadences = list(_cadences(known, facts))
    judged = [_judged(owed, known, today) for cadence in cadences for owed in cadence.value]
    short = sorted(set(_short_sessions(known, facts, today)))
    steps = (*right.steps, *priority.steps, *frequency.steps, *_steps(cadences, judged, short))
    return {
        "policy": policy_on(today).id,
        "has_key_worker": right.value,
        **_priority(priority.value),
        "frequency": frequency.reason,
        "short_sessions": [day.isoformat() for day in short],
        "obligations": [_obligation(one) for one in judged],
        "because": because(render_steps(dict.fromkeys(steps), RULES_BY_ID)),
    }


def _frequency(known: dict[str, Any], today: date) -> Outcome[Period]:
    return frequency_in_force(
        asked=known.get("frequency"),
        long_term_training=known.get("prison_function") == "long_term_training",
        pgd_approved=known.get("pgd_approved", False),
        on=today,
    )


def _level(known: dict[str, Any], today: date) -> Level | None:
    """The level that decides who has a key worker: that of the week asked about, else of the month, else of today."""
    if "week_start" in known:
        monday = known["week_start"]
        return level_of_week(levels_of(known, monday), week_start=monday).level
    if "month" in known:
        return level_of_month(levels_of(known, known["month"]), month=known["month"])
    return level_on(levels_of(known, today), today)


def _cadences(known: dict[str, Any], facts: KeyWorkFacts) -> Iterator[Outcome[tuple[Owed, ...]]]:
    """Of the week and of the month, whichever is asked for."""
    if "week_start" in known:
        monday = known["week_start"]
        level = level_of_week(levels_of(known, monday), week_start=monday)
        yield week_cadence(facts, week_start=monday, level=level)
    if "month" in known:
        first = known["month"]
        yield month_cadence(facts, month=first, level=level_of_month(levels_of(known, first), month=first))


def _judged(owed: Owed, known: dict[str, Any], today: date) -> Judged:
    contacts = Contacts(
        sessions_on=tuple(note.on for note in known.get("sessions", ()) if note.is_session),
        checks_on=known.get("checks", ()),
        engagements=known.get("pom_engagements", ()),
    )
    suspensions: tuple[Suspension, ...] = known.get("suspensions", ())
    return judge(owed, contacts, suspensions=suspensions, today=today)


def _short_sessions(known: dict[str, Any], facts: KeyWorkFacts, today: date) -> Iterator[date]:
    """The days of sessions that were shortened when they were held (ED-06)."""
    for first, last in _times_asked_about(known, fortnightly=facts.fortnightly):
        levels: tuple[LevelFrom, ...] = levels_of(known, first)
        for note in known.get("sessions", ()):
            if not note.is_session or not first <= note.on <= min(last, today):
                continue
            level = level_on(levels, note.on)
            full = full_time(estate=facts.estate, on=note.on, level=level, fortnightly=facts.fortnightly)
            if is_short(note.minutes, full=full):
                yield note.on


def _times_asked_about(known: dict[str, Any], *, fortnightly: bool) -> Iterator[tuple[date, date]]:
    if "week_start" in known:
        monday = known["week_start"]
        yield monday, monday + WEEKS[Period.FORTNIGHT if fortnightly else Period.WEEK]
    if "month" in known:
        yield month_bounds(known["month"])


def _steps(cadences: list[Outcome[tuple[Owed, ...]]], judged: list[Judged], short: list[date]) -> Steps:
    asked = [step for cadence in cadences for step in cadence.steps]
    stood = [step for one in judged for step in one.steps]
    flagged = [Step("ED-06", f"Short: {', '.join(day.isoformat() for day in short)}")] if short else []
    return (*asked, *stood, *flagged)


def _priority(found: Priority) -> dict[str, object]:
    return {
        "priority": bool(found.groups),
        "priority_groups": list(found.groups),
        "priority_windows": {
            group: {
                "opens_on": found.windows[group].opens_on.isoformat(),
                "closes_on": found.windows[group].closes_on.isoformat(),
            }
            for group in Group
            if group in found.windows
        },
        "to_decide": list(found.to_decide),
    }


def _obligation(judged: Judged) -> dict[str, object]:
    owed = judged.owed
    return {
        "kind": owed.kind,
        "basis": owed.basis,
        "period": owed.period,
        "count": owed.count,
        "done": judged.done,
        "shortfall": judged.shortfall,
        "due_on": [day.isoformat() for day in owed.due_on],
        "missed": [day.isoformat() for day in judged.missed],
        "state": judged.state,
        "rule": owed.rule,
    }
