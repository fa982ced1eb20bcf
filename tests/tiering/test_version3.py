"""Version 3 of the national tier: the case file, and that different branches print different steps."""

from datetime import date
from decimal import Decimal
from itertools import product

import pytest

from omic.policy import InvalidFact, Outcome, render_steps
from tests.case_files import Case, read_cases
from tests.tiering.generator import people
from tiering.calculate import V3_FACTS, answer
from tiering.policy import RULES_BY_RULESET, V3, V3_REASONS
from tiering.rules import V3Facts, v3_tier

CASES = read_cases("tiering_v3")
SCORES = ("arp", "csrp", "dcsrp_score")
YES_NO = ("arp_dynamic", "csrp_dynamic", "lifer_ipp", "active_event", *V3.registrations)


def facts_of(case: Case) -> V3Facts:
    return V3Facts(
        today=date.fromisoformat(case["today"]),
        rosh=case["rosh"] or None,
        mappa_category=int(case["mappa_category"]) if case["mappa_category"] else None,
        dcsrp_band=case["dcsrp_band"] or None,
        latest_release_on=date.fromisoformat(case["latest_release_on"]) if case["latest_release_on"] else None,
        **{fact: Decimal(case[fact]) for fact in SCORES if case[fact]},
        **{fact: case[fact] == "yes" for fact in YES_NO if case[fact]},
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case(case: Case) -> None:
    outcome = v3_tier(facts_of(case))
    assert outcome.reason == case["reason"]
    assert render_steps(outcome.steps, RULES_BY_RULESET[outcome.policy])
    if case["reason"] == "invalid_fact":
        assert isinstance(outcome.value, InvalidFact) and outcome.value.fact == "dcsrp_score"
    else:
        assert (outcome.value.letter, outcome.value.provisional) == (case["v3_tier"], case["provisional"] == "yes")


def test_every_reason_letter_and_cell_of_the_table_has_a_case() -> None:
    assert {case["reason"] for case in CASES} == set(V3_REASONS)
    assert {case["v3_tier"] for case in CASES} - {""} == {*"ABCDEFG", "MISSING", "NOT_SUPERVISED"}
    cells = {(Decimal(case["csrp"]), Decimal(case["arp"])) for case in CASES if case["csrp"] and case["arp"]}
    assert set(product((lowest for lowest, _ in V3.table), map(Decimal, V3.arp))) <= cells


def test_the_calculator_answers_the_documented_keys() -> None:
    found = answer({"ruleset": "v3", "arp": 50, "csrp": 1, "rosh": "low"}, on=date(2026, 11, 22), policy="seed_2019")
    assert set(found) == {"policy", "v3_tier", "provisional", "because"}
    assert (found["policy"], found["v3_tier"], found["provisional"]) == ("v3", "D", False)


def test_a_lines_own_today_decides() -> None:
    facts = {"ruleset": "v3", "arp": 0, "csrp": 0, "rosh": "low", "lifer_ipp": True, "latest_release_on": "2025-11-22"}
    asked = [
        answer(facts | {"today": day}, on=date(2026, 1, 1), policy="seed_2019") for day in ("2026-11-22", "2026-11-23")
    ]
    assert [found["v3_tier"] for found in asked] == ["B", "D"]


def printed(outcome: Outcome[object]) -> tuple[str, ...]:
    return tuple(step.found for step in outcome.steps)


def test_different_branches_never_print_the_same_steps() -> None:
    answers: dict[tuple[str, ...], object] = {}
    for facts in people(5000, seed=11, rulesets=("v3",)):
        read = {name: value for name, value in facts.items() if name in V3_FACTS}
        if released := read.pop("latest_release_on", None):
            read["latest_release_on"] = date.fromisoformat(released)
        outcome = v3_tier(V3Facts(today=date.fromisoformat(facts["today"]), **read))
        assert answers.setdefault(printed(outcome), outcome.value) == outcome.value
    assert len(answers) > 3000
