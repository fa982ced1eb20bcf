"""The HOMD's numbers: one query for each panel, and with each number the address of the list that it counts."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import NamedTuple
from urllib.parse import urlencode

from django.db.models import Count, Max
from django.urls import reverse

from allocation.caseload import WITHOUT_POM
from allocation.filters import OVERDUE, omu_duties
from handover.models import HandoverDetermination
from handover.queries import by_week
from omic.access import Action
from omic.context import Tile
from omic.http import PrisonRequest
from omic.lists import link
from omic.missing import lacking
from omic.models import ObligationKind, Role
from omic.models.obligation import OWNERS


class Number(NamedTuple):
    """A number and the list that it counts. `width` is its bar's, in per cent of the longest beside it."""

    count: int
    url: str
    text: str = ""
    width: int = 0

    @property
    def link(self) -> str:
        """The number as a link; none is a dash, as there is nothing to open."""
        return link(self.url, self.count) if self.count else "–"


def list_url(request: PrisonRequest, name: str, **filters: object) -> str:
    """A list's address with its filters."""
    query = f"?{urlencode(filters)}" if filters else ""
    return reverse(name, args=[request.prison.pk]) + query


class State(NamedTuple):
    """People who need a POM and have none, when the newest roll named anybody, and how many answers wait for a night
    that has not run."""

    without_pom: int
    roll_at: datetime | None
    waiting_for_night: int


def state(request: PrisonRequest) -> State:
    """How the prison stands, and how old what is shown is."""
    people = request.prison.people.aggregate(
        without_pom=Count("pk", filter=WITHOUT_POM), roll_at=Max("seen_on_roll_at")
    )
    late = HandoverDetermination.objects.fallen_due(request.on).filter(person__prison=request.prison)
    return State(people["without_pom"], people["roll_at"], late.count())


def tiles(request: PrisonRequest, stands: State, overdue: Sequence[Number], weeks: Sequence[Number]) -> list[Tile]:
    """What needs the HOMD first: five numbers, each with its list."""
    address, late = partial(list_url, request), sum(number.count for number in overdue)
    unread = omu_duties(request).filter(kind=ObligationKind.RISK_TO_READ).count()
    handovers = sum(number.count for number in weeks)
    found = [
        Tile(stands.without_pom, "without a POM", address("allocation:people"), "red" if stands.without_pom else ""),
        Tile(late, "duties overdue", address("allocation:duties", when=OVERDUE), "red" if late else ""),
        Tile(
            unread,
            "risk information unread",
            address("allocation:duties", kind=ObligationKind.RISK_TO_READ.value),
            "yellow" if unread else "",
        ),
    ]
    if request.standing.may(Action.SEE_DATES):
        found.append(Tile(handovers, "handovers in the next 8 weeks", address("handover:upcoming")))
    if request.standing.may(Action.EDIT_DETAILS):
        missing = lacking(request.prison.people.all(), request.on).count()
        found.append(Tile(missing, "with missing details", address("missing-details"), "yellow" if missing else ""))
    return found


def overdue_by_owner(request: PrisonRequest) -> list[Number]:
    """The OMU's overdue duties by whose they are, most first."""
    rows = (
        omu_duties(request)
        .overdue(request.now)
        .values("owner_id", "owner__forename", "owner__surname", "owner_role")
        .annotate(count=Count("pk"))
        .order_by("-count", "owner__surname", "owner_role")
    )
    return _with_widths(_owner_number(request, **row) for row in rows)


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
    weeks = by_week(request.prison, request.on)
    return _with_widths(
        Number(
            week.count,
            list_url(request, "handover:upcoming", week=week.start.isoformat()),
            _week(week.start, request.on),
        )
        for week in weeks
    )


def _week(start: date, on: date) -> str:
    last = start + timedelta(days=6)
    if start <= on <= last:
        return "This week"
    return f"{start.day}{'' if start.month == last.month else f' {start:%b}'} to {last.day} {last:%b}"


def _with_widths(numbers: Iterable[Number]) -> list[Number]:
    found = list(numbers)
    longest = max((number.count for number in found), default=0) or 1
    return [number._replace(width=round(100 * number.count / longest)) for number in found]
