"""What has changed in the OMU since yesterday began: each change counted as what the list shows that it opens."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import BooleanField, Case, F, OuterRef, Q, QuerySet, Subquery, When

from allocation.filters import omu_duties
from allocation.lists import NUMBER_OF, Cells, duty_columns, who
from allocation.models import PomAllocation
from handover.models import HandoverDetermination, Responsibility, responsibility_on
from omic.calendar import london_day, london_midnight
from omic.formats import short_day
from omic.http import PrisonRequest
from omic.lists import Column
from omic.models import Person, Prison, Stay
from tiering.models import TierDetermination

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Change:
    """One sort of change: its rows in a prison at a moment, and their columns, as somebody asks for them.

    Those that are not `by_the_hour` are the same at each moment of a day.
    """

    key: str
    title: str
    rows: Callable[[Prison, datetime], QuerySet[Any]]
    columns: Callable[[PrisonRequest], tuple[Column, ...]]
    sort: str
    empty: str
    by_the_hour: bool = False


def _yesterday(at: datetime) -> date:
    return london_day(at) - ONE_DAY


def _since(at: datetime) -> datetime:
    return london_midnight(_yesterday(at))


def _arrived(prison: Prison, at: datetime) -> QuerySet[Stay]:
    return prison.stays.filter(arrived_on__gte=_yesterday(at)).select_related("person")


def _left(prison: Prison, at: datetime) -> QuerySet[Stay]:
    return prison.stays.filter(left_on__gte=_yesterday(at)).select_related("person")


def _given(prison: Prison, at: datetime) -> QuerySet[PomAllocation]:
    rows = prison.pom_allocations.primary().filter(started_at__gte=_since(at))
    return rows.select_related("person", "staff")


def _ended(prison: Prison, at: datetime) -> QuerySet[PomAllocation]:
    rows = prison.pom_allocations.primary().filter(ended_at__gte=_since(at))
    return rows.select_related("person", "staff")


def _overdue(prison: Prison, at: datetime) -> QuerySet[Any]:
    rows = omu_duties(prison).overdue(at).filter(due_before__gt=_since(at))
    return rows.select_related("person__wing", "owner")


def _compared(model: Any, prison: Prison, at: datetime, **fields: str) -> QuerySet[Any]:
    """Answers that stand, and whether they are the `same` in all of `fields` as when yesterday began; None for first
    answers, which are no change."""
    rows = model.objects.current().filter(person__prison=prison)
    before = model.objects.filter(person=OuterRef("person"), determined_at__lt=_since(at)).order_by("-pk")
    rows = rows.annotate(before_id=Subquery(before.values("pk")[:1]))
    rows = rows.annotate(**{name: Subquery(before.values(field)[:1]) for name, field in fields.items()})
    # First what needs no look at any answer before: nearly all have stood for longer.
    stood = When(determined_at__lt=_since(at), then=True)
    equal = Q()
    for name, field in fields.items():
        equal &= Q(**{field: F(name)}) | Q(**{f"{field}__isnull": True, f"{name}__isnull": True})
    known = When(before_id__isnull=True, then=None)
    same = Case(stood, known, When(equal, then=True), default=False, output_field=BooleanField())
    return rows.annotate(same=same).select_related("person")


def _tiers(prison: Prison, at: datetime) -> QuerySet[TierDetermination]:
    return _compared(TierDetermination, prison, at, letter_before="letter").filter(
        same=False, determined_at__gte=_since(at)
    )


def _handovers(prison: Prison, at: datetime) -> QuerySet[HandoverDetermination]:
    """Answers that changed, and those by which responsibility has passed since, with no new answer."""
    rows = _compared(HandoverDetermination, prison, at, on_before="handover_on", fixed_before="fixed")
    before = _yesterday(at) - ONE_DAY  # the last day before yesterday began
    rows = rows.annotate(lead=responsibility_on(london_day(at)), lead_before=responsibility_on(before))
    passed = Q(lead__isnull=False, lead_before__isnull=False) & ~Q(lead=F("lead_before"))
    return rows.filter(Q(same=False) | passed)


def named_then(request: PrisonRequest) -> tuple[Column, ...]:
    """Who is here is linked; who has left is named. The number alone for those who may open nobody's page."""
    cells = Cells(request)

    def named(row: Any) -> str:
        person: Person = row.person
        return cells.person(person) if person.prison_id == request.prison.pk else cells.without_link(person)

    order = ("person__surname", "person__forename")
    return who(request, Column("person", "Person", "person.name", order=order, cell=named), NUMBER_OF)


def _stay_columns(request: PrisonRequest) -> tuple[Column, ...]:
    return (
        *named_then(request),
        Column("arrived", "Arrived", "arrived_on", order=("arrived_on",)),
        Column("left", "Left", "left_on", order=("left_on",)),
        Column("why", "Why", "get_ended_because_display"),
    )


def _allocation_columns(request: PrisonRequest) -> tuple[Column, ...]:
    return (
        *named_then(request),
        Column("pom", "POM", "staff", order=("staff__surname", "staff__forename")),
        Column("since", "From", "started_at", order=("started_at",)),
        Column("until", "Until", "ended_at", order=("ended_at",)),
        Column("because", "Because", lambda row: row.ended_because or row.started_because),
    )


def _tier_columns(request: PrisonRequest) -> tuple[Column, ...]:
    return (
        *named_then(request),
        Column("before", "Before", lambda row: row.letter_before or "Unknown"),
        Column("now", "Now", lambda row: row.letter or "Unknown", order=("letter",)),
        Column("when", "When", "determined_at", order=("determined_at",)),
    )


def _answer(fixed: str | None, handover_on: Any) -> str:
    if fixed:
        return str(Responsibility(fixed).label)
    return f"Handover {short_day(handover_on)}" if handover_on else "No case"


def _before(row: Any) -> str:
    """The answer before; where the same still stands, who was responsible by it."""
    if row.same is False:
        return _answer(row.fixed_before, row.on_before)
    return str(Responsibility(row.lead_before).label)


def _now(row: Any) -> str:
    return _answer(row.fixed, row.handover_on) if row.same is False else str(Responsibility(row.lead).label)


def _handover_columns(request: PrisonRequest) -> tuple[Column, ...]:
    return (
        *named_then(request),
        Column("before", "Before", _before),
        Column("now", "Now", _now, order=("handover_on",)),
        Column("when", "When", "determined_at", order=("determined_at",)),
    )


def _duties(request: PrisonRequest) -> tuple[Column, ...]:
    return duty_columns(request, with_owner=True)


_QUIET = "None since yesterday began."
CHANGES = (
    Change("arrived", "Arrived", _arrived, _stay_columns, "arrived", _QUIET),
    Change("left", "Left", _left, _stay_columns, "left", _QUIET),
    Change("given", "Given to a POM", _given, _allocation_columns, "since", _QUIET),
    Change("ended", "No longer with their POM", _ended, _allocation_columns, "until", _QUIET),
    Change("handovers", "Responsibility or handover date changed", _handovers, _handover_columns, "person", _QUIET),
    Change("tiers", "Tier changed", _tiers, _tier_columns, "person", _QUIET),
    Change("overdue", "Duties that became overdue", _overdue, _duties, "due", "None. That is good.", by_the_hour=True),
)
CHANGE_BY_KEY = {change.key: change for change in CHANGES}
