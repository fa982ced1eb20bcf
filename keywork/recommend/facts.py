"""What a recommendation is made from, and what it says. Frozen; people and key workers are named by number and id."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class PastKeyWorker:
    """One earlier time with a key worker in this prison. An unknown start reads as the earliest of all."""

    staff: str
    from_on: date | None = None
    ended_by_manager: bool = False


@dataclass(frozen=True, slots=True)
class PersonToPlace:
    """One person of the prison. `not_with` are the staff who are excluded for them: do not pair, or in conflict."""

    number: str
    surname: str = ""
    forename: str = ""
    wing: str | None = None
    complexity: str | None = None
    allocated: bool = False
    waiting_since: date | None = None
    past_key_workers: tuple[PastKeyWorker, ...] = ()
    not_with: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Worker:
    """One key worker of the prison. `capacity` None is the policy's ceiling; `held` are the people they have now.

    `only_wings` is the compartment that they are tied to (ED-01): people of no other wing. None ties them to nowhere.
    """

    staff: str
    status: str = "active"
    has_role: bool = True
    trained: bool = True
    capacity: int | None = None
    held: int = 0
    wings: frozenset[str] = field(default_factory=frozenset)
    only_wings: frozenset[str] | None = None

    @property
    def available(self) -> bool:
        """Whether they may be given anybody: active, trained holders of the role (KW-06)."""
        return self.status == "active" and self.has_role and self.trained


class Reason(StrEnum):
    """Why somebody is in no pair, or what speaks for a pair. The words stand in keywork.recommend.words."""

    NO_ROOM = "no_room"
    NO_KEY_WORKERS = "no_key_workers"
    ALL_EXCLUDED = "all_excluded"
    HIGH_COMPLEXITY = "high_complexity"
    ALREADY_ALLOCATED = "already_allocated"
    PREVIOUS_KEY_WORKER = "previous_key_worker"
    PREVIOUS_ENDED_BY_MANAGER = "previous_ended_by_manager"
    PREVIOUS_UNAVAILABLE = "previous_unavailable"
    PREVIOUS_EXCLUDED = "previous_excluded"
    PREVIOUS_FULL = "previous_full"
    SAME_WING = "same_wing"
    WING_FULL = "wing_full"
    LEVEL_LOAD = "level_load"
    ONLY_ONE = "only_one"


@dataclass(frozen=True, slots=True, order=True)
class Cost:
    """What one pair costs; two compare in the order of the fields, lower is better.

    `not_previous` is 1 where the person has a previous key worker to return to and this is another, `other_wing` is 1
    off the worker's wings, `load` is what the person adds to the sum of held² / capacity, everybody else placed.
    """

    not_previous: int
    other_wing: int
    load: Fraction


@dataclass(frozen=True, slots=True)
class NextBest:
    """The best other key worker with room for one person, everybody else staying where they are placed."""

    staff: str
    cost: Cost


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One pair, what it costs, what speaks for it, and the next best."""

    number: str
    staff: str
    cost: Cost
    because: tuple[Reason, ...]
    next_best: NextBest | None


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody who is in no pair."""

    number: str
    why: Reason


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One run: pairs and exclusions by prison number, who is left in the order in which they were to be served.

    `loads` holds, for every key worker named, the people they have once all pairs are accepted.
    """

    pairs: tuple[Suggestion, ...]
    unallocated: tuple[Left, ...]
    excluded: tuple[Left, ...]
    loads: dict[str, int]
