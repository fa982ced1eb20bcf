"""Somebody's progression plan, and the meetings at which their key worker is expected (KW-13)."""

from datetime import date
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from keywork import plans
from keywork.actions.meetings import record_absence, record_meeting
from keywork.actions.plans import add_target, agree_plan, end_plan, start_plan
from keywork.actions.refusals import RefusedError
from keywork.columns import person_url
from keywork.forms import attempt
from keywork.models import ProgressionPlan
from keywork.plan_forms import AttendanceForm, EndPlanForm, MeetingForm, StartForm, TargetForm
from omic import audit, pending
from omic.access import Action, requires
from omic.attendance import ATTENDED
from omic.audit import Actor
from omic.http import PrisonRequest
from omic.models import Obligation, ObligationKind
from omic.people import identity


@requires(Action.SEE_PERSON)
def plan(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """The open plan with its targets and what came of each, then the plans that have ended."""
    person = request.person
    every = list(plans.plans_of(person))
    current = next((one for one in every if one.ended_at is None), None)
    formal = plans.formal_plan(person)
    audit.record(by=Actor(staff=request.user), action="see_plan", at=request.now, prison=request.prison, person=person)
    context = {
        "title": "Progression plan",
        "person": person,
        "crumbs": [(person.name, person_url(person))],
        "plan": current,
        "ended": [one for one in every if one.ended_at],
        "formal": formal,
        "needs_agreement": plans.needs_agreement(current, formal, on=request.on),
        "may_edit": plans.is_within_reach(request, person, Action.EDIT_PLAN),
        "may_agree": plans.is_within_reach(request, person, Action.AGREE_PLAN),
    }
    return render(request, "keywork/plan.html", context | identity(person))


@requires(Action.EDIT_PLAN)
def start(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Start a plan in the person's own words."""
    if request.method == "GET" and plans.open_plan(request.person):
        return redirect("keywork:plan", code, ref)
    form = StartForm(pending.typed(request), staff=request.user)
    save = partial(start_plan, person=request.person, prison=request.prison, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.said()):
        messages.success(request, "The plan is started. Add what they want to reach first.")
        return redirect("keywork:plan", code, ref)
    return _form(request, form, f"Start a plan with {request.person.name}", "Start the plan")


def _form(request: PrisonRequest, form: Any, title: str, submit: str) -> HttpResponse:
    back = reverse("keywork:plan", args=[request.prison.pk, request.person.ref])
    context = {"title": title, "form": form, "submit": submit, "cancel": back, "back": back, "person": request.person}
    return render(request, "keywork/plan_form.html", context | identity(request.person))


def _without_plan(request: PrisonRequest) -> HttpResponse:
    messages.info(request, "There is no plan now: somebody has ended it, or none was started.")
    return redirect("keywork:plan", request.prison.pk, request.person.ref)


@requires(Action.EDIT_PLAN)
def target(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Add a target to the open plan."""
    current = plans.open_plan(request.person)
    form = TargetForm(pending.typed(request), staff=request.user)
    if current is None and request.method == "GET":
        return _without_plan(request)
    if request.method == "POST" and form.is_valid() and _change(request, form, current, add_target):
        messages.success(request, "The target is in the plan. Sessions ask about it from now on.")
        return redirect("keywork:plan", code, ref)
    return _form(request, form, "Add a target", "Add the target")


def _change(request: PrisonRequest, form: Any, current: ProgressionPlan | None, action: Any) -> Any:
    """What the action on the open plan gives; with the plan gone meanwhile, the refusal on the form."""
    if current is None:
        form.refuse(RefusedError("The plan has been ended since you opened this page"))
        return None
    save = partial(action, plan=current, prison=request.prison, by=request.user, at=request.now)
    return attempt(form, save, **form.said())


@requires(Action.EDIT_PLAN)
def finish(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """End the open plan with a reason."""
    current = plans.open_plan(request.person)
    form = EndPlanForm(pending.typed(request), staff=request.user)
    if current is None and request.method == "GET":
        return _without_plan(request)
    if request.method == "POST" and form.is_valid() and _change(request, form, current, end_plan):
        messages.success(request, "The plan has ended. It stays readable here.")
        return redirect("keywork:plan", code, ref)
    return _form(request, form, "End the plan", "End the plan")


@requires(Action.AGREE_PLAN)
@require_POST
def agree(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """The POM agrees to a plan beside the formal sentence plan (KW-12)."""
    try:
        agreed = agree_plan(person=request.person, prison=request.prison, by=request.user, at=request.now)
    except RefusedError as error:
        messages.error(request, f"{error}.")
        return redirect("person", code, ref)
    messages.success(request, "Your agreement is recorded." if agreed else "Nothing waits for the POM’s agreement.")
    return redirect("keywork:plan", code, ref)


@requires(Action.RECORD_MEETING)
def meeting(request: PrisonRequest, code: str, ref: str, duty: int) -> HttpResponse:
    """Record that key worker, POM and person have met after the sentence, or that the key worker attended (KW-13)."""
    duties = request.person.obligations.filter(kind__in=plans.MEETINGS)
    found = get_object_or_404(duties.exclude(state="void"), pk=duty)
    attends = found.kind in ATTENDED
    day = min(found.due_on or request.on, request.on)
    form = (AttendanceForm if attends else MeetingForm)(pending.typed(request), staff=request.user, on=day)
    save = partial(_record, duty=found, prison=request.prison, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.said()):
        messages.success(request, "The meeting is recorded.")
        return redirect("person", code, ref)
    back, title = person_url(request.person), plans.MEETINGS[ObligationKind(found.kind)]
    context = {"title": title, "form": form, "submit": "Record the meeting", "cancel": back, "attends": attends}
    context |= {"back": back, "person": request.person, "duty": found, **identity(request.person)}
    return render(request, "keywork/plan_meeting.html", context)


def _record(*, held_on: date | None, because: str = "", attended: bool = True, **about: Any) -> Obligation:
    """The meeting with the key worker on its day, or without; the form has seen to it that there is a day."""
    if not attended:
        return record_absence(because=because, **about)
    assert held_on
    return record_meeting(held_on=held_on, **about)
