"""Of all optimal places the first: the lowest prison number has the lowest staff id that any optimum gives them, then
the next, and so on. People come in the order of their numbers and workers in that of their ids, both as numbers here.

Any two optima differ by circles of moves that cost nothing, which are the moves that the potentials call tight.
"""

from dataclasses import dataclass
from itertools import pairwise

from keywork.recommend.optimum import Exact, Numbers
from keywork.recommend.pool import as_sets, lowest


@dataclass(slots=True)
class _Board:
    """Who may still be moved where at no cost: `out[w]` are the workers to whom one of w's people may go.

    The bit after the last worker is the free slots: a worker with that bit may have one more, and `out` of the free
    slots are the workers who may have one fewer, at no cost.
    """

    tight: list[int]
    at: list[set[int]]
    out: list[int]
    exact: Exact
    potentials: list[int]

    @property
    def free_slots(self) -> int:
        return len(self.at)

    def refresh(self, worker: int) -> None:
        """Read anew what a worker's people and load allow."""
        exact, free = self.exact, 1 << self.free_slots
        out = 0
        for person in self.at[worker]:
            out |= self.tight[person]
        load, each = int(exact.load[worker]), int(exact.each[worker])
        price = self.potentials[-1] - self.potentials[worker]
        if load < exact.capacity[worker] and (2 * load + 1) * each == price:
            out |= free
        self.out[worker] = out
        self.out[-1] &= ~(1 << worker)
        if load > exact.held[worker] and (2 * load - 1) * each == price:
            self.out[-1] |= 1 << worker


def settle(exact: Exact, potentials: Numbers) -> list[int]:
    """Each person's worker in the first of the optima. `exact` is one of them, with the potentials that prove it."""
    board = _board(exact, potentials)
    place = exact.place.tolist()
    for person, tight in enumerate(board.tight):
        here = place[person]
        board.at[here].discard(person)  # from now on this person is moved for nobody
        lower = tight & ((1 << here) - 1)
        ways = _ways_to(here, lower, board) if lower else {}
        found = min((worker for worker in ways if lower >> worker & 1), default=None)
        if found is None:
            board.refresh(here)
        else:
            place[person] = found
            _move(found, here, ways, board, place)
    return place


def _board(exact: Exact, potentials: Numbers) -> _Board:
    priced = exact.wishes - potentials[:-1]
    tight = as_sets(priced == priced.min(axis=1)[:, None])
    workers = exact.wishes.shape[1]
    at: list[set[int]] = [set() for _ in range(workers)]
    for person, worker in enumerate(exact.place.tolist()):
        at[worker].add(person)
    board = _Board(tight, at, [0] * (workers + 1), exact, potentials.tolist())
    for worker in range(workers):
        board.refresh(worker)
    return board


def _ways_to(here: int, lower: int, board: _Board) -> dict[int, int]:
    """The next step towards `here` from every node that can reach it, up to where nobody lower can be found."""
    ways: dict[int, int] = {}
    goal, reached = lowest(lower), 1 << here
    others = [node for node in range(len(board.out)) if node != here]
    while reached and goal not in ways:
        wave, beyond = 0, []
        for node in others:
            step = board.out[node] & reached
            if step:
                ways[node] = lowest(step)
                wave |= 1 << node
            else:
                beyond.append(node)
        reached, others = wave, beyond
    return ways


def _move(found: int, here: int, ways: dict[int, int], board: _Board, place: list[int]) -> None:
    """Everybody on the way from `found` to `here` moves one step on, which makes room for the one who comes."""
    nodes = [found]
    while nodes[-1] != here:
        nodes.append(ways[nodes[-1]])
    load = board.exact.load
    for node, after in pairwise(nodes):
        if after == board.free_slots:
            load[node] += 1
        elif node == board.free_slots:
            load[after] -= 1
        else:
            person = next(person for person in board.at[node] if board.tight[person] >> after & 1)
            board.at[node].remove(person)
            board.at[after].add(person)
            place[person] = after
    for node in nodes:
        if node != board.free_slots:
            board.refresh(node)
