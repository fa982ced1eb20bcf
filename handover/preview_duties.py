"""Which duties open, move and go when answers change, told by the pipeline's own functions and without a write."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from handover.duties import KINDS, done_by_facts, wanted_duties
from handover.models import HandoverDetermination
from handover.pipeline import standing_handovers, wanted_handovers
from handover.timetable_cases import read_duties
from omic.models import Obligation, ObligationKind, ObligationState, Person
from omic.obligations import Wanted

PREVIEWED = (ObligationKind.HANDOVER, *KINDS)
# A duty has moved when one of these differs.
_SHOWN = ("owner_role", "opens_on", "due_on", "due_at", "until_on", "with_roles")
NOT_ASKED_FOR = "The facts do not ask for it under this version"

Key = tuple[str, str]  # the kind and slot of a duty
Answers = Mapping[int, HandoverDetermination]  # by person
Standing = dict[int, dict[Key, str]]  # by person: the state of each duty that is closed, nothing for an open one


@dataclass(frozen=True, slots=True)
class DutyChange:
    """A duty that opens (it has no `before`), moves, or goes (it has no `after`, and `because` says why)."""

    kind: ObligationKind
    before: Wanted | None
    after: Wanted | None
    because: str = ""

    @property
    def verb(self) -> str:
        if self.before is None:
            return "opens"
        return "goes" if self.after is None else "moves"


@dataclass(frozen=True, slots=True)
class _Left:
    """A person's duties as the pipeline's last steps would leave them: the open ones, and why others have closed."""

    open: dict[Key, Wanted]
    settled: dict[Key, str]


def duty_changes(
    held: Mapping[int, Person], before: Answers, after: Answers, on: date
) -> dict[int, tuple[DutyChange, ...]]:
    """The changes by person on the day `on`, where the version that answers differs; nothing for anybody else."""
    moving = {pk: row for pk, row in after.items() if row.policy != before[pk].policy}
    standing = _standing(moving)
    now = _left(on, {pk: before[pk] for pk in moving}, held, standing)
    then = _left(on, moving, held, standing)
    return {pk: tuple(_changes(now[pk], then[pk])) for pk in moving}


def _standing(people: Iterable[int]) -> Standing:
    duties = Obligation.objects.filter(person__in=people, kind__in=PREVIEWED).exclude(state=ObligationState.VOID)
    found: Standing = {person: {} for person in people}
    for person, kind, slot, state, closed_at in duties.values_list("person_id", "kind", "slot", "state", "closed_at"):
        found[person][kind, slot] = state if closed_at else ""
    return found


def _left(on: date, answers: Answers, held: Mapping[int, Person], standing: Standing) -> dict[int, _Left]:
    left = {pk: _Left({}, {}) for pk in answers}
    for duty in _handovers(answers, held, on):
        _want(duty, left[duty.person_id], standing)
    for case in read_duties(list(answers), on, {pk: row.policy for pk, row in answers.items()}):
        pk = case.row["pk"]
        keys = {(kind, slot) for kind, slot in standing[pk] if kind != ObligationKind.HANDOVER}
        left[pk].settled.update({(row["kind"], row["slot"]): row["because"] for row in done_by_facts(case, keys)})
        for duty in wanted_duties(case, keys):
            _want(duty, left[pk], standing)
    return left


def _want(duty: Wanted, left: _Left, standing: Standing) -> None:
    """Open it unless it is settled or has closed; what was waived because of a fact can be owed again."""
    key = (str(duty.kind), duty.slot)
    state = standing[duty.person_id].get(key, "")
    if key not in left.settled and state in ("", ObligationState.WAIVED):
        left.open[key] = duty


def _handovers(answers: Answers, held: Mapping[int, Person], on: date) -> Iterator[Wanted]:
    rows = [_as_stored(row, held[row.person_id]) for row in answers.values() if row.handover_on]
    return wanted_handovers(rows, standing_handovers(list(answers)), on)


def _as_stored(row: HandoverDetermination, person: Person) -> dict[str, Any]:
    """What the duty to hand over reads of the stored answer and its person."""
    started = row.facts.get("sentence_start")
    return {
        "person_id": row.person_id,
        "handover_on": row.handover_on,
        "policy": row.policy,
        "steps": row.steps,
        "facts": row.facts,
        "sentence_id": row.sentence_id,
        "sentence__started_on": started and date.fromisoformat(started),
        "person__prison_id": person.prison_id,
        "person__wing_id": person.wing_id,
        "person__pom_id": person.pom_id,
        "person__arrived_on": person.arrived_on,
    }


def _changes(now: _Left, then: _Left) -> Iterator[DutyChange]:
    for key in dict.fromkeys((*now.open, *then.open)):
        kind, old, new = ObligationKind(key[0]), now.open.get(key), then.open.get(key)
        if old is None or new is None:
            yield DutyChange(kind, old, new, then.settled.get(key, NOT_ASKED_FOR) if old else "")
        elif any(getattr(old, name) != getattr(new, name) for name in _SHOWN):
            yield DutyChange(kind, old, new)
