"""Level 4's fallback: from when to when daily checks take the place of key work for priority people (ED-08)."""

from collections.abc import Iterable
from datetime import date

from keywork.policy import Why
from keywork.rules.facts import KeyWorkFacts, Trigger


def standing(facts: KeyWorkFacts, on: date) -> tuple[Trigger, ...]:
    """The triggers that stand on a day: from their first day to that of the next session, both included."""
    return tuple(trigger for trigger in facts.triggers if _stands(trigger, facts.sessions_on, on))


def _stands(trigger: Trigger, sessions_on: Iterable[date], on: date) -> bool:
    ended_on = min((day for day in sessions_on if day >= trigger.from_on), default=None)
    return trigger.from_on <= on and (ended_on is None or on <= ended_on)


def session_given_up(facts: KeyWorkFacts, *, first: date, last: date) -> bool:
    """Whether the week's session is not owed: it is marked not possible at the week's end, and none was held in it.

    Having no key worker, or a week missed, opens the checks but excuses no session.
    """
    if any(first <= day <= last for day in facts.sessions_on):
        return False
    return any(trigger.why == Why.NOT_POSSIBLE for trigger in standing(facts, last))
