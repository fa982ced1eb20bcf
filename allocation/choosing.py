"""What the HOMD looks at when choosing a POM: the case, the recommended type and why, and who could take it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from django.db.models import OuterRef, QuerySet, Subquery

from allocation.candidates import absent_words, order, why_not, with_choice
from allocation.caseload import earlier_words, recommendation, with_case, with_held_type, with_waiting
from allocation.extra_resources import standing
from allocation.lists import reason_words
from allocation.loads import PomLoad, Share, draw
from allocation.models import ExtraResource, PomAllocation, PomTraining, PomType
from allocation.policy import ADVICE, RULES_BY_ID, Reason
from allocation.queries import Number, list_url
from allocation.rules import missing_courses
from omic.calendar import working_days_between
from omic.formats import plural, short_day
from omic.holidays import bank_holidays
from omic.http import PrisonRequest
from omic.models import Complexity, OasysAssessment, Person, Staff, under_any_number
from omic.policy import RenderedStep, render_steps

Part = PomAllocation.Part
TERMS = 3  # completed times of earlier POMs on the page
COMPARED = 4  # POMs side by side at the most


@dataclass(frozen=True, slots=True)
class Advice:
    """The recommended type in words: the answer, the reason, what to look at, and the rules behind it."""

    type: str
    answer: str
    reason: str
    hints: tuple[str, ...]
    support: bool
    steps: tuple[RenderedStep, ...]


class More(NamedTuple):
    """What a POM has beside the cases of their load, or among them, each number with the list that it counts."""

    coworking: Number
    lately: Number
    handovers: Number
    high_need: Number


class Candidate(NamedTuple):
    """A POM who could take the case: their load and what else they have, whether of the recommended type, until when
    they had the case, why they are suggested for nothing (empty: they may be), and from when they are away (empty:
    nothing says, or that is why)."""

    load: PomLoad
    more: More
    fits: bool
    before: datetime | None
    why_not: str
    away: str


@dataclass(frozen=True, slots=True)
class Sight:
    """The page's facts. `present` is the open allocation, which a decision replaces; `beside` are other parts in the
    case, `terms` those of earlier POMs; `waited` are working days, None for who has a POM."""

    case: Person
    advice: Advice
    present: PomAllocation | None
    beside: tuple[PomAllocation, ...]
    terms: tuple[PomAllocation, ...]
    extra: QuerySet[ExtraResource]
    waited: int | None
    earlier: str
    shares: tuple[Share, ...]
    candidates: tuple[Candidate, ...]
    absent: tuple[tuple[Staff, str], ...]

    @property
    def known(self) -> tuple[Staff, ...]:
        """Whom a page opened a while ago may have offered: the action says why somebody can be chosen no more."""
        present = (self.present.staff,) if self.present else ()
        return (*(one.load.staff for one in self.candidates), *(pom for pom, _ in self.absent), *present)

    @property
    def terms_words(self) -> str:
        """The POMs before, the last one first, each with their time."""
        times = (f"{row.staff}, {short_day(row.started_at)} to {short_day(row.ended_at)}" for row in self.terms)
        return "; ".join(times)

    @property
    def unsupported(self) -> bool:
        """Whether prison staff are to support this case and nobody does yet (AL-10)."""
        return self.advice.support and all(row.part != Part.SUPPORT for row in self.beside)


def look(request: PrisonRequest) -> Sight:
    """Everything about the request's person and prison that the choice rests on, as it stands now."""
    case = _case(request)
    held = request.person.pom_allocations.filter(prison=request.prison).select_related("staff", "started_by")
    rows = list(held.order_by("-started_at"))
    primary = [row for row in rows if row.part == Part.PRIMARY]
    present = next((row for row in primary if row.ended_at is None), None)
    advice = advise(case, request)
    poms = [pom for pom in with_choice(request.prison, on=request.on) if not present or pom.pk != present.staff_id]
    here = [pom for pom in poms if not absent_words(pom)]
    drawn = draw(request, here)
    return Sight(
        case=case,
        advice=advice,
        present=present,
        beside=tuple(row for row in rows if row.ended_at is None and row not in primary),
        terms=tuple(row for row in primary if row.ended_at)[:TERMS],
        extra=standing(request.prison, on=request.on).filter(under_any_number(case)),
        waited=None if present else working_days_between(case.waiting_since, request.on, bank_holidays()),  # type: ignore[attr-defined]
        earlier=earlier_words(case),
        shares=drawn.shares,
        candidates=_by_fit(request, drawn.rows, advice.type, primary),
        absent=tuple((pom, absent_words(pom)) for pom in poms if absent_words(pom)),
    )


