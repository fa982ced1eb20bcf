"""Level 4's fallback: from when to when daily checks take the place of key work for priority people (ED-08)."""

from datetime import date, timedelta

from keywork.policy import Why
from keywork.rules.facts import ONE_DAY, KeyWorkFacts, Trigger, policy_on, whole_days_here
from omic.calendar import week_start

WEEK = timedelta(days=7)


def standing(facts: KeyWorkFacts, on: date) -> tuple[Trigger, ...]:
    """The triggers that stand on a day: from their first day to that of the next session, both included."""
    return tuple(trigger for trigger in facts.triggers if _stands(facts, trigger, on))


def _stands(facts: KeyWorkFacts, trigger: Trigger, on: date) -> bool:
    ended_on = min((day for day in facts.sessions_on if day >= trigger.from_on), default=None)
    if on < trigger.from_on or (ended_on is not None and on > ended_on):
        return False
    return trigger.until is None or on < trigger.until or _closed_a_week(facts, trigger.from_on, trigger.until)


def _closed_a_week(facts: KeyWorkFacts, first: date, until: date) -> bool:
    """Whether a week closed under a mark without a session: taking the mark back gives none, so (b) stands instead."""
    monday = week_start(first)
    while monday + WEEK <= until:
        here = whole_days_here(facts, first=monday, last=monday + WEEK - ONE_DAY)
        held = any(monday <= day < monday + WEEK for day in facts.sessions_on)
        if here >= policy_on(monday).whole_days_for_a_week and not held:
            return True
        monday += WEEK
    return False


def session_given_up(facts: KeyWorkFacts, *, first: date, last: date) -> bool:
    """Whether the week's session is not owed: it is marked not possible at the week's end, and none was held in it.

    Having no key worker, or a week missed, opens the checks but excuses no session.
    """
    if any(first <= day <= last for day in facts.sessions_on):
        return False
    marks = (trigger for trigger in standing(facts, last) if trigger.why == Why.NOT_POSSIBLE)
    return any(mark.until is None or last < mark.until for mark in marks)
