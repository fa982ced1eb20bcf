"""Which key worker each person should have: the best that hard limits allow, the same for the same facts in any order.

Hard: only active, trained holders of the role; nobody beyond capacity; nobody with whom they must not be paired. Then,
in this order: most people placed, and where there are too few places the longest waiting (then surname, forename,
number); the latest previous key worker whom no manager ended; the same wing; the smallest sum of held² / capacity; the
lowest staff id, prison number by prison number. Nobody who has a key worker is moved. Nothing is saved.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction

import numpy as np

from keywork.recommend.facts import Cost, Left, NextBest, PersonToPlace, Reason, Recommendation, Suggestion, Worker
from keywork.recommend.optimum import Exact, Numbers, Problem, solve
from keywork.recommend.places import served
from keywork.recommend.pool import Choice, Pool, as_table, choices, pool_of, previous_key_worker
from keywork.recommend.ties import settle
from keywork.rules import policy_on
from omic.policy import Outcome, Step


def recommend(
    people: Iterable[PersonToPlace], workers: Iterable[Worker], *, on: date, capacity: int | None = None
) -> Outcome[Recommendation]:
    """The best key worker for everybody without one. `capacity` is the prison's (unknown: the policy's ceiling, KW-03).

    Numbers of people and ids of staff must each stand once. Facts in another order give the same answer.
    """
    policy = policy_on(on)
    people = sorted(people, key=lambda person: person.number)
    workers = tuple(workers)
    pool = pool_of(workers, ceiling=policy.caseload_ceiling if capacity is None else capacity)
    excluded = tuple(left for left in map(_excluded, people) if left is not None)
    left_out = {left.number for left in excluded}
    wanting = choices([person for person in people if person.number not in left_out], pool)
    in_turn = sorted(wanting, key=lambda choice: _turn(choice.person))
    places = served([choice.usable for choice in in_turn], pool.room)
    start = {in_turn[turn].person.number: worker for turn, worker in places.items()}
    placed = [choice for choice in wanting if choice.person.number in start]
    pairs = _paired(placed, [start[choice.person.number] for choice in placed], pool) if placed else ()
    found = Recommendation(
        pairs=pairs,
        unallocated=tuple(_left(choice, pool) for choice in in_turn if choice.person.number not in start),
        excluded=excluded,
        loads=_loads(workers, pairs),
    )
    return Outcome(found, "some_left" if found.unallocated else "all_placed", policy.id, _steps(found, pool))


def _excluded(person: PersonToPlace) -> Left | None:
    """Women of high complexity are to have no key worker (KW-15); who has one keeps them (KW-14)."""
    if person.complexity == "high":
        return Left(person.number, Reason.HIGH_COMPLEXITY)
    return Left(person.number, Reason.ALREADY_ALLOCATED) if person.allocated else None


def _turn(person: PersonToPlace) -> tuple[date, str, str, str]:
    """Who is served first. Whoever waits since nobody knows when comes after those who are known to wait."""
    return person.waiting_since or date.max, person.surname, person.forename, person.number


def _left(choice: Choice, pool: Pool) -> Left:
    if not pool.staff:
        return Left(choice.person.number, Reason.NO_KEY_WORKERS)
    return Left(choice.person.number, Reason.NO_ROOM if choice.usable else Reason.ALL_EXCLUDED)


def _loads(workers: Iterable[Worker], pairs: Iterable[Suggestion]) -> dict[str, int]:
    loads = {worker.staff: worker.held for worker in sorted(workers, key=lambda worker: worker.staff)}
    for pair in pairs:
        loads[pair.staff] += 1
    return loads


def _paired(placed: Sequence[Choice], start: Sequence[int], pool: Pool) -> tuple[Suggestion, ...]:
    problem = _problem(placed, pool)
    exact, potentials = solve(problem, np.array(start))
    place = settle(exact, potentials)
    exact.place[:] = place
    priced = _Priced(problem, exact)
    others = _next_best(exact)
    return tuple(
        _suggestion(choice, number, place[number], others[number], pool=pool, priced=priced)
        for number, choice in enumerate(placed)
    )


def _problem(placed: Sequence[Choice], pool: Pool) -> Problem:
    width = len(pool.staff)
    previous = as_table([choice.previous for choice in placed], width)
    wing = as_table([choice.wing for choice in placed], width)
    returning = np.any(previous, axis=1, keepdims=True)
    return Problem(
        usable=as_table([choice.usable for choice in placed], width),
        not_previous=returning & ~previous,
        other_wing=~wing,
        held=np.array(pool.held),
        capacity=np.array(pool.capacity),
    )


def _next_best(exact: Exact) -> list[int | None]:
    """For each person the best other worker with room, everybody else staying; the lower id where two are as good."""
    cost: Numbers = exact.wishes + exact.joining()
    rows = np.arange(len(cost))
    cost[rows, exact.place] = exact.far
    best = cost.argmin(axis=1)
    possible = cost[rows, best] < exact.far
    return [int(worker) if can else None for worker, can in zip(best, possible, strict=True)]


class _Priced:
    """What a pair costs in terms that staff can read."""

    def __init__(self, problem: Problem, exact: Exact) -> None:
        self.not_previous = problem.not_previous.tolist()
        self.other_wing = problem.other_wing.tolist()
        loads = list(zip(exact.load.tolist(), problem.capacity.tolist(), strict=True))
        self.leaving = [Fraction(2 * load - 1, capacity) if capacity else Fraction(0) for load, capacity in loads]
        self.joining = [Fraction(2 * load + 1, capacity) if capacity else Fraction(0) for load, capacity in loads]

    def cost(self, person: int, worker: int, loads: Sequence[Fraction]) -> Cost:
        return Cost(int(self.not_previous[person][worker]), int(self.other_wing[person][worker]), loads[worker])


def _suggestion(
    choice: Choice, number: int, worker: int, other: int | None, *, pool: Pool, priced: _Priced
) -> Suggestion:
    cost = priced.cost(number, worker, priced.leaving)
    next_best = None
    if other is not None:
        next_best = NextBest(pool.staff[other], priced.cost(number, other, priced.joining))
    because = _because(choice, worker, pool=pool, only_one=other is None)
    return Suggestion(choice.person.number, pool.staff[worker], cost, because, next_best)


def _because(choice: Choice, worker: int, *, pool: Pool, only_one: bool) -> tuple[Reason, ...]:
    same_wing = (Reason.SAME_WING,) if choice.wing >> worker & 1 else ()
    if choice.previous >> worker & 1:
        return (Reason.PREVIOUS_KEY_WORKER, *same_wing)
    off_wing = (Reason.WING_FULL,) if choice.person.wing is not None and not same_wing else ()
    last = Reason.ONLY_ONE if only_one else Reason.LEVEL_LOAD
    return (*_why_not_previous(choice, pool), *same_wing, *off_wing, last)


def _why_not_previous(choice: Choice, pool: Pool) -> tuple[Reason, ...]:
    if not choice.person.past_key_workers:
        return ()
    previous = previous_key_worker(choice.person)
    if previous is None:
        return (Reason.PREVIOUS_ENDED_BY_MANAGER,)
    if previous not in pool.index:
        return (Reason.PREVIOUS_UNAVAILABLE,)
    return (Reason.PREVIOUS_FULL if choice.previous else Reason.PREVIOUS_EXCLUDED,)


def _steps(found: Recommendation, pool: Pool) -> tuple[Step, ...]:
    high = sum(1 for left in found.excluded if left.why == Reason.HIGH_COMPLEXITY)
    tied = (Step("ED-01", f"Key workers tied to a compartment: {len(pool.tied)}"),) if pool.tied else ()
    return (
        Step("KW-15", f"Complexity of need high, no key worker: {high}"),
        Step("KW-14", f"Have a key worker and keep them: {len(found.excluded) - high}"),
        Step("KW-06", f"Active, trained key workers: {len(pool.staff)}"),
        *tied,
        Step("KW-03", f"They have room for {sum(pool.room)}"),
        Step("KW-16", f"Placed: {len(found.pairs)}; left without a key worker: {len(found.unallocated)}"),
    )
