"""Victim liaison officers of a case. Never disclosed to the person, and read by need alone."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from allocation.models import VictimLiaisonContact
from allocation.refusals import RefusedError
from omic import audit
from omic.audit import Actor
from omic.formats import moment
from omic.models import Person, Prison, Staff, under_any_number
from omic.reconcile import lock


@dataclass(frozen=True, slots=True)
class Officer:
    """Who the victim liaison officer is."""

    forename: str
    surname: str
    email: str


def officers_of(person: Person) -> QuerySet[VictimLiaisonContact]:
    """Everybody who is or was a victim liaison officer of somebody, under every number."""
    return VictimLiaisonContact.objects.filter(under_any_number(person))


@transaction.atomic
def record_officer(
    *, person: Person, prison: Prison, officer: Officer, by: Staff, at: datetime
) -> VictimLiaisonContact:
    """Record a victim liaison officer. The same one sent again gives the row back; raises RefusedError for another
    name at an address that stands already."""
    lock([person.pk])
    known = officers_of(person).filter(ended_at=None, email=officer.email).first()
    if known and (known.forename, known.surname) != (officer.forename, officer.surname):
        raise RefusedError(f"This address is recorded already, for {known.forename} {known.surname}", field="email")
    if known:
        return known
    row = VictimLiaisonContact.objects.create(
        person=person,
        forename=officer.forename,
        surname=officer.surname,
        email=officer.email,
        recorded_by=by,
        recorded_at=at,
    )
    _record("record_victim_liaison", row, prison, by=by, at=at)
    return row


@transaction.atomic
def change_officer(
    *, row: VictimLiaisonContact, prison: Prison, officer: Officer, version: int, by: Staff, at: datetime
) -> VictimLiaisonContact:
    """Correct name or address of the row as it was shown (`version`). Raises RefusedError, with who changed it."""
    row = _unchanged(row, version)
    others = row.person.victim_liaison.filter(ended_at=None, email=officer.email).exclude(pk=row.pk)
    if others.exists():
        raise RefusedError("This address is recorded already", field="email")
    row.forename, row.surname, row.email = officer.forename, officer.surname, officer.email
    row.recorded_by, row.recorded_at, row.version = by, at, row.version + 1
    row.save()
    _record("change_victim_liaison", row, prison, by=by, at=at)
    return row


@transaction.atomic
def end_officer(
    *, row: VictimLiaisonContact, prison: Prison, version: int, by: Staff, at: datetime
) -> VictimLiaisonContact:
    """Say that somebody is the victim liaison officer no more. Raises RefusedError, with who changed it."""
    row = _unchanged(row, version)
    row.ended_at, row.ended_by, row.version = at, by, row.version + 1
    row.save()
    _record("end_victim_liaison", row, prison, by=by, at=at)
    return row


def _unchanged(row: VictimLiaisonContact, version: int) -> VictimLiaisonContact:
    """The row, locked, as it was shown."""
    lock([row.person_id])
    now = VictimLiaisonContact.objects.select_related("person", "recorded_by", "ended_by").get(pk=row.pk)
    if now.ended_at:
        raise RefusedError(f"{now.ended_by} ended this on {moment(now.ended_at)}")
    if now.version != version:
        raise RefusedError(
            f"{now.recorded_by} changed this on {moment(now.recorded_at)} to {now.forename} {now.surname}, "
            f"{now.email}. What you typed is still here: check it and save again"
        )
    return now


def _record(action: str, row: VictimLiaisonContact, prison: Prison, *, by: Staff, at: datetime) -> None:
    audit.record(by=Actor(staff=by), action=action, at=at, prison=prison, person=row.person, contact=row.pk)
