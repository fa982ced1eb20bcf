"""May this be done: the OMU's actions."""

from datetime import date
from decimal import Decimal

import pytest
from django.conf import settings

from allocation.policy import RULES_BY_ID, TASKS
from omic.may import answer
from omic.policy import DEFAULT_POLICY
from tests.case_files import Case, read_cases
from tests.keywork.test_contact import facts_of

CASES = read_cases("may_omu")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_may(case: Case) -> None:
    found = answer(facts_of(case["facts"]), on=date(2026, 3, 4), policy=DEFAULT_POLICY)
    assert found["allowed"] == (case["allowed"] == "yes")
    assert (found["warnings"], found["done_by"]) == (case["warnings"].split(), case["done_by"] or None)
    assert case["rule"] in [step["rule"] for step in found["because"]]


def test_half_a_person_above_the_span_warns() -> None:
    facts = {"action": "line_manage", "reportees_fte": Decimal("14.5")}
    found = answer(facts, on=date(2026, 3, 4), policy=DEFAULT_POLICY)
    assert found["warnings"] == ["span_over_14"]


@pytest.mark.parametrize("task", [task for task in TASKS if task != "bcst"])
def test_every_task_has_somebody_who_does_it(task: str) -> None:
    facts = {"action": "assign_task", "task": task, "operator": "private", "custody_tier": "B", "responsible": "pom"}
    assert answer(facts, on=date(2026, 3, 4), policy=DEFAULT_POLICY)["done_by"] is not None


def test_every_action_of_the_omu_has_cases_with_known_rules() -> None:
    actions = {facts_of(case["facts"])["action"] for case in CASES}
    assert {action for action, name in settings.MAY.items() if name.startswith("allocation.")} == actions
    assert {case["rule"] for case in CASES} <= set(RULES_BY_ID)
