"""One POM as the HOMD sees them, and what is recorded of them."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from allocation.actions import RefusedError, set_pom_profile
from allocation.caseload import poms_of, with_case, with_loads
from allocation.filters import MyCaseFilter, omu_duties
from allocation.forms import PomForm
from allocation.lists import case_columns
from allocation.loads import draw
from omic import audit
from omic.access import Action, requires
from omic.http import PrisonRequest
from omic.lists import ListPage


@requires(Action.SEE_OMU)
def pom(request: PrisonRequest, code: str, staff: int) -> HttpResponseBase:
    """A POM's load and every case they hold here."""
    found = get_object_or_404(with_loads(request.prison, on=request.on), pk=staff)
    rows = with_case(request.prison.people.filter(pom=found), on=request.on).select_related("wing")
    page = ListPage(
        request,
        rows,
        title=str(found),
        columns=case_columns(request, with_pom=False),
        sort="name",
        noun="case,cases",
        filterset=MyCaseFilter,
        empty=f"{found} holds no case here.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "cases-of-a-pom"),
    )
    overdue = omu_duties(request).overdue(request.now).filter(owner=found).count()
    context = {"pom": found, "load": draw(request, [found]), "overdue": overdue}
    context |= {"may_edit": request.standing.may(Action.ALLOCATE_POM), "back": reverse("allocation:poms", args=[code])}
    return page.response("allocation/pom.html", context)


@requires(Action.ALLOCATE_POM)
def pom_profile(request: PrisonRequest, code: str, staff: int) -> HttpResponse:
    """Say of which type a POM is and how many days they work."""
    found = get_object_or_404(poms_of(request.prison, on=request.on), pk=staff)
    present = request.prison.poms.on(request.on).filter(staff=found).first()
    initial = {"working_days": 5}
    if present:
        names = ("pom_type", "working_days", "version")
        initial = {name: getattr(present, name) for name in names}
    form = PomForm(request.POST or None, initial=initial)
    back = reverse("allocation:pom", args=[code, staff])
    if request.method == "POST" and form.is_valid():
        said = {"by": request.user, "at": request.now, "on": request.on, **form.cleaned_data}
        try:
            set_pom_profile(staff=found, prison=request.prison, **said)
        except RefusedError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"Saved what is recorded of {found}.")
            return redirect(back)
    context = {"title": f"{found} as a POM", "form": form, "cancel": back, "back": back}
    return render(request, "omic/form.html", context)
