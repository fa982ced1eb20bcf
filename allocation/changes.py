"""What has changed in the OMU since yesterday began: each change counted as what the list shows that it opens."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import BooleanField, Case, F, OuterRef, Q, QuerySet, Subquery, When

from allocation.filters import omu_duties
from allocation.lists import Cells, duty_columns
from allocation.models import PomAllocation
from handover.models import HandoverDetermination, Responsibility
from omic.calendar import london_midnight
from omic.formats import short_day
from omic.http import PrisonRequest
from omic.lists import Column
from omic.models import Person, Stay
from tiering.models import TierDetermination

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Change:
    """One sort of change: its rows and their columns, as somebody asks for them."""

    key: str
    title: str
    rows: Callable[[PrisonRequest], QuerySet[Any]]
    columns: Callable[[PrisonRequest], tuple[Column, ...]]
    sort: str
    empty: str


def _since(request: PrisonRequest) -> Any:
    return london_midnight(request.on - ONE_DAY)


def _arrived(request: PrisonRequest) -> QuerySet[Stay]:
    return request.prison.stays.filter(arrived_on__gte=request.on - ONE_DAY).select_related("person")


def _left(request: PrisonRequest) -> QuerySet[Stay]:
    return request.prison.stays.filter(left_on__gte=request.on - ONE_DAY).select_related("person")


def _given(request: PrisonRequest) -> QuerySet[PomAllocation]:
    rows = request.prison.pom_allocations.primary().filter(started_at__gte=_since(request))
    return rows.select_related("person", "staff")


def _ended(request: PrisonRequest) -> QuerySet[PomAllocation]:
    rows = request.prison.pom_allocations.primary().filter(ended_at__gte=_since(request))
    return rows.select_related("person", "staff")


def _overdue(request: PrisonRequest) -> QuerySet[Any]:
    rows = omu_duties(request).overdue(request.now).filter(due_before__gt=_since(request))
    return rows.select_related("person__wing", "owner")


def _changed(model: Any, request: PrisonRequest, **fields: str) -> QuerySet[Any]:
    """Answers of since yesterday that differ from the one before in any of `fields`; first answers are no change."""
    rows = model.objects.current().filter(person__prison=request.prison, determined_at__gte=_since(request))
    before = model.objects.filter(person=OuterRef("person"), pk__lt=OuterRef("pk")).order_by("-pk")
    rows = rows.annotate(before_id=Subquery(before.values("pk")[:1])).filter(before_id__isnull=False)
    rows = rows.annotate(**{name: Subquery(before.values(field)[:1]) for name, field in fields.items()})
    same = Q()
    for name, field in fields.items():
        same &= Q(**{field: F(name)}) | Q(**{f"{field}__isnull": True, f"{name}__isnull": True})
    rows = rows.annotate(same=Case(When(same, then=True), default=False, output_field=BooleanField()))
    return rows.filter(same=False).select_related("person")


def _tiers(request: PrisonRequest) -> QuerySet[TierDetermination]:
    return _changed(TierDetermination, request, letter_before="letter")


def _handovers(request: PrisonRequest) -> QuerySet[HandoverDetermination]:
    return _changed(HandoverDetermination, request, on_before="handover_on", fixed_before="fixed")


def _who(request: PrisonRequest) -> tuple[Column, ...]:
    """Who is here is linked; who has left is named."""
    cells = Cells(request)

    def named(row: Any) -> str:
        person: Person = row.person
        return cells.person(person) if person.prison_id == request.prison.pk else person.name

    order = ("person__surname", "person__forename")
    return (
        Column("person", "Person", "person.name", order=order, cell=named),
        Column("number", "Prison number", "person.prison_number", order=("person__prison_number",)),
    )


def _stay_columns(request: PrisonRequest) -> tuple[Column, ...]:
    return (
        *_who(request),
        Column("arrived", "Arrived", "arrived_on", order=("arrived_on",)),
        Column("left", "Left", "left_on", order=("left_on",)),
        Column("why", "Why", "get_ended_because_display"),
    )


def _allocation_columns(request: PrisonRequest) -> tuple[Column, ...]:
    return (
        *_who(request),
        Column("pom", "POM", "staff", order=("staff__surname", "staff__forename")),
        Column("since", "From", "started_at", order=("started_at",)),
        Column("until", "Until", "ended_at", order=("ended_at",)),
        Column("because", "Because", lambda row: row.ended_because or row.started_because),
    )


def _tier_columns(request: PrisonRequest) -> tuple[Column, ...]:
    return (
        *_who(request),
        Column("before", "Before", lambda row: row.letter_before or "Unknown"),
        Column("now", "Now", lambda row: row.letter or "Unknown", order=("letter",)),
        Column("when", "When", "determined_at", order=("determined_at",)),
    )


def _answer(fixed: str | None, handover_on: Any) -> str:
    if fixed:
        return str(Responsibility(fixed).label)
    return f"Handover {short_day(handover_on)}" if handover_on else "No case"


def _handover_columns(request: PrisonRequest) -> tuple[Column, ...]:
    return (
        *_who(request),
        Column("before", "Before", lambda row: _answer(row.fixed_before, row.on_before)),
        Column("now", "Now", lambda row: _answer(row.fixed, row.handover_on), order=("handover_on",)),
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
    Change("overdue", "Duties that became overdue", _overdue, _duties, "due", "None. That is good."),
)
CHANGE_BY_KEY = {change.key: change for change in CHANGES}
