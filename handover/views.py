"""The handover lists, and recording that a case was handed over."""

from functools import partial
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from handover.actions import NothingToRecordError, record_handover
from handover.community_tabs import ways_on
from handover.duty_actions import RefusedError
from handover.forms import HandoverFilter, OverriddenFilter, RecordHandoverForm
from handover.lists import COLUMNS
from handover.queries import (
    EVERYBODY,
    LIST_BY_KEY,
    LISTS,
    list_counts,
    with_handover,
    with_overrides,
    with_progress,
)
from handover.week_chart import week_chart
from omic import audit, pending
from omic.access import Action, Relation, requires
from omic.context import Tab
from omic.formats import day
from omic.http import PrisonRequest
from omic.lists import ListPage
from omic.models import ObligationKind, Person, Role
from omic.people import identity

NOBODY = "null"  # what django-filter calls the choice of those without


@requires(Action.SEE_DATES)
def handovers(request: PrisonRequest, code: str, key: str) -> HttpResponseBase:
    """One of the handover lists."""
    chosen = LIST_BY_KEY[key]
    everyone = with_handover(request.prison.people.all(), request.on)
    people = with_progress(everyone.filter(chosen.where(request.on)), request.on)
    people = with_overrides(people) if key == "overridden" else people
    relations = request.standing.relations(Action.RECORD_HANDOVER)
    page = ListPage(
        request,
        people.select_related("wing", "pom", "details"),
        title=chosen.title,
        columns=COLUMNS[key],
        sort=chosen.sort,
        noun="person,people",
        filterset=OverriddenFilter if key == "overridden" else HandoverFilter,
        empty=chosen.empty,
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, f"handovers-{key}"),
        context={
            "on": request.on,
            "records_all": Relation.PRISON in relations,
            "records_own": request.user.pk if relations else None,
        },
    )
    among = _of_the_pom(request)
    context = {"lede": chosen.definition, "tabs": _tabs(request, among), "whose": _whose(request, key)}
    context["ways_on"] = ways_on(request)
    if key == "upcoming":
        context["chart"] = week_chart(request, request.prison.people.filter(among))
    return page.response("handover/lists.html", context)


def _of_the_pom(request: PrisonRequest) -> Q:
    """Those of the POM whom the list is narrowed down to, so that a tab and the chart count what they open."""
    form = HandoverFilter({"pom": request.GET.get("pom", "")}, Person.objects.none(), request=request).form
    pom = form.cleaned_data["pom"] if form.is_valid() else None
    if pom is None:
        return EVERYBODY
    return Q(pom=None) if pom == NOBODY else Q(pom=pom)


def _tabs(request: PrisonRequest, among: Q) -> list[Tab]:
    """Every list with its length; the POM chosen stays chosen."""
    counts = list_counts(request.prison, request.on, LISTS, among)
    query = _query(request.GET.get("pom", ""))
    return [
        Tab(row.title, reverse(f"handover:{row.key}", args=[request.prison.pk]) + query, counts[row.key])
        for row in LISTS
    ]


def _query(pom: object) -> str:
    return f"?{urlencode({'pom': pom})}" if pom else ""


def _whose(request: PrisonRequest, key: str) -> list[tuple[str, str, bool]]:
    """One's own cases or everybody's, for whom a POM's cases can be their own: words, address, whether it is shown."""
    if Role.POM not in request.standing.roles:
        return []
    address, asked = reverse(f"handover:{key}", args=[request.prison.pk]), request.GET.get("pom", "")
    mine = str(request.user.pk)
    return [
        ("Mine", address + _query(mine), asked == mine),
        ("The whole prison", address, not asked),
    ]


@requires(Action.RECORD_HANDOVER)
def record(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Record that the case was handed over, which meets the duty."""
    person = request.person
    back = reverse("handover:case", args=[code, ref])
    form = RecordHandoverForm(
        pending.typed(request), initial={"handed_on": request.on}, staff=request.user, today=request.on
    )
    if request.method == "POST" and form.is_valid() and _recorded(request, form):
        return redirect(back)
    context = {"title": "Record the handover", "form": form, "submit": "Record handover", "person": person}
    context |= {
        "back": back,
        "cancel": back,
        "duty": person.obligations.demanding().filter(kind=ObligationKind.HANDOVER).first(),
    }
    return render(request, "handover/record.html", context | identity(person))


def _recorded(request: PrisonRequest, form: RecordHandoverForm) -> bool:
    facts = {"on": form.cleaned_data["handed_on"], "note": form.cleaned_data["note"]}
    try:
        record_handover(person=request.person, by=request.user, at=request.now, **facts)
    except NothingToRecordError as error:
        form.add_error(None, _nothing(error))
        return False
    except RefusedError as refused:
        form.add_error(refused.field, str(refused))
        return False
    messages.success(request, f"The handover of {request.person.name} is recorded.")
    return True


def _nothing(error: NothingToRecordError) -> str:
    last = error.last
    if last is None or last.closed_at is None:
        return "No handover of this person is owed, so nothing was recorded."
    return f"Nothing was recorded: {last.closed_by or 'the system'} closed this on {day(last.closed_at)}."
