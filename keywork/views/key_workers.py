"""Who is whose key worker."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from keywork.actions import allocate_key_worker, end_key_worker
from keywork.forms import EndForm, KeyWorkerForm, attempt
from omic.access import Action, requires
from omic.http import PrisonRequest
from omic.people import identity


@requires(Action.ALLOCATE_KEY_WORKER)
def allocate(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Choose who is to be somebody's key worker."""
    person = request.person
    current = person.key_worker_allocations.filter(ended_at=None).first()
    form = KeyWorkerForm(request.POST or None, request=request, initial={"instead_of": current and current.pk})
    save = partial(allocate_key_worker, person=person, prison=request.prison, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.cleaned_data):
        messages.success(request, f"{form.cleaned_data['staff']} is now the key worker of {person.name}.")
        return redirect("keywork:unallocated", code)
    context = {"title": f"Key worker of {person.name}", "form": form, "submit": "Save", "current": current}
    context |= {"cancel": reverse("keywork:unallocated", args=[code]), "person": person, **identity(person)}
    return render(request, "keywork/allocate.html", context)


@requires(Action.ALLOCATE_KEY_WORKER)
def end(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """End somebody's key worker without choosing another yet."""
    current = get_object_or_404(request.person.key_worker_allocations.select_related("staff"), ended_at=None)
    form = EndForm(request.POST or None, initial={"instead_of": current.pk})
    back = reverse("keywork:allocate", args=[code, ref])
    save = partial(end_key_worker, person=request.person, prison=request.prison, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.cleaned_data):
        messages.success(request, f"{current.staff} is no longer the key worker of {request.person.name}.")
        return redirect("keywork:unallocated", code)
    title = f"End {current.staff} as key worker of {request.person.name}"
    return render(request, "omic/form.html", {"title": title, "form": form, "submit": "End", "cancel": back})
