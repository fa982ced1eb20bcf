"""A POM's absences, the cases that nobody has, and many cases given to others at once."""

import re
from collections import Counter
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from allocation.actions import RefusedError
from allocation.availability import Kind, end_pom_absence, left_alone, record_pom_absence
from allocation.caseload import WITHOUT_POM, poms_of, with_case
from allocation.lists import case_columns
from allocation.reallocating import Move, read_cases, reallocate, suggestions, takers
from allocation.reallocating_forms import AbsenceForm, ReallocateForm
from allocation.views.dashboard import omu_tabs
from omic import audit
from omic.access import Action, requires
from omic.formats import plural
from omic.http import PrisonRequest
from omic.lists import ListPage
from omic.models import Person, Staff

REPLACES = re.compile(r"replaces_([0-9]{1,9})")
AT_ONCE = 60  # people without a POM on one page


@requires(Action.ALLOCATE_POM)
def absence(request: PrisonRequest, code: str, staff: int) -> HttpResponse:
    """Record that a POM is away, leaves or takes no new cases; then what happens to the cases is asked at once."""
    found = get_object_or_404(poms_of(request.prison, on=request.on), pk=staff)
    form = AbsenceForm(request.POST or None, initial={"starts_on": request.on})
    back = reverse("allocation:pom", args=[code, staff])
    if request.method == "POST" and form.is_valid():
        try:
            made = record_pom_absence(
                staff=found, prison=request.prison, by=request.user, at=request.now, **form.cleaned_data
            )
        except RefusedError as refused:
            form.add_error(refused.field, str(refused))
        else:
            messages.success(request, f"{found}: {made.get_kind_display().lower()}.")
            holds = made.kind != Kind.FULL and request.prison.people.filter(pom=found).exists()
            return redirect("allocation:reallocate" if holds else "allocation:pom", code, staff)
    rows = request.prison.pom_absences.filter(staff=found).select_related("recorded_by")
    context = {"title": f"When {found} is not there", "form": form, "submit": "Save", "cancel": back, "back": back}
    context |= {"rows": rows, "pom": found, "today": request.on}
    return render(request, "allocation/absence.html", context)


@requires(Action.ALLOCATE_POM)
@require_POST
def back_again(request: PrisonRequest, code: str, absence: int) -> HttpResponse:
    """The POM is back today, or the absence that was planned does not come."""
    row = get_object_or_404(request.prison.pom_absences, pk=absence)
    try:
        version = int(request.POST.get("version", 0) or 0)
        end_pom_absence(absence=row, version=version, on=request.on, by=request.user, at=request.now)
    except (RefusedError, ValueError) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{row.staff} is back.")
    return redirect("allocation:pom", code, row.staff_id)


@requires(Action.SEE_OMU)
def alone(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Cases whose POM is away, leaves or is posted here no more, and for whom nobody stands in."""
    rows = left_alone(request.prison.people.all(), request.prison, on=request.on)
    page = ListPage(
        request,
        with_case(rows, on=request.on).select_related("wing", "pom"),
        title="Cases nobody has today",
        columns=case_columns(request, with_pom=True),
        sort="pom",
        noun="case,cases",
        empty="Every case has a POM who is there, or somebody who stands in. That is good.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "cases-nobody-has"),
    )
    return page.response(context={"tabs": omu_tabs(code)})


@requires(Action.ALLOCATE_POM)
def from_pom(request: PrisonRequest, code: str, staff: int) -> HttpResponse:
    """Give the cases of a POM to others."""
    found = get_object_or_404(poms_of(request.prison, on=request.on), pk=staff)
    people = request.prison.people.filter(pom=found)
    context = {"title": f"Cases of {found}", "back": reverse("allocation:pom", args=[code, staff])}
    return _many(request, people, besides=staff, context=context)


@requires(Action.ALLOCATE_POM)
def unallocated(request: PrisonRequest, code: str) -> HttpResponse:
    """Suggest a POM for those who have none, many at once: who has waited longest first."""
    people = request.prison.people.filter(WITHOUT_POM).order_by("arrived_on", "pk")
    first = request.prison.people.filter(pk__in=list(people.values_list("pk", flat=True)[:AT_ONCE]))
    context = {"title": "Allocate many", "back": reverse("allocation:people", args=[code])}
    return _many(request, first, besides=None, context=context)


def _many(request: PrisonRequest, people: QuerySet[Person], *, besides: int | None, context: dict[str, Any]) -> Any:
    """The page; what it would do, when asked; what was done and what was not, when saved."""
    shown = [int(found[1]) for name in request.POST if (found := REPLACES.fullmatch(name))]
    # Whom somebody else has given away meanwhile stays on the page, to be told what happened.
    people = request.prison.people.filter(Q(pk__in=people.values("pk")) | Q(pk__in=shown))
    cases = read_cases(people, on=request.on)
    poms = takers(request.prison, on=request.on, besides=besides)
    form = ReallocateForm(
        request.POST or None, cases=cases, poms=poms, suggested=suggestions(cases, poms), on=request.on
    )
    context |= {"form": form, "cases": cases, "poms": poms, "loads": None, "refused": None}
    if request.method == "POST" and form.is_valid():
        moves = form.moves()
        if request.POST.get("step") == "save":
            return _saved(request, moves, form.cleaned_data["batch"], context)
        context |= {"loads": _loads(poms, moves), "moves": moves}
    return render(request, "allocation/reallocate.html", context)


def _loads(poms: list[Staff], moves: list[Move]) -> list[tuple[Staff, int, int]]:
    """Each POM's cases now and then."""
    more = Counter(move.staff.pk for move in moves)
    return [(pom, pom.cases, pom.cases + more[pom.pk]) for pom in poms]  # type: ignore[attr-defined]


def _saved(request: PrisonRequest, moves: list[Move], batch: str, context: dict[str, Any]) -> HttpResponse:
    made, refused = reallocate(moves, batch=batch, by=request.user, at=request.now)
    messages.success(request, f"{plural(len(made), 'case,cases')} given.")
    if not refused:
        return redirect(context["back"])
    names = {move.person.pk: move.person for move in moves}
    context["refused"] = [(names[person], words) for person, words in refused.items()]
    return render(request, "allocation/reallocate.html", context)
