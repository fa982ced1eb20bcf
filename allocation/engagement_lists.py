"""The HOMD's assurance of POM engagement (WB-02, WB-13): the month's minutes of each woman, and what was shared."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import django_filters
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Greatest
from django.http import HttpRequest
from django.urls import reverse

from allocation.queries import list_url
from omic.access import Action
from omic.calendar import add_months, month_bounds
from omic.formats import short_moment
from omic.http import PrisonRequest
from omic.lists import Column, link
from omic.models import (
    Complexity,
    Contact,
    ContactKind,
    Obligation,
    ObligationKind,
    ObligationState,
    Prison,
    Role,
    Wing,
)
from omic.models.obligation import ObligationQuerySet
from omic.sharing import readings, shares

MONTHS_BACK = 12
MONTH = "%Y-%m"
MONTH_WORDS = "%B %Y"


# --- minutes of the month ------------------------------------------------------------------------


def minutes_owed(prison: Prison) -> QuerySet[Obligation]:
    """The months' time with their POMs that women of high complexity are owed here, with how much is short.

    What was never owed is left out; a month that was missed stays.
    """
    last = Contact.objects.current().filter(
        person=OuterRef("person"), kind=ContactKind.ENGAGEMENT, on__gte=OuterRef("opens_on"), on__lte=OuterRef("due_on")
    )
    rows = prison.obligations.filter(kind=ObligationKind.POM_ENGAGEMENT).exclude(state=ObligationState.VOID)
    return rows.annotate(
        short=Greatest(F("quantity") - F("done"), Value(0)),
        last_at=Subquery(last.order_by("-at").values("at")[:1]),
    ).select_related("person__wing", "person__pom", "owner")


def in_month(rows: QuerySet[Obligation], on: date) -> QuerySet[Obligation]:
    """Those of the month that a day lies in."""
    first, last = month_bounds(on)
    return rows.filter(due_on__gte=first, due_on__lte=last)


def owed_none(prison: Prison, on: date) -> int:
    """How many women of high complexity are owed no time this month: here for too few days of it."""
    owed = in_month(minutes_owed(prison), on).values("person")
    return prison.people.filter(complexity=Complexity.HIGH).exclude(pk__in=owed).count()


def _months(request: HttpRequest) -> list[tuple[str, str]]:
    first, _ = month_bounds(request.on)  # type: ignore[attr-defined]
    months = [add_months(first, -back) for back in range(MONTHS_BACK + 1)]
    return [(f"{month:{MONTH}}", f"{month:{MONTH_WORDS}}") for month in months]


def _wings(request: HttpRequest) -> QuerySet[Wing]:
    return request.prison.wings.all()  # type: ignore[attr-defined]


class MinutesFilter(django_filters.FilterSet):
    """By month, by whether the minutes were reached, and by wing."""

    month = django_filters.ChoiceFilter(label="Month", empty_label="This month", method="by_month")
    short = django_filters.ChoiceFilter(
        label="Minutes",
        choices=(("yes", "Short of what is owed"), ("no", "Reached")),
        empty_label="Any",
        method="by_shortfall",
    )
    wing = django_filters.ModelChoiceFilter(queryset=_wings, field_name="person__wing", label="Wing", empty_label="Any")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["month"].extra["choices"] = _months(self.request)

    def by_month(self, rows: QuerySet[Obligation], _name: str, month: str) -> QuerySet[Obligation]:
        """The duties of one month."""
        return in_month(rows, date.fromisoformat(f"{month}-01"))

    def by_shortfall(self, rows: QuerySet[Obligation], _name: str, answer: str) -> QuerySet[Obligation]:
        """Whether minutes are wanting."""
        return rows.filter(short__gt=0) if answer == "yes" else rows.filter(short=0)


def _person(duty: Obligation) -> Any:
    """A link, as long as she is held here."""
    if duty.person.prison_id != duty.prison_id:
        return duty.person.name
    return link(reverse("person", args=[duty.prison_id, duty.person.ref]), duty.person.name)


MINUTES_COLUMNS = (
    Column("person", "Name", "person.name", order=("person__surname", "person__forename"), cell=_person),
    Column("number", "Prison number", "person.prison_number", order=("person__prison_number",)),
    Column("wing", "Wing", "person.wing.code", order=("person__wing__code",)),
    Column("pom", "POM", lambda duty: duty.owner or "Nobody", order=("owner__surname", "owner__forename")),
    Column("month", "Month", lambda duty: f"{duty.opens_on:{MONTH_WORDS}}", order=("opens_on",)),
    Column("minutes", "Minutes", "done", order=("done",), numeric=True),
    Column("owed", "Owed", "quantity", numeric=True),
    Column("short", "Short by", "short", order=("short",), numeric=True),
    Column(
        "last",
        "Last engagement of the month",
        lambda duty: short_moment(duty.last_at) if duty.last_at else "None",
        order=("last_at",),
    ),
)


# --- what was shared with the wings -------------------------------------------------------------


def shared_here(prison: Prison) -> ObligationQuerySet:
    """What POMs here have shared with residential staff, read or not."""
    rows = shares().filter(prison=prison)
    return rows.select_related("person__wing", "closed_by")


# Nobody's officers have to read what was shared of somebody on no wing: it waits, and goes along when they are back.
ON_NO_WING = Q(person__wing=None)


def unread(rows: ObligationQuerySet) -> ObligationQuerySet:
    """Those that a wing has to read and nobody has."""
    return rows.demanding().exclude(ON_NO_WING)


class SharesFilter(django_filters.FilterSet):
    """By whether the wing has read it, and by wing."""

    read = django_filters.ChoiceFilter(
        label="Read",
        choices=(("no", "By nobody yet"), ("waits", "Waits: on no wing"), ("yes", "By somebody")),
        empty_label="Any",
        method="by_reading",
    )
    wing = django_filters.ModelChoiceFilter(queryset=_wings, field_name="person__wing", label="Wing", empty_label="Any")

    def by_reading(self, rows: ObligationQuerySet, _name: str, answer: str) -> ObligationQuerySet:
        """Whether anybody has read it, or it waits for a wing."""
        if answer == "waits":
            return rows.demanding().filter(ON_NO_WING)
        return unread(rows) if answer == "no" else rows.filter(closed_at__isnull=False)


class Readers:
    """Who has read each of the shares of a list, and who of her wing's officers has not: two queries for all."""

    def __init__(self, prison: Prison, on: date) -> None:
        self.officers: dict[int | None, list[str]] = {}
        posted = prison.postings.on(on).filter(role=Role.WING_OFFICER).select_related("staff")
        for posting in posted.order_by("staff__surname", "staff__forename"):
            self.officers.setdefault(posting.wing_id, []).append(str(posting.staff))
        self.read: Mapping[int, Sequence[Any]] = readings(shared_here(prison))

    def by(self, duty: Obligation) -> str:
        """The readers, first one first, and when; or that nobody has, or no wing can yet."""
        nobody = "Nobody yet" if duty.person.wing_id else "No wing to read it yet: it waits"
        return "; ".join(f"{one.by}, {short_moment(one.at)}" for one in self.read.get(duty.pk, ())) or nobody

    def not_by(self, duty: Obligation) -> str:
        """The officers posted to her wing today who have not read it."""
        has = {str(one.by) for one in self.read.get(duty.pk, ())}
        return ", ".join(name for name in self.officers.get(duty.person.wing_id, ()) if name not in has) or "–"


