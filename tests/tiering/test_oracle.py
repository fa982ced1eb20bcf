"""The rules against the oracle, over people from a seeded generator: no difference.

`TIERING_ORACLE_PEOPLE=1000000` asks about a million; `TIERING_ORACLE_SEED` about others.
"""

import os
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from omic.calculator import BadFactsError
from omic.policy import DEFAULT_POLICY
from tests.tiering import oracle
from tests.tiering.generator import people
from tiering.calculate import answer

PEOPLE = int(os.environ.get("TIERING_ORACLE_PEOPLE", "20000"))
SEED = int(os.environ.get("TIERING_ORACLE_SEED", "3"))
ON = date(2026, 11, 22)


def by_rules(facts: dict[str, Any]) -> dict[str, Any] | None:
    try:
        found = answer(facts, on=ON, policy=DEFAULT_POLICY)
    except BadFactsError:
        return None
    return {name: value for name, value in found.items() if name not in ("because", "policy")}


def by_oracle(facts: dict[str, Any]) -> dict[str, Any] | None:
    if facts["ruleset"] == "v3":
        found = oracle.third(facts, date.fromisoformat(facts["today"]))
        return found and {"v3_tier": found[0], "provisional": found[1]}
    tiers = oracle.protect(facts)
    return tiers and tiers | oracle.change(facts)


def differences(rulesets: tuple[str, ...], number: int) -> list[dict[str, Any]]:
    asked = people(number, seed=SEED, rulesets=rulesets)
    return [facts for facts in asked if by_rules(facts) != by_oracle(facts)]


def test_custody_community_and_change_agree_with_the_oracle() -> None:
    assert differences(("custody_v2", "custody_2019_inferred"), PEOPLE // 2) == []


def test_version_3_agrees_with_the_oracle() -> None:
    assert differences(("v3",), PEOPLE - PEOPLE // 2) == []


def test_the_generator_reaches_every_answer() -> None:
    asked = list(people(4000, seed=SEED, rulesets=("custody_v2", "custody_2019_inferred", "v3")))
    found = [by_oracle(facts) for facts in asked]
    assert None in found
    letters = {row[key] for row in found if row for key in ("custody_tier", "v3_tier") if key in row}
    assert letters == {*"ABCDEFG", "MISSING", "NOT_SUPERVISED"}
    assert {row["change_level"] for row in found if row and "change_level" in row} == {0, 1, 2, 3}


@given(st.integers(0, 2**32), st.sampled_from(["custody_v2", "custody_2019_inferred", "v3"]))
@settings(max_examples=300, deadline=None)
def test_any_seed_agrees(seed: int, ruleset: str) -> None:
    (facts,) = people(1, seed=seed, rulesets=(ruleset,))
    assert by_rules(facts) == by_oracle(facts)
