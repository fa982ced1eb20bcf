"""A POM's own page: what is due, what is to be read, and the caseload."""

from functools import partial

from django.http import HttpResponseBase
from django.urls import reverse

from allocation.actions import record_risk_shown
from allocation.caseload import with_case, with_next_day
from allocation.filters import MyCaseFilter, MyDutyFilter, coming, my_duties
from allocation.lists import Cells, duty_columns, my_case_columns
from omic import audit
from omic.access import Action, requires
from omic.context import Tab
from omic.http import PrisonRequest
from omic.lists import ListPage
from omic.models import ObligationKind

AT_ONCE = 10  # duties and notes shown above the caseload; the tab has all


def my_tabs(code: str) -> list[Tab]:
    """A POM's own pages."""
    pages = (("Cases", "allocation:mine"), ("Duties", "allocation:my-duties"))
    return [Tab(text, reverse(name, args=[code])) for text, name in pages]


@requires(Action.MY_CASES)
def mine(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Due and overdue duties and risk information to read, then the caseload."""
    rows = with_next_day(with_case(request.prison.people.filter(pom=request.user), on=request.on), on=request.on)
    page = ListPage(
        request,
        rows.select_related("wing"),
        title="My cases",
        columns=my_case_columns(request),
        sort="next",
        noun="case,cases",
        filterset=MyCaseFilter,
        empty="You are nobody’s POM here. The HOMD allocates cases.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "my-cases"),
    )
    return page.response("allocation/mine.html", {"tabs": my_tabs(code), **_waiting(request)})


def _waiting(request: PrisonRequest) -> dict[str, object]:
    """What is due, and what is to be read. Showing risk information counts as reading it, and is logged."""
    open_duties = my_duties(request).select_related("person__wing").order_by("due_on", "opens_on", "pk")
    risk = ObligationKind.RISK_TO_READ
    due = list((open_duties.overdue(request.now) | coming(open_duties, request.on)).exclude(kind=risk)[: AT_ONCE + 1])
    notes = list(open_duties.filter(kind=risk).order_by("opens_on", "pk")[: AT_ONCE + 1])
    record_risk_shown(duties=notes[:AT_ONCE], by=request.user, at=request.now)
    cells, all_duties = Cells(request), reverse("allocation:my-duties", args=[request.prison.pk])
    return {
        "due": [(cells.due(row), cells.duty(row), cells.person(row.person)) for row in due[:AT_ONCE]],
        "more_due": len(due) > AT_ONCE,
        "notes": [(row, cells.person(row.person)) for row in notes[:AT_ONCE]],
        "more_notes": len(notes) > AT_ONCE,
        "all_duties": all_duties,
        "all_notes": f"{all_duties}?kind={risk.value}",
    }


@requires(Action.MY_CASES)
def duties(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Everything that still asks something of this POM, most overdue first."""
    page = ListPage(
        request,
        my_duties(request).select_related("person__wing", "owner"),
        title="My duties",
        columns=duty_columns(request, with_owner=False),
        sort="due",
        noun="duty,duties",
        filterset=MyDutyFilter,
        empty="Nothing is asked of you here. That is good.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "my-duties"),
    )
    return page.response(context={"tabs": my_tabs(code)})
