"""One person's check on a page of its own, and taking a check back."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from keywork.forms import attempt
from omic import pending
from omic.access import Action, requires
from omic.formats import moment
from omic.http import PrisonRequest
from omic.people import identity
from wellbeing.acct import acct_age
from wellbeing.actions.checks import undo_check
from wellbeing.notes import OUTCOMES
from wellbeing.roster_forms import PersonCheckForm, UndoForm
from wellbeing.roster_page import line_of
from wellbeing.ticking import Ticks, save_lines


@requires(Action.RECORD_CHECK)
def check(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Record a check of one person: now, or late with its true time."""
    person, back = request.person, reverse("person", args=[code, ref])
    form = PersonCheckForm(pending.typed(request), person=person, on=request.on)
    save = partial(save_lines, prison=request.prison, by=request.user, at=request.now)
    if request.method == "POST" and (saved := save([form])):
        messages.success(request, f"{saved[0].get_kind_display()} of {person.name} saved.")
        return redirect(back)
    line = line_of(request, form)
    age = acct_age(request.prison, at=request.now)
    context = {"title": f"Wellbeing check of {person.name}", "line": line, "form": Ticks([line]), "age": age}
    context |= {"typed_by": pending.stamp(request.user), "person": person, "back": back, "asked": {"on": request.on}}
    return render(request, "wellbeing/roster_person.html", {**context, **identity(person)})


@requires(Action.RECORD_CHECK)
def undo(request: PrisonRequest, code: str, ref: str, contact: int) -> HttpResponse:
    """Take back what was recorded in error: what it met is owed again."""
    rows = request.person.contacts.filter(prison=request.prison, kind__in=OUTCOMES).select_related("by")
    found = get_object_or_404(rows, pk=contact)
    form = UndoForm(pending.typed(request), staff=request.user)
    save = partial(undo_check, contact=found, by=request.user, at=request.now)
    back = reverse("person", args=[code, ref])
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.told()):
        messages.success(request, "Taken back. What it had met is owed again.")
        return redirect(back)
    words = f"{found.get_kind_display()} by {found.by}, {moment(found.at)}"
    context = {"title": "Take a check back", "lede": f"{request.person.name}: {words}", "form": form}
    context |= {"submit": "Take back", "cancel": back, "back": back, "person": request.person}
    return render(request, "omic/form.html", {**context, **identity(request.person)})
