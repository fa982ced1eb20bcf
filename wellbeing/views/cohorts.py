"""Women's prisons: who is checked daily, who steps down, and deciding it. Elsewhere there is no such page."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from keywork.columns import person_url
from keywork.forms import attempt
from keywork.regime import level_words
from keywork.regime_forms import ReasonForm
from keywork.views.decisions import found_today
from omic import audit, pending
from omic.access import Action, requires
from omic.audit import Actor
from omic.context import Tab
from omic.formats import plural
from omic.http import PrisonRequest
from omic.lists import ListPage
from omic.models import Person
from omic.people import identity
from wellbeing import cohort_lists as lists
from wellbeing import cohorts
from wellbeing.actions.cohorts import (
    NOT_HERE,
    decide_cohort,
    newest_decision,
    refer_for_checks,
    tell_step_down,
    withdraw_decision,
)
from wellbeing.cohort_forms import CohortForm, ReferForm, TellForm
from wellbeing.models import CohortDecision
from wellbeing.reviewing import Reviews, draw_again, open_reviews, save_reviews
from wellbeing.rules import policy_on
from wellbeing.tabs import tabs_of


@requires(Action.SEE_COHORTS)
def due(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Whose review is due, most overdue first: undecided, arrived, in a new group, referred, or their day has come."""
    people = cohorts.to_review(_women(request), on=request.on)
    empty = "No review is due. That is good."
    shown = {"title": "Reviews of daily checks", "columns": lists.due_columns(request), "sort": "review"}
    return _page(request, people, "cohort-reviews", filterset=lists.EveryoneFilter, empty=empty, **shown)


