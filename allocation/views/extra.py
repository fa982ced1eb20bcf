"""Extra resource for a case (AL-05): agreeing it, ending it, and the list."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from allocation.extra_lists import ExtraFilter, extra_columns
from allocation.extra_resources import about_people_here, agree_extra_resource, end_extra_resource
from allocation.forms import ExtraForm, ReasonForm, attempt
from omic import audit, pending
from omic.access import Action, requires
from omic.http import PrisonRequest
from omic.lists import ListPage
from omic.models import under_any_number
from omic.people import identity


@requires(Action.SEE_EXTRA)
def extras(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Every decision about people who are here, the newest first."""
    rows = about_people_here(request.prison)
    page = ListPage(
        request,
        rows.select_related("person", "decided_by"),
        title="Extra resource",
        columns=extra_columns(request),
        sort="-from",
        noun="decision,decisions",
        filterset=ExtraFilter,
        empty="No case here gets more than the usual. The HOMD agrees it on the person’s page.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "extra-resource"),
    )
    lede = "What the HOMD has agreed for single cases beyond the usual, and what was weighed (AL-05)."
    return page.response(context={"back": reverse("allocation:dashboard", args=[code]), "lede": lede})


@requires(Action.AGREE_EXTRA)
def agree(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Agree extra resource for a case, with what was weighed."""
    person = request.person
    form = ExtraForm(pending.typed(request), staff=request.user, initial={"starts_on": request.on})
    save = partial(agree_extra_resource, person=person, prison=request.prison, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.told()):
        messages.success(request, f"Extra resource for {person.name} is recorded.")
        return redirect("person", code, ref)
    context = {"title": "Agree extra resource", "form": form, "submit": "Agree", **_about(request)}
    return render(request, "allocation/extra.html", context)


@requires(Action.AGREE_EXTRA)
def end(request: PrisonRequest, code: str, ref: str, decision: int) -> HttpResponse:
    """The case has the usual again, with the reason."""
    found = get_object_or_404(about_people_here(request.prison).filter(under_any_number(request.person)), pk=decision)
    form = ReasonForm(pending.typed(request), staff=request.user)
    save = partial(end_extra_resource, decision=found, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.told()):
        messages.success(request, f"{request.person.name} no longer gets extra resource: {found.what}.")
        return redirect("person", code, ref)
    context = {"title": f"End extra resource: {found.what}", "form": form, "submit": "End it", **_about(request)}
    return render(request, "omic/add_record.html", context)


def _about(request: PrisonRequest) -> dict[str, Any]:
    back = reverse("person", args=[request.prison.pk, request.person.ref])
    return {"back": back, "cancel": back, "person": request.person, **identity(request.person)}
