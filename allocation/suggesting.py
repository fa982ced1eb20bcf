"""Who could have which case, for many at once. Pure: the suggestion, and why, for the HOMD to change and save."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class CaseToGive:
    """A case by its id: the type recommended (empty: none), and the POMs who have had it before, the last one first."""

    id: int
    pom_type: str
    before: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Taker:
    """A POM by id who takes cases: of which type, with how many already, and how many days a week they work."""

    id: int
    pom_type: str
    cases: int
    days: Fraction


@dataclass(frozen=True, slots=True)
class Suggested:
    """Who should have a case, and why in a word: `before`, `type` or `load`; `cases` they have then, with this one and
    those suggested before it."""

    case: int
    taker: int
    because: str
    cases: int


def suggest(cases: Sequence[CaseToGive], takers: Iterable[Taker]) -> list[Suggested]:
    """A POM for each case: of the recommended type first; who had it before; then loads as level as that leaves.

    A case for which nobody of its type is here, or no type is recommended, may go to anyone. Loads are level when the
    sum of cases² / days is least; because each group of alike cases chooses among the same POMs, giving every case to
    whom it adds least to reaches that sum. Nobody here, nothing suggested. Ties by id.
    """
    known = sorted(takers, key=lambda one: one.id)
    held = {one.id: one.cases for one in known}
    found = {}
    for case in cases:
        fit = _fit(case, known)
        kept = next((one for one in case.before if any(one == taker.id for taker in fit)), None)
        if kept is not None:
            held[kept] += 1
            found[case.id] = Suggested(case.id, kept, "before", held[kept])
    # The choosy first: who may go to anyone levels out what those have left.
    rest = [case for case in cases if case.id not in found]
    for case in sorted(rest, key=lambda one: (len(_fit(one, known)), one.id)):
        if fit := _fit(case, known):
            least = min(fit, key=lambda one: (burden(held[one.id], one.days), one.id))
            held[least.id] += 1
            because = "type" if least.pom_type == case.pom_type else "load"
            found[case.id] = Suggested(case.id, least.id, because, held[least.id])
    return [found[case.id] for case in cases if case.id in found]


def burden(cases: int, days: Fraction) -> Fraction:
    """What one case more adds to the sum of cases² / days."""
    return Fraction(2 * cases + 1) / days


def _fit(case: CaseToGive, takers: Sequence[Taker]) -> Sequence[Taker]:
    of_type = [one for one in takers if one.pom_type == case.pom_type]
    return of_type or takers
