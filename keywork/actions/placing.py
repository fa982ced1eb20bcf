"""Key workers for many people with one save: each choice stands or falls alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from keywork.actions.key_workers import Choice, Decision, follow, give, hold
from keywork.actions.patience import patient
from keywork.actions.refusals import RefusedError
from keywork.models import KeyWorkerAllocation
from omic.models import Prison, Staff


@dataclass(frozen=True, slots=True)
class Placed:
    """What one save came to: the allocations begun and, by person (id), why the other choices were refused."""

    begun: tuple[KeyWorkerAllocation, ...]
    refused: dict[int, str]


@patient
def place_people(*, prison: Prison, choices: Sequence[Choice], by: Staff, at: datetime) -> Placed:
    """Save every choice that can be, in the order given; a refused one takes none of the others with it.

    Where a key worker has room for fewer than are chosen, the first get it. Everybody concerned is locked before the
    first choice is looked at, so that of two who save at once the second sees all that the first has done.
    """
    decision = Decision(prison, by, at)
    held = hold(choices, decision)
    begun, refused = [], {}
    for choice in choices:
        try:
            allocation = give(choice, decision, held)
        except RefusedError as error:
            refused[choice.person] = str(error)
        else:
            begun += [allocation] if allocation.pk != choice.instead_of else []
    follow(begun, decision)
    return Placed(tuple(begun), refused)
