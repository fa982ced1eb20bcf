"""The case file of reasons in words: which rules an answer stands on, and what each of them found."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from handover import calculate as handover
from omic.policy import DEFAULT_POLICY
from tests.case_files import Case, read_cases
from tiering import calculate as tiering
from tiering.rules import TierFacts, community_tier

CASES = read_cases("why")
ON = date(2026, 1, 15)


def facts_of(case: Case) -> dict[str, Any]:
    """Facts as `name=value; name=value`; `needs.thinking` is a fact inside a fact, and registers are a list."""
    facts: dict[str, Any] = {}
    for name, value in (pair.split("=", 1) for pair in case["facts"].split("; ") if pair):
        outer, _, inner = name.partition(".")
        if inner:
            facts.setdefault(outer, {})[inner] = value_of(value)
        else:
            facts[name] = value.split() if name == "complexity_registers" else value_of(value)
    return facts


def value_of(written: str) -> bool | Decimal | int | str:
    if written in ("yes", "no"):
        return written == "yes"
    if written.isdigit():
        return int(written)
    return Decimal(written) if written.replace(".", "").isdigit() else written


def because(case: Case) -> list[str]:
    facts, policy = facts_of(case), case["policy"] or DEFAULT_POLICY
    if case["asks"] == "community":  # no calculator asks for a tier whose additional factors nobody looked up
        return [f"{rule}: {found}" for rule, found in community_tier(TierFacts(**facts)).steps]
    kind = handover.answer if case["asks"] == "handover" else tiering.answer
    steps: Any = kind(facts, on=ON, policy=policy)["because"]
    return [f"{step['rule']}: {step['found']}" for step in steps]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case(case: Case) -> None:
    assert because(case) == case["because"].split(" | ")


def test_case_ids_are_unique() -> None:
    assert len({case["id"] for case in CASES}) == len(CASES)
