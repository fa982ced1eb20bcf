"""Extra resource of cases (AL-05) as a list, and on the person's page."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html

from allocation.extra_resources import standing
from allocation.models import ExtraResource
from omic.access import Action
from omic.formats import short_day
from omic.http import PrisonRequest
from omic.lists import Column, link
from omic.models import Person, under_any_number

NOW = "now"


class ExtraFilter(django_filters.FilterSet):
    """Decisions that stand, or all there were."""

    which = django_filters.ChoiceFilter(
        label="Which", empty_label="All, ended ones too", choices=((NOW, "Standing now or to come"),), method="standing"
    )

    def standing(self, rows: QuerySet[ExtraResource], _name: str, _which: str) -> QuerySet[ExtraResource]:
        """Those in force today or later."""
        return rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=self.request.on))


def extra_columns(request: PrisonRequest) -> tuple[Column, ...]:
    """What was agreed for whom, why, and what was weighed."""
    return (
        Column(
            "person", "Person", "person.name", order=("person__surname",), cell=lambda row: _person(request, row.person)
        ),
        Column("what", "What", "what", order=("what",)),
        Column("because", "Why", "because"),
        Column("weighed", "Weighed", "weighed"),
        Column("from", "From", "starts_on", order=("starts_on",)),
        Column("until", "Until", until_words, order=("ends_on",)),
        Column("by", "Agreed by", "decided_by", order=("decided_by__surname",)),
        Column("end", "End", cell=lambda row: _end(request, row), export=False),
    )


def until_words(row: ExtraResource) -> str:
    """Until when, and why it ended where somebody ended it."""
    until = short_day(row.ends_on) or "Until it is ended"
    return f"{until}: {row.ended_because}" if row.ended_because else until


def extra_panel(request: PrisonRequest, person: Person) -> dict[str, Any] | None:
    """What this case gets beyond the usual; None for those outside the OMU."""
    if not request.standing.may(Action.SEE_DATES):
        return None
    rows = list(standing(request.prison, on=request.on).filter(under_any_number(person)).select_related("decided_by"))
    may = request.standing.may(Action.AGREE_EXTRA)
    if not rows and not may:
        return None
    agree = reverse("allocation:extra", args=[request.prison.pk, person.ref]) if may else ""
    return {"template": "allocation/extra_panel.html", "rows": rows, "agree": agree, "person": person}


def _person(request: PrisonRequest, person: Person) -> str:
    return link(reverse("person", args=[request.prison.pk, person.ref]), person.name)


def _end(request: PrisonRequest, row: ExtraResource) -> str:
    over = row.ends_on is not None and row.ends_on <= request.on
    if over or not request.standing.may(Action.AGREE_EXTRA):
        return ""
    words = format_html('End<span class="govuk-visually-hidden"> for {}: {}</span>', row.person.name, row.what)
    return link(reverse("allocation:end-extra", args=[request.prison.pk, row.person.ref, row.pk]), words)
