"""The HOMD's numbers: one query for each panel, and with each number the address of the list that it counts."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Count, QuerySet
from django.urls import reverse

from allocation.availability import alone_soon, left_alone
from allocation.caseload import WITHOUT_POM
from allocation.changes import CHANGES, Change
from allocation.filters import OVERDUE, omu_duties
from allocation.leaving import shares_left
from allocation.rules import policy_on
from handover.models import HandoverDetermination
from handover.queries import by_week
from omic.access import Action
from omic.calendar import london_midnight
from omic.context import Tile
from omic.counting import about, counted, kept, latest
from omic.formats import plural
from omic.http import PrisonRequest
from omic.lists import link
from omic.missing import checks, lack_counts
from omic.models import ObligationKind, Prison, Role
from omic.models.obligation import OWNERS


class Number(NamedTuple):
    """A number and the list that it counts. `width` is its bar's, in per cent of the longest beside it; `short` are
    its words where there is little room."""

    count: int
    url: str
    text: str = ""
    width: int = 0
    short: str = ""

    @property
    def link(self) -> str:
        """The number as a link; none is a dash, as there is nothing to open."""
        return link(self.url, self.count) if self.count else "–"


def list_url(request: PrisonRequest, name: str, *args: object, **filters: object) -> str:
    """A list's address with its filters."""
    return filtered(reverse(name, args=[request.prison.pk, *args]), **filters)


def filtered(address: str, **filters: object) -> str:
    """A list's address with its filters, where the list is known: to look a name up takes longer than all else."""
    return f"{address}?{urlencode(filters)}" if filters else address


class State(NamedTuple):
    """People who need a POM and have none; cases that nobody has today, those that nobody will have within days, and
    parts beside other POMs of those who are not there; when the newest roll named anybody, how many answers wait for a
    night that has not run, how much risk information is unread, and how often each sort of change came since yesterday
    began."""

    without_pom: int
    alone: int
    alone_soon: int
    shares_left: int
    roll_at: datetime | None
    waiting_for_night: int
    unread: int
    changes: Mapping[str, int]


def state(request: PrisonRequest) -> State:
    """How the prison stands, how old what is shown is, and what has changed."""
    found = _stands(request.prison, request.on)
    changed = {change.key: found.pop(_changed(change)) for change in CHANGES if not change.by_the_hour}
    lately = {change.key: change.rows(request.prison, request.now).count() for change in CHANGES if change.by_the_hour}
    return State(**found, changes=changed | lately)


@kept
def _stands(prison: Prison, on: date) -> QuerySet[Any]:
    people, late = prison.people.all(), HandoverDetermination.objects.fallen_due(on).filter(person__prison=prison)
    by_the_day = [change for change in CHANGES if not change.by_the_hour]
    return about(
        prison,
        without_pom=counted(people.filter(WITHOUT_POM)),
        alone=counted(left_alone(people, prison, on=on)),
        alone_soon=counted(alone_soon(people, prison, on=on)),
        shares_left=counted(shares_left(prison, on=on)),
        roll_at=latest(people, "seen_on_roll_at"),
        waiting_for_night=counted(late),
        unread=counted(omu_duties(prison).filter(kind=ObligationKind.RISK_TO_READ)),
        **{_changed(change): counted(change.rows(prison, london_midnight(on))) for change in by_the_day},
    )


def _changed(change: Change) -> str:
    return f"changed_{change.key}"


def tiles(request: PrisonRequest, stands: State, dashboard: "Mapping[str, Sequence[Number]]") -> list[Tile]:
    """What needs the HOMD first: at most five numbers, each with its list."""
    address, late = partial(list_url, request), sum(number.count for number in dashboard["overdue"])
    found = [
        Tile(stands.without_pom, "without a POM", address("allocation:people"), "red" if stands.without_pom else ""),
        Tile(late, "duties overdue", address("allocation:duties", when=OVERDUE), "red" if late else ""),
        Tile(
            stands.unread,
            "risk information unread",
            address("allocation:duties", kind=ObligationKind.RISK_TO_READ.value),
            "yellow" if stands.unread else "",
        ),
    ]
    if request.standing.may(Action.SEE_DATES):
        handovers = sum(number.count for number in dashboard["weeks"])
        found.append(Tile(handovers, "handovers in the next 8 weeks", address("handover:upcoming")))
    if missing := dashboard["missing"]:
        count = missing[0].count
        found.append(Tile(count, "with missing details", address("missing-details"), "yellow" if count else ""))
    return found


