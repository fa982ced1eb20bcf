"""Recommending key workers: the case file, what is never done, and what an absence moves."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest

from keywork.bench import bench, made_up
from keywork.calculate.allocation import answer
from keywork.recommend import WORDS, PersonToPlace, Reason, Recommendation, Worker, recommend
from omic.calculator import answer_line

ON = date(2026, 11, 22)
CASES = json.loads((Path(__file__).parents[1] / "cases" / "key_worker_allocation.json").read_text())


def ask(facts: dict[str, Any]) -> dict[str, Any]:
    return answer_line(json.dumps(facts), kind=answer, on=ON, policy="seed_2019")


def run(people: list[PersonToPlace], workers: list[Worker]) -> Recommendation:
    return recommend(people, workers, on=ON).value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case(case: dict[str, Any]) -> None:
    answered = ask(case["facts"])
    assert {key: answered[key] for key in case["expected"]} == case["expected"]
    assert {"policy", "pairs", "unallocated", "excluded", "loads", "terms", "because"} <= set(answered)
    assert case["rule"] in {step["rule"] for step in answered["because"]}


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("people", [{"number": "A1"}, {"number": "A1"}]),
        ("people", [{"surname": "Adams"}]),
        ("people", [{"number": "A1", "complexity": "very high"}]),
        ("people", {"number": "A1"}),
        ("key_workers", [{"staff": "S1"}, {"staff": "S1"}]),
        ("key_workers", [{"staff": 1}]),
        ("key_workers", [{"staff": "S1", "status": "away"}]),
        ("key_workers", [{"staff": "S1", "held": -1}]),
        ("prison", {"capacity": "9"}),
        ("wings", ["A"]),
    ],
)
def test_what_cannot_be_read_is_an_error_of_its_fact(fact: str, value: object) -> None:
    refused = ask({"id": "a", fact: value})
    assert (refused["ok"], list(refused["errors"])) == (False, [fact])


def test_facts_in_another_order_give_the_same_answer() -> None:
    people, workers = made_up(60, 9, held=3, seed=7)
    first = recommend(people, workers, on=ON)
    Random(1).shuffle(people)
    Random(2).shuffle(workers)
    assert recommend(people, workers, on=ON) == first


def test_one_absence_moves_only_that_workers_people() -> None:
    people, workers = made_up(60, 12, held=0, seed=8)
    before = {pair.number: pair.staff for pair in run(people, workers).pairs}
    gone = before[people[0].number]
    still = [replace(person, allocated=before[person.number] != gone) for person in people]
    now = [
        replace(
            worker,
            held=list(before.values()).count(worker.staff),
            status="long_term_absence" if worker.staff == gone else "active",
        )
        for worker in workers
    ]
    moved = {pair.number: pair.staff for pair in run(still, now).pairs}
    assert set(moved) == {number for number, staff in before.items() if staff == gone}
    assert gone not in moved.values()


def test_limits_hold_and_no_next_best_is_better() -> None:
    people, workers = made_up(200, 24, held=3, seed=9)
    found = run(people, workers)
    never = {(person.number, staff) for person in people for staff in person.not_with}
    assert found.unallocated and not never & {(pair.number, pair.staff) for pair in found.pairs}
    assert all(found.loads[worker.staff] <= (worker.capacity or 0) for worker in workers)
    assert all(pair.next_best is None or pair.cost <= pair.next_best.cost for pair in found.pairs)


def test_a_key_worker_tied_to_a_compartment_takes_nobody_else() -> None:
    people = [PersonToPlace(f"A{number}", wing=wing) for number, wing in enumerate(["A", "B", None])]
    found = run(people, [Worker("S1", only_wings=frozenset({"A"}))])
    assert [(pair.number, pair.staff) for pair in found.pairs] == [("A0", "S1")]
    assert [(left.number, left.why) for left in found.unallocated] == [
        ("A1", Reason.ALL_EXCLUDED),
        ("A2", Reason.ALL_EXCLUDED),
    ]


def test_every_code_has_words() -> None:
    assert set(WORDS) == set(Reason)


def test_the_bench_prints_both_and_their_ratio() -> None:
    lines = list(bench(60))
    assert len(lines) == 6 and all("ratio" in line for line in lines[::3])
