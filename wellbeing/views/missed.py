"""Missed checks: who is not yet seen today, who was missed on the days before, and what was done about it."""

from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from keywork.regime_forms import TypedForm, area
from omic import audit, pending, suspensions
from omic.access import Action, requires
from omic.formats import plural
from omic.http import PrisonRequest
from omic.lists import ListPage
from omic.models import Person, Suspension
from wellbeing import missed_lists as lists
from wellbeing.acct import acct_age, left_unseen
from wellbeing.actions.missed import follow_up_missed
from wellbeing.days_out import unconfirmed
from wellbeing.missed import (
    ONE_DAY,
    late_yesterday,
    missed_lately,
    missed_of,
    missed_yesterday,
    people_missed,
    with_last_seen,
)
from wellbeing.paper import copy_shown
from wellbeing.roster import expected_by, not_yet_seen
from wellbeing.tabs import tabs_of


@requires(Action.SEE_MISSED)
def missed(request: PrisonRequest, code: str) -> HttpResponseBase:
    """First who is not yet seen today, then who was missed yesterday and on the days before."""
    prison, expected = request.prison, expected_by(request.prison, request.on)
    page = ListPage(
        request,
        people_missed(prison, request.on).select_related("wing"),
        title="Missed checks",
        columns=lists.missed_columns(prison),
        sort="missed",
        noun="person,people",
        filterset=lists.MissedFilter,
        empty="Nobody was missed in the last 14 days. That is good.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "missed-checks"),
    )
    context = {
        "tabs": tabs_of(request),
        "left": not_yet_seen(prison, at=request.now).count(),
        "expected": expected,
        "late": request.now >= expected,
        "yesterday": missed_yesterday(prison, request.on).values("person").distinct().count(),
        "suspensions": suspensions.shown(prison, request.on, Suspension.Covers.CHECKS),
        "open_today": left_unseen(prison, request.on, at=request.now).count(),
        "open_yesterday": _treated_as_open(request, request.on - ONE_DAY),
        "entered_late": late_yesterday(prison, request.on),
        "yesterday_on": request.on - ONE_DAY,
        **_days_out(request, request.on - ONE_DAY),
        **copy_shown(request),
    }
    return page.response("wellbeing/missed.html", context)


@requires(Action.SEE_MISSED)
def not_seen(request: PrisonRequest, code: str) -> HttpResponseBase:
    """The checks of today that are still to be made, longest unseen first."""
    rows = with_last_seen(not_yet_seen(request.prison, at=request.now), "person")
    expected = expected_by(request.prison, request.on)
    page = ListPage(
        request,
        rows.select_related("person__wing"),
        title="Not yet seen today",
        columns=lists.not_seen_columns(),
        sort="seen",
        noun="check,checks",
        filterset=lists.NotSeenFilter,
        empty="Every check of today has been made, or none is due. That is good.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "not-yet-seen"),
    )
    context = {"expected": expected, "late": request.now >= expected, "back": reverse("wellbeing:missed", args=[code])}
    context |= {"open_today": _treated_as_open(request, request.on), "age": acct_age(request.prison, at=request.now)}
    context |= _days_out(request, request.on)
    return page.response("wellbeing/missed_today.html", context)


def _treated_as_open(request: PrisonRequest, on: date) -> QuerySet[Person]:
    """Whoever was to be checked on a day as if their ACCT were open and was not, longest unseen first (H3)."""
    rows = with_last_seen(left_unseen(request.prison, on, at=request.now), "pk").select_related("wing")
    return rows.order_by("unseen_since", "surname", "forename", "pk")


def _days_out(request: PrisonRequest, since: date) -> dict[str, Any]:
    """The days out from `since` to today that the roll does not bear out; who records checks can take them back."""
    found = list(unconfirmed(request.prison, since, request.on))
    return {"days_out": found, "may_take_back": request.standing.may(Action.RECORD_CHECK)}


class FollowUpForm(TypedForm):
    """What was done about a missed check."""

    words = forms.CharField(
        label="What was done?", max_length=1000, widget=area(), help_text="Who went to see them, when, and how they are"
    )


@requires(Action.SEE_MISSED)
def follow_up(request: PrisonRequest, code: str, duty: int) -> HttpResponse:
    """The checks that somebody was missed, and a line about what was done."""
    rows = missed_lately(request.prison, request.on).select_related("person__wing", "prison")
    found = get_object_or_404(rows, pk=duty)
    form = FollowUpForm(pending.typed(request), staff=request.user)
    if request.method == "POST" and form.is_valid():
        kept = follow_up_missed(duty=found, by=request.user, at=request.now, **form.told())
        messages.success(request, f"Kept beside {plural(kept, 'missed check,missed checks')} of {found.person.name}.")
        return redirect("wellbeing:missed", code)
    back = reverse("wellbeing:missed", args=[code])
    context = {"title": f"Missed checks of {found.person.name}", "form": form, "submit": "Keep", "found": found}
    context |= {"rows": missed_of(found, request.on), "back": back, "cancel": back}
    return render(request, "wellbeing/missed_follow_up.html", context)
