"""Telling somebody who their POM is (WB-11)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from omic.access import Action, requires
from omic.http import PrisonRequest
from omic.models import Role
from omic.telling import record_told, to_tell


@requires(Action.RECORD_DUTY)
def notice(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Who the POM is, on paper and in plain words, for the person to keep."""
    present = get_object_or_404(request.person.pom_allocations.primary().open().select_related("staff"))
    context = {"title": "Your Prison Offender Manager", "person": request.person, "allocation": present}
    beside = request.person.pom_allocations.open().exclude(pk=present.pk).select_related("staff")
    context["beside"] = list(beside.order_by("started_at"))
    context |= {"duty": to_tell(request.person, Role.POM), "back": reverse("person", args=[code, ref])}
    return render(request, "allocation/notice.html", context)


@requires(Action.RECORD_DUTY)
@require_POST
def told(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """The person knows who their POM is: the one whom the page named, not one who has followed since."""
    present = request.person.pom_allocations.primary().open().first()
    if present is None or request.POST.get("allocation") != str(present.pk):
        messages.error(request, "The POM has changed while this page was open. Nothing was recorded.")
        return redirect("allocation:notice" if present else "person", code, ref)
    if duty := to_tell(request.person, Role.POM):
        record_told(duty=duty, by=request.user, at=request.now)
    messages.success(request, f"{request.person.name} has been told who their POM is.")
    return redirect("person", code, ref)
