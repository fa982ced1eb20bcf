"""The safety picture: self-harm as two series that are never one, and who harmed themselves after a step down."""

from functools import partial
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html

from keywork.columns import person_url
from omic import audit
from omic.access import Action, requires
from omic.audit import Actor
from omic.formats import day
from omic.http import PrisonRequest
from omic.lists import Column, ListPage, link
from wellbeing.rules import policy_on
from wellbeing.safety import alert_words, people_noun, series_of
from wellbeing.self_harm import alerts_of, harmed_after_step_down, incidents_between, weeks
from wellbeing.self_harm_forms import DaysForm
from wellbeing.tabs import tabs_of

HALF_YEAR, YEAR = 26, 52
DAY = Column("on", "Day", "on", order=("on",))
SOURCE = Column("source", "From", "get_source_display", order=("source",))
WITHOUT_NAMES = (DAY, SOURCE)


@requires(Action.SEE_SAFETY)
def safety(request: PrisonRequest, code: str) -> HttpResponse:
    """Both series of half a year or a year, what raised an alert, and those harmed after a step down."""
    prison, on = request.prison, request.on
    number = YEAR if request.GET.get("weeks") == str(YEAR) else HALF_YEAR
    found = weeks(prison, on=on, number=number)
    named = request.standing.may(Action.SEE_PERSON)
    context = {
        "title": "Safety picture",
        "tabs": tabs_of(request),
        "alerts": [words for week in reversed(found[-2:]) for words in alert_words(prison, week, on=on)],
        "rule": alerts_of([prison.pk], on=on)[prison.pk],
        "series": series_of(prison, found, on=on),
        "weeks": number,
        "other": HALF_YEAR if number == YEAR else YEAR,
        "women": people_noun(prison).partition(",")[2],
        "named": named,
        **_after_step_down(request, found[0].monday, named=named),
    }
    return render(request, "wellbeing/safety.html", context)


def _after_step_down(request: PrisonRequest, first: Any, *, named: bool) -> dict[str, Any]:
    """By name for whoever may see people, and that is kept; for others how many."""
    if not request.prison.women:
        return {"harmed": [], "harmed_count": 0}
    rows = harmed_after_step_down(request.prison, first=first, last=request.on).select_related("person__wing")
    harmed = list(rows.order_by("-on", "-pk"))
    if harmed and named:
        _keep_reading(request, len(harmed))
    policy = policy_on(request.on)
    people = len({row.person_id for row in harmed})
    return {"harmed": harmed if named else [], "harmed_count": people, "watch_days": policy.watch_days}


def _keep_reading(request: PrisonRequest, rows: int) -> None:
    audit.record(by=Actor(staff=request.user), action="see_self_harm", at=request.now, prison=request.prison, rows=rows)


@requires(Action.SEE_SAFETY)
def incidents(request: PrisonRequest, code: str) -> HttpResponseBase:
    """The incidents of some days: by name for whoever may see people, and that is kept; for others the days alone."""
    form = DaysForm(request.GET if "from" in request.GET else None, on=request.on)
    first, last = form.days()
    page = ListPage(
        request,
        incidents_between(request.prison, first, last).select_related("person__wing", "recorded_by"),
        title=f"Self-harm, {day(first)} to {day(last)}",
        columns=_columns(request),
        sort="-on",
        noun="incident,incidents",
        empty="No incident is recorded for these days.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "self-harm"),
    )
    if request.standing.may(Action.SEE_PERSON):
        _keep_reading(request, page.count)
    back = reverse("wellbeing:safety", args=[code])
    return page.response("wellbeing/safety_incidents.html", {"back": back, "form": form})


def _columns(request: PrisonRequest) -> tuple[Column, ...]:
    """Who, when and from where. Somebody who has left is named, not linked."""
    if not request.standing.may(Action.SEE_PERSON):
        return WITHOUT_NAMES
    prison, may = request.prison, request.standing.may(Action.RECORD_SELF_HARM)

    def named(row: Any) -> Any:
        return link(person_url(row.person), row.person.name) if row.person.prison_id == prison.pk else row.person.name

    def taken_back(row: Any) -> Any:
        which = f"the incident of {row.person.name}, {day(row.on)}"
        words = format_html('Take back<span class="govuk-visually-hidden"> {}</span>', which)
        return link(reverse("wellbeing:withdraw-self-harm", args=[prison.pk, row.pk]), words)

    surname = ("person__surname", "person__forename")
    shown = (
        DAY,
        Column("person", "Person", "person.name", order=surname, cell=named),
        Column("number", "Number", "person.prison_number", order=("person__prison_number",)),
        Column("wing", "Wing now", "person.wing.code", order=("person__wing__code",)),
        Column("reference", "Incident number", "reference", order=("reference",)),
        SOURCE,
        Column("by", "Recorded by", "recorded_by", order=("recorded_by__surname",)),
        Column("recorded", "Recorded", "recorded_at", order=("recorded_at",)),
    )
    return (*shown, Column("back", "Take back", cell=taken_back)) if may else shown
