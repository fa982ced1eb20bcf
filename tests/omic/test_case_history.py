"""Case history: what happened to one person, by stay, and who may read it; search that forgives a slip."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from allocation.case_history import poms
from allocation.notes import amend_note, write_note
from allocation.victim_liaison import Officer, end_officer, record_officer
from omic.case_history import contacts, details, duties
from omic.contacts import take_back
from omic.formats import day, moment
from omic.models import Alert, AuditEvent, Contact, DetailEntry, Person, Role
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
    "details": "RoSH: High",
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


def test_details_are_told_in_words_with_what_was_known_before(cast: Cast) -> None:
    person = cast.person()
    for field, value, as_at in (
        *(("provider", "crc", -9), ("provider", "nps", -3), ("provider", "crc", -5)),
        *(("mappa_level", "0", 0), ("last_oasys_on", "2026-07-30", 0), ("early_allocation", "true", 0)),
        *(("category_active_since", "2026-01-21", 0), ("rosh", None, 0)),
    ):
        DetailEntry.objects.create(
            person=person, field=field, value=value, source="nDelius", as_at=days(as_at), recorded_at=NOW
        )
    told = [(event.title, event.text.partition("Source")[0].strip()) for event in details(person)]
    assert told == [
        ("Probation provider: CRC", ""),
        ("Probation provider: NPS", "Before: CRC."),
        ("Probation provider: CRC", f"Changed nothing: NPS is known as at {day(days(-3))}."),
        ("MAPPA level: None", ""),
        ("Last OASys on: 30 July 2026", ""),
        ("Early allocation: Yes", ""),
        ("Security category since: 21 January 2026", ""),
        ("RoSH: Not known", ""),
    ]


def test_a_duty_that_is_met_says_so_once(cast: Cast) -> None:
    person = cast.person()
    ObligationFactory(
        person=person, kind="allocate_pom", met_by="", state="met", met_at=NOW, closed_at=NOW, closed_because="met"
    )
    assert [(event.title, event.text) for event in duties(person)] == [("Allocate a POM: met", "")]


def test_corrections_and_what_was_taken_back_are_told_with_why_when_it_was_done(cast: Cast) -> None:
    person, later = cast.person(), NOW + timedelta(hours=3)
    said = {"kind": "engagement", "at": NOW, "by": cast.of(Role.POM), "recorded_at": later}
    first = ContactFactory(person=person, minutes=30, **said)
    second = ContactFactory(person=person, minutes=15, amends=first, amended_because="Counted the walk", **said)
    Contact.objects.filter(pk=first.pk).update(superseded_at=later)
    told = [(event.title, event.text, event.at, event.by) for event in contacts(person)]
    pom, before = cast.of(Role.POM), f"Before: {moment(NOW)}"
    corrected = ("Corrected: POM engagement", f"{before}, 30 minutes. Counted the walk", later, pom)
    assert told == [("POM engagement", "15 minutes", NOW, pom), corrected]
    told = {"because": "Wrong woman", "request_id": uuid4(), "by": cast.of(Role.HOMD), "at": later}
    take_back(second, what="The POM engagement", nomis_type="", **told)
    wrong = ("Recorded in error: POM engagement", f"{before}, 15 minutes. Wrong woman", later, cast.of(Role.HOMD))
    assert [(event.title, event.text, event.at, event.by) for event in contacts(person)] == [wrong, corrected]


def test_an_allocation_against_the_recommendation_says_so(cast: Cast) -> None:
    given = {"staff": cast.of(Role.POM), "pom_type": "prison", "started_because": "She knows him"}
    told = [
        event.text
        for advised in ("probation", "prison")
        for event in poms(PomAllocationFactory(person=cast.person(), recommended_type=advised, **given).person)
    ]
    against = "Against the recommendation: a Prison POM where a Probation POM was recommended. She knows him"
    assert told == [against, "She knows him"]


def test_notes_and_victim_liaison_are_told_by_need_and_never_what_they_say(cast: Cast, person: Person) -> None:
    pom, at = cast.of(Role.POM), {"by": cast.of(Role.POM), "at": NOW}
    said = {"level": "restricted", "text": "What is in the note", "readers": (), "request_id": uuid4()}
    note = write_note(person=person, prison=person.prison, **said, **at)
    amend_note(note=note, because="Slip", **said | {"request_id": uuid4()}, **at)
    vic = Officer("Vic", "Liaison", "vlo@probation.invalid")
    row = record_officer(person=person, prison=person.prison, officer=vic, **at)
    end_officer(row=row, prison=person.prison, version=1, **at)
    Person.objects.filter(pk=person.pk).update(pom=pom)
    pages = {role: cast.client(role).get(url(person)).content.decode() for role in (Role.POM, Role.HOMS)}
    liaison = ("Victim liaison officer recorded", "Victim liaison officer ended")
    for page in pages.values():
        assert "Case note written: restricted to the case" in page and "Case note corrected" in page
        assert "What is in the note" not in page and "vlo@" not in page and "Vic Liaison" not in page
    assert [words in pages[Role.POM] for words in liaison] == [True, True]
    assert [words in pages[Role.HOMS] for words in liaison] == [False, False]


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
        contact = ContactFactory(person=person, minutes=number + 1)
        take_back(
            contact, what="It", nomis_type="", because="Twice", request_id=uuid4(), by=cast.of(Role.POM), at=contact.at
        )
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
