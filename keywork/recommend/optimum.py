"""The best places for people who all get one: continuity, then the wing, then level loads, exactly.

Three wishes become one whole number a pair: with n people one wish for a wing outweighs every difference of loads, and
one for a previous key worker everything below it. Loads are in units of 1/lcm(capacities), so that no fraction is ever
rounded. scipy assigns people to slots (a worker's next slot costs more: held² / capacity is convex) in floating point,
which is near the optimum or on it; then whole numbers decide: while a cycle of moves improves the sum it is made, and
when none is left the potentials prove that nobody can do better. So the answer is exact whatever the capacities.
"""

from dataclasses import dataclass
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Numbers = NDArray[Any]  # int64 where every path's sum fits, else Python's whole numbers
MOST_CELLS = 6_000_000  # of the table for scipy, 48 MB: beyond it a worker shows fewer slots than they have


@dataclass(frozen=True, slots=True)
class Problem:
    """A row a person, a column a worker: who may have whom, and which wishes a pair leaves unmet."""

    usable: NDArray[np.bool_]
    not_previous: NDArray[np.bool_]
    other_wing: NDArray[np.bool_]
    held: NDArray[np.int64]
    capacity: NDArray[np.int64]

    @property
    def room(self) -> NDArray[np.int64]:
        return np.maximum(self.capacity - self.held, 0)

    @property
    def wing_wish(self) -> int:
        """In loads: each person adds less than 2 to the sum of held² / capacity, whoever has them."""
        return 2 * len(self.usable)

    @property
    def previous_wish(self) -> int:
        return (len(self.usable) + 1) * self.wing_wish


@dataclass(slots=True)
class Exact:
    """The problem in whole numbers, and where everybody is.

    `far` is more than any path of moves can cost, `each` what a load of 1 costs a worker: a whole load / capacity.
    """

    wishes: Numbers
    far: int
    held: Numbers
    capacity: Numbers
    each: Numbers
    place: NDArray[np.int64]
    load: NDArray[np.int64]

    def joining(self) -> Numbers:
        """What each worker's next person would add; `far` where there is no room."""
        return np.where(self.load < self.capacity, (2 * self.load + 1) * self.each, self.far)

    def leaving(self) -> Numbers:
        """What each worker's last person adds; `far` below nothing where nobody placed here could leave."""
        return np.where(self.load > self.held, (2 * self.load - 1) * self.each, -self.far)


def solve(problem: Problem, start: NDArray[np.int64]) -> tuple[Exact, Numbers]:
    """The best places, and the potentials of the workers (and, last, of free slots) that prove them best.

    `start` is any way to place everybody.
    """
    exact = _in_whole_numbers(problem, _nearly_best(problem, start))
    while True:
        moves = _moves(exact)
        potentials, cycle = _potentials(moves)
        if not cycle:
            return exact, potentials
        _make(exact, cycle)


def _nearly_best(problem: Problem, start: NDArray[np.int64]) -> NDArray[np.int64]:
    workers = problem.usable.shape[1]
    wishes = problem.not_previous * float(problem.previous_wish) + problem.other_wing * float(problem.wing_wish)
    wishes[~problem.usable] = np.inf
    shown = _slots_shown(problem, start)
    worker = np.repeat(np.arange(workers), shown)
    taken = problem.held[worker] + np.arange(len(worker)) - np.repeat(np.cumsum(shown) - shown, shown)
    _rows, slots = linear_sum_assignment(wishes[:, worker] + (2 * taken + 1) / problem.capacity[worker])
    return worker[slots]


def _slots_shown(problem: Problem, start: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many slots of each worker scipy is shown: all that could be used, unless the table grew too large."""
    people, workers = problem.usable.shape
    most = max(1, MOST_CELLS // (people * workers))
    needed = np.bincount(start, minlength=workers)
    room = np.minimum(problem.room, people)
    return room if room.sum() * people <= MOST_CELLS else np.minimum(room, np.maximum(needed, most))


def _in_whole_numbers(problem: Problem, place: NDArray[np.int64]) -> Exact:
    workers = problem.usable.shape[1]
    scale = lcm(*(int(capacity) for capacity in problem.capacity if capacity))
    far = 2 * (workers + 2) * problem.previous_wish * scale
    kind: Any = np.int64 if far < 2**61 else object
    wishes = problem.not_previous.astype(kind) * (problem.previous_wish * scale)
    wishes += problem.other_wing.astype(kind) * (problem.wing_wish * scale)
    wishes[~problem.usable] = far
    load = problem.held + np.bincount(place, minlength=workers)
    each = np.array([scale // int(capacity) if capacity else 0 for capacity in problem.capacity], dtype=kind)
    return Exact(wishes, far, problem.held, problem.capacity, each, place, load)


def _moves(exact: Exact) -> Numbers:
    """The cheapest single move from each worker to each other; the last row and column are the free slots.

    From u to v one person moves; from v to the free slots v has one more; from the free slots to u, u one fewer.
    """
    workers = exact.wishes.shape[1]
    moves = np.full((workers + 1, workers + 1), exact.far, dtype=exact.wishes.dtype)
    order = np.argsort(exact.place, kind="stable")
    placed = exact.place[order]
    firsts = np.flatnonzero(np.diff(placed, prepend=-1))
    change = exact.wishes[order] - exact.wishes[order, placed][:, None]
    moves[placed[firsts], :workers] = np.minimum.reduceat(change, firsts, axis=0)
    moves[:workers, workers] = exact.joining()
    moves[workers, :workers] = -exact.leaving()
    return moves


def _potentials(moves: Numbers) -> tuple[Numbers, list[int]]:
    """The least sum of moves that ends at each node, or else a cycle of moves that sums to less than nothing.

    Bellman and Ford's, every node at once. A node's `came_from` closes a circle only around such a cycle.
    """
    nodes = np.arange(len(moves))
    least = np.zeros(len(moves), dtype=moves.dtype)
    came_from = np.full(len(moves), -1)
    while True:
        reached = least[:, None] + moves
        best = reached.argmin(axis=0)
        sums = reached[best, nodes]
        better = sums < least
        if not better.any():
            return least, []
        came_from[better] = best[better]
        least = np.where(better, sums, least)
        cycle = _circle(came_from.tolist())
        if cycle:
            return least, cycle


def _circle(came_from: list[int]) -> list[int]:
    """The nodes of a circle, in the order of the moves; empty where every way back ends."""
    walk = [0] * len(came_from)
    for first in range(len(came_from)):
        node = first
        while node >= 0 and not walk[node]:
            walk[node] = first + 1
            node = came_from[node]
        if node >= 0 and walk[node] == first + 1:
            return _around(node, came_from)
    return []


def _around(node: int, came_from: list[int]) -> list[int]:
    circle = [node]
    while came_from[circle[-1]] != node:
        circle.append(came_from[circle[-1]])
    return circle[::-1]


def _make(exact: Exact, cycle: list[int]) -> None:
    """Make every move of the cycle: of each worker's people, the one whose move is cheapest."""
    free_slots = exact.wishes.shape[1]
    movers = []
    for here, there in zip(cycle, [*cycle[1:], cycle[0]], strict=True):
        if here != free_slots and there != free_slots:
            people = np.flatnonzero(exact.place == here)
            change = exact.wishes[people, there] - exact.wishes[people, here]
            movers.append((people[change.argmin()], there))
    for person, there in movers:
        exact.place[person] = there
    exact.load[:] = exact.held + np.bincount(exact.place, minlength=free_slots)
