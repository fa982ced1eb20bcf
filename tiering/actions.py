"""Entering a custody tier by hand, taking it back, and recording what the community tier adds."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.models import Person, Prison, Staff
from omic.reconcile import lock, reconcile, window_of
from tiering.models import AdditionalFactors, TierEntry
from tiering.policy import LEFT

REPLACED = "another tier was entered"


class EntryChangedError(Exception):
    """Somebody else entered or ended a tier after this page was shown; `standing` is the entry as it is now."""

    def __init__(self, standing: TierEntry | None) -> None:
        super().__init__("Somebody else has changed the entered tier.")
        self.standing = standing


class RefusedError(Exception):
    """Nothing was saved, because it would not count; the message says why, to follow "not saved, because"."""


@transaction.atomic
def enter_tier(
    *, person: Person, letter: str, reason: str, source: str, seen: int | None, by: Actor, at: datetime
) -> TierEntry:
    """Enter a custody tier for somebody held whose tier cannot be settled from facts. It replaces an earlier entry.

    `seen` is the standing entry that the decision was made against, None where there was none. Entered by a job, the
    tier is labelled as imported. Raises EntryChangedError when another stands by now, and RefusedError where the
    facts settle the tier, or prove a higher one.
    """
    prison, standing = _held(person), _standing(person, seen)
    if standing is not None:
        _end(standing, because=REPLACED, by=by.staff, at=at)
    entry = TierEntry.objects.create(
        person=person,
        prison=prison,
        letter=letter,
        reason=reason,
        source=source,
        entered_by=by.staff,
        entered_at=at,
    )
    _follow(person, prison, "enter_tier", by=by, at=at, entry=entry.pk, letter=letter, source=source)
    entry.refresh_from_db()
    if entry.ended_at is not None:
        raise RefusedError(entry.ended_because)
    return entry


@transaction.atomic
def withdraw_tier_entry(*, person: Person, seen: int | None, reason: str, by: Staff, at: datetime) -> TierEntry:
    """Take the entered tier back: what the facts give counts again. The entry is kept.

    Raises EntryChangedError when the entry that was `seen` does not stand any more.
    """
    prison, standing = _held(person), _standing(person, seen)
    if standing is None:
        raise EntryChangedError(None)
    _end(standing, because=reason, by=by, at=at)
    detail = {"entry": standing.pk, "letter": standing.letter}
    _follow(person, prison, "withdraw_tier_entry", by=Actor(staff=by), at=at, **detail)
    return standing


@transaction.atomic
def record_additional_factors(
    *,
    person: Person,
    registers: Sequence[str],
    source: str,
    as_at: date,
    by: Staff,
    at: datetime,
    parenting: bool = False,
    impulsivity: int = 0,
    temper: int = 0,
    enforcement: bool = False,
) -> AdditionalFactors:
    """Record the complexity registers and, of a woman, the further factors, as looked up: the community tier follows.

    What is not among them was looked up and not found. A record of an earlier day than the newest changes nothing.
    Raises RefusedError when the person has left.
    """
    prison = _held(person)
    factors = AdditionalFactors.objects.create(
        person=person,
        prison=prison,
        registers=sorted(set(registers)),
        parenting=parenting,
        impulsivity=impulsivity,
        temper=temper,
        enforcement=enforcement,
        source=source,
        as_at=as_at,
        recorded_by=by,
        recorded_at=at,
    )
    detail = {"factors": factors.pk, "source": source}
    _follow(person, prison, "record_additional_factors", by=Actor(staff=by), at=at, **detail)
    return factors


def _held(person: Person) -> Prison:
    """The prison that holds the person, whose row is now locked; raises RefusedError when they have left."""
    lock([person.pk])
    prison = Prison.objects.filter(people=person).first()
    if prison is None:
        raise RefusedError(LEFT)
    return prison


def _standing(person: Person, seen: int | None) -> TierEntry | None:
    """The person's standing entry; raises EntryChangedError when it is not the one that was `seen`."""
    standing = person.tier_entries.standing().select_related("entered_by").first()
    if (standing and standing.pk) != seen:
        raise EntryChangedError(standing)
    return standing


def _end(entry: TierEntry, *, because: str, by: Staff | None, at: datetime) -> None:
    entry.ended_at, entry.ended_by, entry.ended_because = at, by, because
    entry.save(update_fields=["ended_at", "ended_by", "ended_because"])


def _follow(person: Person, prison: Prison, action: str, *, by: Actor, at: datetime, **detail: Any) -> None:
    audit.record(by=by, action=action, at=at, prison=prison, person=person, **detail)
    reconcile([person.pk], window_of(london_day(at), at))