def changes(request: PrisonRequest, stands: State) -> list[Number]:
    """What has changed since yesterday began; what has not is left out."""
    return [
        Number(stands.changes[change.key], list_url(request, "allocation:changes", change.key), change.title)
        for change in CHANGES
        if stands.changes[change.key]
    ]


def to_put_right(request: PrisonRequest, stands: State) -> list[Number]:
    """What POMs who are not there, or soon are not, leave behind; what there is none of is left out."""
    cases = plural(stands.alone, "case that nobody has today,cases that nobody has today")
    within = f"whose POM is away or leaves within {policy_on(request.on).leaving_soon_days} days, and nobody stands in"
    ahead = f"{plural(stands.alone_soon, 'case,cases')} {within}"
    parts = f"{plural(stands.shares_left, 'part in a case,parts in cases')} of POMs who are not there"
    found = [
        Number(stands.alone, list_url(request, "allocation:alone"), cases),
        Number(stands.alone_soon, list_url(request, "allocation:alone-soon"), ahead),
        Number(stands.shares_left, list_url(request, "allocation:shares-left"), parts),
    ]
    return [number for number in found if number.count]


def missing_details(request: PrisonRequest) -> list[Number]:
    """How many people lack any detail that a rule needs, then how many lack each; for who can enter them."""
    if not request.standing.may(Action.EDIT_DETAILS):
        return []
    found = lack_counts(request.prison, request.on)
    address = partial(list_url, request, "missing-details")
    rows = (Number(found[f"missing_{check.key}"], address(what=check.key), check.label) for check in checks())
    return [Number(found["anything"], address(), "Anything"), *with_widths(row for row in rows if row.count)]


def overdue_by_owner(request: PrisonRequest) -> list[Number]:
    """The OMU's overdue duties by whose they are, most first."""
    rows = (
        omu_duties(request.prison)
        .overdue(request.now)
        .values("owner_id", "owner__forename", "owner__surname", "owner_role")
        .annotate(count=Count("pk"))
        .order_by("-count", "owner__surname", "owner_role")
    )
    return with_widths(_owner_number(request, **row) for row in rows)


def _owner_number(
    request: PrisonRequest,
    *,
    owner_id: int | None,
    owner__forename: str | None,
    owner__surname: str | None,
    owner_role: str,
    count: int,
) -> Number:
    owner = {"owner": owner_id or "null", "role": owner_role}
    words = OWNERS[owner_role]
    name = f"{owner__surname}, {owner__forename}" if owner_id else f"{words}, nobody named"
    if owner_id and owner_role != Role.POM:
        name = f"{name} ({words})"
    return Number(count, list_url(request, "allocation:duties", when=OVERDUE, **owner), name)


def handovers_by_week(request: PrisonRequest) -> list[Number]:
    """The handovers of the next eight weeks by week, which together are the upcoming list, for who may open it."""
    if not request.standing.may(Action.SEE_DATES):
        return []
    weeks = by_week(request.prison.people.all(), request.on)
    return with_widths(
        Number(
            week.count,
            list_url(request, "handover:upcoming", week=week.start.isoformat()),
            _week(week.start, request.on),
            short=f"{week.start.day} {week.start:%b}",
        )
        for week in weeks
    )


def _week(start: date, on: date) -> str:
    last = start + timedelta(days=6)
    if start <= on <= last:
        return "This week"
    return f"{start.day}{'' if start.month == last.month else f' {start:%b}'} to {last.day} {last:%b}"


def with_widths(numbers: Iterable[Number]) -> list[Number]:
    """The numbers, each with a bar as long as it is beside the greatest."""
    found = list(numbers)
    longest = max((number.count for number in found), default=0) or 1
    return [number._replace(width=round(100 * number.count / longest)) for number in found]
