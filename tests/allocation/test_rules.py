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
    assert set(answered["advice"]) == set(case["advice"].split())
    assert answered["override_allowed"] is True
    assert answered["reason_required"] == (case["reason_required"] == "yes")
    assert {line["source"] for line in answered["because"]} <= SOURCES


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


def test_every_reason_and_every_advice_is_reached() -> None:
    assert {case["reason"] for case in CASES} == set(Reason)
    assert {advice for case in CASES for advice in case["advice"].split()} == set(Advice)


def every_case() -> list[PomTypeFacts]:
    leads, tiers, types, either = (None, *Responsible), (None, *"ABCD"), (None, *PomType), (True, False)
    return [PomTypeFacts(*facts) for facts in product(leads, tiers, either, types, either, either, types)]


def test_different_branches_never_print_the_same_steps() -> None:
    printed: dict[object, object] = {}
    for facts in every_case():
        outcome = recommend_pom_type(facts, on=TODAY)
        answered = (outcome.value, outcome.reason)
        assert printed.setdefault(outcome.steps, answered) == answered, facts


TABLE = """
    pom  probation probation prison prison
    com  prison    prison    prison prison
"""  # tiers A to D, as the operating model prints it
BY_LEAD = {lead: dict(zip("ABCD", types, strict=True)) for lead, *types in map(str.split, TABLE.strip().splitlines())}


def expected(facts: PomTypeFacts) -> tuple[str | None, set[str], bool]:
    """Type, advice and whether prison staff do the case support, from the printed table."""
    if facts.immigration:
        return "prison", set(), False
    if facts.responsible == "com" and facts.current_pom_type == "probation" and not facts.transferred_since_handover:
        return "probation", {"keep_present_pom"}, False
    if facts.custody_tier is None:
        return (None, {"tier_missing"}, False) if facts.responsible == "pom" else ("prison", set(), False)
    found = BY_LEAD[facts.responsible][facts.custody_tier]
    advice = {"check_mappa_and_responsibility"} if (facts.responsible, facts.custody_tier) == ("pom", "A") else set()
    high = found == "probation"
    return found, advice | ({"case_support_possible"} if high and not facts.private else set()), high and facts.private


def test_every_combination_of_known_leads_is_as_the_table_prints_it() -> None:
    asked = [facts for facts in every_case() if facts.responsible in ("pom", "com")]
    for facts in asked:
        found = recommend_pom_type(facts, on=TODAY).value
        pom_type, advice, support = expected(facts)
        assert (found.pom_type, set(found.advice), found.prison_staff_support) == (pom_type, advice, support), facts
        chosen = facts.chosen_pom_type
        assert found.reason_required == (chosen is not None and chosen != pom_type)


def test_the_answer_has_every_documented_key_when_nothing_is_known() -> None:
    assert {
        name: value for name, value in answer({}, on=TODAY, policy=DEFAULT_POLICY).items() if name != "because"
    } == {
        "policy": "pom_type_2019",
        "recommended_pom_type": None,
        "case_support": None,
        "probation_role": None,
        "advice": [Advice.TIER_MISSING],
        "override_allowed": True,
        "reason_required": False,
    }


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
