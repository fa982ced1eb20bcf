"""May this be done: key work's actions, and how actions are found."""

from datetime import date
from typing import Any

import pytest
from django.conf import settings

from keywork.policy import RULES_BY_ID
from omic.calculator import BadFactsError
from omic.may import answer
from omic.policy import DEFAULT_POLICY
from tests.case_files import Case, read_cases
from tests.keywork.test_contact import facts_of

CASES = read_cases("may")


def asked(facts: dict[str, Any]) -> dict[str, Any]:
    return answer(facts, on=date(2026, 3, 4), policy=DEFAULT_POLICY)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_may(case: Case) -> None:
    found = asked(facts_of(case["facts"]))
    assert (found["missing"], found["warnings"]) == (case["missing"].split(), case["warnings"].split())
    assert found["allowed"] is not bool(case["missing"])
    assert case["rule"] in [step["rule"] for step in found["because"]]


@pytest.mark.parametrize(
    ("facts", "fact"),
    [
        ({}, "action"),
        ({"action": None}, "action"),
        ({"action": "release"}, "action"),
        ({"action": ["allocate_key_worker"]}, "action"),
        ({"action": "join_daily_cohort", "heldd": 3}, "heldd"),
        ({"action": "allocate_key_worker", "held": -1}, "held"),
        ({"action": "allocate_key_worker", "fmi_trained": "yes"}, "fmi_trained"),
        ({"action": "join_daily_cohort", "today": "tomorrow"}, "today"),
    ],
)
def test_an_error_is_keyed_by_its_fact(facts: dict[str, Any], fact: str) -> None:
    with pytest.raises(BadFactsError) as bad:
        asked(facts)
    assert list(bad.value.errors) == [fact]


def test_a_fact_of_another_action_is_ignored_but_must_be_readable() -> None:
    assert asked({"action": "join_daily_cohort", "decision_recorded": True, "held": 3})["allowed"] is True
    with pytest.raises(BadFactsError, match="held"):
        asked({"action": "join_daily_cohort", "held": "three"})


def test_every_key_is_answered() -> None:
    found = asked({"id": "a", "action": "join_daily_cohort", "today": "2026-03-05", "decision_recorded": True})
    assert [step["rule"] for step in found.pop("because")] == ["WB-03"]
    assert found == {"policy": "key_work_2021_05", "allowed": True, "warnings": [], "missing": [], "done_by": None}


def test_every_action_of_key_work_has_cases_with_known_rules() -> None:
    actions = {facts_of(case["facts"])["action"] for case in CASES}
    assert {action for action, name in settings.MAY.items() if name.startswith("keywork.")} <= actions
    assert {case["rule"] for case in CASES} <= set(RULES_BY_ID)
