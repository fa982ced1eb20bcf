"""Whole days out of the prison: recorded about one person, listed, and taken back with a reason."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from keywork.forms import attempt
from keywork.regime_forms import ReasonForm
from omic import pending
from omic.access import Action, requires
from omic.formats import day
from omic.http import PrisonRequest
from omic.models import DayOut
from omic.people import identity
from wellbeing.actions.checks import record_day_out, withdraw_day_out
from wellbeing.days_out import check_of_week
from wellbeing.paper_forms import DayOutForm

SHOWN = 50  # of the newest; the person's history has the rest


@requires(Action.RECORD_CHECK)
def day_out(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Record that somebody is, was or will be out all day, and see the days that are recorded."""
    person, back = request.person, reverse("person", args=[code, ref])
    form = DayOutForm(pending.typed(request), staff=request.user, today=request.on)
    who = {"may_past": request.standing.may(Action.SEE_MISSED), "by": request.user}
    save = partial(record_day_out, person=person, prison=request.prison, at=request.now, **who)
    if request.method == "POST" and form.is_valid() and (made := attempt(form, save, **form.told())):
        messages.success(request, f"{person.name} is out on {day(made.on)}: {_still_owed(made)}.")
        return redirect("wellbeing:day-out", code, ref)
    rows = person.days_out.filter(prison=request.prison).select_related("recorded_by", "withdrawn_by")
    context = {"title": f"Days out of {person.name}", "form": form, "submit": "Record the day out", "cancel": back}
    context |= {"person": person, "back": back, "rows": rows.order_by("-on", "-pk")[:SHOWN], **identity(person)}
    return render(request, "wellbeing/day_out.html", context)


def _still_owed(out: DayOut) -> str:
    """What a day out leaves owed: of a week's check nothing is taken away."""
    if not (week := check_of_week(out.person, out.prison, out.on)):
        return "no wellbeing check is owed for that day"
    if week.due_on == out.on:
        return "this is the last day of the week’s check, which is still owed and missed if nobody sees them"
    return f"the week’s check is still owed by {week.due_on:%A} {day(week.due_on)}"


@requires(Action.RECORD_CHECK)
def take_back(request: PrisonRequest, code: str, ref: str, out: int) -> HttpResponse:
    """Take a day out back: what was owed on it is owed again."""
    found = get_object_or_404(request.person.days_out.standing().filter(prison=request.prison), pk=out)
    form, back = ReasonForm(pending.typed(request), staff=request.user), reverse("wellbeing:day-out", args=[code, ref])
    if request.method == "POST" and form.is_valid():
        attempt(form, partial(withdraw_day_out, out=found, by=request.user, at=request.now), **form.told())
        if form.is_valid():  # not refused
            messages.success(request, f"Taken back. What was owed to {request.person.name} that day is owed again.")
            return redirect(back)
    context = {"title": f"Take back: {found.get_why_display().lower()} on {day(found.on)}", "form": form}
    context |= {"submit": "Take back", "back": back, "cancel": back, "person": request.person}
    return render(request, "wellbeing/day_out_take_back.html", {**context, **identity(request.person)})