@requires(Action.SEE_COHORTS)
def daily(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Who is checked every day (WB-04)."""
    empty = "Nobody is checked daily by decision."
    shown = {"title": "Daily checks", "columns": lists.women_columns(request), "sort": "where"}
    people = cohorts.daily(_women(request))
    return _page(request, people, "cohort-daily", filterset=lists.WomenFilter, empty=empty, **shown)


@requires(Action.SEE_COHORTS)
def stepped_down(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Who stepped down within the days of the watch, those first who must still be told (WB-11, WB-14)."""
    empty = "Nobody has stepped down from daily checks lately."
    shown = {"title": "Stepped down", "columns": lists.stepped_down_columns(request), "sort": "told"}
    people = cohorts.stepped_down(_women(request))
    return _page(request, people, "cohort-stepped-down", filterset=lists.ToldFilter, empty=empty, **shown)


@requires(Action.SEE_COHORTS)
def everyone(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Everybody here and how often they are checked."""
    shown = {"title": "Everyone and their checks", "columns": lists.women_columns(request), "sort": "where"}
    empty = "Nobody is held here, as far as OMiC knows."
    return _page(request, _women(request), "cohort-everyone", filterset=lists.EveryoneFilter, empty=empty, **shown)


@requires(Action.SEE_COHORTS)
def history(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Every decision made here, newest first, those taken back included."""
    _only_women(request)
    rows = request.prison.cohort_decisions.select_related("person", "decided_by", "withdrawn_by")
    shown = {"title": "Decisions about daily checks", "columns": lists.history_columns(request), "sort": "-on"}
    more = {
        "noun": "decision,decisions",
        "filterset": lists.HistoryFilter,
        "empty": "Nothing has been decided here yet.",
    }
    return _page(request, rows, "cohort-history", **shown, **more)


def _only_women(request: PrisonRequest) -> None:
    if not request.prison.women:
        raise Http404(NOT_HERE)


def _women(request: PrisonRequest) -> QuerySet[Person]:
    """Everybody held here, with what one decides by; 404 in men's prisons."""
    _only_women(request)
    return cohorts.with_cohort(request.prison.people.select_related("wing"), on=request.on)


def _page(
    request: PrisonRequest, rows: Any, name: str, *, noun: str = "person,people", **more: Any
) -> HttpResponseBase:
    page = ListPage(
        request,
        rows,
        noun=noun,
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, name),
        **more,
    )
    context = {"tabs": tabs_of(request), "lists": _lists(request)}
    context |= {"rolled_out": cohorts.is_rolled_out(request.prison, request.on)}
    context |= {"may_decide": request.standing.may(Action.DECIDE_COHORT)}
    return page.response("wellbeing/cohorts.html", context)


def _lists(request: PrisonRequest) -> list[Tab]:
    """The lists beside each other, with how many stand on those that ask for something."""
    women, url = cohorts.with_cohort(request.prison.people.all(), on=request.on), partial(_url, request)
    return [
        Tab("Reviews due", url("cohorts"), cohorts.to_review(women, on=request.on).count()),
        Tab("Daily checks", url("cohort-daily"), cohorts.daily(women).count()),
        Tab("Stepped down", url("cohort-stepped-down"), cohorts.stepped_down(women).count()),
        Tab("Everyone", url("cohort-everyone")),
        Tab("Decisions", url("cohort-history")),
    ]


def _url(request: PrisonRequest, name: str) -> str:
    return reverse(f"wellbeing:{name}", args=[request.prison.pk])


@requires(Action.DECIDE_COHORT)
def review_many(request: PrisonRequest, code: str) -> HttpResponse:
    """Decide several reviews on one page: what cannot be saved says why, the rest is saved (WB-03)."""
    _only_women(request)
    page = open_reviews(request, pending.typed(request))
    if request.method == "POST":
        saved = save_reviews(page)
        _say_what_was_decided(request, page, saved)
        if len(saved) == len(page.touched):
            return redirect(request.path)
        page = draw_again(page)
    back = _url(request, "cohorts")
    context = {"title": "Decide several reviews", "page": page, "form": page.form, "back": back, "cancel": back}
    return render(request, "wellbeing/cohort_many.html", {**context, "typed_by": pending.stamp(request.user)})


def _say_what_was_decided(request: PrisonRequest, page: Reviews, saved: Sequence[CohortDecision]) -> None:
    if saved:
        words = ", ".join(f"{made.person.name} {made.get_cohort_display().lower()}" for made in saved)
        messages.success(request, f"{plural(len(saved), 'decision,decisions')} saved: {words}.")
    elif not page.touched:
        messages.info(request, "Nothing was decided, so nothing was saved.")
    if down := [made.person.name for made in saved if made.stepped_down]:
        messages.warning(request, f"To be told that checks are weekly from today: {', '.join(down)}.")


# --- one woman --------------------------------------------------------------------------------------------------------


@requires(Action.DECIDE_COHORT)
def decide(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Daily or weekly, why, and when to look again, beside what is known of her (WB-03)."""
    _only_women(request)
    person, present = request.person, newest_decision(request.person)
    review_on = request.on + timedelta(days=policy_on(request.on).review_days)
    initial = {"next_review_on": review_on, "instead_of": present and present.pk}
    rolled_out = cohorts.is_rolled_out(request.prison, request.on)
    form = CohortForm(pending.typed(request), staff=request.user, initial=initial, rolled_out=rolled_out)
    save = partial(decide_cohort, person=person, prison=request.prison, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and (made := attempt(form, save, **form.told())):
        messages.success(request, f"{person.name}: {made.get_cohort_display().lower()} checks from today.")
        return redirect("wellbeing:cohort-stepped-down" if made.stepped_down else "wellbeing:cohorts", code)
    return render(request, "wellbeing/cohort_decide.html", _to_decide(request, form))


def _to_decide(request: PrisonRequest, form: CohortForm) -> dict[str, Any]:
    """The page to decide on. That it was opened is kept: it shows self-harm."""
    person, prison = request.person, request.prison
    audit.record(by=Actor(staff=request.user), action="see_cohort_facts", at=request.now, prison=prison, person=person)
    known = cohorts.known_about(person, prison, on=request.on)
    level, back = known["level_since"], _url(request, "cohorts")
    return {
        "title": f"Daily checks for {person.name}",
        "form": form,
        "submit": "Save decision",
        "person": person,
        "back": back,
        "cancel": back,
        "whys": [lists.why_words(review) for review in known["reviews"]],
        "level": level and level_words(level.level),
        **known,
        **found_today(request, person),
        **identity(person),
    }


@requires(Action.DECIDE_COHORT)
def withdraw(request: PrisonRequest, code: str, decision: int) -> HttpResponse:
    """Take a decision of today back, with a reason."""
    _only_women(request)
    rows = request.prison.cohort_decisions.standing().select_related("person", "decided_by")
    made = get_object_or_404(rows.filter(person__prison=request.prison), pk=decision)
    form = ReasonForm(pending.typed(request), staff=request.user)
    save = partial(withdraw_decision, decision=made, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.told()):
        messages.success(request, "The decision is taken back. What stood before it stands again.")
        return redirect("wellbeing:cohorts", code)
    back = _url(request, "cohort-history")
    context = {"title": f"Take back a decision about {made.person.name}", "form": form, "submit": "Take back"}
    return render(request, "wellbeing/cohort_withdraw.html", {**context, "made": made, "back": back, "cancel": back})


@requires(Action.REFER_FOR_CHECKS)
def refer(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Ask that daily checks be considered for somebody (WB-03)."""
    _only_women(request)
    person = request.person
    form = ReferForm(pending.typed(request), staff=request.user)
    save = partial(refer_for_checks, person=person, prison=request.prison, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.told()):
        messages.success(request, f"{person.name} is referred: whether she is checked daily is to be decided today.")
        return redirect("person", code, ref)
    open_ones = person.check_referrals.filter(decision=None).select_related("referred_by")
    back = person_url(person)
    context = {"title": f"Refer {person.name} for daily checks", "form": form, "submit": "Refer", "person": person}
    context |= {"present": newest_decision(person), "referrals": open_ones, "back": back, "cancel": back}
    return render(request, "wellbeing/refer.html", {**context, **identity(person)})


@requires(Action.TELL_STEP_DOWN)
def told(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """A notice for her in plain words, and the record that she was told (WB-11)."""
    _only_women(request)
    person, back = request.person, person_url(request.person)
    form = TellForm(pending.typed(request), staff=request.user, initial={"on": request.on})
    save = partial(tell_step_down, person=person, prison=request.prison, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.told()):
        messages.success(request, f"Recorded: {person.name} has been told.")
        return redirect("person", code, ref)
    talk = cohorts.talk_with(person, request.prison)
    context = {"title": "Your wellbeing checks", "form": form, "submit": "Record that she was told", "person": person}
    context |= {"talk": talk, "rolled_out": cohorts.is_rolled_out(request.prison, request.on)}
    return render(request, "wellbeing/talk.html", {**context, "back": back, "cancel": back})
