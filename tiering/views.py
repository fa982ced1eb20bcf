"""Entering a tier by hand and taking it back, what the community tier adds, and every answer so far."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from omic import audit, pending
from omic.access import Action, requires
from omic.audit import Actor
from omic.http import PrisonRequest
from omic.lists import ListPage
from omic.people import identity
from tiering.actions import (
    EntryChangedError,
    RefusedError,
    enter_tier,
    record_additional_factors,
    withdraw_tier_entry,
)
from tiering.forms import AdditionalFactorsForm, EnterTierForm, HistoryFilter, WithdrawTierForm
from tiering.history import COLUMNS, answers
from tiering.models import TierEntry
from tiering.policy import ENTRY_COUNTS_WHILE
from tiering.why import in_a_sentence


@requires(Action.ENTER_TIER)
def enter(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Enter a custody tier by hand, where RoSH or RSR is missing, beside what the facts give."""
    person, standing = request.person, _standing(request)
    form = EnterTierForm(pending.typed(request), staff=request.user, standing=standing)
    if request.method == "POST" and form.is_valid() and _entered(request, form):
        return redirect("person", code, ref)
    row = person.tierdeterminations.current().select_related("entry__entered_by").first()
    context = _context(request, "Enter a tier by hand", form, "Enter tier")
    context |= {
        "tier": row,
        "sentence": in_a_sentence(row, request.on) if row else "",
        "standing": standing,
        "open_to_entry": form.is_bound or (row is not None and row.reason in ENTRY_COUNTS_WHILE),
        "entries": person.tier_entries.select_related("entered_by", "ended_by"),
    }
    return render(request, "tiering/enter.html", context)


@requires(Action.ENTER_TIER)
def withdraw(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Take an entered tier back."""
    standing = _standing(request)
    if standing is None and request.method != "POST":
        messages.info(request, "No tier that was entered by hand stands.")
        return redirect("tiering:enter", code, ref)
    form = WithdrawTierForm(pending.typed(request), staff=request.user, standing=standing)
    if request.method == "POST" and form.is_valid() and _withdrawn(request, form):
        return redirect("tiering:enter", code, ref)
    context = _context(request, "Withdraw the entered tier", form, "Withdraw tier") | {"standing": standing}
    return render(request, "tiering/withdraw.html", context)


@requires(Action.EDIT_DETAILS)
def factors(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Record the additional factors, on which the community tier stands."""
    person = request.person
    newest = person.additional_factors.select_related("recorded_by").first()
    initial = {name: getattr(newest, name) for name in AdditionalFactorsForm.base_fields if hasattr(newest, name)}
    form = AdditionalFactorsForm(
        pending.typed(request),
        staff=request.user,
        today=request.on,
        women=person.sex == "female",
        initial=initial | {"as_at": request.on},
    )
    if request.method == "POST" and form.is_valid() and _recorded(request, form):
        return redirect("person", code, ref)
    context = _context(request, "Additional factors", form, "Save factors") | {"newest": newest}
    return render(request, "tiering/factors.html", context)


@requires(Action.SEE_DATES)
def history(request: PrisonRequest, code: str, ref: str) -> HttpResponseBase:
    """Every stored answer about the person's tiers, and every tier that was entered."""
    person = request.person
    page = ListPage(
        request,
        answers(person),
        title="Tier history",
        columns=COLUMNS,
        sort="-since",
        noun="answer,answers",
        filterset=HistoryFilter,
        empty="No tier has been worked out yet. It is as soon as the roll or the details change, and every night.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "tier-history"),
    )
    entries = person.tier_entries.select_related("entered_by", "ended_by")
    context = {"person": person, "entries": entries, "back": reverse("person", args=[code, ref])}
    return page.response("tiering/history.html", context | identity(person))


def _standing(request: PrisonRequest) -> TierEntry | None:
    return request.person.tier_entries.standing().select_related("entered_by").first()


def _context(request: PrisonRequest, title: str, form: Any, submit: str) -> dict[str, Any]:
    back = reverse("person", args=[request.prison.pk, request.person.ref])
    page = {"title": title, "form": form, "submit": submit, "person": request.person, "back": back, "cancel": back}
    return page | identity(request.person)


def _entered(request: PrisonRequest, form: EnterTierForm) -> bool:
    given = {name: form.cleaned_data[name] for name in ("letter", "source", "reason", "seen")}
    try:
        enter_tier(person=request.person, by=Actor(staff=request.user), at=request.now, **given)
    except EntryChangedError as error:
        form.show_change(error.standing)
        return False
    except RefusedError as error:
        form.add_error(None, f"The tier was not entered: {error}.")
        return False
    messages.success(request, f"Tier {given['letter']} is entered for {request.person.name}. Dates and duties follow.")
    return True


def _withdrawn(request: PrisonRequest, form: WithdrawTierForm) -> bool:
    given = {name: form.cleaned_data[name] for name in ("reason", "seen")}
    try:
        withdraw_tier_entry(person=request.person, by=request.user, at=request.now, **given)
    except EntryChangedError as error:
        form.show_change(error.standing)
        return False
    except RefusedError as error:
        form.add_error(None, f"The tier was not withdrawn: {error}.")
        return False
    messages.success(request, f"The tier entered for {request.person.name} is withdrawn.")
    return True


def _recorded(request: PrisonRequest, form: AdditionalFactorsForm) -> bool:
    given = {name: value for name, value in form.cleaned_data.items() if name != "typed_by"}
    try:
        record_additional_factors(person=request.person, by=request.user, at=request.now, **given)
    except RefusedError as error:
        form.add_error(None, f"Nothing was saved: {error}.")
        return False
    messages.success(request, f"The additional factors of {request.person.name} are saved. The community tier follows.")
    return True
