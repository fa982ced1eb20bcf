"""Key workers: everybody's load and absence, one key worker's page, and what a manager records of them."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from keywork import columns, lists, staffing
from keywork.actions import profiles
from keywork.actions.refusals import RefusedError
from keywork.forms import attempt
from keywork.rules import policy_on
from keywork.staff_forms import AbsenceForm, CeilingForm, ProfileForm, ReturnForm, TrainingForm
from keywork.staff_lists import StaffFilter, half_days_words, staff_columns, status_tag, training_words
from keywork.views.regime import crumb
from omic import audit
from omic.access import Action, requires
from omic.formats import day, plural
from omic.http import PrisonRequest
from omic.lists import ListPage
from omic.models import Role


@requires(Action.SEE_KEY_WORK)
def staff(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Every key worker with their load against the ceiling, who is away and who is over target first."""
    page = ListPage(
        request,
        staffing.staff_of(request.prison, on=request.on),
        title="Key workers",
        columns=staff_columns(request),
        sort="status",
        noun="key worker,key workers",
        filterset=StaffFilter,
        empty="Nobody is posted here as a key worker today. HOMS posts staff.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "key-workers"),
    )
    context = {
        "readiness": staffing.readiness(request.prison, on=request.on),
        "cover_needed": staffing.cover_needed(request.prison, on=request.on).count(),
        "policy": policy_on(request.on),
        "may_set": request.standing.may(Action.EDIT_PRISON),
        "crumbs": [crumb(request.prison)],
    }
    return page.response("keywork/staff.html", context)


def _worker(request: PrisonRequest, staff: int) -> Any:
    return get_object_or_404(staffing.staff_of(request.prison, on=request.on), pk=staff)


@requires(Action.SEE_KEY_WORK)
def staff_member(request: PrisonRequest, code: str, staff: int) -> HttpResponseBase:
    """One key worker: profile, training, absences, ceiling, their people and who covers them."""
    worker = _worker(request, staff)
    page = ListPage(
        request,
        lists.my_people(request.prison, worker, on=request.on).select_related("wing"),
        title=str(worker),
        columns=(*columns.who(request), columns.COVERED, columns.WHERE, columns.OWED, columns.LAST, columns.PRIORITY),
        sort="owed",
        noun="person,people",
        empty=f"{worker} is nobody's key worker at present, and stands in for nobody.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "people-of-a-key-worker"),
        context={"today": request.on},
    )
    return page.response("keywork/staff_member.html", _recorded(request, worker))


def _recorded(request: PrisonRequest, worker: Any) -> dict[str, Any]:
    """What is recorded of a key worker here."""
    on, prison = request.on, request.prison
    covers = prison.covers.filter(role=Role.KEY_WORKER, person__key_worker=worker).order_by("starts_on", "pk")
    return {
        "worker": worker,
        "status": status_tag(worker),
        "trained": training_words(worker, on=on),
        "half_days": half_days_words(worker, on=on),
        "hindrance": staffing.hindrance(worker, on=on).partition(". ")[0],
        "training": staffing.training_of(prison, worker),
        "absences": staffing.absences_of(prison, worker).exclude(returns_on__lte=on).order_by("starts_on"),
        "ceilings": staffing.ceilings_of(prison, worker).exclude(ends_on__lte=on),
        "covered": covers.exclude(ends_on__lte=on).select_related("person", "staff"),
        "may_manage": request.standing.may(Action.MANAGE_KEY_WORKERS),
        "may_open": request.standing.may(Action.SEE_PERSON),
        "back": reverse("keywork:staff", args=[request.prison.pk]),
    }


@requires(Action.MANAGE_KEY_WORKERS)
def edit_key_worker(request: PrisonRequest, code: str, staff: int) -> HttpResponse:
    """Wings and hours."""
    worker = _worker(request, staff)
    profile = request.prison.key_workers.filter(staff=worker).prefetch_related("wings").first()
    seen = {"version": profile.version if profile else 0}
    if profile:
        seen |= {"wings": list(profile.wings.all()), "profiled_hours": profile.profiled_hours}
    form = ProfileForm(request.POST or None, wings=request.prison.wings.all(), initial=seen)
    return _recording(request, worker, form, profiles.edit_profile, "Wings and hours", "Saved.")


