"""Who could take a case: each POM with what speaks for and against giving them one more, and whom to suggest first."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from django.db.models import Count, DateField, Exists, IntegerField, Model, OuterRef, Q, QuerySet, Subquery
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
    `handovers` (due in the next eight weeks), `high_need` (women whose complexity of need is high), `leaves_on` (None:
    nothing says) and `away_from`, of an absence ahead."""
    absences = PomAbsence.objects.filter(prison=prison, staff=OuterRef("pk")).order_by()
    ahead = absences.filter(starts_on__gt=on).order_by("starts_on")
    held = PomAllocation.objects.filter(prison=prison, staff=OuterRef("pk"), ended_at=None)
    cases = Person.objects.filter(prison=prison, pom=OuterRef("pk"))
    handovers = duties().due_between(on, on + UPCOMING).filter(person__prison=prison, person__pom=OuterRef("pk"))
    ends_on = posted_poms(prison, on=on).filter(staff=OuterRef("pk")).order_by().values("ends_on")[:1]
    return (
        with_loads(prison, on=on)
        .filter(posted=True)
        .annotate(
            lately=_count(held.filter(part=Part.PRIMARY, started_at__gte=london_midnight(on - NEW)), "staff"),
            coworking=_count(held.filter(part=Part.COWORKING), "staff"),
            handovers=_count(handovers, "person__pom"),
            high_need=_count(cases.filter(complexity=Complexity.HIGH), "pom"),
            away_from=Subquery(ahead.filter(kind=Kind.AWAY).values("starts_on")[:1]),
            leaves_on=Least(
                Subquery(ends_on, output_field=DateField()),
                Subquery(ahead.filter(kind=Kind.LEAVING).values("starts_on")[:1]),
            ),
        )
    )


def _count(rows: QuerySet[Model], by: str) -> Coalesce:
    counted = rows.order_by().values(by).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def leaving_soon(prison: Prison, *, on: date) -> QuerySet[Staff]:
    """POMs posted here who are there today and leave within days: suggested for nothing, and still to be chosen."""
    last = on + timedelta(days=policy_on(on).leaving_soon_days)
    leaving = PomAbsence.objects.filter(
        prison=prison, staff=OuterRef("pk"), kind=Kind.LEAVING, starts_on__gt=on, starts_on__lte=last
    )
    posted = posted_poms(prison, on=on).filter(ends_on__lte=last, staff=OuterRef("pk"))
    return Staff.objects.filter(Q(Exists(leaving)) | Q(Exists(posted)))


def why_not(pom: Staff, *, on: date) -> str:
    """Why a POM from `with_choice` is suggested for no case; empty for who may be."""
    leaves_on: date | None = pom.leaves_on  # type: ignore[attr-defined]
    if leaves_on and (leaves_on - on).days <= policy_on(on).leaving_soon_days:
        return f"Leaves on {short_day(leaves_on)}"
    return ""


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
