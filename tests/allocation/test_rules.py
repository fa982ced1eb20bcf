"""Who needs a POM and of which type: the case file, and what must hold for any facts."""

from itertools import product

import pytest

from allocation.calculate import FACTS, answer
from allocation.policy import ADVICE, REASONS, RULES_BY_ID, Advice, PomType, Reason, Responsible
from allocation.rules import NEEDS_POM, PomTypeFacts, needs_pom, recommend_pom_type
from omic.calculator import BadFactsError
from omic.models import LegalStatus
from omic.policy import DEFAULT_POLICY, render_steps
from tests.case_files import Case, given, read_cases
from tests.factories import TODAY

CASES = read_cases("allocation")
SOURCES = {"002_3686c8077551630d.txt", "Manage POM cases (national service)"}
ANSWERED = [case for case in CASES if case["responsible"] != "nobody"]


def facts_of(case: Case) -> PomTypeFacts:
    return PomTypeFacts(
        responsible=Responsible(case["responsible"]) if case["responsible"] else None,
        custody_tier=case["custody_tier"] or None,
        private=case["operator"] == "private",
        current_pom_type=case["current_pom_type"] or None,
        transferred_since_handover=case["transferred_since_handover"] == "yes",
        immigration=case["immigration"] == "yes",
        chosen_pom_type=case["chosen_pom_type"] or None,
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case(case: Case) -> None:
    outcome = recommend_pom_type(facts_of(case), on=TODAY)
    found = outcome.value
    assert (found.pom_type or "", outcome.reason) == (case["recommended_pom_type"], case["reason"])
    assert set(found.advice) == set(case["advice"].split())
    assert found.prison_staff_support == (case["case_support"] == "prison_staff")
    assert found.reason_required == (case["reason_required"] == "yes")
    assert case["rule"] in {step.rule_id for step in outcome.steps}


@pytest.mark.parametrize("case", ANSWERED, ids=lambda case: case["id"])
def test_calculator_gives_the_same(case: Case) -> None:
    answered = answer(given(case, list(FACTS)), on=TODAY, policy=DEFAULT_POLICY)
    for name in ("recommended_pom_type", "case_support", "probation_role"):
        assert answered[name] == (case[name] or None)
    assert answered["override_allowed"] is True
    assert answered["reason_required"] == (case["reason_required"] == "yes")
    assert {line["source"] for line in answered["because"]} <= {
        "002_3686c8077551630d.txt",
        "Manage POM cases (national service)",
    }


def test_every_answer_has_a_sentence_and_every_step_a_rule() -> None:
    leads, tiers, types = (None, *Responsible), (None, *"ABCD"), (None, *PomType)
    for lead, tier, private, present, moved, immigration in product(
        leads, tiers, (True, False), types, (True, False), (True, False)
    ):
        outcome = recommend_pom_type(PomTypeFacts(lead, tier, private, present, moved, immigration), on=TODAY)
        assert outcome.reason in REASONS
        assert set(outcome.value.advice) <= set(ADVICE)
        assert render_steps(outcome.steps, RULES_BY_ID)
        assert outcome.value.pom_type or Advice.TIER_MISSING in outcome.value.advice or lead is None


def test_every_reason_is_reached() -> None:
    assert {case["reason"] for case in CASES} == set(Reason)


@pytest.mark.parametrize("status", LegalStatus)
def test_who_needs_a_pom(status: LegalStatus) -> None:
    outcome = needs_pom(status, on=TODAY)
    assert outcome.value == (status in NEEDS_POM)
    assert render_steps(outcome.steps, RULES_BY_ID)


@pytest.mark.parametrize(
    "facts", [{"responsible": "both"}, {"custody_tier": "E"}, {"immigration": "yes"}, {"tier": "A"}]
)
def test_bad_facts_are_named(facts: dict[str, object]) -> None:
    with pytest.raises(BadFactsError) as refused:
        answer(facts, on=TODAY, policy=DEFAULT_POLICY)
    assert list(refused.value.errors) == list(facts)
