"""Case history: what happened to one person, by stay, and who may read it; search that forgives a slip."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from omic.models import Alert, AuditEvent, DetailEntry, Person, Role
from tests.cast import Cast
from tests.factories import (
    NOW,
    TODAY,
    ContactFactory,
    KeyWorkerAllocationFactory,
    ObligationFactory,
    PomAllocationFactory,
    days,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(cast: Cast) -> Person:
    found = cast.person()
    PomAllocationFactory(person=found, staff=cast.of(Role.POM))
    KeyWorkerAllocationFactory(person=found, staff=cast.of(Role.KEY_WORKER))
    ContactFactory(person=found, text="What was said stays with the session")
    Alert.objects.create(person=found, code="HA", starts_on=TODAY, first_seen_at=NOW, last_seen_at=NOW)
    DetailEntry.objects.create(
        person=found, field="rosh", value="high", source="nDelius", as_at=TODAY, recorded_at=NOW,
        recorded_by=cast.of(Role.HOMS),
    )  # fmt: skip
    ObligationFactory(person=found, state="missed", opens_on=days(-9), due_on=days(-3))
    return found


def url(person: Person) -> str:
    return reverse("case-history", args=["LEI", person.ref])


SAID = {
    "stay": "Arrived in HMP Leeds",
    "details": "RoSH: high",
    "holder": "Primary POM: Pat Offender",
    "contact": "Key work session",
    "duty": "Key work session: missed",
}


def test_everything_is_told_with_who_and_why_but_not_what_was_said(cast: Cast, person: Person) -> None:
    body = cast.client(Role.POM).get(url(person)).content.decode()
    assert [words for words in SAID.values() if words not in body] == []
    assert "Source: nDelius" in body
    assert "Open ACCT: began" in body
    assert "Key worker: Kay Weaver" in body
    assert "What was said" not in body


@pytest.mark.parametrize("kind", SAID)
def test_one_kind_alone(cast: Cast, person: Person, kind: str) -> None:
    body = cast.client(Role.POM).get(url(person), {"kind": kind}).content.decode()
    others = [words for other, words in SAID.items() if other not in (kind, "contact")]
    assert SAID[kind] in body
    assert [words for words in others if words in body] == []


def test_events_stand_below_the_stay_they_happened_in(cast: Cast, person: Person) -> None:
    stay = person.stays.get()
    body = cast.client(Role.POM).get(url(person)).content.decode()
    assert body.index(f"from {stay.arrived_on.day} ") < body.index("Arrived in")


def test_a_long_history_is_paged(cast: Cast, person: Person) -> None:
    for number in range(70):
        ContactFactory(person=person, minutes=number + 1)
    client = cast.client(Role.POM)
    assert "Older" in client.get(url(person)).content.decode()
    assert "Newer" in client.get(url(person), {"page": 2}).content.decode()


@pytest.mark.parametrize("role", [Role.KEY_WORKER, Role.WING_OFFICER, Role.KEY_WORK_MANAGER, Role.NATIONAL])
def test_the_wings_do_not_read_it(cast: Cast, person: Person, role: Role) -> None:
    assert cast.client(role).get(url(person)).status_code == 403
    assert cast.stranger.get(url(person)).status_code == 404


def test_as_many_queries_whatever_happened(cast: Cast, person: Person) -> None:
    client = cast.client(Role.POM)
    with CaptureQueriesContext(connection) as first:
        client.get(url(person))
    for number in range(9):
        ContactFactory(person=person, minutes=number + 1)
    with CaptureQueriesContext(connection) as second:
        client.get(url(person))
    assert len(second) == len(first)


@pytest.mark.parametrize(
    ("typed", "found"), [("Kovalski", True), ("Kowalksi", True), ("Kowalski", True), ("Brzezinski", False)]
)
def test_search_forgives_a_slip_of_spelling(cast: Cast, typed: str, found: bool) -> None:
    cast.person(surname="Kowalski", forename="Jan")
    body = cast.client(Role.POM).post(reverse("search", args=["LEI"]), {"q": typed}).content.decode()
    assert ("Kowalski, Jan" in body) is found
    assert ("spelt alike" in body) is (found and typed != "Kowalski")


@pytest.mark.parametrize(
    ("name", "action"),
    [("case-history", "see_history"), ("person-duties", "see_duties"), ("edit-details", "see_details")],
)
def test_that_somebody_read_it_is_logged(cast: Cast, person: Person, name: str, action: str) -> None:
    assert cast.client(Role.HOMD).get(reverse(name, args=["LEI", person.ref])).status_code == 200
    event = AuditEvent.objects.get(action=action)
    assert (event.staff, event.person, event.prison) == (cast.of(Role.HOMD), person, cast.prison)
