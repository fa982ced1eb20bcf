"""Caseloads: a POM's own, and one POM's as the HOMD sees it. The same lists, of the same cases."""

from datetime import date
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from allocation.actions import record_risk_shown
from allocation.candidates import going_words, with_going
from allocation.case_lists import LIST_BY_KEY, LISTS, cases_of, counts
from allocation.caseload import with_loads
from allocation.covers import covered_by
from allocation.ended import ended_lately
from allocation.engagement_lists import in_month, minutes_owed
from allocation.filters import MyCaseFilter, coming, duties_of
from allocation.lists import Cells, caseload_columns, log_column
from allocation.loads import draw
from omic import audit
from omic.access import Action, Standing, requires
from omic.context import Tab
from omic.counting import about, counted, kept
from omic.duties import to_read
from omic.http import PrisonRequest
from omic.lists import ListPage
from omic.models import Obligation, ObligationKind, Person, Prison, Staff
from omic.people import SearchForm, matching, spelt_alike

NOBODY_FOUND = "None of these cases has that name or number. Check the spelling, or show all."
AT_ONCE = 10  # duties and notes shown above the caseload; their tabs have all


@requires(Action.MY_CASES)
def mine(request: PrisonRequest, code: str, key: str = "all") -> HttpResponseBase:
    """Due and overdue duties and risk information to read, then the caseload; its other lists alone."""
    cases = cases_of(request.user, request.prison, on=request.on)
    page, searched = _page(
        request, cases, key, title="My cases", empty="You are nobody’s POM here. The HOMD allocates."
    )
    first = _waiting(request) if key == "all" else {}
    context = {"tabs": my_tabs(request), "first": key == "all", **searched, **first}
    return page.response("allocation/mine.html", context | {"lede": LIST_BY_KEY[key].definition})


@requires(Action.SEE_OMU)
def pom(request: PrisonRequest, code: str, staff: int, key: str = "all") -> HttpResponseBase:
    """A POM's load and their cases here, list by list."""
    poms = with_going(with_loads(request.prison, on=request.on), request.prison, on=request.on)
    found = get_object_or_404(poms, pk=staff)
    cases = cases_of(found, request.prison, on=request.on)
    page, searched = _page(request, cases, key, title=str(found), empty=f"{found} holds no case here.")
    context = {"pom": found, "load": draw(request, [found]), "lede": LIST_BY_KEY[key].definition, **searched}
    context |= {"may_edit": request.standing.may(Action.ALLOCATE_POM), "back": reverse("allocation:poms", args=[code])}
    context["going"] = going_words(found)
    return page.response("allocation/pom.html", context | {"tabs": pom_tabs(request, found)})


def _page(
    request: PrisonRequest, cases: QuerySet[Person], key: str, *, title: str, empty: str
) -> tuple[ListPage, dict[str, Any]]:
    """One list of a caseload, narrowed by a name or number that was sent by POST: no name stands in an address. Beside
    it the form of the search, and whether what it found is only spelt alike.

    No search for who may open nobody's page: what it finds would tell the name.
    """
    if key not in LIST_BY_KEY:
        raise Http404("A caseload has no such list.")
    chosen, by_name = LIST_BY_KEY[key], request.standing.may(Action.SEE_PERSON)
    search = SearchForm(request.POST or None) if by_name else None
    rows, empty, alike = cases.filter(chosen.where(request.on)), chosen.empty or empty, False
    if search and search.is_valid():
        words, empty = search.cleaned_data["q"], NOBODY_FOUND
        found = matching(rows, words)
        alike = not found.exists()
        rows = spelt_alike(rows, words) if alike else found
    columns = caseload_columns(request, chosen.columns)
    if request.standing.may(Action.MY_CASES):
        columns = (*columns, log_column(request))
    page = ListPage(
        request,
        rows.select_related("wing"),
        title=title,
        columns=columns,
        sort=chosen.sort,
        noun="case,cases",
        filterset=MyCaseFilter,
        empty=empty,
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, f"caseload-{key}"),
    )
    return page, {"search": search, "alike": alike and page.count > 0}


