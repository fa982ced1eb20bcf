"""Victim liaison officers of a case, for those who work on it. What these pages say is not told to the person."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from allocation.forms import TypedForm, attempt
from allocation.models import VictimLiaisonContact
from allocation.victim_liaison import change_officer, end_officer, officers_of, record_officer
from allocation.victim_liaison_forms import ChangeOfficerForm, EndForm, OfficerForm
from omic import audit, pending
from omic.access import Action, requires
from omic.audit import Actor
from omic.http import PrisonRequest
from omic.people import identity


@requires(Action.VICTIM_LIAISON)
def officers(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Who they are now, and were. Reading it is logged."""
    person = request.person
    audit.record(
        by=Actor(staff=request.user), action="see_victim_liaison", at=request.now, prison=request.prison, person=person
    )
    rows = list(officers_of(person).select_related("recorded_by", "ended_by"))
    context = {
        "title": "Victim liaison",
        "person": person,
        "now": [row for row in rows if row.ended_at is None],
        "before": [row for row in rows if row.ended_at],
        "back": reverse("person", args=[code, ref]),
        **identity(person),
    }
    return render(request, "allocation/victim_liaison.html", context)


@requires(Action.VICTIM_LIAISON)
def record(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Record a victim liaison officer."""
    form = OfficerForm(pending.typed(request), staff=request.user)
    save = partial(record_officer, person=request.person, prison=request.prison, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.told()):
        messages.success(request, "Victim liaison officer saved.")
        return redirect("allocation:victim-liaison", code, ref)
    return _page(request, "Record a victim liaison officer", form, "Save")


@requires(Action.VICTIM_LIAISON)
def change(request: PrisonRequest, code: str, ref: str, officer: int) -> HttpResponse:
    """Correct a name or an address."""
    row = _current(request, officer)
    initial = {name: getattr(row, name) for name in ("forename", "surname", "email", "version")}
    form = ChangeOfficerForm(pending.typed(request), staff=request.user, initial=initial)
    save = partial(change_officer, row=row, prison=request.prison, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid():
        if attempt(form, save, **form.told()):
            messages.success(request, "Victim liaison officer saved.")
            return redirect("allocation:victim-liaison", code, ref)
        row.refresh_from_db()
        form.data = form.data.dict() | {"version": row.version}  # saving once more is then a decision
    return _page(request, "Correct a victim liaison officer", form, "Save")


@requires(Action.VICTIM_LIAISON)
def end(request: PrisonRequest, code: str, ref: str, officer: int) -> HttpResponse:
    """Say that somebody is it no more."""
    row = _current(request, officer)
    form = EndForm(pending.typed(request), staff=request.user, initial={"version": row.version})
    save = partial(end_officer, row=row, prison=request.prison, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.told()):
        messages.success(request, "No longer a victim liaison officer of this case.")
        return redirect("allocation:victim-liaison", code, ref)
    return _page(request, f"{row.forename} {row.surname}: no longer the victim liaison officer?", form, "Yes, end it")


def _current(request: PrisonRequest, pk: int) -> VictimLiaisonContact:
    found: VictimLiaisonContact = get_object_or_404(officers_of(request.person).filter(ended_at=None), pk=pk)
    return found


def _page(request: PrisonRequest, title: str, form: TypedForm, submit: str) -> HttpResponse:
    back = reverse("allocation:victim-liaison", args=[request.prison.pk, request.person.ref])
    context = {"title": title, "form": form, "submit": submit, "back": back, "cancel": back, "person": request.person}
    return render(request, "allocation/victim_liaison_form.html", context | identity(request.person))
