"""Allocating a POM, comparing those who could be, and ending an allocation."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from allocation.actions import allocate_pom, end_pom_allocation
from allocation.case_panels import warnings_about
from allocation.caseload import PART_WORDS
from allocation.choosing import COMPARED, Sight, look
from allocation.choosing import compare as side_by_side
from allocation.forms import AllocateForm, EndForm, attempt
from allocation.lists import tier_words
from omic import pending
from omic.access import Action, requires
from omic.http import PrisonRequest
from omic.people import identity
from omic.releases import release_words


@requires(Action.ALLOCATE_POM)
def allocate(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """The case, the recommended type and why, and every POM with their load: choose one."""
    sight, typed = look(request), pending.typed(request)
    if typed is not None and "choose" in typed:  # back from comparing
        return _choice(request, sight, _unsaved(request, sight, typed, typed["choose"]), typed)
    form = AllocateForm(typed, poms=sight.known, staff=request.user)
    save = partial(allocate_pom, person=request.person, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid():
        if done := attempt(form, save, **form.told()):
            messages.success(request, f"{done.staff} is now the POM of {request.person.name}.")
            return redirect(_back(request, sight))
        sight = look(request)
    return _choice(request, sight, form, typed)


def _unsaved(request: PrisonRequest, sight: Sight, typed: QueryDict, staff: str) -> AllocateForm:
    """The form with what was typed so far: nothing of it is checked yet."""
    kept = {"staff": staff, "reason": typed.get("reason", ""), "note": typed.get("note", "")}
    return AllocateForm(poms=sight.known, staff=request.user, initial=kept)


def _choice(request: PrisonRequest, sight: Sight, form: AllocateForm, typed: QueryDict | None) -> HttpResponse:
    context = {"form": form, "sight": sight, **_case(sight), **_about(request, sight)}
    context |= {"compared": typed.getlist("pom") if typed else [], "warnings": warnings_about(request.person)}
    return render(request, "allocation/allocate.html", context)


@requires(Action.ALLOCATE_POM)
def compare(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Up to four POMs side by side, to choose one of them. What was typed by then goes along with the choice."""
    sight, typed = look(request), pending.typed(request) or request.GET
    asked, form = typed.getlist("pom"), _unsaved(request, sight, typed, typed.get("staff", ""))
    chosen = [one for one in sight.candidates if str(one.load.staff.pk) in asked]
    if not 0 < len(chosen) <= COMPARED:
        messages.error(request, f"Tick one to {COMPARED} POMs to compare.")
        return _choice(request, sight, form, typed)
    context = {"sight": sight, "chosen": chosen, "lines": side_by_side(request, sight, chosen), **_case(sight)}
    context |= {**_about(request, sight), "title": "Compare POMs", "form": form, "back": ""}
    return render(request, "allocation/compare.html", context)


def _case(sight: Sight) -> dict[str, Any]:
    case = sight.case
    part = PART_WORDS[case.part]  # type: ignore[attr-defined]
    return {"tier": tier_words(case), "part": part, "release": release_words(case)}


def _back(request: PrisonRequest, sight: Sight) -> str:
    """Where one came from: the person whose POM is changed, else the list of those who wait."""
    if sight.present:
        return reverse("person", args=[request.prison.pk, request.person.ref])
    return reverse("allocation:people", args=[request.prison.pk])


def _about(request: PrisonRequest, sight: Sight) -> dict[str, Any]:
    title = "Change the POM" if sight.present else "Allocate a POM"
    return {"title": title, "back": _back(request, sight), "person": request.person, **identity(request.person)}


@requires(Action.ALLOCATE_POM)
def end(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """End the allocation without another POM to follow."""
    sight, person = look(request), request.person
    back = reverse("allocation:allocate", args=[code, ref])
    typed, present = pending.typed(request), sight.present
    if present is None and typed is None:
        return redirect(back)
    form = EndForm(typed, staff=request.user, initial={"replaces": present.pk if present else None})
    save = partial(end_pom_allocation, person=person, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid():
        if attempt(form, save, **form.told()):
            messages.success(request, f"{person.name} has no POM now, and is on the list of people without one.")
            return redirect("allocation:people", code)
        present = (sight := look(request)).present
        form.renew(present.pk if present else None)
    context = {"form": form, "submit": "End the allocation", **_about(request, sight)}
    title = f"End {present.staff}’s time as POM" if present else "End the allocation"
    context |= {"title": title, "back": back, "cancel": back}
    return render(request, "allocation/end.html", context)
