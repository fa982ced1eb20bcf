"""What is recorded of a POM: profile, courses, limits, absences and cover."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from allocation.caseload import poms_of, with_loads
from allocation.covers import pom_covers
from allocation.forms import CourseForm, ProfileForm, attempt
from allocation.limits import caseload_limit, span_limit
from allocation.models import PomCourse
from allocation.policy import RULES_BY_ID
from allocation.profiles import record_course, set_pom_profile, take_back_course
from allocation.rules import missing_courses
from omic import pending
from omic.access import Action, requires
from omic.http import PrisonRequest
from omic.models import Staff
from omic.policy import render_steps


@requires(Action.SEE_OMU)
def pom_profile(request: PrisonRequest, code: str, staff: int) -> HttpResponse:
    """Type, grade, base and days of a POM and since when; courses, limits with their sources, absences and cover."""
    found = get_object_or_404(with_loads(request.prison, on=request.on), pk=staff)
    on, rows = request.on, list(request.prison.poms.filter(staff=found).select_related("recorded_by"))
    context = {"title": f"{found} as a POM", "pom": found, "back": reverse("allocation:pom", args=[code, staff])}
    context |= {
        "present": next((row for row in rows if row.starts_on <= on and (not row.ends_on or row.ends_on > on)), None),
        "planned": [row for row in rows if row.starts_on > on],
        "earlier": [row for row in rows if row.ends_on and row.starts_on < row.ends_on <= on],
        "limits": [limit for limit in (caseload_limit(found, on=on), span_limit(request.prison, on=on)) if limit],
        "absences": request.prison.pom_absences.filter(staff=found).exclude(returns_on__lte=on),
        "covered": _covered(request, found),
        "may_edit": request.standing.may(Action.ALLOCATE_POM),
        **_courses(request, found),
    }
    return render(request, "allocation/profile.html", context)


def _courses(request: PrisonRequest, pom: Staff) -> dict[str, Any]:
    """Each priority course with the day it was done; and the rule, where one is missing (AL-18)."""
    done = {row.course: row for row in pom.pom_training.select_related("recorded_by")}
    outcome = missing_courses(frozenset(done), on=request.on)
    rows = [(course, label, done.get(course)) for course, label in PomCourse.choices]
    steps = render_steps(outcome.steps, RULES_BY_ID)
    return {"courses": rows, "missing": outcome.value, "course_rule": steps[0]}


def _covered(request: PrisonRequest, pom: Staff) -> list[Any]:
    """Who stands in for them, now or later, and who they stand in for."""
    covers = pom_covers(request.prison).exclude(ends_on__lte=request.on)
    rows = covers.filter(person__pom=pom) | covers.filter(staff=pom)
    return list(rows.select_related("person__pom", "staff").order_by("starts_on", "pk"))


@requires(Action.ALLOCATE_POM)
def change_profile(request: PrisonRequest, code: str, staff: int) -> HttpResponse:
    """Say of which type a POM is, of which grade, where based and how many days they work, from a day on."""
    found = get_object_or_404(poms_of(request.prison, on=request.on), pk=staff)
    newest = request.prison.poms.filter(staff=found).order_by("-starts_on", "-pk").first()
    initial: dict[str, Any] = {"working_days": 5, "base": "prison", "starts_on": request.on}
    if newest:
        names = ("pom_type", "working_days", "base", "hub", "version")
        initial |= {name: getattr(newest, name) for name in names}
        initial["operational"] = {None: "", True: "yes", False: "no"}[newest.operational]
    form = ProfileForm(pending.typed(request), staff=request.user, initial=initial)
    back = reverse("allocation:pom-profile", args=[code, staff])
    facts = {"staff": found, "prison": request.prison, "on": request.on, "by": request.user, "at": request.now}
    if request.method == "POST" and form.is_valid() and attempt(form, partial(set_pom_profile, **facts), **form.told()):
        messages.success(request, f"Saved what is recorded of {found}.")
        return redirect(back)
    context = {"title": f"Change what is recorded of {found}", "form": form, "cancel": back, "back": back}
    context["planned"] = newest if newest and newest.starts_on > request.on else None
    return render(request, "allocation/change_profile.html", context)


@requires(Action.ALLOCATE_POM)
def add_course(request: PrisonRequest, code: str, staff: int) -> HttpResponse:
    """Record a priority course that a POM has done."""
    found = get_object_or_404(poms_of(request.prison, on=request.on), pk=staff)
    form = CourseForm(pending.typed(request), staff=request.user, initial={"course": request.GET.get("course", "")})
    back = reverse("allocation:pom-profile", args=[code, staff])
    save = partial(record_course, staff=found, prison=request.prison, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.told()):
        messages.success(request, f"The course of {found} is recorded.")
        return redirect(back)
    context = {"title": f"Record a course of {found}", "form": form, "cancel": back, "back": back}
    return render(request, "omic/form.html", context)


@requires(Action.ALLOCATE_POM)
@require_POST
def remove_course(request: PrisonRequest, code: str, staff: int, course: str) -> HttpResponse:
    """The POM has not done this course after all."""
    found = get_object_or_404(poms_of(request.prison, on=request.on), pk=staff)
    take_back_course(staff=found, prison=request.prison, course=course, by=request.user, at=request.now)
    messages.success(request, f"The course of {found} is taken back.")
    return redirect("allocation:pom-profile", code, staff)
