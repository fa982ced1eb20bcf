"""The rows behind each figure of key work, with their columns: the very rows that it counts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from keywork import eligible
from keywork.columns import person_url
from keywork.figures import rate
from keywork.measured_people import WAITS, people, waits
from keywork.measures import CONTACTS, DUTIES, Scope, contacts, duties
from omic.access import Action
from omic.http import PrisonRequest
from omic.lists import Column, link
from omic.models import Person

Named = Callable[[Any], Person]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one figure as a list page takes them."""

    queryset: QuerySet[Any]
    columns: tuple[Column, ...]
    sort: str
    noun: str


def rows_of(request: PrisonRequest, scope: Scope, figure: str) -> Rows:
    """The rows that `figure` counts in a scope."""
    if figure in WAITS:
        return _waits(request, scope, figure)
    if figure in DUTIES:
        owed = duties(scope, figure).select_related("person", "wing", "owner")
        return Rows(owed, (*_who(request, scope), *DUTY_COLUMNS), "due", "duty,duties")
    if figure in CONTACTS:
        held = contacts(scope, figure).select_related("person", "by")
        return Rows(held, (*_who(request, scope), *CONTACT_COLUMNS), "on", "contact,contacts")
    shown = (*_who(request, scope, itself=True), *PEOPLE_COLUMNS)
    if figure == "mean_eligible":
        shown = (*shown, *_days_column(scope))
    return Rows(people(scope, figure).select_related("wing"), shown, "last", "person,people")


def _waits(request: PrisonRequest, scope: Scope, figure: str) -> Rows:
    found, (_, model) = waits(scope, figure), WAITS[figure]
    session = figure == "days_to_first_session"
    of, when = ("by", "at") if session else ("staff", "started_at")
    columns = (
        *_who(request, scope),
        Column("since", "Eligible from", lambda row: found[row.pk].since_on),
        Column("when", "First session" if session else "First key worker", when, order=(when,)),
        Column("days", "Days", lambda row: found[row.pk].days, numeric=True),
        Column("by", "Held by" if session else "Key worker", of, order=(f"{of}__surname", f"{of}__forename")),
    )
    rows = model._default_manager.filter(pk__in=found).select_related("person", of)
    return Rows(rows, columns, "when", "person,people")


def _who(request: PrisonRequest, scope: Scope, *, itself: bool = False) -> tuple[Column, ...]:
    """Name and number; the number alone for those who may open nobody's page. Who has left is named, not linked."""
    person: Named = (lambda row: row) if itself else (lambda row: row.person)
    path, order = "" if itself else "person__", ("surname", "forename")
    number = Column("number", "Number", lambda row: person(row).prison_number, order=(f"{path}prison_number",))
    if not request.standing.may(Action.SEE_PERSON):
        return (number,)
    own = scope.worker if not request.standing.may(Action.SEE_KEY_WORK) else None

    def named(row: Any) -> Any:
        one = person(row)
        opens = one.prison_id == scope.prison.pk and (own is None or one.key_worker_id == own)
        return link(person_url(one), one.name) if opens else one.name

    ordered = tuple(f"{path}{name}" for name in order)
    return (Column("person", "Person", lambda row: person(row).name, order=ordered, cell=named), number)


BASES = {"owed": "Owed", "target": "Target", "where_possible": "Where possible", "floor": "Floor"}
DUTY_COLUMNS = (
    Column("due", "Due", "due_on", order=("due_on",)),
    Column("basis", "Owed as", lambda row: BASES[row.basis], order=("basis",)),
    Column("held", "Held", lambda row: f"{row.done} of {row.quantity}", order=("done",)),
    Column("state", "State", "get_state_display", order=("state",)),
    Column("met", "Met", "met_at", order=("met_at",)),
    Column("wing", "Wing", "wing.code", order=("wing__code",)),
    Column("owner", "Key worker", "owner", order=("owner__surname", "owner__forename")),
    Column("rule", "Rule", "rule", order=("rule",)),
)
CONTACT_COLUMNS = (
    Column("on", "Happened", "at", order=("at",)),
    Column("kind", "What", "get_kind_display", order=("kind",)),
    Column("minutes", "Minutes", "minutes", order=("minutes",), numeric=True),
    Column("by", "By", "by", order=("by__surname", "by__forename")),
    Column("recorded", "Written up", "recorded_at", order=("recorded_at",)),
)


def _rate(person: Any) -> Any:
    return rate(person.delivered, person.owed)


def _last(person: Any) -> str | None:
    return "Never" if person.ever_seen is False else None


PEOPLE_COLUMNS = (
    Column("wing", "Wing", "wing.code", order=("wing__code",)),
    Column("came", "Here since", "came_on", order=("came_on",)),
    Column("worker", "Key worker then", "worker_name", order=("worker_name",)),
    Column("last", "Last session", lambda row: _last(row) or row.last_session_on, order=("ever_seen", "unseen_since")),
    Column("owed", "Owed", "owed", order=("owed",), numeric=True),
    Column("delivered", "Delivered", "delivered", order=("delivered",), numeric=True),
    Column("rate", "Delivery rate, %", _rate, numeric=True),
)


def _days_column(scope: Scope) -> tuple[Column, ...]:
    days = eligible.days_by_person(scope.prison, scope.period)
    return (Column("days", "Days", lambda row: days[row.pk], numeric=True),)
