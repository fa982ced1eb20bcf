"""From prison to prison: the note written where the person was, by who was their POM, and read where they are."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from handover.duty_actions import RefusedError
from handover.models import SendingNote
from handover.sending import read_sending_note, to_read, to_write, write_sending_note
from omic.access import standing_in
from omic.models import ObligationKind, Person, Role, Staff, Stay
from omic.reconcile import reconcile, window_of
from tests.cast import Cast, signed_in
from tests.factories import (
    NOW,
    TODAY,
    CaseDetailsFactory,
    PomAllocationFactory,
    PostingFactory,
    SentenceFactory,
    StaffFactory,
    WingFactory,
    days,
)

pytestmark = pytest.mark.django_db
TEXT = "He begins a course in January; his sister visits."


def follow(person: Person, after: int) -> None:
    reconcile([person.pk], window_of(days(after), NOW + timedelta(days=after)))


@pytest.fixture
def person(cast: Cast) -> Person:
    """The cast POM's until the day before yesterday, in LEI; since then in MDI, where nobody is the POM yet."""
    person: Person = cast.person(surname="Marlowe")
    SentenceFactory(person=person)
    CaseDetailsFactory(person=person)
    PomAllocationFactory(person=person, staff=cast.of(Role.POM))
    follow(person, -10)
    person.stays.update(left_on=days(-2), ended_because=Stay.Ended.TRANSFER)
    Stay.objects.create(person=person, prison=cast.elsewhere, arrived_on=days(-2))
    person.prison, person.arrived_on = cast.elsewhere, days(-2)
    person.wing = WingFactory(prison=cast.elsewhere, code="B")
    person.save()
    follow(person, -2)
    person.refresh_from_db()
    return person


def stay(person: Person) -> Stay:
    return person.stays.get(prison="LEI")


def owed(staff: Staff, code: str = "LEI") -> list[Stay]:
    standing = standing_in(staff, code, on=TODAY)
    assert standing is not None
    return list(to_write(standing))


def write(cast: Cast, person: Person, **facts: Any) -> SendingNote:
    return write_sending_note(**{"stay": stay(person), "text": TEXT, "by": cast.of(Role.POM), "at": NOW} | facts)


def url(name: str, *args: Any, code: str = "LEI") -> str:
    return reverse(f"handover:{name}", args=[code, *args])


def other_pom(prison: Any) -> Staff:
    staff: Staff = StaffFactory()
    PostingFactory(staff=staff, role=Role.POM, prison=prison)
    return staff


def test_the_note_is_owed_by_the_old_pom_and_meets_the_duty(cast: Cast, person: Person) -> None:
    duty = person.obligations.get(kind=ObligationKind.SENDING_NOTE)
    assert (duty.prison_id, duty.owner) == ("MDI", cast.of(Role.POM))
    assert owed(cast.of(Role.POM)) == owed(cast.of(Role.HOMD)) == [stay(person)]
    assert owed(other_pom(cast.prison)) == []
    write(cast, person)
    duty.refresh_from_db()
    assert (duty.state, duty.closed_by) == ("met", cast.of(Role.POM))
    assert owed(cast.of(Role.POM)) == []
    follow(person, 1)
    assert person.obligations.get(kind=ObligationKind.SENDING_NOTE).state == "met", "the pair is not asked for twice"


def test_nobody_closes_it_where_the_person_is_now(cast: Cast, person: Person) -> None:
    duty, homd = person.obligations.get(kind=ObligationKind.SENDING_NOTE), StaffFactory()
    PostingFactory(staff=homd, role=Role.HOMD, prison=cast.elsewhere)
    page = signed_in(homd).get(url("duty", duty.pk, code="MDI")).content.decode()
    assert (
        "The prison that the person left writes this note" in page and url("sending-notes-unread", code="MDI") in page
    )
    assert signed_in(homd).post(url("duty-done", duty.pk, code="MDI"), {"note": ""}).status_code == 404


