"""Cover: whose key worker is away without a stand-in, choosing one, and the cover that is in place."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from keywork import staffing
from keywork.actions.cover import cover_people, end_cover
from keywork.forms import attempt
from keywork.staff_forms import CoverForm, ReasonForm
from keywork.staff_lists import (
    CoverFilter,
    InPlaceFilter,
    cover_columns,
    needed_columns,
    people_to_cover,
)
from omic import audit
from omic.access import Action, requires
from omic.context import Tab
from omic.formats import plural
from omic.http import PrisonRequest
from omic.lists import Column, ListPage
from omic.models import Cover, Role

NOBODY = "Nobody needs cover: every key worker is here, or somebody stands in. That is good."


@requires(Action.SEE_KEY_WORK)
def cover(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Whose key worker is away without a stand-in: true at once, and until somebody stands in."""
    page = _needed(request, needed_columns(request))
    may_manage = request.standing.may(Action.MANAGE_KEY_WORKERS)
    context = {"tabs": _tabs(request), "may_manage": may_manage, "query": request.GET.urlencode()}
    context["back"] = reverse("keywork:staff", args=[code])
    return page.response("keywork/cover.html", context)


def _needed(request: PrisonRequest, shown: tuple[Column, ...]) -> ListPage:
    return ListPage(
        request,
        people_to_cover(request, request.on),
        title="Cover needed",
        columns=shown,
        sort="next",
        noun="person needs cover,people need cover",
        filterset=CoverFilter,
        empty=NOBODY,
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "cover-needed"),
        context={"today": request.on},
    )


@requires(Action.MANAGE_KEY_WORKERS)
def choose_cover(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Choose who stands in, for many people with one save. Who is refused stays on the page and says why."""
    filters = CoverFilter(request.GET or None, people_to_cover(request, request.on), request=request)
    form = CoverForm(request.POST or None, request=request, day=filters.chosen_day)
    if request.method == "POST" and form.is_valid() and _covered(request, form, filters.qs):
        return redirect(f"{reverse('keywork:cover', args=[code])}?{request.GET.urlencode()}")
    choice = Column("stand_in", "Stand-in", cell=form.cell, export=False)
    page = _needed(request, (*needed_columns(request), choice))
    back = f"{reverse('keywork:cover', args=[code])}?{request.GET.urlencode()}"
    context = {"title": "Choose who stands in", "chooser": form, "back": back}
    return page.response("keywork/cover_choose.html", context)


def _covered(request: PrisonRequest, form: CoverForm, needed: QuerySet[Any]) -> bool:
    """Save what was chosen and say so; whether all of it could be saved."""
    chosen = form.choices(needed.filter(pk__in=form.rows))
    made, form.refused = cover_people(choices=chosen, prison=request.prison, by=request.user, at=request.now)
    if made:
        messages.success(request, f"{plural(len(made), 'person has,people have')} a stand-in.")
    _say_who_was_first(request, form, {row.pk for row in made})
    _warn(request, {row.staff_id for row in made})
    if form.refused:
        form.add_error(None, f"{plural(len(form.refused), 'choice was,choices were')} not saved: see below why")
    return not form.refused


def _say_who_was_first(request: PrisonRequest, form: CoverForm, made: set[int]) -> None:
    """For whom somebody else has chosen meanwhile: theirs stands, and nothing else is lost."""
    others = request.prison.covers.on(form.cleaned_data["starts_on"]).filter(role=Role.KEY_WORKER)
    others = others.filter(person__in=form.chosen).exclude(pk__in=made).exclude(person__in=form.refused)
    for row in others.select_related("person", "staff", "recorded_by"):
        messages.info(request, f"{row.recorded_by} has chosen {row.staff} for {row.person.name} already. That stands.")


def _warn(request: PrisonRequest, staff: set[int]) -> None:
    """Cover takes no place under the ceiling (KW-14), but whoever chooses should see what it comes to."""
    for worker in staffing.staff_of(request.prison, on=request.on).filter(pk__in=staff):
        if worker.load + worker.covering > worker.ceiling:
            people = plural(worker.load, "person,people")
            together = f"{worker} has {people} and stands in for {worker.covering}"
            messages.warning(request, f"{together}: above the ceiling of {worker.ceiling} (KW-03). Can that be done?")


@requires(Action.SEE_KEY_WORK)
def covers(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Cover in place and to come."""
    rows = request.prison.covers.filter(role=Role.KEY_WORKER).exclude(ends_on__lte=request.on)
    page = ListPage(
        request,
        rows.select_related("person__key_worker", "person__prison", "staff"),
        title="Cover in place",
        columns=cover_columns(request),
        sort="until",
        noun="cover,covers",
        filterset=InPlaceFilter,
        empty="Nobody stands in for a key worker, now or later.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "cover-in-place"),
    )
    return page.response(context={"tabs": _tabs(request), "back": reverse("keywork:staff", args=[code])})


def _tabs(request: PrisonRequest) -> list[Tab]:
    code, needed = request.prison.pk, staffing.cover_needed(request.prison, on=request.on)
    rows = request.prison.covers.filter(role=Role.KEY_WORKER).exclude(ends_on__lte=request.on)
    return [
        Tab("Cover needed", reverse("keywork:cover", args=[code]), needed.count()),
        Tab("Cover in place", reverse("keywork:covers", args=[code]), rows.count()),
    ]


@requires(Action.MANAGE_KEY_WORKERS)
def stop_cover(request: PrisonRequest, code: str, cover: int) -> HttpResponse:
    """End cover before its time, with the reason."""
    rows = request.prison.covers.filter(role=Role.KEY_WORKER).select_related("person", "staff", "prison")
    found: Cover = get_object_or_404(rows, pk=cover)
    form, back = ReasonForm(request.POST or None), reverse("keywork:covers", args=[code])
    save = partial(end_cover, cover=found, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.cleaned_data):
        messages.success(request, f"{found.staff} no longer stands in for {found.person.name}.")
        return redirect(back)
    title = f"End the cover of {found.person.name} by {found.staff}"
    return render(request, "omic/form.html", {"title": title, "form": form, "submit": "End", "cancel": back})
