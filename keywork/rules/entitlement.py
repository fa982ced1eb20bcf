"""Who is to have a key worker, who has room, how often key work is given, and when a session is short."""

from datetime import date

from keywork.policy import HIGH_COMPLEXITY, MEN_OPEN, WOMEN, Level, Period
from keywork.rules.facts import KeyWorkFacts, policy_on
from omic.policy import Outcome, Step


def entitled(facts: KeyWorkFacts, *, on: date, level: int | None = None) -> Outcome[bool]:
    """Whether the person is to have a key worker: everyone held in a closed or a women's prison (KW-01, KW-15).

    Not so restricted patients in hospital, women whose complexity of need is high, and people in open prisons, but for
    priority groups while the regime `level` is 4 to 2 (ED-15).
    """
    policy = policy_on(on)
    if facts.in_hospital:
        return Outcome(False, "in_hospital", policy.id, (Step("KW-01", "In hospital as a restricted patient"),))
    if facts.estate == MEN_OPEN:
        return _entitled_in_open(facts, level, policy.id)
    if facts.estate != WOMEN:
        return Outcome(True, "key_worker", policy.id, (Step("KW-01", "Held in a men's closed prison"),))
    if facts.complexity == HIGH_COMPLEXITY:
        return Outcome(False, "high_complexity", policy.id, (Step("KW-15", "Complexity of need: high"),))
    found = f"Complexity of need: {facts.complexity or 'not assessed'}"
    return Outcome(True, "key_worker", policy.id, (Step("KW-15", found),))


def _entitled_in_open(facts: KeyWorkFacts, level: int | None, policy: str) -> Outcome[bool]:
    if level is None:
        return Outcome(False, "open_prison", policy, (Step("ED-15", "Open prison, no regime level recorded"),))
    group = "in a priority group" if facts.priority else "in no priority group"
    steps = (Step("ED-15", f"Open prison, regime level {int(level)}, {group}"),)
    if facts.priority and level > Level.PREPARE:
        return Outcome(True, "key_worker", policy, steps)
    return Outcome(False, "open_prison", policy, steps)


def has_room(load: int, *, on: date) -> bool:
    """Whether a key worker with `load` people may be given another: the ceiling is hard (KW-03)."""
    return load < policy_on(on).caseload_ceiling


def frequency_in_force(*, asked: str | None, long_term_training: bool, pgd_approved: bool, on: date) -> Outcome[Period]:
    """Whether key work goes by the week or the fortnight; the variant binds only with both conditions (KW-04)."""
    policy = policy_on(on).id
    if asked != "fortnightly":
        return Outcome(Period.WEEK, "weekly", policy, ())
    missing = [
        words
        for there, words in ((long_term_training, "not a long-term training prison"), (pgd_approved, "not approved"))
        if not there
    ]
    if missing:
        return Outcome(
            Period.WEEK, "weekly", policy, (Step("KW-04", f"Fortnightly, but {', '.join(missing)}: weekly"),)
        )
    found = "Fortnightly in a long-term training prison, approved by the Prison Group Director"
    return Outcome(Period.FORTNIGHT, "fortnightly", policy, (Step("KW-04", found),))


def is_short(minutes: int | None, *, on: date, level: int | None = None, fortnightly: bool = False) -> bool:
    """Whether a session's total time is to be pointed out as shortened (ED-06): at level 1, or where none is recorded.

    An unknown time is not.
    """
    policy = policy_on(on)
    full = policy.fortnightly_session_minutes if fortnightly else policy.session_minutes
    return level in (None, Level.PREPARE) and minutes is not None and minutes < full