def _case(request: PrisonRequest) -> Person:
    people = with_case(request.prison.people.filter(pk=request.person.pk), on=request.on)
    oasys = OasysAssessment.objects.standing().filter(person=OuterRef("pk")).order_by("-completed_on")
    people = people.annotate(oasys_on=Subquery(oasys.values("completed_on")[:1]))
    return with_waiting(with_held_type(people, on=request.on)).select_related("details").get()


def advise(case: Person, request: PrisonRequest) -> Advice:
    """What is recommended for who gets a case read with `with_case` and `with_held_type`, and that who has it may stay
    (TI-13)."""
    ask = partial(recommendation, case, operator=request.prison.operator, on=request.on)
    outcome, staying = ask(), ask(held=case.held_type)  # type: ignore[attr-defined]
    found, stays = outcome.value, staying if staying.reason == Reason.KEEP_POM else None
    return Advice(
        type=found.pom_type or "",
        answer=PomType(found.pom_type).label if found.pom_type else "No type recommended",
        reason=reason_words(outcome),
        hints=tuple(ADVICE[hint] for hint in (*found.advice, *(stays.value.advice if stays else ()))),
        support=found.prison_staff_support,
        steps=tuple(render_steps((*outcome.steps, *(stays.steps if stays else ())), RULES_BY_ID)),
    )


def _by_fit(
    request: PrisonRequest, loads: Sequence[PomLoad], advised: str, held: list[PomAllocation]
) -> tuple[Candidate, ...]:
    """The best first; who is away or leaves within days last, and never as the recommended."""
    before = {row.staff_id: row.ended_at for row in reversed(held) if row.ended_at}
    found = []
    for load in loads:
        pom = load.staff
        against = why_not(pom, on=request.on)
        fits = bool(advised) and pom.pom_type == advised and not against  # type: ignore[attr-defined]
        away = "" if against else short_day(pom.away_from)  # type: ignore[attr-defined]
        found.append(Candidate(load, _more(request, pom), fits, before.get(pom.pk), against, away))
    return tuple(sorted(found, key=lambda one: order(one.load.staff, fits=one.fits, before=one.before, on=request.on)))


def _more(request: PrisonRequest, pom: Any) -> More:
    address = partial(list_url, request)
    return More(
        coworking=Number(pom.coworking, address("allocation:pom", pom.pk, mine=Part.COWORKING)),
        lately=Number(pom.lately, address("allocation:pom-list", pom.pk, "new", mine=Part.PRIMARY)),
        handovers=Number(pom.handovers, address("handover:upcoming", pom=pom.pk)),
        high_need=Number(pom.high_need, address("allocation:cases", pom=pom.pk, complexity=Complexity.HIGH)),
    )


class Compared(NamedTuple):
    """One line of the comparison: what is compared, and what is said of each POM, in their order."""

    heading: str
    cells: tuple[object, ...]


def compare(request: PrisonRequest, sight: Sight, chosen: Sequence[Candidate]) -> list[Compared]:
    """POMs side by side: type and days, load by part and tier, what came lately and what is to come."""
    lines = [
        ("Type", [f"{one.load.type_words}{', recommended' if one.fits else ''}" for one in chosen]),
        ("Had this case before", [_until(one.before) for one in chosen]),
        ("Away or leaving", [_ahead(one) for one in chosen]),
        ("Cases", [one.load.cases.link for one in chosen]),
        *_shares(sight, chosen),
        ("Co-working", [one.more.coworking.link for one in chosen]),
        ("Given in the last 7 days", [one.more.lately.link for one in chosen]),
        ("Handovers in the next 8 weeks", [one.more.handovers.link for one in chosen]),
    ]
    if request.prison.women:
        lines.append(("Women of high complexity of need", [one.more.high_need.link for one in chosen]))
    lines.append(("Priority courses missing (AL-18)", _missing(request, [one.load.staff for one in chosen])))
    return [Compared(heading, tuple(cells)) for heading, cells in lines]


def _shares(sight: Sight, chosen: Sequence[Candidate]) -> Iterator[tuple[str, list[object]]]:
    for place, share in enumerate(sight.shares):
        yield share.heading, [one.load.numbers[place].link for one in chosen]


def _until(before: datetime | None) -> str:
    return f"Until {short_day(before)}" if before else "No"


def _ahead(one: Candidate) -> str:
    return one.why_not or (f"Away from {one.away}" if one.away else "No")


def _missing(request: PrisonRequest, poms: Sequence[Staff]) -> list[object]:
    done: dict[int, set[str]] = {}
    for staff, course in PomTraining.objects.filter(staff__in=poms).values_list("staff", "course"):
        done.setdefault(staff, set()).add(course)
    found = [missing_courses(frozenset(done.get(pom.pk, ())), on=request.on).value for pom in poms]
    return [plural(len(missing), "course,courses") if missing else "None" for missing in found]
