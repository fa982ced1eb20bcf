"""The list of suspensions: how each stands, what it has excepted, and who may do what about it."""

from datetime import date
from typing import Any

import django_filters
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from omic.access import Action, Standing
from omic.http import PrisonRequest
from omic.lists import Column, link
from omic.models import ObligationState, Prison, Suspension
from omic.models.obligation import ObligationQuerySet
from omic.suspensions import standing_words
from omic.templatetags.govuk import tag
from wellbeing.actions.suspensions import SUSPENDED

STANDS = (("waiting", "Waiting for the Governor"), ("running", "Running"), ("binding", "Approved"))


class SuspensionFilter(django_filters.FilterSet):
    """By how it stands and what it covers."""

    stands = django_filters.ChoiceFilter(choices=STANDS, method="by_standing", label="Stands", empty_label="Any")
    covers = django_filters.ChoiceFilter(choices=Suspension.Covers.choices, label="Covers", empty_label="Anything")

    def by_standing(self, rows: Any, _name: str, stands: str) -> QuerySet[Suspension]:
        """Those that wait, run today, or bind at all."""
        if stands == "waiting":
            return rows.waiting()
        on = self.request.on
        return rows.binding().filter(starts_on__lte=on, ends_on__gte=on) if stands == "running" else rows.binding()


def with_excepted(prison: Prison, on: date) -> QuerySet[Suspension]:
    """A prison's suspensions with how many duties each has `excepted` so far; `place` 0 waits, 1 binds, 2 is over."""
    binding = Q(approved=True, withdrawn_at=None)
    place = Case(
        When(Q(approved=None, withdrawn_at=None), then=Value(0)),
        When(binding & Q(ends_on__gte=on), then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    gone = ~Q(obligations__state__in=[ObligationState.MET, ObligationState.WAIVED, ObligationState.VOID])
    excepted = Count("obligations", filter=gone & Q(obligations__due_on__lt=on))
    rows = prison.suspensions.select_related("wing", "asked_by", "decided_by", "withdrawn_by")
    return rows.annotate(place=place, excepted=excepted)


def misses_inside(asked: Suspension, on: date) -> ObligationQuerySet:
    """What was missed so far in the days of a request: what its approval would except."""
    rows: ObligationQuerySet = asked.prison.obligations.filter(met_by__in=SUSPENDED, due_on__lt=on)
    rows = rows.owed(asked.starts_on, asked.ends_on).exclude(state=ObligationState.MET)
    if asked.covers != Suspension.Covers.ALL:
        rows = rows.filter(met_by="check" if asked.covers == Suspension.Covers.CHECKS else "session")
    return rows.filter(wing=asked.wing_id) if asked.wing_id else rows


def withdrawable(rows: Any, standing: Standing) -> QuerySet[Suspension]:
    """Whoever may ask takes back what waits; what binds only who decides."""
    return rows if standing.may(Action.DECIDE_SUSPENSION) else rows.waiting()


def suspension_columns(request: PrisonRequest) -> tuple[Column, ...]:
    """From when until when, what, where, why, who, and what has come of it."""
    return (
        Column("from", "From", "starts_on", order=("starts_on",)),
        Column("until", "Until", "ends_on", order=("ends_on",)),
        Column("covers", "Covers", "get_covers_display", order=("covers",)),
        Column("where", "Where", _where, order=("wing__code",)),
        Column("because", "Why", "because"),
        Column("by", "Asked by", "asked_by", order=("asked_by__surname", "asked_by__forename")),
        Column("stands", "Stands", lambda row: standing_words(row, request.on), order=("place", "-starts_on"),
               cell=lambda row: _stands(row, request.on)),
        Column("excepted", "Excepted so far", "excepted", order=("excepted",), numeric=True),
        Column("do", "Action", cell=lambda row: _links(row, request), export=False),
    )  # fmt: skip


def _where(row: Suspension) -> str:
    return f"Wing {row.wing.code}" if row.wing else "Whole prison"


def _stands(row: Suspension, on: date) -> SafeString:
    words = standing_words(row, on)
    if row.withdrawn_at:
        return format_html("{} by {}: {}", tag(words, "grey"), row.withdrawn_by, row.withdrawn_because)
    if row.approved is None:
        return tag(words, "yellow")
    if not row.approved:
        return format_html("{} by {}: {}", tag(words, "grey"), row.decided_by, row.decision)
    return format_html("{}", words)


def _links(row: Suspension, request: PrisonRequest) -> SafeString:
    decides = request.standing.may(Action.DECIDE_SUSPENSION)
    waits = row.approved is None and not row.withdrawn_at
    shown = [
        ("suspension-decide", "Answer", decides and waits),
        ("suspension-withdraw", "Withdraw", not row.withdrawn_at and (waits or (bool(row.approved) and decides))),
    ]
    hidden = format_html('<span class="govuk-visually-hidden"> the suspension from {}</span>', row.starts_on)
    return format_html_join(
        mark_safe("<br>"),
        "{}",
        (
            (link(reverse(f"wellbeing:{name}", args=[row.prison_id, row.pk]), format_html("{}{}", words, hidden)),)
            for name, words, may in shown
            if may
        ),
    )
