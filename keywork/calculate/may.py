"""Key work's actions of the calculator kind `may`."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from keywork.policy import RULES_BY_ID
from keywork.rules import (
    AllocationFacts,
    Permission,
    may_allocate,
    may_join_daily_cohort,
    may_start_progression_plan,
)
from omic.calculator import whole, yes_no
from omic.may import Rule, permission
from omic.policy import Outcome, render_steps

Known = Mapping[str, Any]


def _allocate_key_worker(known: Known, *, on: date) -> dict[str, object]:
    facts = AllocationFacts(
        fmi_trained=known.get("fmi_trained", False),
        key_work_trained=known.get("key_work_trained", False),
        trauma_trained=known.get("trauma_trained", False),
        womens_estate=known.get("womens_estate", False),
        has_key_worker=known.get("has_key_worker", False),
        held=known.get("held"),
        ceiling=known.get("ceiling"),
    )
    return _answer(may_allocate(facts, on=on))


def _start_progression_plan(known: Known, *, on: date) -> dict[str, object]:
    formal, agreed = known.get("formal_sentence_plan", False), known.get("pom_agreed", False)
    return _answer(may_start_progression_plan(formal_sentence_plan=formal, pom_agreed=agreed, on=on))


def _join_daily_cohort(known: Known, *, on: date) -> dict[str, object]:
    return _answer(may_join_daily_cohort(decision_recorded=known.get("decision_recorded", False), on=on))


def _answer(outcome: Outcome[Permission]) -> dict[str, object]:
    found = outcome.value
    return permission(
        allowed=found.allowed,
        policy=outcome.policy,
        steps=render_steps(outcome.steps, RULES_BY_ID),
        missing=found.missing,
        warnings=found.warnings,
    )


# May this key worker be given this person? May a progression plan be started? May a woman join the daily cohort?
allocate_key_worker = Rule(
    {
        "fmi_trained": yes_no,
        "key_work_trained": yes_no,
        "trauma_trained": yes_no,
        "womens_estate": yes_no,
        "has_key_worker": yes_no,
        "held": whole(0, 10_000),
        "ceiling": whole(0, 10_000),
    },
    _allocate_key_worker,
)
start_progression_plan = Rule({"formal_sentence_plan": yes_no, "pom_agreed": yes_no}, _start_progression_plan)
join_daily_cohort = Rule({"decision_recorded": yes_no}, _join_daily_cohort)
