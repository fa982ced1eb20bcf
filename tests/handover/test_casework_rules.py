"""The case file of a handover's casework: its form, what belongs to it, and what comes first (HO-30 to HO-40)."""

from datetime import date

import pytest

from handover.policy import Responsibility
from handover.policy.casework import COM_VISITS, RULES
from handover.timetable.casework import STAGES, CaseworkFacts, Item, Stage, casework
from handover.timetable.policy import HandoverForm
from omic.policy import Outcome
from omic.why import rulebook
from tests.case_files import Case, read_cases

CASES = read_cases("handover_casework")


def facts_of(case: Case) -> CaseworkFacts:
    given = [name for name in ("today", "start_on", "handover_on", "owed_on") if case[name]]
    days = {name: date.fromisoformat(case[name]) for name in given}
    flags = {name: case[name] == "yes" for name in ("from_the_start", "indeterminate", "oasys_owed", "duty")}
    return CaseworkFacts(
        ruled=HandoverForm(case["ruled"]),
        decided=HandoverForm(case["decided"]) if case["decided"] else None,
        responsibility=Responsibility(case["responsibility"]) if case["responsibility"] else None,
        done=frozenset(Item(item) for item in case["done"].split()),
        visits=int(case["visits"]),
        **days,
        **flags,
    )


def answered(case: Case) -> Outcome:
    return casework(facts_of(case), policy="seed_2019")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case(case: Case) -> None:
    found = answered(case)
    assert (found.value.form, found.reason, found.value.first or "") == (case["form"], case["stage"], case["first"])
    assert [str(line.item) for line in found.value.lines] == case["lines"].split()


def test_every_stage_and_every_item_is_met_by_a_case() -> None:
    assert {case["stage"] for case in CASES} == set(Stage) == set(STAGES)
    assert {item for case in CASES for item in case["lines"].split()} == set(Item)
    assert {case["first"] for case in CASES} - {""} == set(Item) - {Item.COM_VISITS}


def test_every_line_cites_a_rule_that_can_be_read() -> None:
    cited = {line.rule for case in CASES for line in answered(case).value.lines}
    cited |= {step.rule_id for case in CASES for step in answered(case).steps}
    assert cited <= set(rulebook())
    assert {rule.id for rule in RULES} <= cited


def test_three_visits_fill_the_counter() -> None:
    for visits in (COM_VISITS - 1, COM_VISITS):
        facts = CaseworkFacts(today=date(2026, 11, 18), ruled=HandoverForm.MEETING, visits=visits)
        line = casework(facts, policy="seed_2019").value.lines[-1]
        assert (line.item, line.done, line.asked) == (Item.COM_VISITS, visits == COM_VISITS, False)
