"""Parts beside the primary POM: giving one, and ending it."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from allocation.coworking import PART_WORDS, Part, end_share, share_case
from allocation.forms import ReasonForm, ShareForm, attempt
from allocation.leaving import end_shares, open_shares, shares_left
from allocation.models import PomType
from allocation.reallocating import takers
from allocation.share_lists import share_columns
from omic import audit, pending
from omic.access import Action, requires
from omic.formats import plural
from omic.http import PrisonRequest
from omic.lists import ListPage
from omic.people import identity


@requires(Action.ALLOCATE_POM)
def share(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Let somebody co-work, or do case management support, beside the primary POM."""
    person = request.person
    poms = takers(request.prison, on=request.on)
    if request.method != "POST":  # of who has got a part meanwhile the action says so
        taken = set(person.pom_allocations.open().values_list("staff", flat=True))
        poms = [pom for pom in poms if pom.pk not in taken]
        if request.GET.get("part") == Part.SUPPORT:
            poms = [pom for pom in poms if pom.pom_type != PomType.PROBATION]  # type: ignore[attr-defined]  # AL-10
    part = request.GET.get("part", Part.COWORKING)
    form = ShareForm(pending.typed(request), poms=poms, staff=request.user, initial={"part": part})
    save = partial(share_case, person=person, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and (done := attempt(form, save, **form.told())):
        row, warnings = done
        messages.success(request, f"{row.staff} is now {PART_WORDS[row.part]} in the case of {person.name}.")
        for words in warnings:
            messages.warning(request, f"{words}.")
        return redirect("person", code, ref)
    context = {"title": "Let somebody work on this case too", "form": form, **_about(request)}
    context["beside"] = open_shares(request.prison).filter(person=person).select_related("staff")
    return render(request, "allocation/share.html", {**context, "submit": "Add to the case", "poms": poms})


@requires(Action.ALLOCATE_POM)
def unshare(request: PrisonRequest, code: str, ref: str, allocation: int) -> HttpResponse:
    """End somebody's part beside the primary POM, with the reason."""
    rows = request.person.pom_allocations.filter(prison=request.prison).exclude(part=Part.PRIMARY)
    found = get_object_or_404(rows.select_related("staff", "person"), pk=allocation)
    form = ReasonForm(pending.typed(request), staff=request.user)
    save = partial(end_share, allocation=found, by=request.user, at=request.now)
    words = PART_WORDS[found.part]
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.told()):
        messages.success(request, f"{found.staff} is no longer {words} in the case of {request.person.name}.")
        return redirect("person", code, ref)
    context = {"title": f"End {found.staff}’s part: {words}", "form": form, "submit": "End it", **_about(request)}
    return render(request, "omic/add_record.html", context)


@requires(Action.ALLOCATE_POM)
def unshare_all(request: PrisonRequest, code: str, staff: int) -> HttpResponse:
    """End every part that somebody has beside other POMs, with one reason. Who has none any more keeps the page."""
    had = request.prison.pom_allocations.filter(staff=staff).select_related("staff").first()
    if had is None:
        raise Http404("They have had no case here.")
    form = ReasonForm(pending.typed(request), staff=request.user)
    save = partial(end_shares, staff=had.staff, prison=request.prison, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid():
        ended = save(**form.told())
        messages.success(request, f"{plural(ended, 'part,parts')} of {had.staff} ended.")
        return redirect("allocation:poms", code)
    rows = open_shares(request.prison).filter(staff=staff).select_related("person").order_by("person__surname")
    back = reverse("allocation:shares-left", args=[code])
    context = {"title": f"End what {had.staff} does beside other POMs", "form": form, "submit": "End them all"}
    return render(request, "allocation/end_shares.html", context | {"rows": list(rows), "back": back, "cancel": back})


@requires(Action.SEE_OMU)
def left(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Parts beside other POMs of those who are away, leaving or posted here no more."""
    page = ListPage(
        request,
        shares_left(request.prison, on=request.on).select_related("person", "staff"),
        title="Co-working and case support of those who are not there",
        columns=share_columns(request),
        sort="staff",
        noun="part,parts",
        empty="Whoever co-works or supports a case is there. That is good.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "shares-left"),
    )
    return page.response(context={"back": reverse("allocation:poms", args=[code])})


def _about(request: PrisonRequest) -> dict[str, Any]:
    back = reverse("person", args=[request.prison.pk, request.person.ref])
    return {"back": back, "cancel": back, "person": request.person, **identity(request.person)}
