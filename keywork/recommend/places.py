"""Who gets a place when there are too few: as many people as can be, and of these the first in the order of service.

The sets of people who can be placed together are the independent sets of a transversal matroid, in which serving one
after the other, and moving those already served where that makes room, gives both at once, exactly.
"""

from collections.abc import Sequence

from keywork.recommend.pool import lowest, numbers


class _Places:
    """Workers with room for so many, who has been given to each so far, and where everybody served is."""

    def __init__(self, usable: Sequence[int], room: Sequence[int]) -> None:
        self.usable = usable
        self.room = list(room)
        self.free = sum(1 << worker for worker, left in enumerate(room) if left)
        self.at: list[set[int]] = [set() for _ in room]
        self.where: dict[int, int] = {}
        self.full_for_good = 0

    def serve(self, person: int) -> None:
        """Give `person` a place if there is one, moving others if need be; whoever has a place keeps one."""
        takes_place_of: dict[int, int] = {}
        seen, waiting = self.full_for_good, [person]
        while waiting:
            mover = waiting.pop()
            options = self.usable[mover] & ~seen
            if options & self.free:
                self._move(mover, lowest(options & self.free), takes_place_of)
                return
            seen |= options
            inside = [other for worker in numbers(options) for other in self.at[worker]]
            takes_place_of.update(dict.fromkeys(inside, mover))
            waiting += inside
        self.full_for_good = seen  # nobody there can be moved anywhere else, now or later

    def _move(self, mover: int, worker: int, takes_place_of: dict[int, int]) -> None:
        """Put `mover` there, into the place left whoever was to take it, and so on until somebody leaves none."""
        self.room[worker] -= 1
        if not self.room[worker]:
            self.free &= ~(1 << worker)
        while True:
            left = self.where.get(mover)
            self.at[worker].add(mover)
            self.where[mover] = worker
            if left is None:
                return
            self.at[left].remove(mover)
            mover, worker = takes_place_of[mover], left


def served(usable: Sequence[int], room: Sequence[int]) -> dict[int, int]:
    """A worker for each person who gets a place, by their numbers; `usable` is in the order of service."""
    places = _Places(usable, room)
    for person, options in enumerate(usable):
        if options & ~places.full_for_good:
            places.serve(person)
    return places.where
