"""Fortnightly key work: the prison asks, the PGD's office answers, the prison ends it (KW-04)."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from keywork import regime
from keywork.actions.regime import ask_for_fortnightly, decide_fortnightly, end_fortnightly, next_monday, possible_ends
from keywork.forms import attempt
from keywork.models import FortnightlyVariant
from keywork.regime_forms import AnswerForm, AskForm, EndFortnightlyForm
from omic import pending
from omic.access import Action, requires
from omic.formats import day
from omic.http import PrisonRequest


@requires(Action.ASK_VARIANT)
def ask(request: PrisonRequest, code: str) -> HttpResponse:
    """Ask the PGD for 90 minutes a fortnight from a Monday on."""
    form = AskForm(pending.typed(request), staff=request.user, initial={"starts_on": next_monday(request.on)})
    save = partial(ask_for_fortnightly, prison=request.prison, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.told()):
        messages.success(request, "The request waits for the PGD. Until it is approved key work stays weekly.")
        return redirect("keywork:regime", code)
    context = {"title": "Ask for fortnightly key work", "form": form, "submit": "Ask the PGD"}
    return _drawn(request, context)


@requires(Action.APPROVE_VARIANT)
def answer(request: PrisonRequest, code: str, variant: int) -> HttpResponse:
    """Approve or refuse the prison's request, with words."""
    asked = _variant(request, variant)
    form = AnswerForm(pending.typed(request), staff=request.user)
    save = partial(decide_fortnightly, variant=asked, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and (answered := attempt(form, save, **form.told())):
        since = f"approved from {day(answered.starts_on)}" if answered.approved else "refused"
        messages.success(request, f"Fortnightly key work of {request.prison} is {since}.")
        return redirect("keywork:regime", code)
    context = {"title": f"Fortnightly key work from {day(asked.starts_on)}", "form": form, "submit": "Answer"}
    return _drawn(request, {**context, "asked": asked})


@requires(Action.ASK_VARIANT)
def end(request: PrisonRequest, code: str, variant: int) -> HttpResponse:
    """Go back to weekly key work from a Monday on which a fortnight ends."""
    approved = _variant(request, variant, approved=True)
    ends = possible_ends(approved, on=request.on)
    form = EndFortnightlyForm(pending.typed(request), staff=request.user, ends=ends)
    save = partial(end_fortnightly, variant=approved, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.told()):
        messages.success(request, f"Key work is weekly again from {day(form.cleaned_data['ends_on'])}.")
        return redirect("keywork:regime", code)
    return _drawn(request, {"title": "End fortnightly key work", "form": form, "submit": "End it"})


def _variant(request: PrisonRequest, pk: int, **facts: object) -> FortnightlyVariant:
    return get_object_or_404(request.prison.fortnightly_variants.select_related("asked_by"), pk=pk, **facts)


def _drawn(request: PrisonRequest, context: dict[str, object]) -> HttpResponse:
    back = reverse("keywork:regime", args=[request.prison.pk])
    more = {"long_term": regime.long_term_training(request.prison, request.on), "cancel": back, "back": back}
    return render(request, "keywork/regime_fortnightly.html", {**context, **more})
