"""Custody tier, community tier, change level, who has one and how long an entry counts: the case files, the tables."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given as given_any
from hypothesis import settings
from hypothesis import strategies as st

from allocation.policy import RULES_BY_ID as ALLOCATION_RULES
from omic.policy import InvalidFact, Outcome, render_steps
from tests.case_files import Case, read_cases
from tiering.policy import (
    CHANGE_V2,
    COMPLEXITY_REGISTERS,
    CUSTODY_2019_INFERRED,
    CUSTODY_V2,
    ENTERED_BY_HAND,
    ENTRY_COUNTS_WHILE,
    ENTRY_ENDS,
    NEEDS,
    NOT_APPLICABLE,
    REASONS,
    RULES_BY_ID,
    RULES_BY_RULESET,
    SCORES,
    STORED_REASONS,
    STORED_RULES_BY_ID,
)
from tiering.rules import (
    Tier,
    TierFacts,
    change_level,
    community_tier,
    custody_tier,
    has_tier,
    rounded_rsr,
    why_entry_ends,
)

CASES = read_cases("tiering")
WHO = read_cases("tiering_who")
ENTRIES = read_cases("tiering_entries")
YES_NO = ("parenting", "enforcement", "iom", "mandate", "layer3_assessment")
POSSIBLE = [case for case in CASES if case["reason"] != "invalid_fact"]
IMPOSSIBLE = [case for case in CASES if case["reason"] == "invalid_fact"]


def by_id(case: Case) -> str:
    return case["id"]


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


@pytest.mark.parametrize("case", POSSIBLE, ids=by_id)
def test_case(case: Case) -> None:
    facts = facts_of(case)
    custody = custody_tier(facts, ruleset=case["ruleset"] or "custody_v2")
    community, change = community_tier(facts), change_level(facts)
    assert (custody.value.letter, str(custody.value.points)) == (case["custody_tier"], case["custody_points"])
    assert (community.value.letter, str(community.value.points)) == (case["community_tier"], case["community_points"])
    assert (str(change.value.level), str(change.value.points)) == (case["change_level"], case["change_points"])
    assert custody.reason == case["reason"]
    assert case["rule"] in {step.rule_id for step in custody.steps + community.steps}


@pytest.mark.parametrize("case", IMPOSSIBLE, ids=by_id)
def test_an_impossible_score_is_refused(case: Case) -> None:
    facts = facts_of(case)
    for outcome in (custody_tier(facts), community_tier(facts), change_level(facts)):
        assert isinstance(outcome.value, InvalidFact)
        assert outcome.reason == "invalid_fact"


@pytest.mark.parametrize("facts", [TierFacts(rosh="severe"), TierFacts(mappa_level=4)])
def test_an_unknown_code_is_refused(facts: TierFacts) -> None:
    assert isinstance(custody_tier(facts).value, InvalidFact)


@pytest.mark.parametrize("case", WHO, ids=by_id)
def test_who_has_a_tier(case: Case) -> None:
    outcome = has_tier(case["legal_status"])
    assert (outcome.value, outcome.reason) == (case["has_tier"] == "yes", case["reason"])
    assert [step.rule_id for step in outcome.steps] == [case["rule"]]


@pytest.mark.parametrize("case", ENTRIES, ids=by_id)
def test_how_long_an_entered_tier_counts(case: Case) -> None:
    ends = why_entry_ends(case["entered"], reason=case["reason"], worked_out=case["worked_out"] or None)
    assert (ends or "") == case["ends"]


def test_every_way_an_entry_ends_has_words_and_a_case() -> None:
    assert {case["ends"] for case in ENTRIES} - {""} == set(ENTRY_ENDS)
    assert set(ENTRY_COUNTS_WHILE) <= {case["reason"] for case in ENTRIES}


def test_every_rule_and_every_reason_has_a_case() -> None:
    assert {case["rule"] for case in (*CASES, *WHO, *ENTRIES)} == set(STORED_RULES_BY_ID)
    assert {case["reason"] for case in CASES} == set(REASONS)
    assert {case["reason"] for case in (*CASES, *WHO)} - {"serving"} == set(STORED_REASONS)


def test_every_rule_of_tiering_is_implemented_or_listed_with_the_reason() -> None:
    published = {f"TI-{number:02}" for number in (*range(1, 8), *range(10, 17))}
    rows = (*CASES, *WHO, *ENTRIES, *read_cases("allocation"))
    cases = {case["rule"] for case in rows if case["rule"].startswith("TI-")}
    implemented = {rule for rule in (*STORED_RULES_BY_ID, *ALLOCATION_RULES) if rule.startswith("TI-")}
    assert implemented == cases
    assert implemented - published == {ENTERED_BY_HAND.id}
    assert {rule for rule, _reason in NOT_APPLICABLE} == published - implemented
    assert all(reason for _rule, reason in NOT_APPLICABLE)


def test_every_rule_set_words_the_same_rules() -> None:
    for ruleset in (CUSTODY_V2.ruleset, CUSTODY_2019_INFERRED.ruleset):
        assert set(RULES_BY_RULESET[ruleset]) == set(RULES_BY_ID)


def test_every_need_has_a_weight() -> None:
    assert set(CHANGE_V2.weight) == set(NEEDS)


@pytest.mark.parametrize("register", COMPLEXITY_REGISTERS)
def test_each_register_gives_two_points(register: str) -> None:
    outcome = community_tier(TierFacts(rosh="low", rsr=Decimal(1), registers=(register,)))
    assert outcome.value.points == 2
    assert COMPLEXITY_REGISTERS[register] in outcome.steps[0].found


@pytest.mark.parametrize(("need", "weight"), [*CHANGE_V2.weight.items()])
def test_each_need_gives_its_points(need: str, weight: int) -> None:
    points = [
        change_level(TierFacts(needs={need: severity}, layer3_assessment=True)).value.points
        for severity in ("none", "standard", "severe")
    ]
    assert points == [0, weight, 2 * weight]
    assert weight == {"thinking": 2, "attitudes": 2, "finance": 0, "emotional": 0}.get(need, 1)


@pytest.mark.parametrize(
    ("score", "read"), [("6.994999", "6.99"), ("6.995", "7.00"), ("2.985", "2.99"), ("0.005", "0.01"), ("7", "7.00")]
)
def test_rsr_is_rounded_half_up_before_any_test(score: str, read: str) -> None:
    assert str(rounded_rsr(Decimal(score))) == read


def test_no_total_lies_between_the_largest_b_and_the_smallest_a() -> None:
    totals = set()
    for rosh, mappa, rsr in product(CUSTODY_V2.rosh, CUSTODY_V2.mappa, ("0", "3", "7")):
        registers, woman = tuple(COMPLEXITY_REGISTERS), {"sex": "female", "parenting": True, "temper": 1}
        facts = TierFacts(
            rosh=rosh, mappa_level=mappa, rsr=Decimal(rsr), registers=registers, enforcement=True, **woman
        )
        totals |= {custody_tier(facts).value.points, community_tier(facts).value.points}
    assert max(total for total in totals if total < 150) == 51
    assert CUSTODY_V2.letters[:2] == ((150, "A"), (20, "B"))


def every_branch() -> list[tuple[TierFacts, str]]:
    """Facts on either side of everything that the rules ask."""
    scores = [None, *map(Decimal, ("2.99", "3", "6.89", "6.9", "7"))]
    asked = product(
        CUSTODY_V2.rosh, CUSTODY_V2.mappa, scores, (None, 74, 75, 89, 90), ((), ("RMDO",), ("RMDO", "ALSH"))
    )
    return [
        (TierFacts(rosh=rosh, mappa_level=mappa, rsr=rsr, ogrs3=ogrs3, registers=registers, sex=sex), ruleset)
        for rosh, mappa, rsr, ogrs3, registers in asked
        for sex in ("male", "female")
        for ruleset in (CUSTODY_V2.ruleset, CUSTODY_2019_INFERRED.ruleset)
    ]


def test_different_branches_never_print_the_same_steps() -> None:
    printed: dict[object, object] = {}
    for facts, ruleset in every_branch():
        for outcome in (custody_tier(facts, ruleset=ruleset), community_tier(facts)):
            answered = (outcome.value, outcome.reason, outcome.policy)
            assert printed.setdefault(outcome.steps, answered) == answered


def test_rule_sets_and_tiers_never_print_the_same_steps() -> None:
    facts = TierFacts(rosh="medium", rsr=Decimal(1), mappa_level=1)
    steps = [
        custody_tier(facts).steps,
        custody_tier(facts, ruleset=CUSTODY_2019_INFERRED.ruleset).steps,
        community_tier(facts).steps,
        community_tier(TierFacts(rosh="medium", rsr=Decimal(1), mappa_level=1, additional_known=False)).steps,
        change_level(facts).steps,
    ]
    assert len(set(steps)) == len(steps)


@pytest.mark.parametrize(
    "facts",
    [
        TierFacts(mandate=False, layer3_assessment=True),
        TierFacts(layer3_assessment=False),
        TierFacts(layer3_assessment=True, ogrs3=20),
        TierFacts(layer3_assessment=True, iom=True),
        TierFacts(layer3_assessment=True, needs={"thinking": "standard"}),
    ],
)
def test_change_levels_print_different_steps(facts: TierFacts) -> None:
    other = TierFacts(layer3_assessment=True)
    assert change_level(facts).steps != change_level(other).steps


def test_custody_steps_break_the_points_down() -> None:
    outcome = custody_tier(TierFacts(rosh="medium", rsr=Decimal("7.1"), mappa_level=1))
    assert outcome.steps[1].found == (
        "RoSH medium: 10 points; RSR 7.10: 20; the higher counts; MAPPA level 1: 5; together 25 points, tier B"
    )


def test_additional_factors_that_nobody_looked_up_make_the_community_tier_provisional() -> None:
    facts = TierFacts(rosh="low", rsr=Decimal(1), additional_known=False)
    assert (custody_tier(facts).value.provisional, community_tier(facts).value.provisional) == (False, True)
    assert "additional factors not recorded" in community_tier(facts).steps[0].found


scores = st.none() | st.decimals("0", "99.98", places=2)
any_facts = st.builds(
    TierFacts,
    rosh=st.sampled_from([None, "low", "medium", "high", "very_high"]),
    mappa_level=st.sampled_from([None, 0, 1, 2, 3]),
    rsr=scores,
    ogrs3=st.none() | st.integers(0, 100),
    sex=st.sampled_from([None, "male", "female"]),
    registers=st.lists(st.sampled_from(sorted(COMPLEXITY_REGISTERS))).map(tuple),
    parenting=st.booleans(),
    temper=st.integers(0, 2),
    enforcement=st.booleans(),
)


def rendered(outcome: Outcome[object]) -> int:
    return len(render_steps(outcome.steps, RULES_BY_RULESET[outcome.policy]))


@given_any(any_facts)
@settings(max_examples=300, deadline=None)
def test_breakdown_adds_up_and_the_community_is_never_lower(facts: TierFacts) -> None:
    custody, community = custody_tier(facts).value, community_tier(facts).value
    assert isinstance(custody, Tier)
    for tier in (custody, community):
        assert sum(points for _, points in tier.breakdown) == tier.points
        assert {name for name, _ in tier.breakdown} <= set(SCORES)
    assert community.letter <= custody.letter


@given_any(any_facts, st.sampled_from(["rosh", "rsr"]))
@settings(max_examples=300, deadline=None)
def test_learning_a_missing_fact_never_lowers_the_tier(facts: TierFacts, learnt: str) -> None:
    known = {name: getattr(facts, name) for name in facts.__slots__}
    before = custody_tier(TierFacts(**known | {learnt: None})).value
    assert custody_tier(facts).value.letter <= before.letter


@given_any(any_facts, st.sampled_from([CUSTODY_V2.ruleset, CUSTODY_2019_INFERRED.ruleset]))
@settings(max_examples=300, deadline=None)
def test_every_step_has_a_rule_and_the_same_facts_the_same_answer(facts: TierFacts, ruleset: str) -> None:
    outcome = custody_tier(facts, ruleset=ruleset)
    assert outcome == custody_tier(facts, ruleset=ruleset)
    assert all(map(rendered, (outcome, community_tier(facts), change_level(facts))))
