"""The OMU's actions of the calculator kind `may`: holding cases, managing POMs, and who may be given a task."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from allocation.calculate import FACTS
from allocation.policy import RULES_BY_ID, TASKS, PomType, TaskRole
from allocation.rules import PomTypeFacts, Ruling, may_assign, may_hold_cases, may_line_manage
from omic.calculator import number, one_of, whole
from omic.may import Rule, permission
from omic.policy import Outcome, render_steps

Known = Mapping[str, Any]


def _hold_cases(known: Known, *, on: date) -> dict[str, object]:
    return _answer(may_hold_cases(known.get("pom_type"), known.get("cases"), on=on))


def _line_manage(known: Known, *, on: date) -> dict[str, object]:
    return _answer(may_line_manage(known.get("reportees_fte"), on=on))


def _assign_task(known: Known, *, on: date) -> dict[str, object]:
    facts = PomTypeFacts(
        responsible=known.get("responsible"),
        custody_tier=known.get("custody_tier"),
        private=known.get("operator") == "private",
    )
    return _answer(may_assign(known.get("task"), known.get("role"), facts, on=on))


def _answer(outcome: Outcome[Ruling]) -> dict[str, object]:
    found = outcome.value
    return permission(
        allowed=found.allowed,
        policy=outcome.policy,
        steps=render_steps(outcome.steps, RULES_BY_ID),
        warnings=found.warnings,
        done_by=found.done_by,
    )


hold_cases = Rule({"pom_type": one_of(*PomType), "cases": whole(0, 10_000)}, _hold_cases)
line_manage = Rule({"reportees_fte": number}, _line_manage)
assign_task = Rule(
    {"task": one_of(*TASKS), "role": one_of(*TaskRole)}
    | {name: FACTS[name] for name in ("operator", "custody_tier", "responsible")},
    _assign_task,
)
