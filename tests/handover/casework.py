"""What the tests of casework share: one case close to its handover, and its steps."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction

from handover.casework import Handover, look
from handover.casework_actions import record_step
from handover.models import HandoverStep
from omic.models import Person, Role
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import NOW, TODAY, CaseDetailsFactory, PomAllocationFactory, SentenceFactory, days

Kind = HandoverStep.Kind
MEETING = {"attendees": "Pat, Cam, the person", "looking_back": "A course", "looking_forward": "A hostel"}


def case(cast: Cast, *, crd: date = date(2027, 8, 10), **details: Any) -> Person:
    """The cast POM's: an NPS case whose handover falls due eight months before `crd`, here on 10 December."""
    person = cast.person(surname="Marlowe", arrived_on=days(-190), reception_on=days(-190))
    SentenceFactory(person=person, started_on=days(-190), crd=crd, sed=None)
    CaseDetailsFactory(person=person, **{"com_name": None, "provider": "nps"} | details)
    PomAllocationFactory(person=person, staff=cast.of(Role.POM))
    follow(person)
    return person


def follow(person: Person, after: int = 0) -> Person:
    """The pipeline, some days on."""
    with transaction.atomic():
        reconcile([person.pk], window_of(days(after), NOW + timedelta(days=after)))
    person.refresh_from_db()
    return person


def take(cast: Cast, person: Person, kind: Kind, *, done_on: date = TODAY, **facts: Any) -> HandoverStep:
    """One step by the POM."""
    facts = {"texts": {"note": "Done"}, "request_id": uuid4(), "at": NOW} | facts
    return record_step(person=person, kind=kind, done_on=done_on, by=cast.of(Role.POM), **facts)


def stands(person: Person, after: int = 0) -> Handover:
    """The handover as its page would show it."""
    found = look(person, days(after))
    assert found is not None
    return found


def first(person: Person) -> str:
    """What comes first."""
    return stands(person).outcome.value.first or ""
