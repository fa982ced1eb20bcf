"""Who must not be brought together."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from keywork import columns
from keywork.actions.pairs import forbid_pair, lift_pair
from keywork.forms import attempt
from keywork.models import DoNotPair
from keywork.placing_forms import DoNotPairForm, LiftForm
from omic import audit
from omic.access import Action, requires
from omic.http import PrisonRequest
from omic.lists import Column, ListPage, link
from omic.people import identity


@requires(Action.ALLOCATE_KEY_WORKER)
def pairs(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Everybody here who must not be brought together with a key worker."""
    rows = request.prison.not_to_be_paired.filter(lifted_at=None, person__in=request.prison.people.all())
    page = ListPage(
        request,
        rows.select_related("person", "staff", "recorded_by"),
        title="Not to be brought together",
        columns=_COLUMNS,
        sort="person",
        noun="pair,pairs",
        empty="Nobody here is recorded as not to be paired. Record it from a person's key worker page.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "do-not-pair"),
    )
    return page.response(context={"back": reverse("keywork:unallocated", args=[code])})


def _lift(pair: DoNotPair) -> Any:
    url = reverse("keywork:lift-do-not-pair", args=[pair.prison_id, pair.person.ref, pair.pk])
    return link(url, "Lift")


def _now(pair: DoNotPair) -> str:
    return "Is the key worker now" if pair.person.key_worker_id == pair.staff_id else ""


_COLUMNS = (
    Column("person", "Person", "person.name", order=("person__surname", "person__forename"), cell=columns.about),
    Column("number", "Number", "person.prison_number", order=("person__prison_number",)),
    Column("staff", "Key worker", "staff", order=("staff__surname", "staff__forename")),
    Column("now", "At present", _now),
    Column("kind", "What", "get_kind_display", order=("kind",)),
    Column("because", "Why", "because"),
    Column("by", "Recorded by", "recorded_by", order=("recorded_by__surname",)),
    Column("at", "Recorded", "recorded_at", order=("recorded_at",)),
    Column("lift", "Lift", cell=_lift, export=False),
)


@requires(Action.ALLOCATE_KEY_WORKER)
def forbid(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Record that somebody must not be the person's key worker."""
    form, person = DoNotPairForm(request.POST or None, request=request), request.person
    back = reverse("keywork:allocate", args=[code, ref])
    save = partial(forbid_pair, person=person, prison=request.prison, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and (pair := attempt(form, save, **form.cleaned_data)):
        messages.success(request, f"{pair.staff} cannot be made the key worker of {person.name}.")
        if person.key_worker_id == pair.staff_id:
            messages.warning(request, f"{pair.staff} is the key worker still: choose somebody else now.")
        return redirect(back)
    context = {"title": "Do not pair", "form": form, "cancel": back, "back": back, "person": person, **identity(person)}
    return render(request, "keywork/place_pair.html", context)


@requires(Action.ALLOCATE_KEY_WORKER)
def lift(request: PrisonRequest, code: str, ref: str, pair: int) -> HttpResponse:
    """These two may be brought together again."""
    rows = request.prison.not_to_be_paired.filter(person=request.person).select_related("staff")
    found, person = get_object_or_404(rows, pk=pair), request.person
    form, back = LiftForm(request.POST or None), reverse("keywork:allocate", args=[code, ref])
    save = partial(lift_pair, pair=found, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.cleaned_data):
        messages.success(request, f"{found.staff} may be the key worker of {person.name} again.")
        return redirect(back)
    title = f"{found.staff} and {person.name}: lift “{found.get_kind_display().lower()}”"
    context = {"title": title, "form": form, "cancel": back, "back": back, "person": person, **identity(person)}
    return render(request, "keywork/place_pair.html", context)
