"""Complexity of need by the form's seven indicators (AL-30, AL-31)."""

from datetime import date

import pytest

from allocation.calculate_complexity import answer
from allocation.policy import INDICATORS, RULES_BY_ID
from omic.calculator import BadFactsError
from omic.policy import DEFAULT_POLICY
from tests.case_files import Case, read_cases

CASES = read_cases("complexity")
ON = date(2026, 11, 18)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_complexity(case: Case) -> None:
    facts = {name: name in case["indicators"].split() for name in INDICATORS}
    found = answer(facts, on=ON, policy=DEFAULT_POLICY)
    assert (found["level"], str(found["count"])) == (case["level"], case["count"])
    assert {step["rule"] for step in found["because"]} == {"AL-30", "AL-31"} <= set(RULES_BY_ID)


def test_what_is_not_known_counts_as_no() -> None:
    assert answer({"temper": None}, on=ON, policy=DEFAULT_POLICY)["count"] == 0


def test_a_fact_of_no_form_is_refused() -> None:
    with pytest.raises(BadFactsError, match="diagnosis"):
        answer({"diagnosis": True}, on=ON, policy=DEFAULT_POLICY)
