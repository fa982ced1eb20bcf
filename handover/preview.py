"""What adopting a policy version would change, case by case: asked of the pipeline's own functions, without a write.

Both sides are asked for the day on which the version would begin, so that what time alone changes until then is not
put down to the version. Facts are those known now.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from handover.cases import Case, newer, read_cases
from handover.models import HandoverDetermination, Responsibility
from handover.pipeline import answer_of
from handover.preview_duties import DutyChange, duty_changes
from handover.rules import state_on
from handover.why import as_determined
from omic.models import Person
from omic.models.person import PersonQuerySet


class Effect(StrEnum):
    """What the version does to a case, the gravest that applies."""

    RESPONSIBILITY = "responsibility"
    DATES = "dates"
    DUTIES = "duties"
    KEPT = "kept"
    SAME = "same"


class Difference(NamedTuple):
    """One part of the answer that differs. Days are dates; earliest release is its kind and day."""

    label: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Change:
    """One person's case on the day `on`: the answers that would be stored, neither of them saved, and the duties.

    `kept`: the COM is responsible already and the version would take that back, so the case stays as it is.
    """

    person: Person
    on: date
    before: HandoverDetermination
    after: HandoverDetermination
    kept: bool
    duties: tuple[DutyChange, ...]

    @property
    def responsible(self) -> tuple[Responsibility | None, Responsibility | None]:
        """Who is responsible on the day, before and after."""
        return leads(self.before, self.on), leads(self.after, self.on)

    @property
    def is_case(self) -> bool:
        """Whether this is anybody's case, or somebody owes something that changes."""
        return any(self.responsible) or bool(self.duties)

    @property
    def effect(self) -> Effect:
        """The one count that this person is in."""
        before, after = self.responsible
        if before != after:
            return Effect.RESPONSIBILITY
        if self.differences():
            return Effect.DATES
        if self.duties:
            return Effect.DUTIES
        return Effect.KEPT if self.kept else Effect.SAME

    @property
    def rank(self) -> int:
        """Where the effect stands among all, gravest first."""
        return list(Effect).index(self.effect)

    def differences(self) -> list[Difference]:
        """What differs in the answer, duties apart."""
        before, after = _parts(self.before), _parts(self.after)
        rows = [Difference("Responsible", *self.responsible)]
        rows += [Difference(label, before[label], after[label]) for label in before]
        return [row for row in rows if row.before != row.after]


def leads(row: HandoverDetermination, on: date) -> Responsibility | None:
    """Who is responsible on the day by this answer."""
    state = state_on(as_determined(row), on)
    return Responsibility(state) if state else None


def _parts(row: HandoverDetermination) -> dict[str, Any]:
    kind, on = row.earliest_release_kind, row.earliest_release_on
    release = (kind.upper(), on) if kind else None
    support = None if row.start_on == row.handover_on else row.start_on
    return {"COM supports from": support, "Handover": row.handover_on, "Earliest release": release}


def preview(people: PersonQuerySet, *, version: str, on: date, today: date) -> list[Change]:
    """What becomes of each of `people` if their prison's version is `version` from `on`, today or later.

    As it stands is by what binds them today, whatever is planned. Writes nothing; the number of queries does not
    depend on how many people there are.
    """
    held = {person.pk: person for person in people.select_related("wing", "pom")}
    cases = [_asked_on(case, on) for case in read_cases(list(held), today)]
    before = {case.person_id: _unsaved(case) for case in cases}
    after = {case.person_id: _under(version, case, before[case.person_id], on) for case in cases}
    duties = duty_changes(held, before, after, on)
    return [
        Change(held[pk], on, row, after[pk], _is_kept(row, after[pk], version), duties.get(pk, ()))
        for pk, row in before.items()
    ]


def _is_kept(before: HandoverDetermination, after: HandoverDetermination, version: str) -> bool:
    return before.policy == after.policy and newer(before.policy, version) != before.policy


def _asked_on(case: Case, on: date) -> Case:
    return replace(case, facts=case.facts and replace(case.facts, today=on))


def _unsaved(case: Case) -> HandoverDetermination:
    """The row that the pipeline would store."""
    return HandoverDetermination(**answer_of(case).row())


def _under(version: str, case: Case, stands: HandoverDetermination, on: date) -> HandoverDetermination:
    """The answer once the version has begun; a case that has it, or a newer one, stays.

    The pipeline is told which version the case had while the COM was responsible, and takes nothing back from it.
    """
    if newer(stands.policy, version) == stands.policy:
        return stands
    with_com = case.sentence_id is not None and leads(stands, on) == Responsibility.COM
    return _unsaved(replace(case, policy=version, kept=stands.policy if with_com else None))
