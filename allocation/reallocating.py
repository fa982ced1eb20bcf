"""Many cases given at once: what would happen, and then what can be done, with a word about every one that cannot."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.core import signing
from django.db import OperationalError, transaction
from django.db.models import F, QuerySet

from allocation.actions import allocate_pom
from allocation.candidates import days_of, why_not, with_going
from allocation.caseload import recommendation, with_case, with_loads, with_next_day, with_waiting
from allocation.models import PomAbsence, PomAllocation
from allocation.refusals import RefusedError
from allocation.suggesting import CaseToGive, Suggested, Taker, suggest
from omic.calendar import london_day
from omic.models import Person, Prison, Staff
from omic.reconcile import is_busy, postponed, reconcile, window_of


@dataclass(frozen=True, slots=True)
class Move:
    """A case to give: to whom, instead of which open allocation (None: none), and why."""

    person: Person
    staff: Staff
    replaces: int | None
    reason: str


def takers(prison: Prison, *, on: date, besides: int | None = None) -> list[Staff]:
    """The POMs with their loads to whom cases can be given: posted today and not away; smallest load first.

    `going` says of each from when they are away or leave, where that is within days (empty: it is not); they come last.
    """
    away = PomAbsence.objects.on(on).filter(prison=prison).values("staff")  # also who takes no new cases
    found = with_going(with_loads(prison, on=on), prison, on=on).filter(posted=True)
    poms = list(found.exclude(pk__in=away).exclude(pk=besides).order_by("cases", "surname", "forename", "pk"))
    for pom in poms:
        pom.going = why_not(pom, on=on)  # type: ignore[attr-defined]
    return sorted(poms, key=lambda pom: bool(pom.going))  # type: ignore[attr-defined]


def read_cases(people: QuerySet[Person], *, on: date) -> list[Person]:
    """Cases with what a recommendation needs, `next_on`, and `open_allocation`, the one that a new one replaces.

    Who has waited longest for a POM first; those who have one by name.
    """
    rows = list(with_waiting(with_next_day(with_case(people, on=on), on=on)).select_related("wing", "prison", "pom"))
    open_rows = PomAllocation.objects.primary().open().filter(person__in=people)
    by_person = dict(open_rows.values_list("person_id", "pk"))
    for row in rows:
        row.open_allocation = by_person.get(row.pk)  # type: ignore[attr-defined]
        row.advised = recommendation(row, operator=row.prison.operator, on=on)  # type: ignore[attr-defined,union-attr]
    return sorted(rows, key=_place)


def _place(case: Person) -> tuple[str, str, str, int]:
    waiting = "" if case.pom_id else f"{case.waiting_since}"  # type: ignore[attr-defined]
    return waiting, case.surname, case.forename, case.pk


def suggestions(cases: Sequence[Person], poms: Iterable[Staff], *, on: date) -> dict[int, Suggested]:
    """For each case, by id, to whom it could go. Who takes cases today but goes within days gets none suggested."""
    before: dict[int, list[int]] = defaultdict(list)
    here = PomAllocation.objects.primary().filter(person__in=cases, prison=F("person__prison"))
    for person, staff in here.exclude(ended_at=None).order_by("-ended_at").values_list("person_id", "staff_id"):
        before[person].append(staff)
    to_give = [
        CaseToGive(case.pk, case.advised.value.pom_type or "", tuple(before[case.pk]))  # type: ignore[attr-defined]
        for case in cases
    ]
    able = [
        Taker(pom.pk, pom.pom_type, pom.cases, days_of(pom.working_days, on=on))  # type: ignore[attr-defined]
        for pom in poms
        if not pom.going  # type: ignore[attr-defined]
    ]
    return {one.case: one for one in suggest(to_give, able)}


def needs_reason(case: Person, staff: Staff, *, on: date) -> bool:
    """Whether giving a case to this POM goes against the recommendation (TI-14)."""
    chosen = "" if staff.pom_type == "unknown" else staff.pom_type  # type: ignore[attr-defined]
    outcome = recommendation(case, operator=case.prison.operator, on=on, chosen=chosen)  # type: ignore[union-attr]
    return outcome.value.reason_required


def seal(moves: Sequence[Move]) -> str:
    """A signed word for exactly these moves: only what was shown with it is saved."""
    shown = [(move.person.pk, move.staff.pk, move.replaces, move.reason) for move in moves]
    return signing.Signer(salt="allocation.reallocate").signature(repr(shown))


@transaction.atomic
def reallocate(
    moves: Sequence[Move], *, batch: str, by: Staff, at: datetime
) -> tuple[list[PomAllocation], Mapping[int, str]]:
    """Each move that can be made: the allocations and, by person, why the others were not. A refused one takes none of
    the others with it. In id order, so that two who give many queue; what follows is brought up to date once for all.
    """
    made, refused = [], {}
    with postponed():
        for move in sorted(moves, key=lambda one: one.person.pk):
            try:
                made.append(_give(move, batch=batch, by=by, at=at))
            except RefusedError as error:
                refused[move.person.pk] = str(error)
            except OperationalError as error:
                if not is_busy(error):
                    raise
                refused[move.person.pk] = "Somebody else is changing this case. Try again"
    reconcile([allocation.person_id for allocation in made], window_of(london_day(at), at))
    return made, refused


def _give(move: Move, *, batch: str, by: Staff, at: datetime) -> PomAllocation:
    said = {"staff": move.staff, "replaces": move.replaces, "reason": move.reason}
    return allocate_pom(person=move.person, batch=batch, by=by, at=at, **said)  # type: ignore[arg-type]
