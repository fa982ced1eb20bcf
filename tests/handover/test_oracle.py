"""The rules against an oracle that was written from the rulebook by itself: seeded people, hypothesis for shrinking.

`ORACLE_PEOPLE=1000000 pytest tests/handover/test_oracle.py` compares a million.
"""

import os
from collections import defaultdict
from dataclasses import fields
from datetime import date, timedelta

from hypothesis import given as given_any
from hypothesis import settings
from hypothesis import strategies as st

from handover.rules import Determination, HandoverFacts, determine, state_on
from omic.policy import POLICY_IDS, Outcome
from tests.handover.oracle import ORACLES, Expected, Facts
from tests.handover.people import people
from tests.handover.test_rules import CASES, any_facts

PEOPLE = int(os.environ.get("ORACLE_PEOPLE", "20000"))


def answered(outcome: Outcome[Determination]) -> Expected:
    value = outcome.value
    dates = value.responsibility_fixed, value.start_on, value.handover_on, value.earliest_release
    return Expected(outcome.reason, *dates, value.blocking, value.provisional)


def differs(facts: Facts, policy: str) -> str:
    """What is wrong with the answer: against the oracle today, and as a promise about the days to come."""
    outcome = determine(HandoverFacts(**facts), policy=policy)
    expected = ORACLES[policy](facts)
    if answered(outcome) != expected:
        return f"{policy} {facts}: {answered(outcome)}, the oracle says {expected}"
    if state_on(outcome.value, facts["today"]) != expected.responsible_on(facts["today"]):
        return f"{policy} {facts}: another state"
    return _unkept(facts, policy, expected, outcome.value.next_change_on)


def _unkept(facts: Facts, policy: str, expected: Expected, next_on: date | None) -> str:
    """The oracle, asked again on every day around which something could change, must agree with `next_change_on`."""
    later = [day + timedelta(days=days) for day in _near(facts) for days in (0, 1)]
    for day in (day for day in later if day > facts["today"]):
        same = ORACLES[policy](facts | {"today": day}) == expected
        if not same and (next_on is None or day < next_on):
            return f"{policy} {facts}: changes on {day}, next_change_on is {next_on}"
    if next_on is not None and ORACLES[policy](facts | {"today": next_on}) == expected:
        return f"{policy} {facts}: nothing changes on {next_on}"
    return ""


def _near(facts: Facts) -> list[date]:
    if facts.get("sentence_type") != "indeterminate":
        return []
    days = [facts[name] for name in ("ted", "thd") if name in facts]
    return [*days, *(day - timedelta(days=365) for day in days)]


def test_no_person_is_answered_differently() -> None:
    found = [wrong for facts, policy in people(PEOPLE, seed=20261121) if (wrong := differs(facts, policy))]
    assert found[:3] == []


@given_any(any_facts, st.sampled_from(POLICY_IDS))
@settings(max_examples=500, deadline=None)
def test_nor_is_anyone_that_hypothesis_makes_up(facts: HandoverFacts, policy: str) -> None:
    known = {field.name: getattr(facts, field.name) for field in fields(facts)}
    assert not differs({name: value for name, value in known.items() if value is not None}, policy)


def test_every_reason_of_every_version_has_a_case() -> None:
    in_files, made_up = defaultdict(set), defaultdict(set)
    for case in CASES:
        in_files[case["policy"]].add(case["reason"])
    for facts, policy in people(8000, seed=7):
        made_up[policy].add(ORACLES[policy](facts).reason)
    assert made_up == in_files
