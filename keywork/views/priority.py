"""The lists of priority groups: in one today, to decide, local additions; and the PGD's answer to those."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from keywork import priority_lists as lists
from keywork.actions.priority import answer_local_addition
from keywork.filters import PeopleFilter
from keywork.forms import attempt
from keywork.priority import found_on
from keywork.priority_forms import LocalAnswerForm
from keywork.regime import in_force, level_on, level_words
from keywork.views.regime import crumb
from omic import audit, pending
from omic.access import Action, requires
from omic.context import Tab
from omic.http import PrisonRequest
from omic.lists import ListPage


@requires(Action.SEE_KEY_WORK)
def groups(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Who is in a priority group today, why, in which window and by whose decision."""
    found = found_on(request.prison.people.all(), request.on)
    people = lists.in_a_group(request.prison.people.all(), found)
    decided = in_force(request.prison.priority_decisions.filter(person__prison=request.prison), request.on)
    shown = lists.group_columns(request, found, decided.select_related("decided_by"))
    empty = "Nobody is in a priority group today."
    settings = {"title": "Priority groups", "columns": shown, "sort": "where", "empty": empty}
    return _page(request, people.select_related("wing", "key_worker"), "priority", filterset=PeopleFilter, **settings)


@requires(Action.SEE_KEY_WORK)
def to_decide(request: PrisonRequest, code: str) -> HttpResponseBase:
    """About whom somebody must decide, most pressing first."""
    people = lists.to_decide(request.prison.people.all(), request.on).select_related("wing", "key_worker")
    empty = "Nothing waits for a decision. That is good."
    shown = {"title": "Priority groups: to decide", "columns": lists.ask_columns(request), "sort": "asked"}
    return _page(request, people, "priority-to-decide", filterset=lists.AskFilter, empty=empty, **shown)


@requires(Action.SEE_KEY_WORK)
def local(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Whom the governor wants to add, those first that wait for the PGD."""
    rows = lists.local_additions(request.prison, request.on)
    empty = "No local additions. They are made from a person’s page and bind once the PGD has agreed."
    shown = {"title": "Local additions", "columns": lists.local_columns(request), "sort": "pgd"}
    return _page(
        request, rows, "priority-local", noun="addition,additions", filterset=lists.LocalFilter, empty=empty, **shown
    )


def _page(
    request: PrisonRequest, rows: Any, name: str, *, noun: str = "person,people", **more: Any
) -> HttpResponseBase:
    page = ListPage(
        request,
        rows,
        noun=noun,
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, name),
        context={"today": request.on},
        **more,
    )
    current = level_on(request.prison, request.on)
    context = {"tabs": _tabs(request), "crumbs": [crumb(request.prison)], "current": current}
    return page.response("keywork/priority.html", {**context, "level": current and level_words(current.level)})


def _tabs(request: PrisonRequest) -> list[Tab]:
    code, people = request.prison.pk, request.prison.people.all()
    additions = lists.local_additions(request.prison, request.on).count()
    return [
        Tab("In a group today", reverse("keywork:priority", args=[code])),
        Tab(
            "To decide", reverse("keywork:priority-to-decide", args=[code]), lists.to_decide(people, request.on).count()
        ),
        Tab("Local additions", reverse("keywork:priority-local", args=[code]), additions),
    ]


@requires(Action.APPROVE_LOCAL_GROUP)
def answer_local(request: PrisonRequest, code: str, decision: int) -> HttpResponse:
    """The PGD agrees to a local addition, or does not (PG-5)."""
    rows = lists.local_additions(request.prison, request.on)
    asked = get_object_or_404(rows, pk=decision)
    form = LocalAnswerForm(pending.typed(request), staff=request.user)
    save = partial(answer_local_addition, decision=asked, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and (answered := attempt(form, save, **form.told())):
        words = "agreed" if answered.pgd_agreed else "not agreed"
        messages.success(request, f"The addition of {asked.person.prison_number} is {words}.")
        return redirect("keywork:priority-local", code)
    back = reverse("keywork:priority-local", args=[code])
    context = {"title": f"Local addition of {asked.person.prison_number}", "form": form, "submit": "Answer"}
    return render(request, "keywork/priority_answer.html", {**context, "asked": asked, "back": back, "cancel": back})
