"""Handover on the person's page and on the home page."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from handover.models import HandoverDetermination
from handover.queries import LIST_BY_KEY, list_counts, with_handover
from handover.why import in_a_sentence
from omic.access import Action, Relation
from omic.context import Tile
from omic.http import PrisonRequest
from omic.models import Obligation, ObligationKind, Person, Role

TILES = (("overdue", "handovers overdue", "red"), ("upcoming", "handovers due within 8 weeks", "yellow"))


def handover_panel(request: PrisonRequest, person: Person) -> dict[str, Any] | None:
    """Who is responsible and until when, the COM, and the duty to hand over; None for those who do not see dates."""
    if not request.standing.may(Action.SEE_DATES):
        return None
    rows = person.handoverdeterminations.with_responsibility(request.on)
    row = rows.filter(superseded_at=None).select_related("person__details").first()
    duty = person.obligations.demanding().filter(kind=ObligationKind.HANDOVER).first()
    return {
        "template": "handover/panel.html",
        "handover": row,
        "sentence": in_a_sentence(row, request.on) if row else "",
        "com": _com(row),
        "duty": duty,
        "why": reverse("why", args=[request.prison.pk, person.ref, "handover"]),
        "record": _record_url(request, person, duty),
    }


def _com(row: HandoverDetermination | None) -> str | None:
    details = getattr(row.person, "details", None) if row else None
    return details and (details.com_name or details.com_email)


def _record_url(request: PrisonRequest, person: Person, duty: Obligation | None) -> str:
    relations = request.standing.relations(Action.RECORD_HANDOVER)
    may = Relation.PRISON in relations or (Relation.OWN in relations and person.pom_id == request.user.pk)
    return reverse("handover:record", args=[request.prison.pk, person.ref]) if may and duty else ""


def home_tiles(request: PrisonRequest) -> list[Tile]:
    """Handovers overdue and coming up: for a POM their own people's, for the rest of the OMU everybody's."""
    if not request.standing.may(Action.SEE_DATES):
        return []
    people, query = request.prison.people.all(), ""
    if request.standing.roles == {Role.POM}:
        people, query = people.filter(pom=request.user), f"?{urlencode({'pom': request.user.pk})}"
    counts = list_counts(with_handover(people, request.on), request.on)
    return [
        Tile(counts[key], text, reverse(f"handover:{LIST_BY_KEY[key].key}", args=[request.prison.pk]) + query, tone)
        for key, text, tone in TILES
        if counts[key]
    ]
