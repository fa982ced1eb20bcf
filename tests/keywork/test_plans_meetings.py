"""KW-13: the meeting of key worker, POM and person when somebody on remand is sentenced and stays."""

from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from keywork.meetings import meetings_wanted
from omic.models import Obligation, ObligationKind, Person, Role, Sentence
from omic.obligations import Wanted, synchronise
from omic.reconcile import window_of
from tests.cast import Cast
from tests.factories import NOW, TODAY, KeyWorkerAllocationFactory, SentenceFactory, days

pytestmark = pytest.mark.django_db
WINDOW = window_of(TODAY, NOW)


def on_remand(cast: Cast, **facts: Any) -> Person:
    person = cast.person(**{"legal_status": "REMAND", "arrived_on": days(-60), **facts})
    return KeyWorkerAllocationFactory(person=person, staff=cast.of(Role.KEY_WORKER)).person


def sentenced(person: Person, ago: int = 5) -> Sentence:
    person.legal_status = "SENTENCED"
    person.save(update_fields=["legal_status"])
    return SentenceFactory(person=person, started_on=days(-ago))


def wanted(*people: Person) -> list[Wanted]:
    return meetings_wanted([person.pk for person in people], WINDOW)


def test_sentenced_after_remand_here(cast: Cast) -> None:
    person = on_remand(cast)
    sentence = sentenced(person)
    (duty,) = wanted(person, cast.person())
    assert (duty.person_id, duty.slot, duty.owner_id) == (
        person.pk, f"sentence-{sentence.pk}", cast.of(Role.KEY_WORKER).pk,
    )  # fmt: skip
    assert (duty.opens_on, duty.due_on, duty.with_roles, duty.rule) == (days(-5), None, ("pom",), "KW-13")


def test_still_on_remand(cast: Cast) -> None:
    assert not wanted(on_remand(cast))


def test_came_sentenced(cast: Cast) -> None:
    person = cast.person(legal_status="SENTENCED", arrived_on=days(-60))
    SentenceFactory(person=person, started_on=days(-5))
    assert not wanted(person)


@pytest.mark.parametrize(("ago", "owed"), [(61, False), (60, False), (59, True), (0, True), (-1, False)])
def test_sentenced_after_the_day_of_arrival_and_by_today(cast: Cast, ago: int, owed: bool) -> None:
    person = on_remand(cast)
    sentenced(person, ago)
    assert bool(wanted(person)) is owed


def test_moved_since(cast: Cast) -> None:
    person = on_remand(cast)
    sentenced(person)
    person.prison, person.wing, person.arrived_on = cast.elsewhere, None, days(-2)
    person.save()
    assert not wanted(person)


def test_a_further_sentence_of_somebody_serving_one(cast: Cast) -> None:
    person = on_remand(cast)
    SentenceFactory(person=person, started_on=days(-30), closed_at=NOW)
    sentenced(person)
    assert not wanted(person)


def test_who_is_to_have_no_key_worker_is_owed_none(cast: Cast) -> None:
    cast.prison.estate = "women"
    cast.prison.save()
    high, low = on_remand(cast, complexity="high"), on_remand(cast, complexity="low")
    sentenced(high), sentenced(low)
    assert [duty.person_id for duty in wanted(high, low)] == [low.pk]


def kept(person: Person) -> None:
    with transaction.atomic():
        synchronise(
            wanted(person), people=[person.pk], kinds=[ObligationKind.THREE_WAY_MEETING], first=WINDOW.first,
            last=WINDOW.last, on=TODAY, at=NOW, void_because="Not owed",
        )  # fmt: skip


def record(cast: Cast, person: Person, role: Role, day: int) -> str:
    duty = Obligation.objects.get(kind=ObligationKind.THREE_WAY_MEETING)
    address = reverse("keywork:meeting", args=["LEI", person.ref, duty.pk])
    held = {"held_on_day": str(day), "held_on_month": "11", "held_on_year": "2026"}
    return cast.client(role).post(address, held, follow=True).content.decode()


def test_the_meeting_is_recorded_with_its_day_and_stays_met(cast: Cast) -> None:
    person = on_remand(cast)
    sentenced(person)
    kept(person)
    assert "must not be before the sentence, on 13 November 2026" in record(cast, person, Role.KEY_WORKER, 12)
    assert "must not be in the future" in record(cast, person, Role.KEY_WORKER, 19)
    record(cast, person, Role.KEY_WORKER, 13)
    kept(person)
    duty = Obligation.objects.get(kind=ObligationKind.THREE_WAY_MEETING)
    assert (duty.state, duty.closed_because) == ("met", "Held on 13 November 2026")
    assert "This was closed by Kay Weaver on 18 November 2026" in record(cast, person, Role.HOMD, 14)
