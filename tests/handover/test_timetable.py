"""The timetable of duties: case files that a policy officer can read, and that they are complete."""

from datetime import date
from typing import Any

import pytest

from handover.policy import RULES_BY_ID as HANDOVER_RULES
from handover.timetable.calculate import HANDOVER, READERS, answer
from handover.timetable.citations import RULES, RULES_BY_ID
from handover.timetable.policy import NOT_DUTIES, Kind, Owner, State
from omic.calculator import BadFactsError
from omic.models import ObligationKind
from omic.models.obligation import OWNERS
from omic.policy import DEFAULT_POLICY
from tests.case_files import Case, read_cases

DUTIES = read_cases("tasks")
ANSWERS = read_cases("tasks_answers")
NOT_FACTS = ("id", "rule", "policy", "today", "facts", "kinds", "expected", "note")


def asked(case: Case) -> dict[str, Any]:
    """The answer to a case: its facts are written `name=value; name=value`, yes and no for yes/no."""
    pairs = (pair.split("=", 1) for pair in case["facts"].split("; ") if pair)
    known = {name: value_of(value) for name, value in pairs}
    return answer(known, on=date.fromisoformat(case["today"]), policy=case["policy"] or DEFAULT_POLICY)


def value_of(written: str) -> bool | int | str:
    if written in ("yes", "no"):
        return written == "yes"
    return int(written) if written.isdigit() else written


def in_words(task: dict[str, Any]) -> str:
    """A duty as the case file writes it: `kind: owner with others, from, by, until, state, missing (rule)`."""
    others = f" with {' '.join(task['with'])}" if task["with"] else ""
    parts = [f"{task['kind']}: {task['owner']}{others}"]
    days = {"from": task["opens_on"], "by": task["due_on"] or task["due_at"], "until": task["until"]}
    parts += [f"{word} {on}" for word, on in days.items() if on]
    parts += [task["state"], *([f"missing {' '.join(task['missing'])}"] if task["missing"] else [])]
    return f"{', '.join(parts)} ({task['rule']})"


def told(value: Any) -> str:
    """An answer as the case file writes it: none for null and nothing."""
    if value is None or value == []:
        return "none"
    if isinstance(value, dict):
        return "; ".join(f"{name}={told(part)}" for name, part in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(value) if isinstance(value, list) else str(value)


@pytest.mark.parametrize("case", DUTIES, ids=lambda case: case["id"])
def test_duties(case: Case) -> None:
    found = asked(case)
    kinds = list(Kind) if case["kinds"] == "all" else case["kinds"].split()
    duties = [in_words(task) for task in found["tasks"] if task["kind"] in kinds]
    assert sorted(duties) == sorted(duty for duty in case["expected"].split(" | ") if duty)
    if case["expected"]:
        assert case["rule"] in [step["rule"] for step in found["because"]]


@pytest.mark.parametrize("case", ANSWERS, ids=lambda case: case["id"])
def test_answers(case: Case) -> None:
    found = asked(case)
    expected = {name: words for name, words in case.items() if name not in NOT_FACTS and words}
    assert {name: told(found[name]) for name in expected} == expected
    assert case["rule"] in [step["rule"] for step in found["because"]]


def expected_duties() -> str:
    return " | ".join(case["expected"] for case in DUTIES)


def test_every_rule_has_a_case_and_a_citation() -> None:
    cases = {case["rule"] for case in (*DUTIES, *ANSWERS)}
    assert cases - set(HANDOVER_RULES) == {rule.id for rule in RULES} - set(HANDOVER_RULES)
    assert all(rule.words and rule.cite.locator and rule.cite.source.name for rule in RULES)


def test_every_id_of_the_rulebook_is_a_rule_or_said_not_to_be_a_duty() -> None:
    numbered = {"OA": (1, 14), "EA": (1, 10), "PA": (1, 11), "RC": (1, 6), "HO": (30, 40), "XC": (10, 13)}
    ids = {f"{theme}-{number:02}" for theme, (first, last) in numbered.items() for number in range(first, last + 1)}
    ids |= {f"EA-{number}" for number in range(20, 26)} | {f"AL-{number}" for number in range(20, 28)}
    ids |= {"AL-10", "AL-12", "AL-13", "AL-14", "AL-17", "XC-01", "XC-30", "XC-31"}
    assert ids - set(RULES_BY_ID) - set(NOT_DUTIES) == set()
    assert set(NOT_DUTIES) & {rule.id for rule in RULES} == set()


def test_no_rule_is_worded_twice() -> None:
    assert {rule.id for rule in RULES} & set(HANDOVER_RULES) == set()


def test_every_kind_owner_and_state_is_in_some_case() -> None:
    duties = expected_duties()
    assert [kind for kind in Kind if f"{kind}:" not in duties] == []
    assert [owner for owner in Owner if f" {owner}" not in duties] == []
    assert [state for state in State if f" {state} " not in duties] == []


def test_every_kind_and_owner_has_words() -> None:
    assert set(Kind) <= set(ObligationKind.values)
    assert set(Owner) <= set(OWNERS)


def test_no_kind_is_a_custody_screening_tool() -> None:
    assert not any("bcst" in kind for kind in Kind)


@pytest.mark.parametrize("cases", [DUTIES, ANSWERS])
def test_case_ids_are_unique(cases: list[Case]) -> None:
    assert len({case["id"] for case in cases}) == len(cases)


def test_every_key_is_there_for_an_unknown_person() -> None:
    found = answer({"id": "1"}, on=date(2026, 1, 15), policy=DEFAULT_POLICY)
    because = found.pop("because")
    assert isinstance(because, list)
    assert because[0]["rule"] == "HO-20"
    assert found == {
        "policy": "seed_2019",
        "tasks": [],
        "layer3_in_scope": True,
        "additional_tasks": True,
        "early_allocation_class": "none",
        "early_allocation_can_submit": False,
        "early_allocation_missing": [],
        "handover_form": "meeting",
        "report_author": None,
        "hearing_attendees": [],
        "homd_override_available": False,
        "recall": None,
    }


@pytest.mark.parametrize(
    ("facts", "fact"),
    [
        ({"handover_oasys_not_needed": True}, "handover_oasys_reason"),
        ({"handover_oasys_not_needed": True, "handover_oasys_reason": " "}, "handover_oasys_reason"),
        ({"sentence_start": "2025-01-10", "sed": "2025-01-09"}, "sed"),
        ({"rosh": "severe"}, "rosh"),
        ({"mappa_level_needed": 0}, "mappa_level_needed"),
        ({"mappa_level_needed": 4}, "mappa_level_needed"),
        ({"recall_type": "fixed"}, "recall_type"),
        ({"legal_status": "convicted"}, "legal_status"),
        ({"returned_at": "2026-03-31"}, "returned_at"),
        ({"returned_at": "2026-02-29T10:00"}, "returned_at"),
        ({"youth_arrived_at": "2026-03-31T24:30"}, "youth_arrived_at"),
        ({"pom_met_at": "2026-03-29T01:30"}, "pom_met_at"),
        ({"tact": "yes"}, "tact"),
        ({"bcst": True}, "bcst"),
    ],
)
def test_an_error_is_keyed_by_its_fact(facts: dict[str, Any], fact: str) -> None:
    with pytest.raises(BadFactsError) as refused:
        answer(facts, on=date(2026, 1, 15), policy=DEFAULT_POLICY)
    assert list(refused.value.errors) == [fact]


def test_every_fact_of_handover_is_one_of_tasks() -> None:
    assert set(HANDOVER) <= set(READERS)
