"""What is known of POMs and of parts in a case, ruled: the case files, and that every reason has its words."""

from decimal import Decimal
from itertools import product

import pytest

from allocation.models import PomAllocation, PomCourse
from allocation.policy import PRIORITY_COURSES, REFUSALS, RULES_BY_ID, WARNINGS, Part, PomType
from allocation.rules import (
    PartFacts,
    ProfileFacts,
    case_capacity,
    check_profile,
    may_hold_cases,
    may_share,
    missing_courses,
)
from omic.policy import render_steps
from tests.case_files import Case, read_cases
from tests.factories import TODAY

PARTS, RECORDS = read_cases("pom_parts"), read_cases("pom_records")


@pytest.mark.parametrize("case", PARTS, ids=lambda case: case["id"])
def test_who_may_have_a_part(case: Case) -> None:
    facts = PartFacts(
        part=Part(case["part"]),
        pom_type=PomType(case["pom_type"]) if case["pom_type"] else None,
        has_primary=case["primary"] != "nobody",
        is_primary=case["primary"] == "self",
        primary_type=PomType(case["primary_type"]) if case["primary_type"] else None,
        supported=case["supported"] == "yes",
    )
    outcome = may_share(facts, on=TODAY)
    assert (outcome.value.allowed, outcome.reason) == (case["allowed"] == "yes", case["reason"])
    assert list(outcome.value.warnings) == case["warnings"].split()
    assert case["rule"] in {step.rule_id for step in outcome.steps}


def facts_of(case: Case) -> dict[str, str]:
    return dict(pair.strip().split("=") for pair in case["facts"].split(";"))


def of_rule(rule: str) -> list[Case]:
    return [case for case in RECORDS if case["rule"] == rule]


@pytest.mark.parametrize("case", of_rule("AL-19"), ids=lambda case: case["id"])
def test_grade_and_base(case: Case) -> None:
    said = facts_of(case)
    operational = {"yes": True, "no": False}.get(said.get("operational", ""))
    facts = ProfileFacts(PomType(said["pom_type"]), operational, said.get("in_hub") == "yes", said.get("hub", ""))
    outcome = check_profile(facts, on=TODAY)
    assert (outcome.value, outcome.reason) == (case["answer"] == "yes", case["reason"])


@pytest.mark.parametrize("case", of_rule("AL-18"), ids=lambda case: case["id"])
def test_priority_courses(case: Case) -> None:
    outcome = missing_courses(frozenset(facts_of(case)["done"].split()), on=TODAY)
    assert (list(outcome.value), outcome.reason) == (case["answer"].split(), case["reason"])


@pytest.mark.parametrize("case", of_rule("AL-06"), ids=lambda case: case["id"])
def test_capacity_for_the_days_worked(case: Case) -> None:
    said = facts_of(case)
    pom_type = PomType(said["pom_type"]) if "pom_type" in said else None
    days = Decimal(said["working_days"]) if "working_days" in said else None
    capacity = case_capacity(pom_type, days, on=TODAY)
    assert capacity == (int(case["answer"]) if case["answer"] else None)
    for cases, warned in ((capacity, False), (capacity and capacity + 1, capacity is not None)):
        outcome = may_hold_cases(pom_type, cases, on=TODAY, working_days=days)
        assert bool(outcome.value.warnings) is warned


def test_everything_has_words_and_a_rule() -> None:
    types = (None, *PomType)
    for part, pom_type, has, is_primary, primary in product(Part, types, (True, False), (True, False), types):
        outcome = may_share(PartFacts(part, pom_type, has, is_primary, primary), on=TODAY)
        assert outcome.value.allowed or outcome.reason in REFUSALS
        assert set(outcome.value.warnings) <= set(WARNINGS)
        assert render_steps(outcome.steps, RULES_BY_ID)


def test_policy_and_tables_name_the_same_courses_and_parts() -> None:
    assert list(PRIORITY_COURSES) == PomCourse.values
    assert {part.value for part in Part} | {"primary"} == set(PomAllocation.Part.values)
