"""Suspensions (ED-09): the list, asking for one, the Governor's answer, taking one back."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from keywork.forms import attempt
from keywork.regime_forms import ReasonForm
from omic import audit, pending
from omic.access import Action, requires
from omic.http import PrisonRequest
from omic.lists import ListPage
from omic.suspensions import in_words, standing_words
from wellbeing import suspension_lists as lists
from wellbeing.actions.suspensions import ask_suspension, decide_suspension, enter_suspension, withdraw_suspension
from wellbeing.suspension_forms import AskSuspensionForm, DecideSuspensionForm
from wellbeing.tabs import tabs_of


@requires(Action.SEE_MISSED)
def suspensions(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Every suspension of this prison, those that wait for the Governor first."""
    page = ListPage(
        request,
        lists.with_excepted(request.prison, request.on),
        title="Exceptions",
        columns=lists.suspension_columns(request),
        sort="stands",
        noun="suspension,suspensions",
        filterset=lists.SuspensionFilter,
        empty="Nothing has been suspended. Every miss counts as a miss.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "suspensions"),
    )
    context = {"tabs": tabs_of(request), "may_ask": request.standing.may(Action.ASK_SUSPENSION)}
    return page.response("wellbeing/suspensions.html", context)


@requires(Action.ASK_SUSPENSION)
def ask(request: PrisonRequest, code: str) -> HttpResponse:
    """Ask for a suspension; the Governor's own holds as soon as it is saved."""
    decides = request.standing.may(Action.DECIDE_SUSPENSION)
    form = AskSuspensionForm(pending.typed(request), staff=request.user, prison=request.prison)
    save = partial(
        enter_suspension if decides else ask_suspension, prison=request.prison, by=request.user, at=request.now
    )
    if request.method == "POST" and form.is_valid() and (made := attempt(form, save, **form.told())):
        messages.success(request, f"{in_words(made)}: {'it holds from now' if decides else 'the Governor is asked'}.")
        return redirect("wellbeing:suspensions", code)
    submit = "Suspend" if decides else "Ask the Governor"
    context = {"title": "Suspend key work or checks", "form": form, "submit": submit, "decides": decides}
    return render(request, "wellbeing/suspension_ask.html", context | _way_back(request))


def _way_back(request: PrisonRequest) -> dict[str, str]:
    url = reverse("wellbeing:suspensions", args=[request.prison.pk])
    return {"back": url, "cancel": url}


@requires(Action.DECIDE_SUSPENSION)
def decide(request: PrisonRequest, code: str, number: int) -> HttpResponse:
    """The Governor's answer; approved, misses inside are excepted at once."""
    rows = request.prison.suspensions.select_related("wing", "asked_by", "decided_by")
    asked = get_object_or_404(rows, pk=number)
    form = DecideSuspensionForm(pending.typed(request), staff=request.user)
    save = partial(decide_suspension, suspension=asked, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and (made := attempt(form, save, **form.told())):
        answer = "approved. What was missed inside is excepted" if made.approved else "refused"
        messages.success(request, f"{in_words(made)}: {answer}.")
        return redirect("wellbeing:suspensions", code)
    context = {"title": "Answer a request to suspend", "form": form, "submit": "Answer", "asked": asked}
    context |= {"words": in_words(asked), "missed": lists.misses_inside(asked, request.on).count()}
    return render(request, "wellbeing/suspension_decide.html", context | _way_back(request))


@requires(Action.ASK_SUSPENSION)
def withdraw(request: PrisonRequest, code: str, number: int) -> HttpResponse:
    """Take back a request, or, as the Governor, what binds: its misses are misses again."""
    rows = request.prison.suspensions.select_related("wing", "asked_by", "decided_by")
    found = get_object_or_404(lists.withdrawable(rows, request.standing), pk=number)
    form = ReasonForm(pending.typed(request), staff=request.user)
    save = partial(withdraw_suspension, suspension=found, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and (taken := attempt(form, save, **form.told())):
        messages.success(request, f"{in_words(taken)}: withdrawn. Nothing is excepted by it any more.")
        return redirect("wellbeing:suspensions", code)
    context = {"title": "Withdraw a suspension", "form": form, "submit": "Withdraw", "asked": found}
    context |= {"words": in_words(found), "stands": standing_words(found, request.on)}
    return render(request, "wellbeing/suspension_withdraw.html", context | _way_back(request))
