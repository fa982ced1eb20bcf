"""Allocating a POM and ending an allocation."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from allocation.actions import RefusedError, allocate_pom, end_pom_allocation
from allocation.caseload import PART_WORDS
from allocation.choosing import Sight, look
from allocation.forms import AllocateForm, EndForm
from allocation.lists import release_words, tier_words
from allocation.models import PomAllocation
from omic import pending
from omic.access import Action, requires
from omic.http import PrisonRequest
from omic.people import identity


@requires(Action.ALLOCATE_POM)
def allocate(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """The case, the recommended type and why, and every POM with their load: choose one."""
    sight = look(request)
    form = AllocateForm(pending.typed(request), poms=[row.load.staff for row in sight.candidates])
    if request.method == "POST" and form.is_valid():
        if done := _allocated(request, form):
            messages.success(request, f"{done.staff} is now the POM of {request.person.name}.")
            return redirect(_back(request, sight))
        sight = look(request)
    case = sight.case
    context = {"form": form, "sight": sight, "typed_by": pending.stamp(request.user), **_about(request, sight)}
    context |= {"tier": tier_words(case), "part": PART_WORDS[case.part], "release": release_words(case)}
    return render(request, "allocation/allocate.html", context)


def _allocated(request: PrisonRequest, form: AllocateForm) -> PomAllocation | None:
    """The new allocation; None, with the reason on the form, where it was refused."""
    try:
        return allocate_pom(person=request.person, by=request.user, at=request.now, **form.cleaned_data)
    except RefusedError as refused:
        form.add_error(refused.field, str(refused))
        return None


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
    if sight.present is None:
        return redirect(back)
    initial = {"replaces": sight.present.pk, "typed_by": pending.stamp(request.user)}
    form = EndForm(pending.typed(request), initial=initial)
    if request.method == "POST" and form.is_valid() and _ended(request, form):
        messages.success(request, f"{person.name} has no POM now, and is on the list of people without one.")
        return redirect("allocation:people", code)
    context = {"form": form, "submit": "End the allocation", **_about(request, sight)}
    context |= {"title": f"End {sight.present.staff}’s time as POM", "back": back, "cancel": back}
    return render(request, "allocation/end.html", context)


def _ended(request: PrisonRequest, form: EndForm) -> bool:
    said = {name: form.cleaned_data[name] for name in ("replaces", "reason")}
    try:
        end_pom_allocation(person=request.person, by=request.user, at=request.now, **said)
    except RefusedError as refused:
        form.add_error(None, str(refused))
        return False
    return True
