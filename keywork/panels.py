"""What key work shows on pages that are put together from every app: the person's and the home page."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from keywork import lists, priority_lists, regime
from keywork.actions.priority import mark_refusal
from keywork.staffing import cover_needed
from keywork.views.decisions import found_today
from keywork.views.people import tiles_of
from omic.access import Action, Relation
from omic.context import Tile
from omic.counting import about, counted, kept
from omic.formats import noun
from omic.http import PrisonRequest
from omic.models import Contact, ContactKind, ObligationKind, Person, Prison, Role
from omic.telling import to_tell

SHOWN = 3


def key_work_panel(request: PrisonRequest, person: Person) -> dict[str, Any] | None:
    """The key worker, what is owed now and the last sessions and entries of somebody held here."""
    standing = request.standing
    sessions = person.obligations.filter(prison=request.prison, kind=ObligationKind.KEY_WORK_SESSION)
    owed = sessions.demanding().filter(suspension=None)
    kinds = (ContactKind.SESSION, ContactKind.ENTRY)
    last = Contact.objects.current().filter(person=person, kind__in=kinds).select_related("by")
    reach = standing.relations(Action.LOG_SESSION)
    own = Relation.OWN in reach and standing.people(Action.LOG_SESSION).filter(pk=person.pk).exists()
    return {
        "template": "keywork/panel.html",
        "person": person,
        "owed": list(owed.filter(opens_on__lte=request.on).order_by("due_on")),
        "last": list(last.order_by("-at", "-id")[:SHOWN]),
        "may_log": Relation.PRISON in reach or own,
        "may_allocate": standing.may(Action.ALLOCATE_KEY_WORKER),
        "tell": to_tell(person, Role.KEY_WORKER),
        "may_tell": standing.may(Action.TELL_KEY_WORKER),
    }


def home_tiles(request: PrisonRequest) -> list[Tile]:
    """A key worker's own people; for those who see to key work, who is overdue, has nobody or needs cover."""
    if request.standing.may(Action.MY_KEY_WORK):
        return tiles_of(request)[:2]
    if not request.standing.may(Action.SEE_KEY_WORK):
        return []
    code = request.prison.pk
    found = _to_see_to(request.prison, request.on)
    overdue, waiting, uncovered = found["overdue"], found["waiting"], found["uncovered"]
    tiles = [
        Tile(overdue, "with key work overdue", reverse("keywork:overdue", args=[code]), "red" if overdue else ""),
        Tile(waiting, "without a key worker", reverse("keywork:unallocated", args=[code]), "red" if waiting else ""),
        Tile(uncovered, "needing cover", reverse("keywork:cover", args=[code]), "red"),
    ]
    return tiles if uncovered else tiles[:2]


@kept
def _to_see_to(prison: Prison, on: date) -> QuerySet[Any]:
    return about(
        prison,
        overdue=lists.overdue_here(prison, on),
        waiting=lists.waiting_here(prison),
        uncovered=counted(cover_needed(prison, on=on)),
    )


def priority_panel(request: PrisonRequest, person: Person) -> dict[str, Any]:
    """The priority groups with why, what stands decided, and the mark that key work is not possible."""
    mark = regime.mark_of(person, request.on)
    decided = regime.in_force(person.priority_decisions.select_related("decided_by"), request.on)
    return {
        "template": "keywork/priority_panel.html",
        "person": person,
        **found_today(request, person),
        "decided": [priority_lists.decided_words(row) for row in decided],
        "mark": mark,
        "may_decide": request.standing.may(Action.DECIDE_PRIORITY),
        "may_mark": _may_mark(request, person) and (mark is not None or not mark_refusal(request.prison, request.on)),
    }


def _may_mark(request: PrisonRequest, person: Person) -> bool:
    """Whether whoever looks may mark this person: a key work manager, or their key worker or cover."""
    reach = request.standing.relations(Action.MARK_NOT_POSSIBLE)
    if Relation.PRISON in reach:
        return True
    return bool(reach) and request.standing.people(Action.MARK_NOT_POSSIBLE).filter(pk=person.pk).exists()


def regime_tiles(request: PrisonRequest) -> list[Tile]:
    """What a change of level still asks for, whose release date is unknown, what waits for the PGD; none that is 0."""
    code, may = request.prison.pk, request.standing.may
    regime_url, to_decide, local = (
        reverse(f"keywork:{name}", args=[code]) for name in ("regime", "priority-to-decide", "priority-local")
    )
    tiles = []
    if may(Action.FINISH_LEVEL_TASK):
        words = "to do after a change of regime level"
        tiles.append(Tile(regime.open_tasks(request.prison).count(), words, regime_url, "yellow"))
    if may(Action.DECIDE_PRIORITY):
        people = priority_lists.to_decide(request.prison.people.all(), request.on)
        words = "to decide: priority while the release date is unknown"
        unknown = priority_lists.unknown_dates(people).count()
        tiles.append(Tile(unknown, words, f"{to_decide}?why=unknown_date", "yellow"))
    if may(Action.APPROVE_VARIANT) and regime.fortnightly_waiting(request.prison):
        tiles.append(Tile(1, "request for fortnightly key work to answer", regime_url, "yellow"))
    if may(Action.APPROVE_LOCAL_GROUP):
        waiting = priority_lists.local_additions(request.prison, request.on).filter(waiting=True).count()
        words = noun(waiting, "local addition to answer,local additions to answer")
        tiles.append(Tile(waiting, words, f"{local}?waiting=true", "yellow"))
    return [tile for tile in tiles if tile.count]
