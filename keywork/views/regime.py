"""The prison's regime level: what it asks for, its papers and history, changing it, and the tasks of a change."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from keywork import regime
from keywork.actions.regime import change_level, finish_level_task, withdraw_level
from keywork.forms import attempt
from keywork.models import RegimeLevel
from keywork.regime_forms import LevelForm, ReasonForm, TaskForm
from omic import pending, suspensions
from omic.access import Action, requires
from omic.formats import day
from omic.http import PrisonRequest
from omic.models import Prison, Suspension

PAPERS = ("sign_off", "risk_assessment", "safe_system", "consultation", "recovery_plan")


@requires(Action.SEE_KEY_WORK)
def levels(request: PrisonRequest, code: str) -> HttpResponse:
    """Today's level, since when, what it asks for and on what papers; open tasks, fortnightly key work, history."""
    prison, may = request.prison, request.standing.may
    current = regime.level_on(prison, request.on)
    history = prison.regime_levels.select_related("recorded_by", "withdrawn_by")
    context = {
        "title": "Regime level",
        "crumbs": [crumb(prison)],
        "level": current and regime.level_words(current.level),
        "current": current,
        "asked": regime.asked_for(prison, current and current.level),
        "planned": regime.planned_level(prison, request.on),
        "tasks": regime.open_tasks(prison),
        "done": prison.level_tasks.filter(done_at__isnull=False).select_related("level", "done_by"),
        "history": [
            (row, regime.level_words(row.level), _papers(row)) for row in history.order_by("-starts_on", "-pk")
        ],
        "may_change": may(Action.CHANGE_LEVEL),
        "may_finish": may(Action.FINISH_LEVEL_TASK),
        "suspensions": suspensions.shown(prison, request.on, Suspension.Covers.KEY_WORK),
        **_fortnightly(request),
    }
    return render(request, "keywork/regime.html", context)


def crumb(prison: Prison) -> tuple[str, str]:
    """The way back to key work's lists."""
    return ("Key work", reverse("keywork:overdue", args=[prison.pk]))


def _papers(row: RegimeLevel) -> list[tuple[str, str]]:
    """The papers that a change rests on, each with its name."""
    labels = {name: str(LevelForm.base_fields[name].label) for name in PAPERS}
    return [(labels[name], getattr(row, name)) for name in PAPERS if getattr(row, name)]


def _fortnightly(request: PrisonRequest) -> dict[str, Any]:
    """What holds of fortnightly key work: approved, waiting, refused before, and whether the prison may have it."""
    prison, may = request.prison, request.standing.may
    answered = prison.fortnightly_variants.filter(approved__isnull=False)
    return {
        "variant": regime.fortnightly_on(prison, request.on),
        "waiting": regime.fortnightly_waiting(prison),
        "answered": answered.select_related("asked_by", "decided_by").order_by("-decided_at"),
        "long_term": regime.long_term_training(prison, request.on),
        "may_ask": may(Action.ASK_VARIANT),
        "may_approve": may(Action.APPROVE_VARIANT),
    }


@requires(Action.CHANGE_LEVEL)
def change(request: PrisonRequest, code: str) -> HttpResponse:
    """Move to another level from a day on, with the papers of ED-16."""
    newest = regime.newest_level(request.prison)
    form = LevelForm(pending.typed(request), staff=request.user, initial={"instead_of": newest and newest.pk})
    save = partial(change_level, prison=request.prison, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and (made := attempt(form, save, **form.told())):
        words = f"{regime.level_words(made.level)} from {day(made.starts_on)}"
        messages.success(request, f"{words} is recorded. Two tasks are open: review the priority list, tell everybody.")
        return redirect("keywork:regime", code)
    context = {"current": regime.level_on(request.prison, request.on), "back": _home(request)}
    context |= {"title": "Change the regime level", "form": form, "submit": "Record the change"}
    return render(request, "keywork/regime_change.html", {**context, "cancel": _home(request)})


def _home(request: PrisonRequest) -> str:
    return reverse("keywork:regime", args=[request.prison.pk])


@requires(Action.CHANGE_LEVEL)
def withdraw(request: PrisonRequest, code: str, level: int) -> HttpResponse:
    """Take back a change before its day, with a reason."""
    planned = get_object_or_404(request.prison.regime_levels, pk=level)
    form = ReasonForm(pending.typed(request), staff=request.user)
    save = partial(withdraw_level, change=planned, by=request.user, at=request.now)
    words = f"{regime.level_words(planned.level)} from {day(planned.starts_on)}"
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.told()):
        messages.success(request, f"{words} is withdrawn. The level in force has not changed.")
        return redirect("keywork:regime", code)
    context = {"title": f"Withdraw {words}", "form": form, "submit": "Withdraw"}
    return render(request, "omic/form.html", {**context, "cancel": _home(request), "back": _home(request)})


@requires(Action.FINISH_LEVEL_TASK)
def finish(request: PrisonRequest, code: str, task: int) -> HttpResponse:
    """Record that the priority list was reviewed, or that everybody was told (ED-11, ED-12)."""
    asked = get_object_or_404(request.prison.level_tasks.select_related("level"), pk=task)
    form = TaskForm(pending.typed(request), staff=request.user)
    save = partial(finish_level_task, task=asked, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.told()):
        messages.success(request, f"Recorded as done: {asked.get_kind_display()}.")
        return redirect("keywork:regime", code)
    context = {"title": asked.get_kind_display(), "form": form, "submit": "Record as done", "task": asked}
    context |= {"words": regime.level_words(asked.level.level), "cancel": _home(request), "back": _home(request)}
    return render(request, "keywork/regime_task.html", context)
