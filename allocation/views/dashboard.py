"""The HOMD's dashboard and the lists behind its numbers."""

from functools import partial

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from allocation import queries
from allocation.caseload import WITHOUT_POM, with_case, with_loads, with_waiting
from allocation.filters import CaseFilter, DutyFilter, PomFilter, WaitingFilter, omu_duties
from allocation.lists import case_columns, duty_columns, waiting_columns
from allocation.loads import loads, pom_columns
from omic import audit
from omic.access import Action, requires
from omic.context import Tab
from omic.http import PrisonRequest
from omic.lists import ListPage

PAGES = (
    ("Overview", "allocation:dashboard"),
    ("Without a POM", "allocation:people"),
    ("Cases", "allocation:cases"),
    ("POMs", "allocation:poms"),
    ("Duties", "allocation:duties"),
)


def omu_tabs(code: str) -> list[Tab]:
    """The pages of the OMU."""
    return [Tab(text, reverse(name, args=[code])) for text, name in PAGES]


@requires(Action.SEE_OMU)
def dashboard(request: PrisonRequest, code: str) -> HttpResponse:
    """Who waits, what is late, what comes, and how much every POM holds; each number opens its list."""
    stands = queries.state(request)
    overdue = queries.overdue_by_owner(request)
    weeks = queries.handovers_by_week(request)
    context = {
        "title": "Offender management unit",
        "tabs": omu_tabs(code),
        "state": stands,
        "tiles": queries.tiles(request, stands, overdue, weeks),
        "overdue": overdue,
        "weeks": weeks,
        "loads": loads(request),
        "may_allocate": request.standing.may(Action.ALLOCATE_POM),
        "may_see_dates": request.standing.may(Action.SEE_DATES),
    }
    return render(request, "allocation/dashboard.html", context)


@requires(Action.SEE_OMU)
def people(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Who needs a POM and has none, who waits longest first."""
    rows = with_waiting(with_case(request.prison.people.filter(WITHOUT_POM), on=request.on)).select_related("wing")
    page = ListPage(
        request,
        rows,
        title="Without a POM",
        columns=waiting_columns(request),
        sort="-waited",
        noun="person,people",
        filterset=WaitingFilter,
        empty="Everyone who needs a POM has one. That is good.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "without-a-pom"),
    )
    lede = "Sentenced, civil and immigration cases who need a POM (AL-01). No document sets a deadline."
    return page.response(context={"tabs": omu_tabs(code), "lede": lede})


@requires(Action.SEE_OMU)
def cases(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Everyone here who has a POM."""
    rows = with_case(request.prison.people.filter(pom__isnull=False), on=request.on).select_related("wing", "pom")
    page = ListPage(
        request,
        rows,
        title="Cases",
        columns=case_columns(request, with_pom=True),
        sort="name",
        noun="case,cases",
        filterset=CaseFilter,
        empty="Nobody here has a POM yet. Start with the people without one.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "cases"),
    )
    return page.response(context={"tabs": omu_tabs(code)})


@requires(Action.SEE_OMU)
def poms(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Everyone posted here as a POM or holding a case here, with their load."""
    page = ListPage(
        request,
        with_loads(request.prison, on=request.on),
        title="POMs",
        columns=pom_columns(request),
        sort="name",
        noun="POM,POMs",
        filterset=PomFilter,
        empty="Nobody is posted here as a POM today. HOMS posts staff.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "poms"),
    )
    return page.response(context={"tabs": omu_tabs(code)})


@requires(Action.SEE_OMU)
def duties(request: PrisonRequest, code: str) -> HttpResponseBase:
    """What still asks something of the OMU, most overdue first."""
    page = ListPage(
        request,
        omu_duties(request).select_related("person__wing", "owner"),
        title="Duties",
        columns=duty_columns(request, with_owner=True),
        sort="due",
        noun="duty,duties",
        filterset=DutyFilter,
        empty="Nothing is asked of the OMU. Duties open as people arrive, are sentenced and near handover.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "omu-duties"),
    )
    return page.response(context={"tabs": omu_tabs(code)})