def share_columns(readers: Readers) -> tuple[Column, ...]:
    """The columns of the list; the words themselves stand with the engagement."""
    return (
        Column("since", "Shared", lambda duty: short_moment(duty.created_at), order=("created_at",)),
        Column("person", "About", "person.name", order=("person__surname", "person__forename"), cell=_shared_about),
        Column("wing", "Wing", lambda duty: duty.person.wing or "None", order=("person__wing__code",)),
        Column("what", "What", lambda duty: duty.steps[0][1]),
        Column("by", "Read by", readers.by, order=("closed_at",)),
        Column("not_by", "Officers of the wing who have not", readers.not_by),
    )


def _shared_about(duty: Obligation) -> Any:
    """A link to the engagement, as long as the person is held here."""
    if duty.person.prison_id != duty.prison_id:
        return duty.person.name
    return link(reverse("allocation:engagement", args=[duty.prison_id, duty.person.ref, duty.slot]), duty.person.name)


# --- on wellbeing’s assurance page --------------------------------------------------------------


def assurance_panel(request: PrisonRequest) -> dict[str, Any] | None:
    """This month in numbers that open their lists; None in men's prisons, and for whom the lists do not open."""
    if not (request.prison.women and request.standing.may(Action.SEE_ENGAGEMENT)):
        return None
    month = in_month(minutes_owed(request.prison), request.on)
    counts = month.aggregate(women=Count("pk"), wanting=Count("pk", filter=Q(short__gt=0)))
    return {
        "template": "allocation/engagement_assurance_panel.html",
        **counts,
        "unread": unread(shared_here(request.prison)).count(),
        "minutes_url": list_url(request, "allocation:engagement-minutes"),
        "short_url": list_url(request, "allocation:engagement-minutes", short="yes"),
        "unread_url": list_url(request, "allocation:shares", read="no"),
    }
