"""Many cases given at once: what would happen, and then each by itself, with a word about every one that could not."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from django.db import OperationalError
from django.db.models import F, QuerySet

from allocation.actions import RefusedError, allocate_pom
from allocation.caseload import recommendation, with_case, with_held_type, with_loads
from allocation.models import PomAbsence, PomAllocation
from allocation.suggesting import CaseToGive, Suggested, Taker, suggest
from omic.models import Person, Prison, Staff
from omic.reconcile import is_busy


@dataclass(frozen=True, slots=True)
class Move:
    """A case to give: to whom, instead of which open allocation (None: none), and why."""

    person: Person
    staff: Staff
    replaces: int | None
    reason: str


def takers(prison: Prison, *, on: date, besides: int | None = None) -> list[Staff]:
    """The POMs with their loads to whom cases can be given: posted today and not away; smallest load first."""
    away = PomAbsence.objects.on(on).filter(prison=prison).values("staff")  # also who takes no new cases
    found = with_loads(prison, on=on).filter(posted=True).exclude(pk__in=away).exclude(pk=besides)
    return list(found.order_by("cases", "surname", "forename", "pk"))


def read_cases(people: QuerySet[Person], *, on: date) -> list[Person]:
    """Cases with what a recommendation needs, and `open_allocation`, the id of the one that a new one replaces."""
    rows = list(with_held_type(with_case(people, on=on), on=on).select_related("wing", "prison", "pom"))
    open_rows = PomAllocation.objects.primary().open().filter(person__in=people)
    by_person = dict(open_rows.values_list("person_id", "pk"))
    for row in rows:
        row.open_allocation = by_person.get(row.pk)  # type: ignore[attr-defined]
        row.advised = recommendation(row, operator=row.prison.operator, on=on)  # type: ignore[attr-defined,union-attr]
    return sorted(rows, key=lambda row: (row.surname, row.forename, row.pk))


def suggestions(cases: Sequence[Person], poms: Iterable[Staff]) -> dict[int, Suggested]:
    """For each case, by id, to whom it could go."""
    before: dict[int, list[int]] = defaultdict(list)
    here = PomAllocation.objects.primary().filter(person__in=cases, prison=F("person__prison"))
    for person, staff in here.exclude(ended_at=None).order_by("-ended_at").values_list("person_id", "staff_id"):
        before[person].append(staff)
    to_give = [
        CaseToGive(case.pk, case.advised.value.pom_type or "", tuple(before[case.pk]))  # type: ignore[attr-defined]
        for case in cases
    ]
    able = [
        Taker(pom.pk, pom.pom_type, pom.cases, Fraction(pom.working_days or 5))  # type: ignore[attr-defined]
        for pom in poms
    ]
    return {one.case: one for one in suggest(to_give, able)}


def needs_reason(case: Person, staff: Staff, *, on: date) -> bool:
    """Whether giving a case to this POM goes against the recommendation (TI-14)."""
    chosen = "" if staff.pom_type == "unknown" else staff.pom_type  # type: ignore[attr-defined]
    outcome = recommendation(case, operator=case.prison.operator, on=on, chosen=chosen)  # type: ignore[union-attr]
    return outcome.value.reason_required


def reallocate(
    moves: Sequence[Move], *, batch: str, by: Staff, at: datetime
) -> tuple[list[PomAllocation], Mapping[int, str]]:
    """Each move in a transaction of its own: the allocations made and, by person, why the others were not."""
    made, refused = [], {}
    for move in moves:
        try:
            made.append(
                allocate_pom(
                    person=move.person,
                    staff=move.staff,
                    replaces=move.replaces,
                    reason=move.reason,
                    batch=batch,
                    by=by,
                    at=at,
                )
            )
        except RefusedError as error:
            refused[move.person.pk] = str(error)
        except OperationalError as error:
            if not is_busy(error):
                raise
            refused[move.person.pk] = "Somebody else is changing this case. Try again"
    return made, refused
