"""The page about overriding who is responsible for one person."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from handover.duty_actions import RefusedError
from handover.models import Responsibility, ResponsibilityOverride
from handover.override_actions import TWO_PEOPLE, ask_override, decide_override, end_override
from handover.override_forms import AskForm, DecideForm, EndForm
from handover.why import in_a_sentence
from omic.access import Action, requires
from omic.forms import BaseForm
from omic.http import PrisonRequest
from omic.people import identity


@requires(Action.SEE_DATES)
def override(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """What stands or waits, and what was decided before; below it what whoever is signed in may do next."""
    rows = request.person.responsibility_overrides.select_related("asked_by", "decided_by", "ended_by")
    present = rows.open().first()
    stored = request.person.handoverdeterminations.current().first()
    may = request.standing.may
    waits = present is not None and present.confirmed is None
    own = present is not None and present.asked_by_id == request.user.pk
    context = {
        "title": "Override who is responsible",
        "person": request.person,
        "sentence": in_a_sentence(stored, request.on) if stored else "",
        "why": reverse("why", args=[code, ref, "handover"]),
        "present": present,
        "earlier": [row for row in rows if present is None or row.pk != present.pk],
        "may_ask": may(Action.OVERRIDE_RESPONSIBILITY) and present is None,
        "may_end": may(Action.OVERRIDE_RESPONSIBILITY) and present is not None,
        "may_decide": waits and may(Action.CONFIRM_OVERRIDE) and not own,
        "needs_another": TWO_PEOPLE if waits and own else "",
        "back": reverse("person", args=[code, ref]),
    }
    return render(request, "handover/override.html", context | identity(request.person))


@requires(Action.OVERRIDE_RESPONSIBILITY)
def ask(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Ask for an override; the parole page leads here with its reason chosen."""
    given = request.GET.get("reason") == ResponsibilityOverride.Reason.PAROLE
    parole = {"reason": ResponsibilityOverride.Reason.PAROLE, "responsibility": Responsibility.COM}
    form = AskForm(request.POST or None, initial=parole if given else None)

    def save(**facts: Any) -> str:
        ask_override(person=request.person, by=request.user, at=request.now, **facts)
        return "Asked for. The computed answer stands until a second person confirms."

    return _form(request, form, "Ask to override who is responsible", "Ask for it", save)


@requires(Action.CONFIRM_OVERRIDE)
def decide(request: PrisonRequest, code: str, ref: str, number: int) -> HttpResponse:
    """Confirm or refuse what somebody else asked for."""
    row = _row(request, number)
    form = DecideForm(request.POST or None)

    def save(**facts: Any) -> str:
        decide_override(override=row.pk, by=request.user, at=request.now, **facts)
        return "Confirmed: it binds now." if facts["confirmed"] else "Refused: the computed answer stands."

    return _form(request, form, f"{row.get_responsibility_display()}: confirm or refuse", "Save", save, row)


@requires(Action.OVERRIDE_RESPONSIBILITY)
def end(request: PrisonRequest, code: str, ref: str, number: int) -> HttpResponse:
    """Take an override back, or withdraw the request."""
    row = _row(request, number)
    form = EndForm(request.POST or None)

    def save(**facts: Any) -> str:
        end_override(override=row.pk, by=request.user, at=request.now, **facts)
        return "Taken back: the computed answer stands."

    return _form(request, form, "Take the override back", "Take back", save, row)


def _row(request: PrisonRequest, number: int) -> ResponsibilityOverride:
    return get_object_or_404(request.person.responsibility_overrides.select_related("asked_by"), pk=number)


def _form(
    request: PrisonRequest,
    form: BaseForm,
    title: str,
    submit: str,
    save: Callable[..., str],
    row: ResponsibilityOverride | None = None,
) -> HttpResponse:
    back = reverse("handover:override", args=[request.prison.pk, request.person.ref])
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, save(**form.cleaned_data))
            return redirect(back)
        except RefusedError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
    context = {"title": title, "form": form, "submit": submit, "cancel": back, "back": back, "present": row}
    context |= {"person": request.person, **identity(request.person)}
    return render(request, "handover/override_form.html", context)
