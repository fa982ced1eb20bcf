"""Lists of people: my own, and a prison's by what key work they lack."""

from datetime import date
from functools import partial
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpResponseBase
from django.urls import reverse

from keywork import columns, lists
from keywork.filters import MineFilter, PeopleFilter
from keywork.plans import meetings_to_come
from omic import audit
from omic.access import Action, requires
from omic.context import Tab, Tile
from omic.counting import about, kept
from omic.http import PrisonRequest
from omic.lists import ListPage
from omic.models import ObligationKind, Prison
from omic.nomis_entries import waiting_for


@requires(Action.MY_KEY_WORK)
def mine(request: PrisonRequest, code: str) -> HttpResponseBase:
    """My people: who is owed a session, overdue first; the meetings to come (KW-13), and who is expected (XC-10)."""
    people = lists.my_people(request.prison, request.user, on=request.on)
    page = ListPage(
        request,
        people.select_related("wing"),
        title="My people",
        columns=(columns.NAME_AND_GROUPS, columns.NUMBER, columns.WHERE, columns.OWED, columns.LAST, columns.LOG),
        sort="owed",
        noun="person,people",
        filterset=MineFilter,
        empty="You are nobody's key worker at present. Your key work manager allocates people to key workers.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "my-people"),
        context={"today": request.on},
    )
    expected = request.prison.expected_arrivals.filter(closed_at=None, key_worker=request.user)
    context = {
        "lede": _order(request),
        "numbers": tiles_of(request),
        "tabs": _my_tabs(request),
        "meetings": meetings_to_come(request.prison.obligations.filter(owner=request.user), request.on),
        "expected": expected.select_related("person__prison", "pom"),
        "left": lists.left_lately(request.prison, request.user, on=request.on),
        "covered": lists.covered_lately(request.prison, request.user, on=request.on),
    }
    return page.response("keywork/mine.html", context)


def tiles_of(request: PrisonRequest) -> list[Tile]:
    """How many of my people are overdue, to see this week (women: this month), and owed nothing."""
    people = lists.my_people(request.prison, request.user, on=request.on)
    counts = people.aggregate(
        late=Count("pk", filter=Q(overdue__gt=0)),
        now=Count("pk", filter=lists.due_now(request.prison, request.on)),
        nothing=Count("pk", filter=Q(next_due_on__isnull=True)),
    )
    url, period = reverse("keywork:mine", args=[request.prison.pk]), "month" if request.prison.women else "week"
    return [
        Tile(counts["late"], "with a session overdue", f"{url}?owed=late", "red" if counts["late"] else ""),
        Tile(counts["now"], f"to see this {period}", f"{url}?owed=now", "yellow" if counts["now"] else ""),
        Tile(counts["nothing"], "owed nothing now", f"{url}?owed=nothing"),
    ]


def _order(request: PrisonRequest) -> str:
    """Why the list does not simply start with the oldest, where it does not."""
    if not lists.goes_by_need(request.prison, on=request.on):
        return ""
    near = "those near release, parole or the end of their tariff"
    return f"At regime level 3 people in priority groups come first, then {near}, then everybody else (ED-14)."


def _my_tabs(request: PrisonRequest) -> list[Tab]:
    code = request.prison.pk
    return [
        Tab("My people", reverse("keywork:mine", args=[code])),
        Tab("To tell", reverse("keywork:to-tell", args=[code]), _to_tell(request)),
        Tab("My figures", reverse("keywork:my-figures", args=[code])),
        Tab("Not yet on NOMIS", reverse("not-on-nomis", args=[code]), waiting_for(request.standing).count()),
        Tab("Feedback", reverse("keywork:feedback", args=[code])),
    ]


def _to_tell(request: PrisonRequest) -> int:
    people = request.standing.people(Action.TELL_KEY_WORKER)
    duties = request.prison.obligations.demanding().filter(kind=ObligationKind.TELL_KEY_WORKER, person__in=people)
    return duties.count()


