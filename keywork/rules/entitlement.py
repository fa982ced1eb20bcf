"""Who is to have a key worker, how often key work is given, and when a session is short."""

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


def full_time(*, estate: str, on: date, level: int | None = None, fortnightly: bool = False) -> int | None:
    """The total minutes below which a session is shortened: at level 1, or where none is recorded (ED-06).

    None where nothing is: at other levels, and in women's and open prisons, which level 1 asks nothing of (ED-15).
    """
    if estate in (WOMEN, MEN_OPEN) or level not in (None, Level.PREPARE):
        return None
    policy = policy_on(on)
    return policy.fortnightly_session_minutes if fortnightly else policy.session_minutes


def is_short(minutes: int | None, *, full: int | None) -> bool:
    """Whether a session's total time is less than the `full_time`; an unknown time is not (ED-06)."""
    return full is not None and minutes is not None and minutes < full
