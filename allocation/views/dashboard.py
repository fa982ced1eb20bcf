"""The HOMD's dashboard and the lists behind its numbers."""

from functools import partial

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.module_loading import import_string

from allocation import queries
from allocation.case_lists import LIST_BY_KEY, cases_here
from allocation.case_mix import TYPES, case_mix, limits
from allocation.caseload import WITHOUT_POM, with_case, with_loads, with_waiting
from allocation.changes import CHANGE_BY_KEY, CHANGES
from allocation.charts import column_chart
from allocation.engagement_lists import assurance_panel
from allocation.filters import CaseFilter, DutyFilter, PomFilter, WaitingFilter, omu_duties
from allocation.lists import caseload_columns, duty_columns, waiting_columns
from allocation.loads import chart_of, loads, pom_columns, tier_mix
from allocation.views.caseloads import my_tabs
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
    ("Case mix", "allocation:case-mix"),
)


def omu_tabs(code: str) -> list[Tab]:
    """The pages of the OMU."""
    return [Tab(text, reverse(name, args=[code])) for text, name in PAGES]


@requires(Action.SEE_OMU)
def dashboard(request: PrisonRequest, code: str) -> HttpResponse:
    """Who waits, what is late, what comes, and how much every POM holds; each number opens its list."""
    stands, drawn = queries.state(request), loads(request)
    numbers = {
        "overdue": queries.overdue_by_owner(request),
        "weeks": queries.handovers_by_week(request),
        "missing": queries.missing_details(request),
        "changes": queries.changes(request, stands),
        "tiers": tier_mix(drawn),
        "attention": [*queries.to_put_right(request, stands), *drawn.attention],
    }
    context = {
        "title": "Offender management unit",
        "tabs": omu_tabs(code),
        "state": stands,
        "tiles": queries.tiles(request, stands, numbers),
        "loads": drawn,
        "chart": chart_of(drawn),
        "week_chart": column_chart([(week.short, week.count) for week in numbers["weeks"]]),
        "engagement": assurance_panel(request),
        "panels": [panel for name in settings.OMU_PANELS if (panel := import_string(name)(request))],
        "may_allocate": request.standing.may(Action.ALLOCATE_POM),
        "may_see_dates": request.standing.may(Action.SEE_DATES),
    }
    return render(request, "allocation/dashboard.html", context | numbers)


@requires(Action.SEE_OMU)
def changes(request: PrisonRequest, code: str, key: str) -> HttpResponseBase:
    """What of one sort has changed since yesterday began."""
    if key not in CHANGE_BY_KEY:
        raise Http404("Nothing of this sort is counted.")
    change = CHANGE_BY_KEY[key]
    page = ListPage(
        request,
        change.rows(request.prison, request.now),
        title=f"{change.title} since yesterday",
        columns=change.columns(request),
        sort=change.sort,
        noun="row,rows",
        empty=change.empty,
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, f"changes-{key}"),
    )
    tabs = [Tab(row.title, reverse("allocation:changes", args=[code, row.key])) for row in CHANGES]
    return page.response(context={"tabs": tabs, "back": reverse("allocation:dashboard", args=[code])})


@requires(Action.SEE_OMU)
def mix(request: PrisonRequest, code: str) -> HttpResponse:
    """Cases by tier, part and type of POM, and what limits and shares somebody has published."""
    found, drawn = case_mix(request), loads(request)
    context = {
        "title": "Case mix and limits",
        "tabs": omu_tabs(code),
        "mix": found,
        "types": [words for _, words in TYPES],
        "limits": limits(request, found, drawn),
        "loads": drawn,
    }
    return render(request, "allocation/case_mix.html", context)


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
    context = {"tabs": omu_tabs(code), "lede": lede, "may_allocate": request.standing.may(Action.ALLOCATE_POM)}
    return page.response("allocation/people.html", context)


@requires(Action.SEE_CASES)
def cases(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Everyone here who has a POM; the lists that every caseload has are a filter."""
    chosen = LIST_BY_KEY.get(request.GET.get("which", ""))
    shown = chosen.columns if chosen and chosen.key != "all" else ("handover", "release", "since")
    page = ListPage(
        request,
        cases_here(request.prison, on=request.on).select_related("wing", "pom"),
        title="Cases",
        columns=caseload_columns(request, shown, with_pom=True),
        sort="name",
        noun="case,cases",
        filterset=CaseFilter,
        empty="Nobody here has a POM yet. Start with the people without one.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "cases"),
    )
    tabs = omu_tabs(code) if request.standing.may(Action.SEE_OMU) else my_tabs(request)
    return page.response(context={"tabs": tabs, "lede": chosen.definition if chosen else ""})


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
    may_see_extra = request.standing.may(Action.SEE_EXTRA)
    return page.response("allocation/poms.html", {"tabs": omu_tabs(code), "may_see_extra": may_see_extra})


@requires(Action.SEE_OMU)
def duties(request: PrisonRequest, code: str) -> HttpResponseBase:
    """What still asks something of the OMU, most overdue first."""
    page = ListPage(
        request,
        omu_duties(request.prison).select_related("person__wing", "owner"),
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