def my_tabs(request: PrisonRequest) -> list[Tab]:
    """A POM's own pages, each with the length of its list."""
    code, found = request.prison.pk, _my_counts(request.standing)
    tabs = _case_tabs(request, request.user, "allocation:mine", "allocation:my-list", code)
    tabs += [
        Tab("Duties", reverse("allocation:my-duties", args=[code]), found["duties"]),
        Tab("Risk information", reverse("risk-to-read", args=[code]), found["risk"]),
    ]
    if request.prison.women:
        tabs.append(Tab("Engagement", reverse("allocation:my-engagement", args=[code]), found["engagement"]))
    tabs.append(Tab("Ended", reverse("allocation:my-ended", args=[code]), found["ended"]))
    return [*tabs, Tab("Whole prison", reverse("allocation:cases", args=[code]), found["whole"])]


@kept
def _my_counts(standing: Standing) -> QuerySet[Any]:
    staff, prison, on = standing.staff, standing.prison, standing.on
    return about(
        prison,
        duties=counted(duties_of(prison, staff, on=on)),
        risk=counted(to_read(standing)),
        engagement=counted(my_engagement(staff, prison, on=on)),
        ended=counted(ended_lately(staff, prison, on=on)),
        whole=counted(prison.people.filter(pom__isnull=False)),
    )


def pom_tabs(request: PrisonRequest, staff: Staff) -> list[Tab]:
    """The pages of one POM, each with the length of its list."""
    args = (request.prison.pk, staff.pk)
    found = _pom_counts(staff, request.prison, request.on)
    return [
        *_case_tabs(request, staff, "allocation:pom", "allocation:pom-list", *args),
        Tab("Duties", reverse("allocation:pom-duties", args=args), found["duties"]),
        Tab("Risk information", reverse("allocation:pom-risk", args=args), found["risk"]),
        Tab("Profile", reverse("allocation:pom-profile", args=args)),
    ]


@kept
def _pom_counts(staff: Staff, prison: Prison, on: date) -> QuerySet[Any]:
    duties = duties_of(prison, staff, on=on)
    return about(prison, duties=counted(duties), risk=counted(duties.filter(kind=ObligationKind.RISK_TO_READ)))


def my_engagement(staff: Staff, prison: Prison, *, on: date) -> QuerySet[Obligation]:
    """The time that a POM, or who stands in for one, owes women of high complexity this month (WB-02)."""
    owed = in_month(minutes_owed(prison), on)
    return owed.filter(Q(person__pom=staff) | Q(person__in=covered_by(staff, prison, on=on)))


def _case_tabs(request: PrisonRequest, staff: Staff, first: str, other: str, *args: Any) -> list[Tab]:
    found = counts(staff, request.prison, request.on)
    addresses = (reverse(first, args=args), *(reverse(other, args=[*args, row.key]) for row in LISTS[1:]))
    return [Tab(row.title, url, found[row.key]) for row, url in zip(LISTS, addresses, strict=True)]


def _waiting(request: PrisonRequest) -> dict[str, object]:
    """What is due, and what is to be read. Showing risk information counts as reading it, and is logged."""
    open_duties = duties_of(request.prison, request.user, on=request.on).select_related("person__wing")
    open_duties = open_duties.order_by("due_on", "opens_on", "pk")
    risk = ObligationKind.RISK_TO_READ
    due = list((open_duties.overdue(request.now) | coming(open_duties, request.on)).exclude(kind=risk)[: AT_ONCE + 1])
    notes = list(open_duties.filter(kind=risk).order_by("opens_on", "pk")[: AT_ONCE + 1])
    record_risk_shown(duties=notes[:AT_ONCE], by=request.user, at=request.now)
    cells = Cells(request)
    return {
        "due": [(cells.due(row), cells.duty(row), cells.person(row.person)) for row in due[:AT_ONCE]],
        "more_due": len(due) > AT_ONCE,
        "notes": [(row, cells.person(row.person)) for row in notes[:AT_ONCE]],
        "more_notes": len(notes) > AT_ONCE,
        "all_duties": reverse("allocation:my-duties", args=[request.prison.pk]),
        "all_notes": reverse("risk-to-read", args=[request.prison.pk]),
    }