@requires(Action.MANAGE_KEY_WORKERS)
def add_training(request: PrisonRequest, code: str, staff: int) -> HttpResponse:
    """A course that was completed."""
    form = TrainingForm(request.POST or None)
    return _recording(request, _worker(request, staff), form, profiles.record_training, "Training", "Training saved.")


@requires(Action.MANAGE_KEY_WORKERS)
def add_absence(request: PrisonRequest, code: str, staff: int) -> HttpResponse:
    """From when to when somebody is away; then who needs cover."""
    form = AbsenceForm(request.POST or None, initial={"starts_on": request.on})
    return _recording(request, _worker(request, staff), form, profiles.record_absence, "Absence", "Absence saved.")


@requires(Action.MANAGE_KEY_WORKERS)
def set_ceiling(request: PrisonRequest, code: str, staff: int) -> HttpResponse:
    """A higher or a lower ceiling, for a time and with a reason."""
    form = CeilingForm(request.POST or None, initial={"starts_on": request.on})
    return _recording(request, _worker(request, staff), form, profiles.set_ceiling, "Ceiling", "Ceiling saved.")


def _recording(request: PrisonRequest, worker: Any, form: Any, action: Any, title: str, done: str) -> HttpResponse:
    """One form about a key worker: saved by `action`, or shown with what is wrong."""
    back = reverse("keywork:staff-member", args=[request.prison.pk, worker.pk])
    save = partial(action, staff=worker, prison=request.prison, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.cleaned_data):
        messages.success(request, done + _who_needs_cover(request, worker.pk))
        return redirect(back)
    context = {"title": f"{title}: {worker}", "form": form, "submit": "Save", "cancel": back, "back": back}
    return render(request, "omic/form.html", context)


def _who_needs_cover(request: PrisonRequest, worker: int) -> str:
    needed = staffing.cover_needed(request.prison, on=request.on).filter(key_worker=worker).count()
    return f" {plural(needed, 'person needs,people need')} cover: choose who stands in below." if needed else ""


@requires(Action.MANAGE_KEY_WORKERS)
def change_return(request: PrisonRequest, code: str, staff: int, absence: int) -> HttpResponse:
    """Back earlier or later than was thought."""
    worker = _worker(request, staff)
    found = get_object_or_404(staffing.absences_of(request.prison, worker), pk=absence)
    form = ReturnForm(request.POST or None, initial={"returns_on": request.on})
    back = reverse("keywork:staff-member", args=[code, staff])
    save = partial(profiles.change_return, absence=found, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.cleaned_data):
        messages.success(request, f"{worker} is back on {day(form.cleaned_data['returns_on'])}.")
        return redirect(back)
    title = f"{found.get_kind_display()} of {worker}: first day back"
    return render(request, "omic/form.html", {"title": title, "form": form, "cancel": back, "back": back})


@requires(Action.MANAGE_KEY_WORKERS)
@require_POST
def withdraw_training(request: PrisonRequest, code: str, staff: int, training: int) -> HttpResponse:
    """Take back a course that was recorded by mistake."""
    worker = _worker(request, staff)
    found = get_object_or_404(staffing.training_of(request.prison, worker), pk=training)
    profiles.withdraw_training(training=found, by=request.user, at=request.now)
    messages.success(request, f"{found.get_course_display()} of {day(found.completed_on)} was taken back.")
    return redirect("keywork:staff-member", code, staff)


@requires(Action.MANAGE_KEY_WORKERS)
@require_POST
def end_ceiling(request: PrisonRequest, code: str, staff: int, ceiling: int) -> HttpResponse:
    """From today the usual ceiling counts again."""
    worker = _worker(request, staff)
    found = get_object_or_404(staffing.ceilings_of(request.prison, worker), pk=ceiling)
    try:
        profiles.end_ceiling(ceiling=found, by=request.user, at=request.now)
        messages.success(request, "The usual ceiling counts again.")
    except RefusedError as refused:
        messages.info(request, f"{refused}.")
    return redirect("keywork:staff-member", code, staff)
