"""What is asked of a POM: their own duties, and those of one POM as the HOMD sees them."""

from functools import partial

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from allocation.caseload import poms_of
from allocation.changes import named_then
from allocation.ended import ended_lately
from allocation.engagement_lists import MINUTES_COLUMNS
from allocation.filters import MyDutyFilter, duties_of
from allocation.lists import duty_columns
from allocation.views.caseloads import my_engagement, my_tabs, pom_tabs
from omic import audit
from omic.access import Action, requires
from omic.http import PrisonRequest
from omic.lists import Column, ListPage
from omic.models import ObligationKind, Staff


@requires(Action.MY_CASES)
def duties(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Everything that still asks something of this POM, most overdue first."""
    page = _duties(request, request.user, title="My duties", empty="Nothing is asked of you here. That is good.")
    return page.response(context={"tabs": my_tabs(request)})


@requires(Action.SEE_OMU)
def of_pom(request: PrisonRequest, code: str, staff: int, risk: bool) -> HttpResponseBase:
    """Everything that still asks something of one POM; or, of that, the risk information to read."""
    found = get_object_or_404(poms_of(request.prison, on=request.on), pk=staff)
    page = _duties(
        request, found, title=str(found), empty=f"Nothing of this is asked of {found}. That is good.", risk=risk
    )
    back = reverse("allocation:poms", args=[code])
    return page.response(context={"tabs": pom_tabs(request, found), "back": back})


@requires(Action.MY_CASES)
def ended(request: PrisonRequest, code: str) -> HttpResponseBase:
    """The cases that a POM has no more, latest first: what an email about people who left leads to."""
    page = ListPage(
        request,
        ended_lately(request.user, request.prison, on=request.on),
        title="My cases that ended",
        columns=(
            *named_then(request),
            Column("part", "Held as", "get_part_display", order=("part",)),
            Column("until", "Until", "ended_at", order=("ended_at",)),
            Column("because", "Because", "ended_because"),
        ),
        sort="-until",
        noun="case,cases",
        empty="No case of yours has ended in the last four weeks.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "my-ended"),
    )
    return page.response(context={"tabs": my_tabs(request)})


@requires(Action.MY_CASES)
def engagement(request: PrisonRequest, code: str) -> HttpResponseBase:
    """The minutes that a POM owes women of high complexity this month, who has had least of hers first."""
    page = ListPage(
        request,
        my_engagement(request.user, request.prison, on=request.on),
        title="My engagement this month",
        columns=MINUTES_COLUMNS,
        sort="-short",
        noun="woman,women",
        empty="You are the POM of no woman who is owed time with her POM this month.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "my-engagement"),
    )
    return page.response(context={"tabs": my_tabs(request)})


def _duties(request: PrisonRequest, staff: Staff, *, title: str, empty: str, risk: bool = False) -> ListPage:
    rows = duties_of(request.prison, staff, on=request.on).select_related("person__wing", "owner")
    return ListPage(
        request,
        rows.filter(kind=ObligationKind.RISK_TO_READ) if risk else rows,
        title=title,
        columns=duty_columns(request, with_owner=False),
        sort="since" if risk else "due",
        noun="duty,duties",
        filterset=MyDutyFilter,
        empty=empty,
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "risk-of-a-pom" if risk else "duties-of-a-pom"),
    )
