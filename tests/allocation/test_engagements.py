"""POM engagements: logged once, what they waive and meet, corrected and taken back; their pages."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from allocation.actions import RefusedError
from allocation.engagements import Engagement, amend_engagement, log_engagement, withdraw_engagement
from omic.models import AuditEvent, Contact, Person, Role
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import (
    NOW,
    TODAY,
    CaseDetailsFactory,
    PersonFactory,
    PomAllocationFactory,
    PrisonFactory,
    SentenceFactory,
    StaffFactory,
    days,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
EARLIER = NOW - timedelta(hours=2)


def log(person: Person, **more: Any) -> Contact:
    said = Engagement(more.pop("when", EARLIER), more.pop("minutes", 30), "Talked about the plan")
    chosen = {"request_id": uuid4(), "by": StaffFactory(username="pom"), "at": NOW} | more
    return log_engagement(person=person, prison=person.prison, said=said, **chosen)


def woman() -> Person:
    person = PersonFactory(prison=PrisonFactory(code="EWI", estate="women"))
    reconcile([person.pk], window_of(TODAY, NOW))
    return person


def this_week(person: Person) -> str:
    checks = person.obligations.filter(kind="weekly_check").exclude(state="void").order_by("due_on")
    return checks.values_list("state", flat=True)[0]


def test_it_waives_the_weekly_check_until_it_is_taken_back() -> None:
    person, by = woman(), StaffFactory()
    contact = log(person)
    assert (contact.kind, contact.nomis_type, contact.minutes) == ("engagement", "OMIC/OPE", 30)
    assert this_week(person) == "waived"
    last_week = Engagement(NOW - timedelta(days=7), 30, "Talked")
    moved = amend_engagement(
        contact=contact, said=last_week, because="Wrong day", request_id=uuid4(), by=contact.by, at=NOW
    )
    assert this_week(person) == "open"
    back = amend_engagement(
        contact=moved, said=Engagement(EARLIER, 45, "Talked"), because="Right", request_id=uuid4(), by=by, at=NOW
    )
    assert this_week(person) == "waived"
    gone = withdraw_engagement(contact=back, because="Never held", request_id=uuid4(), by=by, at=NOW)
    assert this_week(person) == "open"
    assert (gone.kind, gone.nomis_type) == ("deleted", "")
    with pytest.raises(RefusedError, match="corrected this already"):
        withdraw_engagement(contact=back, because="Again", request_id=uuid4(), by=by, at=NOW)


def test_al_12_the_next_contact_is_counted_from_it(cast: Cast) -> None:
    person = cast.person()
    SentenceFactory(person=person)
    CaseDetailsFactory(person=person, rosh="high")
    reconcile([person.pk], window_of(TODAY, NOW))
    duties = person.obligations.demanding().filter(kind="pom_contact")
    assert not duties.exists()
    first = log(person, when=NOW - timedelta(days=40))
    due_on = duties.get().due_on
    assert duties.get().slot.endswith(f"-{first.pk}")
    log(person)
    assert duties.get().due_on > due_on
    assert person.obligations.filter(kind="pom_contact", state="met").count() == 1


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (NOW + timedelta(hours=1), "future"),
        (NOW - timedelta(days=63), "last 62 days"),
        (NOW - timedelta(days=9), "not in this prison on 9 November"),
    ],
)
def test_when_it_cannot_have_been(cast: Cast, when: Any, words: str) -> None:
    person = cast.person(arrived_on=days(-8))
    with pytest.raises(RefusedError, match=words) as refused:
        log(person, when=when)
    assert refused.value.field == "at"


def test_the_same_save_twice_is_one_and_another_is_refused(cast: Cast) -> None:
    person, request_id = cast.person(), uuid4()
    first = log(person, request_id=request_id)
    assert log(person, request_id=request_id) == first
    with pytest.raises(RefusedError, match="before you changed it"):
        log(person, request_id=request_id, minutes=31)
    assert Contact.objects.count() == AuditEvent.objects.filter(action="log_engagement").count() == 1


# --- pages ------------------------------------------------------------------------------------------------------------

READERS = {Role.POM, Role.HOMD, Role.HOMS, Role.CASE_ADMINISTRATOR, Role.GOVERNOR}


@pytest.fixture
def mine(cast: Cast) -> Contact:
    """Logged by the cast's POM with somebody of theirs."""
    person = PomAllocationFactory(person=cast.person(), staff=cast.of(Role.POM)).person
    return log(person, by=cast.of(Role.POM))


def address(name: str, contact: Contact) -> str:
    about = [] if name == "log-engagement" else [contact.pk]
    return reverse(f"allocation:{name}", args=["LEI", contact.person.ref, *about])


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("log-engagement", {Role.POM, Role.HOMD}),
        ("engagement", READERS),
        ("amend-engagement", {Role.POM}),
        ("withdraw-engagement", {Role.POM, Role.HOMD}),
    ],
)
def test_who_may(cast: Cast, mine: Contact, name: str, allowed: set[Role]) -> None:
    url = address(name, mine)
    answers = {role: cast.client(role).get(url).status_code for role in Role if role != Role.PGD}
    assert answers == {role: 200 if role in allowed else 403 for role in answers}
    assert cast.stranger.get(url).status_code == 404
    assert Client().get(url)["Location"] == f"/sign-in/?next={url}"


def test_another_poms_case_is_not_theirs(cast: Cast, mine: Contact) -> None:
    other = PomAllocationFactory(person=cast.person()).person
    url = reverse("allocation:log-engagement", args=["LEI", other.ref])
    assert cast.client(Role.POM).get(url).status_code == 403


def test_from_my_cases_to_the_persons_page_and_the_list_for_nomis(cast: Cast, mine: Contact) -> None:
    client, url = cast.client(Role.POM), address("log-engagement", mine)
    assert url in client.get(reverse("allocation:mine", args=["LEI"])).content.decode()
    form = client.get(url).context["form"]
    said = {"at": "2026-11-18T09:00", "minutes": "45", "text": "Went through the OASys"}
    sent = {"request_id": str(form["request_id"].value()), "typed_by": form["typed_by"].value(), **said}
    assert client.post(url, {**sent, "minutes": ""}).status_code == 200
    assert client.post(url, sent).status_code == client.post(url, sent).status_code == 302
    assert Contact.objects.filter(text="Went through the OASys").count() == 1
    page = client.get(reverse("person", args=["LEI", mine.person.ref])).content.decode()
    assert "18 November 2026 at 9:00am" in page
    assert url in page
    waiting = cast.client(Role.CASE_ADMINISTRATOR).get(reverse("not-on-nomis", args=["LEI"])).content.decode()
    assert "Went through the OASys" in waiting


def test_correcting_and_taking_back_from_the_page(cast: Cast, mine: Contact) -> None:
    client, url = cast.client(Role.POM), address("amend-engagement", mine)
    form = client.get(url).context["form"]
    sent = {"request_id": str(form["request_id"].value()), "at": "2026-11-18T08:00", "minutes": "50", "text": "Talked"}
    new = Contact.objects.get(pk=client.post(url, {**sent, "because": "Longer"})["Location"].split("/")[-2])
    assert (new.minutes, new.amends_id) == (50, mine.pk)
    assert "Corrected by Pat Offender" in client.get(address("engagement", mine)).content.decode()
    url = address("withdraw-engagement", new)
    cast.client(Role.HOMD).post(url, {"request_id": str(uuid4()), "because": "Another person"})
    assert "recorded in error: Another person" in client.get(address("engagement", new.amended_by)).content.decode()
