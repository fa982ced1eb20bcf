"""The trial itself: it kills what a case tells apart, reports what none does, and leaves the process as it was."""

import csv
import sys
from importlib import import_module
from pathlib import Path

import pytest

from tests.mutation import __main__ as mutation
from tests.mutation import trial
from tests.mutation.mutants import Mutant, mutants

EASY = "tiering.rules.entry"


def mutant(module: str, mutated: str) -> Mutant:
    return next(one for one in mutants(module) if one.mutated == mutated)


def test_a_mutant_that_a_case_tells_apart_is_killed() -> None:
    wrong = mutant("omic.calendar", "count = on.year * 12 + on.month - 1 - months")
    assert trial.is_killed("omic.calendar", wrong.code, trial.CALENDAR)


def test_a_mutant_that_no_case_tells_apart_survives_and_is_listed() -> None:
    alike = mutant("omic.calendar", "day > 27")
    assert not trial.is_killed("omic.calendar", alike.code, trial.CALENDAR)
    assert mutation.listed()[alike.key]


def test_a_mutant_that_never_ends_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "SECONDS", 0.1)
    assert trial.is_killed(EASY, compile("while True: pass", "endless", "exec"), trial.TIERING)


def test_what_was_loaded_before_is_put_back() -> None:
    before = import_module(EASY)
    trial.is_killed(EASY, compile("raise ValueError", "broken", "exec"), trial.TIERING)
    assert import_module(EASY) is before
    assert sys.modules["tiering.rules"].entry is before


# What is sent, not which dates hold: asked by tests/handover/test_community.py and test_reminders.py, by no case file.
BY_OTHER_TESTS = {"handover.rules.community", "handover.rules.reminders"}


def test_every_module_of_rules_is_a_target() -> None:
    rules = (*Path("handover/rules").glob("*.py"), *Path("tiering/rules").glob("*.py"))
    modules = {".".join(path.with_suffix("").parts) for path in rules if path.stem != "__init__"}
    assert modules - BY_OTHER_TESTS <= set(mutation.TARGETS)


def test_every_listed_survivor_is_of_a_target_and_has_a_reason() -> None:
    files = {f"{module.replace('.', '/')}.py" for module in mutation.TARGETS}
    assert {key[0] for key in mutation.listed()} <= files
    assert all(mutation.listed().values())


ALL = [one.key for one in mutants(EASY)]
GONE = ("tiering/rules/entry.py", "has_tier", "a", "b", "1")


@pytest.mark.parametrize(("listed", "code"), [(ALL, 0), (ALL[1:], 1), ([*ALL, GONE], 1)])
def test_the_list_has_to_be_the_survivors(
    listed: list[tuple[str, ...]], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(mutation.TARGETS, EASY, ())  # nothing is asked, so that every mutant survives
    monkeypatch.setattr(mutation, "SURVIVORS", tmp_path / "survivors.csv")
    with mutation.SURVIVORS.open("w", newline="") as rows:
        header = ("file", "function", "original", "mutated", "number", "reason")
        csv.writer(rows).writerows([header, *((*key, "a reason") for key in listed)])
    assert mutation.main([EASY]) == code


def test_cases_that_fail_without_a_mutant_stop_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(mutation.TARGETS, EASY, (("tests.no_such_test", "CASES", "test_case"),))
    with pytest.raises(SystemExit, match="fail without any mutant"):
        mutation.main([EASY])
