"""Cover for a POM who is away: choosing who stands in, the cover in place, and ending it."""

import re
import uuid
from collections import defaultdict
from datetime import date
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html

from allocation.caseload import poms_of
from allocation.covering_forms import CoverForm
from allocation.covers import cover_cases, end_cover, pom_covers, standing_in
from allocation.forms import ReasonForm, attempt
from allocation.lists import about
from allocation.reallocating import takers
from omic import audit, pending
from omic.access import Action, requires
from omic.formats import plural
from omic.http import PrisonRequest
from omic.lists import Column, ListPage, link
from omic.models import Cover, Staff

SHOWN = re.compile(r"staff_([0-9]{1,9})")


@requires(Action.ALLOCATE_POM)
def choose(request: PrisonRequest, code: str, staff: int) -> HttpResponse:
    """Choose who stands in for a POM, in all cases with one save. Who is refused stays on the page and says why."""
    found = get_object_or_404(poms_of(request.prison, on=request.on), pk=staff)
    typed = pending.typed(request)
    shown = [int(match[1]) for name in typed or () if (match := SHOWN.fullmatch(name))]
    form = _form(request, found, typed, shown)
    back, refused = reverse("allocation:pom-profile", args=[code, staff]), False
    if request.method == "POST" and form.is_valid():
        form, refused = _cover(request, found, form)
        if not refused:
            return redirect(back)
    context = {"title": f"Who stands in for {found}?", "form": form, "pom": found, "back": back, "refused": refused}
    context["give"] = reverse("allocation:reallocate", args=[code, staff])
    return render(request, "allocation/cover.html", context)


def _form(request: PrisonRequest, pom: Staff, typed: Any, shown: list[int]) -> CoverForm:
    """The form for the cases without a stand-in on its first day, and for those that were `shown` and have got one
    meanwhile."""
    asked = CoverForm.first_day(typed or request.GET)
    initial = _absence(request, pom, max(asked, request.on) if asked else None)
    covered = Exists(standing_in(request.prison, on=initial["starts_on"]).filter(person=OuterRef("pk")))
    people = request.prison.people.filter(pom=pom).filter(~covered | Q(pk__in=shown)).select_related("wing")
    about = {
        "cases": list(people.order_by("surname", "forename", "pk")),
        "poms": takers(request.prison, on=request.on, besides=pom.pk),
        "covers": _covers(request, pom),
    }
    return CoverForm(typed, on=request.on, staff=request.user, initial=initial, **about)


def _absence(request: PrisonRequest, pom: Staff, asked: date | None) -> dict[str, Any]:
    """The first day asked about, else the one that the POM's absence of today or the next gives; the last day and the
    reason as it gives them."""
    first = asked or request.on
    rows = request.prison.pom_absences.gone().filter(staff=pom).order_by("starts_on")
    absence = rows.exclude(returns_on__lte=first).first()
    if absence is None:
        return {"starts_on": first}
    because = absence.because or absence.get_kind_display()
    return {"starts_on": asked or max(absence.starts_on, first), "ends_on": absence.returns_on, "because": because}


def _covers(request: PrisonRequest, pom: Staff) -> dict[int, list[Cover]]:
    """Cover of the POM's cases in place and to come, by person."""
    found: dict[int, list[Cover]] = defaultdict(list)
    rows = _standing(request).filter(person__pom=pom).select_related("staff")
    for row in rows.order_by("starts_on", "pk"):
        found[row.person_id].append(row)
    return found


def _standing(request: PrisonRequest) -> QuerySet[Cover]:
    return pom_covers(request.prison).exclude(ends_on__lte=request.on).exclude(ends_on=F("starts_on"))


def _cover(request: PrisonRequest, pom: Staff, form: CoverForm) -> tuple[CoverForm, bool]:
    """Save what was chosen and say so; then the form of those who were refused, each with the reason."""
    told = {name: form.cleaned_data[name] for name in ("because", "batch")}
    save = partial(cover_cases, prison=request.prison, by=request.user, at=request.now, **told)
    made, refused = save(stand_ins=form.stand_ins())
    if made:
        messages.success(request, f"{plural(len(made), 'case has,cases have')} a stand-in.")
    if not refused:
        return form, False
    typed = request.POST.copy()
    typed["batch"] = uuid.uuid4().hex  # another email for what is saved next
    again = _form(request, pom, typed, list(refused))
    again.is_valid()
    for person, words in refused.items():
        again.add_error(f"staff_{person}", words)
    return again, True


@requires(Action.SEE_OMU)
def covers(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Cover of POMs in place and to come."""
    page = ListPage(
        request,
        _standing(request).select_related("person__pom", "staff"),
        title="Cover for POMs",
        columns=_columns(request),
        sort="until",
        noun="cover,covers",
        empty="Nobody stands in for a POM, now or later.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "pom-cover"),
    )
    return page.response(context={"back": reverse("allocation:poms", args=[code])})


def _columns(request: PrisonRequest) -> tuple[Column, ...]:
    return (
        about(request, "name", "Name"),
        Column("pom", "POM", "person.pom", order=("person__pom__surname",)),
        Column("by", "Stands in", "staff", order=("staff__surname", "staff__forename")),
        Column("from", "From", "starts_on", order=("starts_on",)),
        Column("until", "Until", "ends_on", order=("ends_on",)),
        Column("because", "Reason", "because"),
        Column("end", "End", cell=partial(_end, request), export=False),
    )


def _end(request: PrisonRequest, row: Cover) -> str:
    if not request.standing.may(Action.ALLOCATE_POM):
        return ""
    words = format_html('End<span class="govuk-visually-hidden"> the cover of {}</span>', row.person.name)
    return link(reverse("allocation:end-pom-cover", args=[request.prison.pk, row.pk]), words)


@requires(Action.ALLOCATE_POM)
def stop(request: PrisonRequest, code: str, cover: int) -> HttpResponse:
    """End cover before its time, with the reason."""
    found = get_object_or_404(pom_covers(request.prison).select_related("person", "staff", "prison"), pk=cover)
    form, back = ReasonForm(pending.typed(request), staff=request.user), reverse("allocation:pom-covers", args=[code])
    save = partial(end_cover, cover=found, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.told()):
        messages.success(request, f"{found.staff} no longer stands in for the POM of {found.person.name}.")
        return redirect(back)
    context = {"title": f"End the cover of {found.person.name} by {found.staff}", "form": form, "back": back}
    return render(request, "omic/form.html", context | {"submit": "End it", "cancel": back})
