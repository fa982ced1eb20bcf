"""The recommendation beside other solvers: every possible run on small prisons, two more of scipy's on large ones."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from keywork.bench import Facts, made_up, totals
from keywork.recommend import PastKeyWorker, PersonToPlace, Worker, optimum, recommend

ON = date(2026, 11, 22)
STAFF = ("S0", "S1", "S2")
DAYS = st.sampled_from([None, date(2026, 1, 5), date(2026, 2, 2)])
# The last have no common multiple that machine numbers could hold.
CAPACITIES = st.sampled_from([(1, 2, 3), (3, 3, 3), (9, 7, 5), (0, 1, 2), (1_000_003, 1_000_033, 998_244_353)])


def pairs(people: Sequence[PersonToPlace], workers: Sequence[Worker]) -> dict[str, str]:
    return {pair.number: pair.staff for pair in recommend(people, workers, on=ON).value.pairs}


@st.composite
def small_prisons(draw: st.DrawFn) -> Facts:
    past = st.builds(PastKeyWorker, staff=st.sampled_from(STAFF), from_on=DAYS, ended_by_manager=st.booleans())
    person = st.builds(
        PersonToPlace,
        number=st.just(""),
        surname=st.sampled_from("xy"),
        forename=st.sampled_from("xy"),
        wing=st.sampled_from(["A", "B", None]),
        waiting_since=DAYS,
        past_key_workers=st.lists(past, max_size=2).map(tuple),
        not_with=st.frozensets(st.sampled_from(STAFF), max_size=1),
    )
    workers = [
        Worker(
            staff,
            trained=draw(st.integers(0, 5)) > 0,
            capacity=capacity,
            held=draw(st.integers(0, 2)),
            wings=draw(st.frozensets(st.sampled_from("AB"))),
            only_wings=draw(st.sampled_from([None, None, frozenset("A")])),
        )
        for staff, capacity in zip(STAFF, draw(CAPACITIES), strict=True)
    ]
    people = draw(st.lists(person, max_size=5))
    return [_numbered(person, number) for number, person in enumerate(people)], workers


def _numbered(person: PersonToPlace, number: int) -> PersonToPlace:
    facts = {name: getattr(person, name) for name in PersonToPlace.__slots__}
    return PersonToPlace(**facts | {"number": str(number)})


@settings(max_examples=150, deadline=None)
@given(small_prisons())
def test_no_other_run_is_better(facts: Facts) -> None:
    people, workers = facts
    runs = (run for run in product([*STAFF, ""], repeat=len(people)) if _allowed(run, people, workers))
    best = min(runs, key=lambda run: _worth(run, people, workers))
    assert pairs(people, workers) == {person.number: staff for person, staff in zip(people, best, strict=True) if staff}


def _allowed(run: Sequence[str], people: Sequence[PersonToPlace], workers: Sequence[Worker]) -> bool:
    by_staff = {worker.staff: worker for worker in workers}
    for person, staff in zip(people, run, strict=True):
        worker = by_staff.get(staff)
        tied = worker is not None and worker.only_wings is not None and person.wing not in worker.only_wings
        if staff in person.not_with or tied or (worker is not None and not worker.trained):
            return False
    return all(run.count(worker.staff) <= max(0, (worker.capacity or 0) - worker.held) for worker in workers)


def _worth(run: Sequence[str], people: Sequence[PersonToPlace], workers: Sequence[Worker]) -> tuple[Any, ...]:
    """What the rule says to compare, in its order: the least is the best."""
    placed = list(zip(people, run, strict=True))
    in_turn = sorted(placed, key=lambda pair: (pair[0].waiting_since or date.max, *_name(pair[0])))
    wings = {worker.staff: worker.wings for worker in workers} | {"": frozenset()}
    loads = [(worker.held + run.count(worker.staff), worker.capacity) for worker in workers]
    return (
        run.count(""),
        [not staff for _, staff in in_turn],
        -sum(staff == _latest(person) for person, staff in placed),
        -sum(person.wing in wings[staff] for person, staff in placed),
        sum(Fraction(load**2, capacity) for load, capacity in loads if capacity),
        list(run),
    )


def _name(person: PersonToPlace) -> tuple[str, str, str]:
    return person.surname, person.forename, person.number


def _latest(person: PersonToPlace) -> str | None:
    latest = None
    for time in sorted(person.past_key_workers, key=lambda time: time.staff):
        by_manager = any(other.staff == time.staff and other.ended_by_manager for other in person.past_key_workers)
        if not by_manager and (latest is None or (time.from_on or date.min) > (latest.from_on or date.min)):
            latest = time
    return latest.staff if latest else None


def _wishes(facts: Facts) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For people × workers: may not be paired; is not the one returned to; works on another wing."""
    people, workers = facts
    never = [[worker.staff in person.not_with for worker in workers] for person in people]
    back = [[worker.staff == _latest(person) for worker in workers] for person in people]
    wing = [[person.wing in worker.wings for worker in workers] for person in people]
    return np.array(never), np.array(back) & ~np.array(never), np.array(wing)