def test_it_is_written_once_and_only_while_somebody_would_read_it(cast: Cast, person: Person) -> None:
    write(cast, person)
    with pytest.raises(RefusedError, match="already"):
        write(cast, person)
    SendingNote.objects.all().delete()
    Person.objects.update(prison=None, wing=None, pom=None, key_worker=None)
    with pytest.raises(RefusedError, match="held nowhere"):
        write(cast, person)


def test_the_first_reading_counts(cast: Cast, person: Person) -> None:
    note, homd = write(cast, person), StaffFactory()
    assert list(to_read(cast.elsewhere.people.all())) == [note]
    read_sending_note(note=note, person=note.person, by=homd, at=NOW)
    again = read_sending_note(note=note, person=note.person, by=cast.of(Role.HOMD), at=NOW + timedelta(days=1))
    assert (again.read_by, again.read_at) == (homd, NOW)
    assert not to_read(cast.elsewhere.people.all()).exists()


@pytest.mark.parametrize("role", [Role.POM, Role.HOMD])
def test_the_old_prison_opens_the_note_alone(cast: Cast, person: Person, role: Role) -> None:
    client, address = cast.client(role), url("sending-note", stay(person).pk)
    page = client.get(address).content.decode()
    assert "Marlowe" in page and person.prison_number in page and str(cast.elsewhere) in page
    assert "Date of birth" not in page
    assert client.get(reverse("person", args=["LEI", person.ref])).status_code == 404
    assert client.post(address, {"text": TEXT}).status_code == 302
    assert "Nobody there has read it yet" in client.get(address).content.decode()


def test_who_opens_it(cast: Cast, person: Person, client: Client) -> None:
    address = url("sending-note", stay(person).pk)
    assert signed_in(other_pom(cast.prison)).get(address).status_code == 404, "not their case"
    assert cast.client(Role.HOMS).get(address).status_code == 403
    assert cast.stranger.get(address).status_code == 404
    assert cast.stranger.get(url("sending-note", stay(person).pk, code="MDI")).status_code == 404, "left another prison"
    assert client.get(address).status_code == 302


def test_the_next_prison_reads_it_on_the_persons_page(cast: Cast, person: Person, settings: Any) -> None:
    settings.PERSON_PANELS = ["handover.panels.notes_panel"]
    at = {"code": "MDI"}
    page = cast.stranger.get(reverse("person", args=["MDI", person.ref])).content.decode()
    assert "A note is still owed" in page and "Offender" in page
    note = write(cast, person)
    page = cast.stranger.get(reverse("person", args=["MDI", person.ref])).content.decode()
    address = url("sending-note-read", person.ref, note.pk, **at)
    assert address in page and "To read" in page
    assert TEXT in cast.stranger.get(address).content.decode().replace("&#x27;", "'")
    assert cast.stranger.get(url("sending-notes-unread", **at)).context["list"].count == 1
    assert cast.stranger.post(url("sending-note-mark", person.ref, note.pk, **at)).status_code == 302
    assert cast.stranger.get(url("sending-notes-unread", **at)).context["list"].count == 0
    assert "read by Lou Stranger" in cast.stranger.get(reverse("person", args=["MDI", person.ref])).content.decode()


def test_the_receiving_allocation_lists_it(cast: Cast, person: Person) -> None:
    note = write(cast, person)
    page = cast.stranger.get(reverse("allocation:allocate", args=["MDI", person.ref])).content.decode()
    assert url("sending-note-read", person.ref, note.pk, code="MDI") in page


def test_the_tiles_open_lists_of_their_length(cast: Cast, person: Person, settings: Any) -> None:
    settings.HOME_TILES = ["handover.panels.home_tiles"]
    tiles = cast.client(Role.POM).get(reverse("home", args=["LEI"])).context["tiles"]
    assert [(tile.count, tile.url) for tile in tiles] == [(1, url("sending-notes"))]
    assert cast.client(Role.POM).get(tiles[0].url).context["list"].count == 1
