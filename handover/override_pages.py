"""The page about overriding who is responsible for one person."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from handover.early_forms import EarlyForm
from handover.models import HandoverDetermination, Responsibility, ResponsibilityOverride
from handover.override_actions import TWO_PEOPLE, ask_override, decide_override, end_override
from handover.override_forms import AskForm, DecideForm, EndForm
from handover.policy import Reason
from handover.why import in_a_sentence
from omic import pending
from omic.access import Action, requires
from omic.formats import day
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
    form = AskForm(pending.typed(request), request=request, initial=parole if given else None)

    def save(**facts: Any) -> None:
        ask_override(person=request.person, by=request.user, at=request.now, **facts)
        messages.success(request, "Asked for. The computed answer stands until a second person confirms.")

    return _form(request, form, "Ask to override who is responsible", "Ask for it", save, outlook=_outlook(request))


@requires(Action.CONFIRM_OVERRIDE)
def decide(request: PrisonRequest, code: str, ref: str, number: int) -> HttpResponse:
    """Confirm or refuse what somebody else asked for."""
    row = _row(request, number)
    form = DecideForm(pending.typed(request), request=request)

    def save(**facts: Any) -> None:
        decide_override(override=row.pk, by=request.user, at=request.now, **facts)
        binds = facts["confirmed"]
        messages.success(request, "Confirmed: it binds now." if binds else "Refused: the computed answer stands.")

    title, outlook = f"{row.get_responsibility_display()}: confirm or refuse", _outlook(request, row.responsibility)
    return _form(request, form, title, "Save", save, row, outlook)


@requires(Action.OVERRIDE_RESPONSIBILITY)
def end(request: PrisonRequest, code: str, ref: str, number: int) -> HttpResponse:
    """Take an override back, or withdraw the request."""
    row = _row(request, number)
    form = EndForm(pending.typed(request), request=request)

    def save(**facts: Any) -> None:
        end_override(override=row.pk, by=request.user, at=request.now, **facts)
        messages.success(request, "Taken back: the computed answer stands.")

    return _form(request, form, "Take the override back", "Take back", save, row)


def _row(request: PrisonRequest, number: int) -> ResponsibilityOverride:
    return get_object_or_404(request.person.responsibility_overrides.select_related("asked_by"), pk=number)


def _outlook(request: PrisonRequest, lead: str = "") -> list[str]:
    """As it stands by the rule, and what an override takes away; `lead` is who is to be responsible, once chosen."""
    stored = request.person.handoverdeterminations.current().first()
    if stored is None or stored.reason == Reason.OVERRIDDEN:
        return []
    return [f"As it stands: {in_a_sentence(stored, request.on)}", *_taken_away(stored, lead, request.on)]


def _taken_away(stored: HandoverDetermination, lead: str, on: date) -> list[str]:
    if stored.handover_on is None:
        return []
    taken = f"takes the handover date of {day(stored.handover_on)} away: it is on no list of handovers"
    words = [f"Once confirmed, an override {taken} and nobody is reminded of it, until the override is taken back."]
    if stored.handover_on > on and lead != Responsibility.COM:
        chosen = "" if lead else "If the POM is to be responsible, "
        stays = f"{chosen}the case then stays with the POM past that day: the handover does not happen."
        words.append(stays[0].upper() + stays[1:])
    return words


def _form(
    request: PrisonRequest,
    form: EarlyForm,
    title: str,
    submit: str,
    save: Callable[..., None],
    row: ResponsibilityOverride | None = None,
    outlook: Sequence[str] = (),
) -> HttpResponse:
    back = reverse("handover:override", args=[request.prison.pk, request.person.ref])
    if request.method == "POST" and form.is_valid() and form.attempt(save):
        return redirect(back)
    context = {"title": title, "form": form, "submit": submit, "cancel": back, "back": back}
    context |= {"present": row, "outlook": outlook}
    context |= {"person": request.person, **identity(request.person)}
    return render(request, "handover/override_form.html", context)