def _slots(workers: Sequence[Worker]) -> tuple[np.ndarray, np.ndarray]:
    """Every free place as the number of its worker and what it adds to the sum of held² / capacity, times 2,520."""
    slots = [
        (number, load) for number, worker in enumerate(workers) for load in range(worker.held, worker.capacity or 0)
    ]
    costs = [2520 * (2 * load + 1) // (workers[number].capacity or 1) for number, load in slots]
    return np.array([number for number, _ in slots]), np.array(costs)


def _by_integer_programming(facts: Facts) -> list[int]:
    """Placed, returned, on their wing and load, each the best that the ones before it leave; all but load negative."""
    never, back, wing = _wishes(facts)
    owner, load_cost = _slots(facts[1])
    people, workers = never.shape
    once = np.hstack([np.kron(np.eye(people), np.ones(workers)), np.zeros((people, len(owner)))])
    in_a_slot = np.hstack([np.tile(np.eye(workers), people), -1.0 * (owner == np.arange(workers)[:, None])])
    rules = [LinearConstraint(once, 0, 1), LinearConstraint(in_a_slot, 0, 0)]
    bounds = Bounds(0, np.append(1.0 - never.ravel(), np.ones(len(owner))))
    goals = [np.append(-1.0 * wanted.ravel(), 0 * load_cost) for wanted in (~never, back, wing)]
    found = []
    for goal in [*goals, np.append(np.zeros(never.size), load_cost)]:
        best = milp(goal, constraints=rules, bounds=bounds, integrality=np.ones(len(goal)))
        found.append(round(best.fun))
        rules.append(LinearConstraint(goal, found[-1], found[-1]))
    return found


@pytest.mark.parametrize(("people", "workers", "seed"), [(60, 12, 1), (75, 14, 2), (80, 14, 3)])
def test_integer_programming_finds_nothing_better(people: int, workers: int, seed: int) -> None:
    facts = made_up(people, workers, held=2, seed=seed)
    placed, returned, same_wing, load = totals(*facts, pairs(*facts))
    before = sum(Fraction(worker.held**2, worker.capacity or 1) for worker in facts[1])
    assert placed == people
    assert _by_integer_programming(facts) == [-placed, -returned, -same_wing, (load - before) * 2520]


@pytest.mark.parametrize(("held", "seed"), [(0, 1), (4, 2)])
def test_a_large_prison_costs_what_another_solver_finds(held: int, seed: int) -> None:
    facts = made_up(1_200, 200, held=held, seed=seed)
    never, back, wing = _wishes(facts)
    owner, load_cost = _slots(facts[1])
    returning = back.any(axis=1)[:, None]
    unmet = (returning & ~back) * (1201 * 2400 * 2520) + ~wing * (2400 * 2520)  # as whole numbers float64 holds exactly
    costs = np.where(never[:, owner], 0, unmet[:, owner] + load_cost)  # 0 is no edge at all
    rows, columns = min_weight_full_bipartite_matching(csr_matrix(costs.astype(float)))
    placed, returned, same_wing, load = totals(*facts, pairs(*facts))
    before = sum(Fraction(worker.held**2, worker.capacity or 1) for worker in facts[1])
    ours = (returning.sum() - returned) * 1201 * 2400 * 2520 + (1200 - same_wing) * 2400 * 2520
    assert (placed, ours + (load - before) * 2520) == (1_200, costs[rows, columns].sum())


def test_whole_numbers_correct_what_scipy_could_not_see(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = made_up(120, 20, held=0, seed=4)
    best = pairs(*facts)
    monkeypatch.setattr(optimum, "MOST_CELLS", 120 * 20)
    assert pairs(*facts) == best
