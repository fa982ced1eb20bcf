"""What POMs have shared with the wings (WB-13): what is to be read about whom, on rosters, lists, panel and tile."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString

from omic.access import Action
from omic.context import Tile
from omic.formats import short_moment
from omic.http import PrisonRequest
from omic.lists import Column, link
from omic.models import Obligation, Person
from omic.sharing import shares

SHOWN_FOR = timedelta(days=28)  # after somebody has read it: another shift has to find it too
ON_PANEL = 3


def unread_about(people: Sequence[int]) -> Mapping[int, Sequence[int]]:
    """The duties to read that nobody has met, by person. One query."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = shares().demanding().filter(person__in=people).order_by("created_at", "pk")
    for person, duty in rows.values_list("person_id", "pk"):
        found[person].append(duty)
    return found


def within_reach(request: PrisonRequest) -> QuerySet[Obligation]:
    """What was shared about the people of whoever asks: not yet read, or read within four weeks."""
    lately = Q(closed_at=None) | Q(closed_at__gt=request.now - SHOWN_FOR)
    rows = shares().filter(lately, person__in=request.standing.people(Action.READ_SHARED))
    return rows.select_related("person__wing", "closed_by")


class SharedFilter(django_filters.FilterSet):
    """What nobody has read yet, or everything."""

    read = django_filters.ChoiceFilter(
        label="Show",
        choices=(("no", "To read"), ("yes", "Read in the last four weeks")),
        empty_label="Both",
        method="by_reading",
    )

    def by_reading(self, rows: QuerySet[Obligation], _name: str, answer: str) -> QuerySet[Obligation]:
        """Whether anybody has read it."""
        return rows.filter(closed_at__isnull=answer == "no")


def _open(request: PrisonRequest, duty: Obligation) -> SafeString:
    """The address in the prison where one is: who is here may have brought it from another."""
    url = reverse("wellbeing:shared-read", args=[request.prison.pk, duty.pk])
    return link(url, f"Read about {duty.person.name}")


def read_by(duty: Obligation) -> str:
    """Who was the first to read it, and when."""
    return f"{duty.closed_by}, {short_moment(duty.closed_at)}" if duty.closed_at else "Nobody yet"


def columns(request: PrisonRequest) -> tuple[Column, ...]:
    """What was shared about whom, and who has read it."""
    return (
        Column("since", "Shared", lambda duty: short_moment(duty.created_at), order=("created_at",)),
        Column("person", "About", "person", order=("person__surname", "person__forename")),
        Column("wing", "Wing", "person.wing.code", order=("person__wing__code",)),
        Column("cell", "Cell", "person.cell", order=("person__cell",)),
        Column("read_by", "First read by", read_by, order=("closed_at",)),
        Column("read", "Read", cell=partial(_open, request), export=False),
    )


def shared_panel(request: PrisonRequest, person: Person) -> dict[str, Any] | None:
    """What was lately shared about somebody, for the staff of their wing; None where nothing was."""
    if not request.standing.may(Action.READ_SHARED):
        return None
    rows = list(within_reach(request).filter(person=person).order_by("-created_at")[:ON_PANEL])
    return {"template": "wellbeing/shared_panel.html", "rows": rows} if rows else None


def home_tiles(request: PrisonRequest) -> list[Tile]:
    """How much nobody has read yet of what POMs have shared; none where there is nothing."""
    if not request.standing.may(Action.READ_SHARED):
        return []
    count = within_reach(request).demanding().count()
    url = f"{reverse('wellbeing:shared', args=[request.prison.pk])}?read=no"
    return [Tile(count, "from POMs to read", url, "red")] if count else []
