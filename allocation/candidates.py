"""Who could take a case: each POM with what speaks for and against giving them one more, and whom to suggest first."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Count, DateField, IntegerField, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Least

from allocation.caseload import posted_poms, with_loads
from allocation.models import PomAbsence, PomAllocation
from allocation.policy import CASE_LISTS
from allocation.rules import policy_on
from allocation.suggesting import burden
from handover.queries import UPCOMING, duties
from omic.calendar import london_midnight
from omic.formats import short_day
from omic.models import Complexity, Person, Prison, Staff

Kind, Part = PomAbsence.Kind, PomAllocation.Part
NEW = timedelta(days=CASE_LISTS.new_days)


def with_choice(prison: Prison, *, on: date) -> QuerySet[Staff]:
    """The POMs posted here, with their loads and `lately` (cases given to them in the last seven days), `coworking`,
    `handovers` (due in the next eight weeks), `high_need` (women whose complexity of need is high), and when they go
    (`with_going`)."""
    held = PomAllocation.objects.filter(prison=prison, staff=OuterRef("pk"), ended_at=None)
    cases = Person.objects.filter(prison=prison, pom=OuterRef("pk"))
    handovers = duties().due_between(on, on + UPCOMING).filter(person__prison=prison, person__pom=OuterRef("pk"))
    return (
        with_going(with_loads(prison, on=on), prison, on=on)
        .filter(posted=True)
        .annotate(
            lately=_count(held.filter(part=Part.PRIMARY, started_at__gte=london_midnight(on - NEW)), "staff"),
            coworking=_count(held.filter(part=Part.COWORKING), "staff"),
            handovers=_count(handovers, "person__pom"),
            high_need=_count(cases.filter(complexity=Complexity.HIGH), "pom"),
        )
    )


def _count(rows: QuerySet[Model], by: str) -> Coalesce:
    counted = rows.order_by().values(by).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def with_going(poms: QuerySet[Staff], prison: Prison, *, on: date) -> QuerySet[Staff]:
    """The POMs with `leaves_on`, and with `away_from` and `away_until` of the next time away, all after `on`; None:
    nothing says."""
    absences = PomAbsence.objects.filter(prison=prison, staff=OuterRef("pk"), starts_on__gt=on).order_by("starts_on")
    away = absences.filter(kind=Kind.AWAY)
    ends_on = posted_poms(prison, on=on).filter(staff=OuterRef("pk")).order_by().values("ends_on")[:1]
    return poms.annotate(
        away_from=Subquery(away.values("starts_on")[:1]),
        away_until=Subquery(away.values("returns_on")[:1]),
        leaves_on=Least(
            Subquery(ends_on, output_field=DateField()),
            Subquery(absences.filter(kind=Kind.LEAVING).values("starts_on")[:1]),
        ),
    )


def going_words(pom: Any) -> str:
    """From when a POM from `with_going` is away or leaves, and until when; empty where nothing says."""
    words = []
    if pom.away_from:
        until = f" until {short_day(pom.away_until)}" if pom.away_until else ""
        words.append(f"away from {short_day(pom.away_from)}{until}")
    if pom.leaves_on:
        words.append(f"leaves on {short_day(pom.leaves_on)}")
    said = ", ".join(words)
    return said[:1].upper() + said[1:]


def soon(on: date) -> date:
    """The last day on which somebody goes so soon that they are suggested for no case."""
    return on + timedelta(days=policy_on(on).leaving_soon_days)


def why_not(pom: Any, *, on: date) -> str:
    """Why a POM from `with_going` is suggested for no case; empty for who may be."""
    goes = any(first and first <= soon(on) for first in (pom.away_from, pom.leaves_on))
    return going_words(pom) if goes else ""


def absent_words(pom: Staff) -> str:
    """Why a POM from `with_loads` takes no case today, and until when; empty for who does."""
    if not pom.absence_kind:  # type: ignore[attr-defined]
        return ""
    back = f" until {short_day(pom.back_on)}" if pom.back_on else ""  # type: ignore[attr-defined]
    return f"{Kind(pom.absence_kind).label}{back}"  # type: ignore[attr-defined]


def order(pom: Staff, *, fits: bool, before: datetime | None, on: date) -> tuple[object, ...]:
    """Sorts the best first: of the recommended type, then who had the case before, then whom one case more burdens
    least for the days they work, as the suggestion for many at once has it. Who is suggested for nothing comes last."""
    added = burden(pom.cases, days_of(pom.working_days, on=on))  # type: ignore[attr-defined]
    return bool(why_not(pom, on=on)), not fits, before is None, added, pom.surname, pom.forename, pom.pk


def days_of(working_days: Decimal | None, *, on: date) -> Fraction:
    """The days a week that a POM works; full time where nobody has said."""
    return Fraction(working_days or policy_on(on).full_time_days)
