"""Custody tier, community tier and change level: the case file, and what must hold for any scores."""

from decimal import Decimal

import pytest
from hypothesis import given as given_any
from hypothesis import settings
from hypothesis import strategies as st

from omic.policy import InvalidFact
from tests.case_files import Case, read_cases
from tiering.policy import CHANGE_V2, COMPLEXITY_REGISTERS, NEEDS, REASONS, RULES_BY_ID
from tiering.rules import Tier, TierFacts, change_level, community_tier, custody_tier

CASES = read_cases("tiering")
YES_NO = ("parenting", "enforcement", "iom", "mandate", "layer3_assessment")


def facts_of(case: Case) -> TierFacts:
    whole = {fact: int(case[fact]) for fact in ("mappa_level", "ogrs3", "impulsivity", "temper") if case[fact]}
    yes_no = {fact: case[fact] == "yes" for fact in YES_NO if case[fact]}
    return TierFacts(
        rosh=case["rosh"] or None,
        rsr=Decimal(case["rsr"]) if case["rsr"] else None,
        sex=case["sex"] or None,
        registers=tuple(case["complexity_registers"].split()),
        needs=dict(need.split() for need in case["needs"].split(", ") if need),
        **whole,
        **yes_no,
    )


@pytest.mark.parametrize(
    "case", [case for case in CASES if case["reason"] != "invalid_fact"], ids=lambda case: case["id"]
)
def test_case(case: Case) -> None:
    facts = facts_of(case)
    custody = custody_tier(facts, ruleset=case["ruleset"] or "custody_v2")
    community, change = community_tier(facts), change_level(facts)
    assert (custody.value.letter, str(custody.value.points)) == (case["custody_tier"], case["custody_points"])
    assert (community.value.letter, str(community.value.points)) == (case["community_tier"], case["community_points"])
    assert (str(change.value.level), str(change.value.points)) == (case["change_level"], case["change_points"])
    assert custody.reason == case["reason"]
    assert case["rule"] in {step.rule_id for step in custody.steps + community.steps}


@pytest.mark.parametrize(
    "case", [case for case in CASES if case["reason"] == "invalid_fact"], ids=lambda case: case["id"]
)
def test_an_impossible_score_is_refused(case: Case) -> None:
    facts = facts_of(case)
    for outcome in (custody_tier(facts), community_tier(facts), change_level(facts)):
        assert isinstance(outcome.value, InvalidFact)
        assert outcome.reason == "invalid_fact"


@pytest.mark.parametrize("facts", [TierFacts(rosh="severe"), TierFacts(mappa_level=4)])
def test_an_unknown_code_is_refused(facts: TierFacts) -> None:
    assert isinstance(custody_tier(facts).value, InvalidFact)


def test_every_rule_and_every_reason_has_a_case() -> None:
    assert {case["rule"] for case in CASES} == set(RULES_BY_ID)
    assert {case["reason"] for case in CASES} == set(REASONS)


def test_every_need_has_a_weight() -> None:
    assert set(CHANGE_V2.weight) == set(NEEDS)


scores = st.none() | st.decimals("0", "99.98", places=2)
any_facts = st.builds(
    TierFacts,
    rosh=st.sampled_from([None, "low", "medium", "high", "very_high"]),
    mappa_level=st.sampled_from([None, 0, 1, 2, 3]),
    rsr=scores,
    sex=st.sampled_from([None, "male", "female"]),
    registers=st.lists(st.sampled_from(COMPLEXITY_REGISTERS)).map(tuple),
    parenting=st.booleans(),
    temper=st.integers(0, 2),
    enforcement=st.booleans(),
)


@given_any(any_facts)
@settings(max_examples=300, deadline=None)
def test_custody_tier_is_the_published_reduction(facts: TierFacts) -> None:
    tier = custody_tier(facts).value
    rsr = facts.rsr or 0
    if facts.rosh == "very_high" or facts.mappa_level in (2, 3):
        letter = "A"
    elif facts.rosh == "high" or rsr >= 7:
        letter = "B"
    else:
        letter = "C" if facts.rosh == "medium" or rsr >= 3 else "D"
    assert isinstance(tier, Tier)
    assert tier.letter == letter


@given_any(any_facts)
@settings(max_examples=300, deadline=None)
def test_breakdown_adds_up_and_the_community_is_never_lower(facts: TierFacts) -> None:
    custody, community = custody_tier(facts).value, community_tier(facts).value
    assert sum(points for _, points in community.breakdown) == community.points
    assert sum(points for _, points in custody.breakdown) == custody.points
    assert community.letter <= custody.letter
