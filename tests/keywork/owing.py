"""People of a prison under a regime level, and what the pipeline has them owed."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from keywork.models import NotPossible, PriorityDecision, RegimeLevel
from omic.models import Alert, Person, Role
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import (
    NOW,
    TODAY,
    ContactFactory,
    KeyWorkerAllocationFactory,
    KeyWorkerFactory,
    days,
)

MONDAY, LONG_AGO = date(2026, 11, 16), date(2026, 9, 1)


def level(cast: Cast, number: int, starts_on: date = LONG_AGO) -> None:
    papers = dict.fromkeys(("because", "sign_off", "risk_assessment", "safe_system", "consultation"), "kept")
    RegimeLevel.objects.create(
        prison=cast.prison, level=number, starts_on=starts_on, recovery_plan="kept",
        recorded_by=cast.of(Role.GOVERNOR), recorded_at=NOW, **papers,
    )  # fmt: skip


def settle(person: Person, on: date = TODAY) -> Person:
    with transaction.atomic():
        reconcile([person.pk], window_of(on, NOW + (on - TODAY)))
    return person


def on_acct(cast: Cast, **facts: Any) -> Person:
    person = cast.person(**facts)
    Alert.objects.create(person=person, code="HA", starts_on=days(-3), first_seen_at=NOW, last_seen_at=NOW)
    KeyWorkerAllocationFactory(person=person, staff=cast.of(Role.KEY_WORKER))
    return person


def owed(person: Person, kind: str = "key_work_session") -> list[tuple[str, str, int]]:
    rows = person.obligations.filter(kind=kind).exclude(state="void").order_by("due_on", "slot")
    return [
        (slot.partition("@")[0], basis, count) for slot, basis, count in rows.values_list("slot", "basis", "quantity")
    ]


def decided(cast: Cast, person: Person, group: str, **facts: Any) -> None:
    PriorityDecision.objects.create(
        person=person, prison=cast.prison, group=group, because="Because", decided_by=cast.of(Role.GOVERNOR),
        decided_at=NOW, **{"included": True, "starts_on": days(-1)} | facts,
    )  # fmt: skip


def checks(person: Person) -> list[str]:
    return [slot for slot, _, _ in owed(person, "daily_check")]


def this_week(person: Person) -> list[str]:
    """Without those that follow if the week closes without its session: they stand ahead of their days (H1)."""
    return [day for day in checks(person) if day < "2026-11-23"]


def mark(cast: Cast, person: Person, on: date = TODAY) -> None:
    NotPossible.objects.create(
        person=person, prison=cast.prison, from_on=on, because="Outbreak", marked_by=cast.of(Role.KEY_WORKER),
        marked_at=NOW,
    )  # fmt: skip


def absent(person: Person, **days_away: date) -> None:
    profile = KeyWorkerFactory(staff=person.key_worker, prison=person.prison)
    profile.absences.create(kind="annual_leave", recorded_by=person.key_worker, recorded_at=NOW, **days_away)


def at_level_4(cast: Cast, **facts: Any) -> Person:
    level(cast, 4)
    person = on_acct(cast, **facts)
    ContactFactory(person=person, at=NOW - timedelta(days=8), by=cast.of(Role.KEY_WORKER))
    return settle(person)
