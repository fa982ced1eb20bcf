"""A POM's absences, the cases that nobody has, and many cases given to others at once."""

import re
import uuid
from collections import Counter
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_POST

from allocation.availability import Kind, alone_soon, end_pom_absence, left_alone, left_by, record_pom_absence
from allocation.candidates import going_words, soon, with_going
from allocation.caseload import WITHOUT_POM, poms_of, with_case, with_waiting
from allocation.forms import attempt
from allocation.leaving import open_shares
from allocation.limits import Limit, caseload_limit
from allocation.lists import case_columns
from allocation.reallocating import read_cases, reallocate, seal, suggestions, takers
from allocation.reallocating_forms import AbsenceForm, ReallocateForm
from allocation.refusals import RefusedError
from allocation.views.dashboard import omu_tabs
from omic import audit, pending
from omic.access import Action, requires
from omic.formats import day, plural, short_day
from omic.http import PrisonRequest
from omic.lists import ListPage
from omic.models import Person, Staff

REPLACES = re.compile(r"replaces_([0-9]{1,9})")
AT_ONCE = 60  # people without a POM on one page


@requires(Action.ALLOCATE_POM)
def absence(request: PrisonRequest, code: str, staff: int) -> HttpResponse:
    """Record that a POM is away, leaves or takes no new cases; then what happens to the cases is asked at once."""
    found = get_object_or_404(poms_of(request.prison, on=request.on), pk=staff)
    form = AbsenceForm(pending.typed(request), staff=request.user, initial={"starts_on": request.on})
    back = reverse("allocation:pom-profile", args=[code, staff])
    save = partial(record_pom_absence, staff=found, prison=request.prison, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and (made := attempt(form, save, **form.told())):
        messages.success(request, f"{found}: {made.get_kind_display().lower()}.")
        left = left_by(found, request.prison, on=request.on) if made.kind != Kind.FULL else None
        holds = left and (request.prison.pom_allocations.open().filter(staff=found).exists() or left.covers.exists())
        return redirect("allocation:reallocate" if holds else "allocation:pom-profile", code, staff)
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
    return redirect(_page_of(request, row.staff, "allocation:pom"))


def _page_of(request: PrisonRequest, staff: Staff, name: str) -> str:
    """A page of a POM; the list of POMs once they are neither posted here nor have a case, for then they have none."""
    if poms_of(request.prison, on=request.on).filter(pk=staff.pk).exists():
        return reverse(name, args=[request.prison.pk, staff.pk])
    return reverse("allocation:poms", args=[request.prison.pk])


@requires(Action.SEE_OMU)
def alone(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Cases whose POM is away, leaves or is posted here no more, and for whom nobody stands in."""
    rows = left_alone(request.prison.people.all(), request.prison, on=request.on)
    words = {
        "title": "Cases nobody has today",
        "empty": "Every case has a POM who is there, or somebody who stands in.",
    }
    return _nobodys(request, rows, export="cases-nobody-has", **words)


@requires(Action.SEE_OMU)
def alone_from(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Cases whose POM is away or leaves within days, and for whom nobody stands in from then on."""
    rows = alone_soon(request.prison.people.all(), request.prison, on=request.on)
    empty = "No POM is away or leaves by then, or somebody stands in for each case of theirs."
    title = f"Cases nobody has from a day until {short_day(soon(request.on))}"
    return _nobodys(request, rows, title=title, empty=empty, export="cases-nobody-will-have")


def _nobodys(
    request: PrisonRequest, rows: QuerySet[Person], *, title: str, empty: str, export: str
) -> HttpResponseBase:
    page = ListPage(
        request,
        with_case(rows, on=request.on).select_related("wing", "pom"),
        title=title,
        columns=case_columns(request, with_pom=True),
        sort="pom",
        noun="case,cases",
        empty=f"{empty} That is good.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, export),
    )
    may_give = request.standing.may(Action.ALLOCATE_POM)
    poms = (
        poms_of(request.prison, on=request.on).filter(pk__in=rows.values("pom")) if may_give else Staff.objects.none()
    )
    found = [(pom, going_words(pom)) for pom in with_going(poms, request.prison, on=request.on)]
    return page.response("allocation/alone.html", {"tabs": omu_tabs(request.prison.pk), "poms": found})


@requires(Action.ALLOCATE_POM)
def from_pom(request: PrisonRequest, code: str, staff: int) -> HttpResponse:
    """Give the cases of a POM to others. Who has none any more and has gone keeps the page: others may be at it too."""
    had = Q(pk__in=request.prison.pom_allocations.values("staff"))
    known = Staff.objects.filter(had | Q(pk__in=poms_of(request.prison, on=request.on).values("pk")))
    found = get_object_or_404(known, pk=staff)
    people = request.prison.people.filter(pom=found)
    context = {"title": f"Cases of {found}", "back": _page_of(request, found, "allocation:pom-profile")}
    context["cover"] = _page_of(request, found, "allocation:pom-cover")
    shares = open_shares(request.prison).filter(staff=found).select_related("person")
    context["shares"] = list(shares.order_by("person__surname", "pk"))
    if left := left_by(found, request.prison, on=request.on):
        covers = left.covers.filter(person__pom__isnull=False).select_related("person__pom")
        context |= {"covers": covers.order_by("person__pom_id", "person__surname", "pk"), "left_on": left.on}
    return _many(request, people, besides=found, context=context)


@requires(Action.ALLOCATE_POM)
def unallocated(request: PrisonRequest, code: str) -> HttpResponse:
    """Suggest a POM for those who have none, many at once: who has waited longest first."""
    people = with_waiting(request.prison.people.filter(WITHOUT_POM)).order_by("waiting_since", "pk")
    waiting = list(people.values_list("pk", flat=True))
    first = request.prison.people.filter(pk__in=waiting[:AT_ONCE])
    context = {"title": "Allocate many", "back": reverse("allocation:people", args=[code])}
    if len(waiting) > AT_ONCE:
        context["lede"] = f"{AT_ONCE} of {len(waiting)} people: those who have waited longest."
    return _many(request, first, besides=None, context=context)


def _many(request: PrisonRequest, people: QuerySet[Person], *, besides: Staff | None, context: dict[str, Any]) -> Any:
    """The page; what it would do, when asked; what was done and what was not, when saved as it was shown."""
    typed = pending.typed(request)
    shown = [int(found[1]) for name in typed or () if (found := REPLACES.fullmatch(name))]
    # Whom somebody else has given away meanwhile stays on the page, to be told what happened.
    people = request.prison.people.filter(Q(pk__in=people.values("pk")) | Q(pk__in=shown))
    form = _form(request, read_cases(people, on=request.on), typed, besides)
    context |= {"form": form, "loads": None, "refused": None}
    if request.method == "POST" and form.is_valid():
        moves, step = form.moves(), request.POST.get("step")
        if step == "save" and constant_time_compare(request.POST.get("seal", ""), seal(moves)):
            return _saved(request, form, besides, context)
        if step == "save":
            messages.warning(request, "Nothing was given yet: look at what this does, and then save it.")
        if step != "change":
            context |= {"loads": _loads(request, form), "moves": moves, "seal": seal(moves)}
    return render(request, "allocation/reallocate.html", context)


def _form(request: PrisonRequest, cases: list[Person], typed: Any, besides: Staff | None) -> ReallocateForm:
    poms = takers(request.prison, on=request.on, besides=besides.pk if besides else None)
    suggested = suggestions(cases, poms, on=request.on)
    return ReallocateForm(typed, cases=cases, poms=poms, suggested=suggested, on=request.on, staff=request.user)


def _loads(request: PrisonRequest, form: ReallocateForm) -> list[tuple[Staff, int, Limit]]:
    """Each POM's cases now, and then, with a warning where these are too many for the days they work."""
    more = Counter(move.staff.pk for move in form.moves())
    then = ((pom, pom.cases + more[pom.pk]) for pom in form.poms.values())
    return [(pom, pom.cases, caseload_limit(pom, cases=count, on=request.on)) for pom, count in then]


def _saved(
    request: PrisonRequest, form: ReallocateForm, besides: Staff | None, context: dict[str, Any]
) -> HttpResponse:
    """Give the cases. Those that could not be stay, with what was chosen for them and the reason beside each."""
    moves, batch = form.moves(), form.cleaned_data["batch"]
    made, refused = reallocate(moves, batch=batch, by=request.user, at=request.now)
    messages.success(request, f"{plural(len(made), 'case,cases')} given.")
    if not refused:
        return redirect(_next(request, besides) if besides else context["back"])
    cases, typed = read_cases(request.prison.people.filter(pk__in=refused), on=request.on), request.POST.copy()
    for case in cases:
        typed[f"replaces_{case.pk}"] = str(case.open_allocation or "")  # type: ignore[attr-defined]
    typed["batch"] = uuid.uuid4().hex  # another email for what is given next
    again = _form(request, cases, typed, besides)
    again.refuse(refused)
    here = {case.pk for case in cases}  # the form says it of those; whoever has left has no place on it any more
    gone = [(move.person, refused[move.person.pk]) for move in moves if move.person.pk in refused.keys() - here]
    context |= {"form": again, "refused": refused, "gone": gone}
    return render(request, "allocation/reallocate.html", context)


def _next(request: PrisonRequest, staff: Staff) -> str:
    """Where giving cases away leads: to the same page, with a word, while a POM who goes leaves anything behind."""
    left = left_by(staff, request.prison, on=request.on)
    if left is None:
        return _page_of(request, staff, "allocation:pom-profile")
    counts = (
        (left.cases.count(), "case,cases"),
        (left.shares.count(), "part beside another POM,parts beside other POMs"),
        (left.covers.count(), "case in which they stand in,cases in which they stand in"),
    )
    if not (words := [plural(count, noun) for count, noun in counts if count]):
        return _page_of(request, staff, "allocation:pom-profile")
    gone = f"{staff} is not there from {day(left.on)}"
    messages.warning(request, f"{gone} and still has {' and '.join(words)}. Give them to others, or save cover.")
    return reverse("allocation:reallocate", args=[request.prison.pk, staff.pk])
