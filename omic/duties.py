"""Risk information that the OMU has to read (KW-10): asked for by whoever hears it, read by the POM, else the HOMD.

The duty's note holds the information itself, so that both towers can show it. No document gives a deadline, so it has
no due day: it waits, and the list shows for how long.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.safestring import SafeString

from omic import audit
from omic.access import Action, Relation, Standing, requires
from omic.audit import Actor
from omic.calendar import london_day
from omic.context import Tile
from omic.formats import plural
from omic.http import PrisonRequest
from omic.lists import Column, ListPage, link
from omic.models import Contact, Obligation, ObligationKind, ObligationState, Person, Prison, Role, Staff
from omic.obligations import NOT_EXPECTED, meet

RULE = "KW-10"
_FOLLOW_POM = f"""
    UPDATE omic_obligation o
    SET owner_id = p.pom_id, owner_role = CASE WHEN p.pom_id IS NULL THEN 'homd' ELSE 'pom' END
    FROM omic_person p
    WHERE p.id = o.person_id AND p.id = ANY(%s) AND o.kind = 'risk_to_read' AND o.closed_at IS NULL
      AND o.owner_id IS DISTINCT FROM p.pom_id AND (o.prison_id = p.prison_id OR {NOT_EXPECTED})
"""  # noqa: S608


def ask_to_read(
    *, contact: Contact, text: str, prison: Prison, pom: Staff | None, policy: str, at: datetime
) -> Obligation:
    """Open the duty to read what was passed on in `contact`: the POM's, else that of the HOMD of `prison`."""
    return Obligation.objects.create(
        person=contact.person,
        prison=prison,
        kind=ObligationKind.RISK_TO_READ,
        slot=str(contact.pk),
        owner_role=Role.POM if pom else Role.HOMD,
        owner=pom,
        wing_id=contact.person.wing_id if contact.person.prison_id == prison.pk else None,
        opens_on=london_day(at),
        rule=RULE,
        policy=policy,
        steps=[[RULE, f"Passed on by {contact.by}"]],
        note=text,
        created_at=at,
    )


def duty_to_read(contact: Contact) -> Obligation | None:
    """The duty that a contact's risk information has opened, whatever became of it; None when it has none."""
    duties = Obligation.objects.filter(kind=ObligationKind.RISK_TO_READ, person=contact.person_id)
    return duties.filter(slot=str(contact.pk)).exclude(state=ObligationState.VOID).first()


def withdraw(duty: Obligation, *, because: str, at: datetime) -> None:
    """Nobody need read this any more: what it was passed on in has been corrected."""
    duty.state, duty.closed_at, duty.closed_because = ObligationState.VOID, at, because
    duty.save(update_fields=["state", "closed_at", "closed_because"])


def follow_pom(people: Sequence[int]) -> int:
    """Hand the unread information about `people` to whoever is their POM now, without one to the HOMD."""
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOW_POM, [list(people)])
        return int(cursor.rowcount)


@transaction.atomic
def read_risk(*, duty: Obligation, by: Staff, at: datetime) -> Obligation:
    """Record that `by` has read the information. Reading it a second time changes nothing."""
    duty = Obligation.objects.select_for_update(of=("self",)).select_related("person", "prison").get(pk=duty.pk)
    if duty.closed_at is None:
        meet(duty, by=by, at=at, because="read")
        audit.record(
            by=Actor(staff=by), action="read_risk", at=at, prison=duty.prison, person=duty.person, duty=duty.pk
        )
    return duty


def to_read(standing: Standing) -> QuerySet[Obligation]:
    """The unread information that somebody in this standing has to read; the HOMD all, a POM that about their own
    people and about those whose POM they stand in for today."""
    duties = standing.prison.obligations.demanding().filter(kind=ObligationKind.RISK_TO_READ)
    if _reads_all(standing):
        return duties
    theirs = Q(owner=standing.staff) | Q(person__pom=standing.staff)
    return duties.filter(theirs | Q(person__in=standing.covered(Role.POM)))


def _reads_all(standing: Standing) -> bool:
    return Relation.PRISON in standing.relations(Action.READ_RISK)


def _waiting(duty: Obligation, on: date) -> str:
    days = (on - duty.opens_on).days
    return plural(days, "day,days") if days else "Since today"


def _read_link(duty: Obligation) -> SafeString:
    return link(reverse("risk-read", args=[duty.prison_id, duty.pk]), f"Read about {duty.person.name}")


def _columns(request: PrisonRequest) -> tuple[Column, ...]:
    return (
        Column("since", "Passed on", "opens_on", order=("opens_on", "pk")),
        Column("waiting", "Waiting", lambda duty: _waiting(duty, request.on), order=("-opens_on",)),
        Column("person", "About", "person", order=("person__surname", "person__forename")),
        Column("owner", "To be read by", lambda duty: duty.owner or "HOMD", order=("owner__surname",)),
        Column("read", "Read", cell=_read_link, export=False),
    )


@requires(Action.READ_RISK)
def risk_to_read(request: PrisonRequest, code: str) -> HttpResponseBase:
    """The unread risk information of one's own people, or, for the HOMD, of everybody; longest waiting first."""
    rows = to_read(request.standing).select_related("person", "owner")
    page = ListPage(
        request,
        rows,
        title="Risk information to read",
        columns=_columns(request),
        sort="since",
        noun="to read,to read",
        empty="Nothing is waiting to be read. Key workers pass on what matters for risk when they record a session.",
    )
    return page.response()


@requires(Action.READ_RISK)
def risk_read(request: PrisonRequest, code: str, duty: int) -> HttpResponse:
    """What was passed on, and one button to say that it has been read."""
    duties = request.prison.obligations.filter(kind=ObligationKind.RISK_TO_READ)
    found = get_object_or_404(duties.select_related("person", "owner", "closed_by"), pk=duty)
    theirs = request.user.pk in (found.owner_id, found.person.pom_id)
    if not (theirs or request.standing.reaches(Action.READ_RISK, found.person)):
        raise PermissionDenied("This person is not one of yours.")
    if request.method == "POST":
        read_risk(duty=found, by=request.user, at=request.now)
        messages.success(request, f"You have read the risk information about {found.person.name}.")
        return redirect("risk-to-read", code)
    audit.record(
        by=Actor(staff=request.user), action="see_risk", at=request.now, prison=request.prison, person=found.person
    )
    context: dict[str, Any] = {"title": "Risk information", "duty": found, "back": reverse("risk-to-read", args=[code])}
    context |= {"contact": found.person.contacts.select_related("by").filter(pk=found.slot).first()}
    return render(request, "omic/risk_read.html", context | {"held": _is_here(request, found.person)})


def _is_here(request: PrisonRequest, person: Person) -> bool:
    """Whether the person's own page can be opened from here: not before an expected arrival."""
    return person.prison_id == request.prison.pk


def home_tiles(request: PrisonRequest) -> list[Tile]:
    """What waits to be read by whoever is signed in."""
    if not request.standing.may(Action.READ_RISK):
        return []
    count, url = to_read(request.standing).count(), reverse("risk-to-read", args=[request.prison.pk])
    return [Tile(count, "risk information to read", url, "red" if count else "")]


urls = [
    path("risk/", risk_to_read, name="risk-to-read"),
    path("risk/<int:duty>/", risk_read, name="risk-read"),
]
