"""What key work shows on pages that are put together from every app: the person's and the home page."""

from typing import Any

from django.urls import reverse

from keywork import lists
from keywork.views.people import tiles_of
from omic.access import Action, Relation
from omic.context import Tile
from omic.http import PrisonRequest
from omic.models import Contact, ContactKind, ObligationKind, Person

SHOWN = 3


def key_work_panel(request: PrisonRequest, person: Person) -> dict[str, Any] | None:
    """The key worker, what is owed now and the last sessions and entries of somebody held here."""
    standing = request.standing
    owed = person.obligations.filter(prison=request.prison, kind=ObligationKind.KEY_WORK_SESSION).demanding()
    kinds = (ContactKind.SESSION, ContactKind.ENTRY)
    last = Contact.objects.current().filter(person=person, kind__in=kinds).select_related("by")
    reach = standing.relations(Action.LOG_SESSION)
    own = Relation.OWN in reach and standing.staff.pk in (person.key_worker_id, person.pom_id)
    return {
        "template": "keywork/panel.html",
        "person": person,
        "owed": list(owed.filter(opens_on__lte=request.on).order_by("due_on")),
        "last": list(last.order_by("-at", "-id")[:SHOWN]),
        "may_log": Relation.PRISON in reach or own,
        "may_allocate": standing.may(Action.ALLOCATE_KEY_WORKER),
    }


def home_tiles(request: PrisonRequest) -> list[Tile]:
    """A key worker's own people; for those who see to key work, who is overdue and who has nobody."""
    if request.standing.may(Action.MY_KEY_WORK):
        return tiles_of(request)[:2]
    if not request.standing.may(Action.SEE_KEY_WORK):
        return []
    code, people = request.prison.pk, request.prison.people.all()
    overdue = lists.late(lists.with_key_work(people, on=request.on)).count()
    waiting = lists.without_key_worker(people).count()
    return [
        Tile(overdue, "with key work overdue", reverse("keywork:overdue", args=[code]), "red" if overdue else ""),
        Tile(waiting, "without a key worker", reverse("keywork:unallocated", args=[code]), "red" if waiting else ""),
    ]
