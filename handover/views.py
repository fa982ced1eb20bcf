"""The handover lists, and recording that a case was handed over."""

from functools import partial
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from handover.actions import NothingToRecordError, record_handover
from handover.forms import HandoverFilter, RecordHandoverForm
from handover.lists import COLUMNS
from handover.queries import LIST_BY_KEY, LISTS, list_counts, with_handover
from omic import audit, pending
from omic.access import Action, Relation, requires
from omic.context import Tab
from omic.formats import day
from omic.http import PrisonRequest
from omic.lists import ListPage
from omic.models import ObligationKind
from omic.models.person import PersonQuerySet
from omic.people import identity


@requires(Action.SEE_DATES)
def handovers(request: PrisonRequest, code: str, key: str) -> HttpResponseBase:
    """One of the handover lists."""
    chosen = LIST_BY_KEY[key]
    everyone = with_handover(request.prison.people.all(), request.on)
    people = everyone.filter(chosen.where(request.on)).select_related("wing", "pom", "details")
    relations = request.standing.relations(Action.RECORD_HANDOVER)
    page = ListPage(
        request,
        people,
        title=chosen.title,
        columns=COLUMNS[key],
        sort=chosen.sort,
        noun="person,people",
        filterset=HandoverFilter,
        empty=chosen.empty,
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, f"handovers-{key}"),
        context={
            "on": request.on,
            "records_all": Relation.PRISON in relations,
            "records_own": request.user.pk if relations else None,
        },
    )
    return page.response(context={"lede": chosen.definition, "tabs": _tabs(request, everyone)})


def _tabs(request: PrisonRequest, everyone: PersonQuerySet) -> list[Tab]:
    """Every list with its length; the POM chosen stays chosen, so that a tab counts what it opens."""
    asked = request.GET.get("pom", "")
    filtered = HandoverFilter({"pom": asked}, everyone, request=request).qs
    counts = list_counts(filtered, request.on)
    query = f"?{urlencode({'pom': asked})}" if asked else ""
    return [
        Tab(row.title, reverse(f"handover:{row.key}", args=[request.prison.pk]) + query, counts[row.key])
        for row in LISTS
    ]


@requires(Action.RECORD_HANDOVER)
def record(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Record that the case was handed over, which meets the duty."""
    person = request.person
    back = reverse("why", args=[code, ref, "handover"])
    form = RecordHandoverForm(
        pending.typed(request), initial={"handed_on": request.on}, staff=request.user, today=request.on
    )
    if request.method == "POST" and form.is_valid() and _recorded(request, form):
        return redirect("person", code, ref)
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
    messages.success(request, f"The handover of {request.person.name} is recorded.")
    return True


def _nothing(error: NothingToRecordError) -> str:
    last = error.last
    if last is None or last.closed_at is None:
        return "No handover of this person is owed, so nothing was recorded."
    return f"Nothing was recorded: {last.closed_by or 'the system'} closed this on {day(last.closed_at)}."
