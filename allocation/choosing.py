"""What the HOMD looks at when choosing a POM: the case, the recommended type and why, and who could take it."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from allocation.caseload import recommendation, with_case, with_held_type, with_loads
from allocation.lists import reason_words
from allocation.loads import Loads, PomLoad, Share, draw
from allocation.models import PomAbsence, PomAllocation, PomType
from allocation.policy import ADVICE, RULES_BY_ID
from omic.http import PrisonRequest
from omic.models import Person, Staff
from omic.policy import RenderedStep, render_steps


@dataclass(frozen=True, slots=True)
class Advice:
    """The recommended type in words: the answer, the reason, what to look at, and the rules behind it."""

    type: str
    answer: str
    reason: str
    hints: tuple[str, ...]
    support: bool
    steps: tuple[RenderedStep, ...]


class Candidate(NamedTuple):
    """A POM who could take the case: their load, whether of the recommended type, and until when they had the case."""

    load: PomLoad
    fits: bool
    before: datetime | None


@dataclass(frozen=True, slots=True)
class Sight:
    """The page's facts. `present` is the open allocation, which a decision replaces."""

    case: Person
    advice: Advice
    present: PomAllocation | None
    shares: tuple[Share, ...]
    candidates: tuple[Candidate, ...]


def look(request: PrisonRequest) -> Sight:
    """Everything about the request's person and prison that the choice rests on, as it stands now."""
    people = request.prison.people.filter(pk=request.person.pk)
    case = with_held_type(with_case(people, on=request.on), on=request.on).select_related("details").get()
    held = request.person.pom_allocations.primary().filter(prison=request.prison).select_related("staff")
    rows = list(held.order_by("-started_at"))
    present = next((row for row in rows if row.ended_at is None), None)
    advice = advise(case, request)
    drawn = draw(request, list(_posted_others(request, present)))
    return Sight(case, advice, present, drawn.shares, _by_fit(drawn, advice.type, rows))


def advise(case: Person, request: PrisonRequest) -> Advice:
    """The recommendation for a case read with `with_case` and `with_held_type`."""
    outcome = recommendation(case, operator=request.prison.operator, on=request.on)
    found = outcome.value
    return Advice(
        type=found.pom_type or "",
        answer=PomType(found.pom_type).label if found.pom_type else "No type recommended",
        reason=reason_words(outcome),
        hints=tuple(ADVICE[hint] for hint in found.advice),
        support=found.prison_staff_support,
        steps=tuple(render_steps(outcome.steps, RULES_BY_ID)),
    )


def _posted_others(request: PrisonRequest, present: PomAllocation | None) -> QuerySet[Staff]:
    away = PomAbsence.objects.on(request.on).filter(prison=request.prison).values("staff")
    posted = with_loads(request.prison, on=request.on).filter(posted=True).exclude(pk__in=away)
    return posted.exclude(pk=present.staff_id) if present else posted


def _by_fit(drawn: Loads, advised: str, held: list[PomAllocation]) -> tuple[Candidate, ...]:
    """The recommended type first, then the smallest load."""
    before = {row.staff_id: row.ended_at for row in reversed(held) if row.ended_at}
    found = [
        Candidate(row, bool(advised) and row.staff.pom_type == advised, before.get(row.staff.pk)) for row in drawn.rows
    ]
    return tuple(sorted(found, key=lambda row: (not row.fits, row.load.staff.cases, row.load.name, row.load.staff.pk)))
