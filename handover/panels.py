"""Handover on the person's page and on the home page."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from handover.duty_rows import row_of, shown_about_a_person
from handover.models import HandoverDetermination, ResponsibilityOverride
from handover.policy import Reason
from handover.queries import EVERYBODY, LIST_BY_KEY, list_counts
from handover.sending import notes_about, still_owed, to_read, to_write
from handover.why import in_a_sentence
from omic.access import Action
from omic.context import Tile
from omic.formats import noun
from omic.http import PrisonRequest
from omic.models import LegalStatus, Obligation, ObligationKind, Person, Role, Sentence

TILES = (("overdue", "with handover duties overdue", "red"), ("upcoming", "handovers due within 8 weeks", "yellow"))


def handover_panel(request: PrisonRequest, person: Person) -> dict[str, Any] | None:
    """Who is responsible and until when, the COM, and the duty to hand over; None for those who do not see dates."""
    if not request.standing.may(Action.SEE_DATES):
        return None
    rows = person.handoverdeterminations.with_responsibility(request.on)
    row = rows.filter(superseded_at=None).select_related("person__details", "sentence").first()
    duty = person.obligations.demanding().filter(kind=ObligationKind.HANDOVER).first()
    return {
        "template": "handover/panel.html",
        "handover": row,
        "overridden": row is not None and row.reason == Reason.OVERRIDDEN,
        "sentence": in_a_sentence(row, request.on) if row else "",
        "com": _com(row),
        "duty": duty,
        "why": reverse("why", args=[request.prison.pk, person.ref, "handover"]),
        "more": pages_on(request, person, row),
        "record": _record_url(request, person, duty),
        "case": reverse("handover:case", args=[request.prison.pk, person.ref]),
    }


def pages_on(request: PrisonRequest, person: Person, row: HandoverDetermination | None) -> list[tuple[str, str]]:
    """The pages about the sentence that are anything to this person: words and address."""
    sentence = row.sentence if row else None
    parole = sentence is not None and (sentence.kind == Sentence.Kind.INDETERMINATE or sentence.ped is not None)
    recalled = person.legal_status == LegalStatus.RECALL or (sentence is not None and sentence.recalled)
    pages = [("Early allocation", "early", sentence is not None), ("Parole", "parole", parole)]
    pages += [("Recall", "recall", recalled)]
    args = [request.prison.pk, person.ref]
    return [(words, reverse(f"handover:{name}", args=args)) for words, name, applies in pages if applies]


def _com(row: HandoverDetermination | None) -> str | None:
    details = getattr(row.person, "details", None) if row else None
    return details and (details.com_name or details.com_email)


def _record_url(request: PrisonRequest, person: Person, duty: Obligation | None) -> str:
    may = duty and request.standing.reaches(Action.RECORD_HANDOVER, person)
    return reverse("handover:record", args=[request.prison.pk, person.ref]) if may else ""


def notes_panel(request: PrisonRequest, person: Person) -> dict[str, Any] | None:
    """What other prisons have written about the person, or owe; for whoever works on the handover."""
    if not request.standing.reaches(Action.WORK_HANDOVER, person):
        return None
    notes, owed = notes_about(person), list(still_owed(person))
    return {"template": "handover/notes_panel.html", "notes": notes, "owed": owed} if notes or owed else None


def duties_panel(request: PrisonRequest, person: Person) -> dict[str, Any] | None:
    """What is due of the OMU about the person, soonest first, and what was closed lately; for those who see dates."""
    if not request.standing.may(Action.SEE_DATES):
        return None
    duties = list(shown_about_a_person(person.obligations.all(), request.now))
    for duty in duties:
        duty.person = person  # read already
    closed = [duty for duty in duties if duty.closed_at]
    opens = request.standing.reaches(Action.OPEN_DUTY, person)
    return {
        "template": "handover/duties_panel.html",
        "open": [row_of(duty, request.now) for duty in duties if not duty.closed_at],
        "closed": sorted(closed, key=lambda duty: duty.closed_at, reverse=True),
        "opens": reverse("handover:open-duty", args=[request.prison.pk, person.ref]) if opens else "",
    }


def home_tiles(request: PrisonRequest) -> list[Tile]:
    """Handovers overdue and coming up: for a POM their own people's, for the rest of the OMU everybody's."""
    if not request.standing.may(Action.SEE_DATES):
        return []
    pom = request.user if request.standing.roles == {Role.POM} else None
    query = f"?{urlencode({'pom': pom.pk})}" if pom else ""
    among = Q(pom=pom) if pom else EVERYBODY
    counts = list_counts(request.prison, request.on, tuple(LIST_BY_KEY[key] for key, _, _ in TILES), among)
    return [*_to_decide(request), *_notes(request)] + [
        Tile(counts[key], text, reverse(f"handover:{key}", args=[request.prison.pk]) + query, tone)
        for key, text, tone in TILES
        if counts[key]
    ]


def _to_decide(request: PrisonRequest) -> list[Tile]:
    """Overrides that somebody else has asked for and that wait for a second person."""
    if not request.standing.may(Action.CONFIRM_OVERRIDE):
        return []
    waiting = ResponsibilityOverride.objects.waiting().filter(person__in=request.prison.people.sentenced())
    count = waiting.exclude(asked_by=request.user).count()
    url = reverse("handover:overridden", args=[request.prison.pk]) + "?waits=others"
    return [Tile(count, noun(count, "override to confirm,overrides to confirm"), url, "yellow")] if count else []


def _notes(request: PrisonRequest) -> list[Tile]:
    """Notes from prison to prison that wait to be written here, and those that wait to be read."""
    if not request.standing.may(Action.WRITE_SENDING_NOTE):
        return []
    code, people = request.prison.pk, request.standing.people(Action.WORK_HANDOVER)
    found = (
        Tile(
            to_write(request.standing).count(),
            "notes to the next prison to write",
            reverse("handover:sending-notes", args=[code]),
            "yellow",
        ),
        Tile(
            to_read(people).count(),
            "notes from other prisons to read",
            reverse("handover:sending-notes-unread", args=[code]),
            "yellow",
        ),
    )
    return [tile for tile in found if tile.count]
