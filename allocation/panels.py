"""What allocation shows on pages that are put together from every app: the person's and the home page."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from allocation.availability import left_alone
from allocation.caseload import WITHOUT_POM
from allocation.filters import OVERDUE, duties_of, omu_duties
from allocation.queries import list_url
from allocation.screening import newest_screening
from omic.access import Action, Relation
from omic.context import Tile
from omic.counting import about, counted, kept
from omic.http import PrisonRequest
from omic.models import ContactKind, Person, Prison, Role
from omic.telling import untold

EARLIER = 3  # POMs before the present one, and engagements


def pom_panel(request: PrisonRequest, person: Person) -> dict[str, Any] | None:
    """The POM of somebody held here, since when and why, and who was before; None for those outside the OMU."""
    standing = request.standing
    if not standing.may(Action.SEE_DATES):
        return None
    allocations = person.pom_allocations.filter(prison=request.prison).select_related("staff", "started_by")
    rows = list(allocations.annotate(untold=untold(Role.POM)))
    primary = [row for row in rows if row.part == row.Part.PRIMARY]
    beside = [row for row in rows if row.part != row.Part.PRIMARY and row.ended_at is None]
    reads_notes = _reads_notes(request, person)
    return {
        "template": "allocation/panel.html",
        "present": next((row for row in primary if row.ended_at is None), None),
        "beside": [(row, row.note if reads_notes or row.staff_id == request.user.pk else "") for row in beside],
        "earlier": [row for row in primary if row.ended_at is not None][:EARLIER],
        "reads_notes": reads_notes,
        "may_tell": standing.may(Action.RECORD_DUTY),
        "person": person,
        "change": _allocate_url(request, person) if standing.may(Action.ALLOCATE_POM) else "",
    }


def _reads_notes(request: PrisonRequest, person: Person) -> bool:
    """Whether whoever looks reads every note kept with the allocations: the HOMD, the POM, and who stands in for them.

    Who co-works or does case support reads their own alone.
    """
    if request.standing.may(Action.ALLOCATE_POM) or person.pom_id == request.user.pk:
        return True
    return Role.POM in request.standing.roles and request.standing.covered(Role.POM).filter(person=person).exists()


def engagement_panel(request: PrisonRequest, person: Person) -> dict[str, Any] | None:
    """The last POM engagements, wherever they were; None for those outside the OMU."""
    if not request.standing.may(Action.SEE_DATES):
        return None
    rows = person.contacts.current().filter(kind=ContactKind.ENGAGEMENT).select_related("by")
    return {
        "template": "allocation/engagement_panel.html",
        "person": person,
        "last": list(rows.order_by("-at", "-pk")[:EARLIER]),
        "may_log": _may_log_engagement(request, person),
    }


def _may_log_engagement(request: PrisonRequest, person: Person) -> bool:
    """Whether whoever looks may log an engagement with this person: the HOMD, or their POM or cover."""
    reach = request.standing.relations(Action.LOG_ENGAGEMENT)
    if Relation.PRISON in reach:
        return True
    return bool(reach) and request.standing.people(Action.LOG_ENGAGEMENT).filter(pk=person.pk).exists()


def _allocate_url(request: PrisonRequest, person: Person) -> str:
    return reverse("allocation:allocate", args=[request.prison.pk, person.ref])


def home_tiles(request: PrisonRequest) -> list[Tile]:
    """For the HOMD who waits for a POM; for the OMU's managers what is late; for a POM their own late duties."""
    standing, tiles = request.standing, []
    if standing.may(Action.ALLOCATE_POM):
        found = _to_see_to(request.prison, request.on)
        waiting = found["waiting"]
        tiles.append(Tile(waiting, "without a POM", list_url(request, "allocation:people"), _red(waiting)))
        if nobodys := found["alone"]:
            tiles.append(Tile(nobodys, "cases nobody has today", list_url(request, "allocation:alone"), "red"))
    if standing.may(Action.ALLOCATE_POM) or standing.may(Action.EDIT_DETAILS):
        late = omu_duties(request.prison).overdue(request.now).count()
        tiles.append(Tile(late, "OMU duties overdue", list_url(request, "allocation:duties", when=OVERDUE), _red(late)))
    if standing.may(Action.MY_CASES):
        late = duties_of(request.prison, request.user, on=request.on).overdue(request.now).count()
        mine = list_url(request, "allocation:my-duties", when=OVERDUE)
        tiles.append(Tile(late, "of your duties overdue", mine, _red(late)))
    return tiles


@kept
def _to_see_to(prison: Prison, on: date) -> QuerySet[Any]:
    people = prison.people.all()
    alone = left_alone(people, prison, on=on)
    return about(prison, waiting=counted(people.filter(WITHOUT_POM)), alone=counted(alone))


def _red(count: int) -> str:
    return "red" if count else ""


def complexity_panel(request: PrisonRequest, person: Person) -> dict[str, Any] | None:
    """A woman's complexity of need, who said so and why; None in men's prisons and for who may not screen.

    A level other than the last screening's came with the roll.
    """
    if not request.prison.women or not request.standing.people(Action.SCREEN_COMPLEXITY).filter(pk=person.pk).exists():
        return None
    latest = newest_screening(person)
    said = latest is not None and latest.level == person.complexity
    url = reverse("allocation:screening", args=[request.prison.pk, person.ref])
    return {"template": "allocation/complexity.html", "person": person, "latest": latest, "said": said, "url": url}
