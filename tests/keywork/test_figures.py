"""The figures of key work and the periods compared: the case files, what adds up, and errors by fact."""

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keywork.calculate.figures import MEANS, STATES, answer
from keywork.figures import owed_and_delivered, rate
from keywork.periods import Period, compared_with, establishment_period, key_worker_period
from omic.calculator import answer_line
from tests.case_files import Case, read_cases

ON = date(2026, 11, 22)
CASES = json.loads((Path(__file__).parents[1] / "cases" / "key_work_figures.json").read_text())
KEYS = {
    *MEANS, "sessions", "entries", "projected", "delivery_rate", "owed", "delivered", "owed_rate",
    "percentage_allocated", "policy", "because", "id", "ok",
}  # fmt: skip
MARCH = {"from": "2026-03-02", "to": "2026-03-03"}


def ask(facts: dict[str, Any]) -> dict[str, Any]:
    return answer_line(json.dumps(facts), kind=answer, on=ON, policy="seed_2019")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case(case: dict[str, Any]) -> None:
    answered = ask(case["facts"])
    assert {key: answered[key] for key in case["expected"]} == case["expected"]
    assert set(answered) == KEYS
    assert case["rule"] in {step["rule"] for step in answered["because"]}


@pytest.mark.parametrize(
    ("fact", "facts"),
    [
        ("to", {"from": "2026-03-02", "to": "2026-03-01"}),
        ("days", {"days": [MARCH | {"eligible": [1, 2, 3]}]}),
        ("days", {"days": [MARCH | {"eligible": [1, "2"]}]}),
        ("days", {"days": [MARCH | {"eligible": -1}]}),
        ("days", {"days": [{"from": "2026-03-03", "to": "2026-03-02"}]}),
        ("days", {"days": [MARCH | {"eligible": 1}, {"from": "2026-03-03", "to": "2026-03-04", "eligible": 2}]}),
        ("frequency_weeks", {"frequency_weeks": 0}),
        ("sessions", {"sessions": 1.5}),
        ("notes", {"notes": [{"code": "KA/KS", "at": "2026-03-02"}]}),
        ("allocations", {"allocations": [{"from_at": "2026-03-02T10:00", "to_at": "2026-03-02T09:59"}]}),
        ("obligations", {"obligations": [{"due_on": "2026-02-30", "state": "met"}]}),
        ("obligations", {"obligations": [{"due_on": "2026-03-02", "state": "done"}]}),
        ("wing", {"wing": "A"}),
    ],
)
def test_what_cannot_be_read_is_an_error_of_its_fact(fact: str, facts: dict[str, Any]) -> None:
    refused = ask({"id": "a", **facts})
    assert (refused["ok"], list(refused["errors"])) == (False, [fact])


@given(st.lists(st.lists(st.sampled_from(STATES))))
def test_owed_and_delivered_add_up(workers: list[list[str]]) -> None:
    parts = [owed_and_delivered(states) for states in workers]
    wing = owed_and_delivered(state for states in workers for state in states)
    assert wing == (sum(owed for owed, _ in parts), sum(delivered for _, delivered in parts))


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(1, 3, "33.33"), (2, 3, "66.67"), (1, 800, "0.12"), (3, 800, "0.38"), (5, 4, "125"), (0, 4, "0"), (1, 0, None)],
)
def test_rates_are_rounded_half_to_even(part: int, whole: int, expected: str | None) -> None:
    assert rate(part, whole) == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize("case", read_cases("key_work_periods"), ids=lambda case: case["id"])
def test_periods(case: Case) -> None:
    on, first, last, before_first, before_last = (
        date.fromisoformat(case[name]) for name in ("on", "first", "last", "before_first", "before_last")
    )
    defaults = {"establishment": establishment_period, "key_worker": key_worker_period}
    period = defaults[case["page"]](on) if case["page"] in defaults else Period(first, last)
    assert period == Period(first, last)
    assert compared_with(period, on=on) == Period(before_first, before_last)


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(0, 400), st.integers(0, 40))
def test_the_period_before_ends_before_and_is_as_long_but_for_whole_months(on: date, days: int, ago: int) -> None:
    period = Period(on - timedelta(days=days + ago), on - timedelta(days=ago))
    before = compared_with(period, on=on)
    assert before.last < period.first
    assert before.days == period.days or (before.first.day == period.first.day == 1)
