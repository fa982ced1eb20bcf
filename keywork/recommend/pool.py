"""The key workers who may be given somebody, and for each person which of them may have them, as bits.

Bit 0 is the lowest staff id, so that the lowest bit of any set of workers is the one whom a tie goes to.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from keywork.recommend.facts import PersonToPlace, Worker


@dataclass(frozen=True, slots=True)
class Pool:
    """The available key workers by staff id, beside each what they hold and how many they may hold."""

    staff: tuple[str, ...]
    held: tuple[int, ...]
    capacity: tuple[int, ...]
    index: dict[str, int]
    on_wing: dict[str, int]
    tied: tuple[tuple[int, frozenset[str]], ...]

    @property
    def everyone(self) -> int:
        return (1 << len(self.staff)) - 1

    @property
    def room(self) -> list[int]:
        """How many more each may be given; whoever holds more than they may is given none."""
        return [max(0, capacity - held) for held, capacity in zip(self.held, self.capacity, strict=True)]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which workers one person may have, to whom they would return, and who works on their wing."""

    person: PersonToPlace
    usable: int
    previous: int
    wing: int


def pool_of(workers: Iterable[Worker], *, ceiling: int) -> Pool:
    """The available workers; `ceiling` is the capacity of those whose own is unknown."""
    available = sorted((worker for worker in workers if worker.available), key=lambda worker: worker.staff)
    on_wing: dict[str, int] = {}
    for number, worker in enumerate(available):
        for wing in worker.wings:
            on_wing[wing] = on_wing.get(wing, 0) | 1 << number
    return Pool(
        staff=tuple(worker.staff for worker in available),
        held=tuple(worker.held for worker in available),
        capacity=tuple(ceiling if worker.capacity is None else worker.capacity for worker in available),
        index={worker.staff: number for number, worker in enumerate(available)},
        on_wing=on_wing,
        tied=tuple(
            (1 << number, worker.only_wings) for number, worker in enumerate(available) if worker.only_wings is not None
        ),
    )


def choices(people: Sequence[PersonToPlace], pool: Pool) -> list[Choice]:
    """The choices of each person, in the order given."""
    may_have = {person.wing: _may_have(person.wing, pool) for person in people}
    return [_choice(person, pool, may_have[person.wing]) for person in people]


def _choice(person: PersonToPlace, pool: Pool, usable: int) -> Choice:
    for staff in person.not_with:
        if staff in pool.index:
            usable &= ~(1 << pool.index[staff])
    previous = previous_key_worker(person)
    at = pool.index.get(previous) if previous is not None else None
    wing = pool.on_wing.get(person.wing, 0) if person.wing is not None else 0
    return Choice(person, usable, 0 if at is None else 1 << at & usable, wing & usable)


def _may_have(wing: str | None, pool: Pool) -> int:
    """Everybody but those who are tied to a compartment without this wing; a person of no known wing is in none."""
    elsewhere = sum(bit for bit, wings in pool.tied if wing not in wings)
    return pool.everyone & ~elsewhere


def previous_key_worker(person: PersonToPlace) -> str | None:
    """The latest of their previous key workers in this prison whom no manager ever ended; None: there is none."""
    past = person.past_key_workers
    if not past:
        return None
    ended = {time.staff for time in past if time.ended_by_manager}
    kept = sorted((time for time in past if time.staff not in ended), key=lambda time: time.staff)
    return max(kept, key=lambda time: time.from_on or date.min).staff if kept else None


def as_table(sets: Sequence[int], width: int) -> NDArray[np.bool_]:
    """Sets of workers as a table of yes and no, one row a set."""
    size = (width + 7) // 8
    packed = np.frombuffer(b"".join(bits.to_bytes(size, "little") for bits in sets), dtype=np.uint8)
    return np.unpackbits(packed.reshape(len(sets), size), axis=1, count=width, bitorder="little").astype(bool)


def as_sets(table: NDArray[np.bool_]) -> list[int]:
    """The inverse of `as_table`."""
    return [int.from_bytes(row.tobytes(), "little") for row in np.packbits(table, axis=1, bitorder="little")]


def lowest(bits: int) -> int:
    """The number of the lowest bit that is set."""
    return (bits & -bits).bit_length() - 1


def numbers(bits: int) -> Iterator[int]:
    """The numbers of the bits that are set, lowest first."""
    while bits:
        yield lowest(bits)
        bits &= bits - 1