def _tabs(request: PrisonRequest) -> list[Tab]:
    code, may = request.prison.pk, request.standing.may
    found = _tab_counts(request.prison, request.on)
    tabs = [
        Tab("Overdue", reverse("keywork:overdue", args=[code]), found["overdue"]),
        Tab("Without a key worker", reverse("keywork:unallocated", args=[code]), found["waiting"]),
        Tab("Longest unseen", reverse("keywork:unseen", args=[code])),
        Tab("Key workers", reverse("keywork:staff", args=[code])),
        Tab("Figures", reverse("keywork:figures", args=[code])),
        Tab("Regime level", reverse("keywork:regime", args=[code])),
        Tab("Priority groups", reverse("keywork:priority", args=[code])),
    ]
    if may(Action.SEE_QUALITY):
        tabs.append(Tab("Quality", reverse("keywork:quality", args=[code])))
    if may(Action.MARK_ON_NOMIS):
        tabs.append(Tab("Not yet on NOMIS", reverse("not-on-nomis", args=[code])))
    if may(Action.EXPECT_ARRIVAL):
        tabs.append(Tab("Expected arrivals", reverse("expected-arrivals", args=[code])))
    return tabs


@kept
def _tab_counts(prison: Prison, on: date) -> QuerySet[Any]:
    return about(prison, overdue=lists.overdue_here(prison, on), waiting=lists.waiting_here(prison))


def _people_page(
    request: PrisonRequest, people: Any, name: str, template: str = "omic/list.html", lede: str = "", **settings: Any
) -> HttpResponseBase:
    may_allocate = request.standing.may(Action.ALLOCATE_KEY_WORKER)
    page = ListPage(
        request,
        people.select_related("wing", "key_worker"),
        noun="person,people",
        filterset=PeopleFilter,
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, name),
        context={"today": request.on},
        **settings,
    )
    return page.response(template, {"tabs": _tabs(request), "may_allocate": may_allocate, "lede": lede})


@requires(Action.SEE_KEY_WORK)
def overdue(request: PrisonRequest, code: str) -> HttpResponseBase:
    """One row a person with a session overdue, the oldest first."""
    people = lists.late(lists.with_key_work(request.prison.people.all(), on=request.on))
    people = lists.by_need(people, request.prison, on=request.on)
    shown = (
        *columns.who(request), columns.WHERE, columns.OVERDUE_SINCE, columns.OVERDUE, columns.KEY_WORKER,
        columns.LAST, columns.PRIORITY,
    )  # fmt: skip
    empty = "Nobody's key work session is overdue. That is good."
    title = "Key work sessions overdue"
    settings = {"title": title, "columns": shown, "sort": "owed", "empty": empty, "lede": _order(request)}
    return _people_page(request, people, "overdue-key-work", **settings)


@requires(Action.SEE_KEY_WORK)
def unallocated(request: PrisonRequest, code: str) -> HttpResponseBase:
    """People who are to have a key worker and have none, longest waiting first."""
    people = lists.without_key_worker(lists.with_key_work(request.prison.people.all(), on=request.on))
    shown = [*columns.who(request), columns.WHERE, columns.WAITING, columns.KEY_WORKER, columns.LAST, columns.PRIORITY]
    if request.standing.may(Action.ALLOCATE_KEY_WORKER):
        shown += [columns.WAITING_BECAUSE, columns.ALLOCATE]
    empty = "Everybody who is to have a key worker has one. That is good."
    settings = {"title": "People without a key worker", "columns": tuple(shown), "sort": "waiting", "empty": empty}
    return _people_page(request, people, "without-key-worker", "keywork/place_waiting.html", **settings)


@requires(Action.SEE_KEY_WORK)
def unseen(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Everybody who is owed key work, whoever has gone longest without a session first; never seen counts as well."""
    people = lists.owed_key_work(lists.with_key_work(request.prison.people.all(), on=request.on))
    shown = (*columns.who(request), columns.WHERE, columns.LAST, columns.OVERDUE, columns.KEY_WORKER, columns.PRIORITY)
    empty = "Nobody here is owed key work. Import a roll first."
    return _people_page(
        request, people, "longest-unseen", title="Longest unseen", columns=shown, sort="last", empty=empty
    )
