"""A case with duties, and the steps that tests of duties take."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.test import Client
from django.urls import reverse

from handover.duty_actions import open_duty
from omic.models import Obligation, ObligationKind, Person, Role
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import (
    NOW,
    TODAY,
    CaseDetailsFactory,
    PomAllocationFactory,
    SentenceFactory,
    days,
)


def case(cast: Cast, **sentence: object) -> Person:
    """Sentenced a week ago, and known here since then; the cast's POM holds the case."""
    person = cast.person(arrived_on=days(-7), reception_on=days(-7))
    SentenceFactory(person=person, **{"started_on": days(-7), "crd": days(900), "sed": days(1800)} | sentence)
    CaseDetailsFactory(person=person)
    PomAllocationFactory(person=person, staff=cast.of(Role.POM))
    follow(person)
    return person


def follow(person: Person, after: int = 0) -> dict[str, int]:
    counts = reconcile([person.pk], window_of(days(after), NOW + timedelta(days=after)))
    return {name: counts[name] for name in ("opened", "moved", "void", "timetable_settled")}


def duty(person: Person, kind: str) -> Obligation:
    return person.obligations.exclude(state="void").get(kind=kind)


def url(duty: Obligation, name: str = "duty") -> str:
    return reverse(f"handover:{name}", args=[duty.prison_id, duty.pk])


def read(cast: Cast, duty: Obligation, role: Role = Role.HOMD) -> str:
    return cast.client(role).get(url(duty)).content.decode()


def done(client: Client, duty: Obligation, **typed: str) -> Any:
    return client.post(url(duty, "duty-done"), {"done": TODAY.isoformat(), "note": "Met the person"} | typed)


def stood(duty: Obligation) -> Obligation:
    duty.refresh_from_db()
    return duty


def by_hand(cast: Cast, person: Person, kind: str = "rotl_assessment", **facts: Any) -> Obligation:
    facts = {"due_on": None, "note": "Applied on Monday", "key": uuid4(), "at": NOW} | facts
    return open_duty(person=person, kind=ObligationKind(kind), by=cast.of(Role.POM), **facts)
