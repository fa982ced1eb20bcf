"""What a POM shares of an engagement: read by the wing, listed for the HOMD, corrected; and the month's minutes."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from allocation.engagement_lists import assurance_panel
from allocation.engagements import Engagement, amend_engagement, log_engagement, withdraw_engagement
from omic.models import Contact, Obligation, Person, Prison, Role, Staff
from omic.reconcile import reconcile, window_of
from omic.sharing import readings, shares
from tests.cast import signed_in
from tests.factories import (
    NOW,
    TODAY,
    CohortDecisionFactory,
    ObligationFactory,
    PersonFactory,
    PomAllocationFactory,
    PostingFactory,
    PrisonFactory,
    StaffFactory,
    WingFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
WORDS = "Her sister died: please look in often"


@pytest.fixture
def prison() -> Iterator[Prison]:
    return PrisonFactory(code="EWI", estate="women")


def posted(prison: Prison, role: Role, wing: str = "") -> Staff:
    staff = StaffFactory()
    PostingFactory(staff=staff, prison=prison, role=role, wing=WingFactory(prison=prison, code=wing) if wing else None)
    return staff


def woman(prison: Prison, **facts: Any) -> Person:
    """Of high complexity, checked daily, with a POM, on wing A."""
    person = PersonFactory(prison=prison, complexity="high", **facts)
    CohortDecisionFactory(person=person)
    PomAllocationFactory(person=person)
    with transaction.atomic():
        reconcile([person.pk], window_of(TODAY, NOW))
    person.refresh_from_db()
    return person


def log(person: Person, shared: str = WORDS, minutes: int = 30) -> Contact:
    said = Engagement(NOW - timedelta(hours=1), minutes, "What the OMU alone reads", shared)
    return log_engagement(
        person=person, prison=person.prison, said=said, request_id=uuid4(), by=person.pom or StaffFactory(), at=NOW
    )


def address(name: str, *about: object) -> str:
    return reverse(name, args=["EWI", *about])


def to_read() -> list[str]:
    return list(shares().demanding().values_list("note", flat=True))


def test_the_wing_reads_it_from_its_roster_and_the_homd_sees_who_has(prison: Prison) -> None:
    person, officer = woman(prison), posted(prison, Role.WING_OFFICER, "A")
    other, homd = posted(prison, Role.WING_OFFICER, "A"), signed_in(posted(prison, Role.HOMD))
    log(person)
    duty, client = Obligation.objects.get(kind="shared_to_read"), signed_in(officer)
    page = address("wellbeing:shared-read", duty.pk)
    roster = client.get(address("wellbeing:roster", "A")).content.decode()
    assert page in roster and WORDS not in roster
    assert WORDS in client.get(page).content.decode()
    unread = homd.get(address("allocation:shares") + "?read=no").content.decode()
    assert "Nobody yet" in unread and str(officer) in unread
    client.post(page)
    client.post(page)
    signed_in(other).post(page)
    duty.refresh_from_db()
    assert (duty.state, duty.closed_by) == ("met", officer)
    assert [one.by for one in readings([duty])[duty.pk]] == [officer, other]
    assert page not in client.get(address("wellbeing:roster", "A")).content.decode()
    assert homd.get(address("allocation:shares") + "?read=no").context["list"].count == 0
    listed = homd.get(address("allocation:shares")).content.decode()
    assert str(officer) in listed and str(other) in listed


@pytest.mark.parametrize(
    ("role", "wing", "status"),
    [
        (Role.WING_OFFICER, "A", 200),
        (Role.WING_OFFICER, "B", 404),
        (Role.KEY_WORK_MANAGER, "", 200),
        (Role.SAFER_CUSTODY, "", 200),
        (Role.POM, "", 403),
        (Role.HOMD, "", 403),
    ],
)
def test_who_reads_it(prison: Prison, role: Role, wing: str, status: int) -> None:
    log(woman(prison))
    duty = Obligation.objects.get(kind="shared_to_read")
    client = signed_in(posted(prison, role, wing))
    page = address("wellbeing:shared-read", duty.pk)
    assert (client.get(page).status_code, client.post(page).status_code == 302) == (status, status == 200)
    elsewhere = signed_in(posted(PrisonFactory(code="MDI"), role, wing))
    assert elsewhere.get(page).status_code == 404
    assert Client().get(page)["Location"].startswith("/sign-in/")


def test_what_no_wing_can_read_waits_and_is_not_counted_as_unread(prison: Prison) -> None:
    person, homd = woman(prison, wing=None, presence="hospital"), signed_in(posted(prison, Role.HOMD))
    log(person)
    page = address("allocation:shares")

    def shown() -> tuple[object, ...]:
        panel = assurance_panel(homd.get(page).wsgi_request)
        return (panel["unread"], *(homd.get(page, {"read": one}).context["list"].count for one in ("no", "waits")))

    assert shown() == (0, 0, 1)
    assert "No wing to read it" in homd.get(page).content.decode()
    Person.objects.filter(pk=person.pk).update(wing=WingFactory(prison=prison, code="A"), presence="in")
    assert shown() == (1, 1, 0)


@pytest.mark.parametrize(
    ("read", "words", "left"),
    [
        (False, WORDS, [WORDS]),
        (False, "Other words", ["Other words"]),
        (False, "", []),
        (True, WORDS, []),
        (True, "Other words", ["Other words"]),
        (True, "", ["What was shared on 18 November 2026 was recorded in error: Slip"]),
    ],
)
def test_a_correction_is_read_where_it_says_something_else(prison: Prison, read: bool, words: str, left: list) -> None:
    contact = log(woman(prison))
    if read:
        signed_in(posted(prison, Role.WING_OFFICER, "A")).post(address("wellbeing:shared-read", shares().get().pk))
    said = Engagement(contact.at, 40, contact.text, words)
    amend_engagement(contact=contact, said=said, because="Slip", request_id=uuid4(), by=contact.by, at=NOW)
    assert to_read() == left


def test_what_was_read_and_taken_back_is_told(prison: Prison) -> None:
    contact = log(woman(prison))
    signed_in(posted(prison, Role.WING_OFFICER, "A")).post(address("wellbeing:shared-read", shares().get().pk))
    withdraw_engagement(contact=contact, because="Wrong woman", request_id=uuid4(), by=contact.by, at=NOW)
    assert to_read() == ["What was shared on 18 November 2026 was recorded in error: Wrong woman"]


def test_it_goes_along_to_another_wing(prison: Prison) -> None:
    person = woman(prison)
    log(person)
    Person.objects.filter(pk=person.pk).update(wing=WingFactory(prison=prison, code="B"))
    tiles = {wing: signed_in(posted(prison, Role.WING_OFFICER, wing)).get("/prisons/EWI/") for wing in "AB"}
    assert ["from POMs to read" in page.content.decode() for page in tiles.values()] == [False, True]


def test_what_was_read_before_a_transfer_opens_where_she_is_now(prison: Prison) -> None:
    person, other = woman(prison), PrisonFactory(code="DWI", estate="women")
    log(person)
    signed_in(posted(prison, Role.WING_OFFICER, "A")).post(address("wellbeing:shared-read", shares().get().pk))
    Person.objects.filter(pk=person.pk).update(prison=other, wing=WingFactory(prison=other, code="B"))
    client = signed_in(posted(other, Role.KEY_WORK_MANAGER))
    opens = reverse("wellbeing:shared-read", args=["DWI", shares().get().pk])
    for page in (reverse("wellbeing:shared", args=["DWI"]), reverse("person", args=["DWI", person.ref])):
        assert f'href="{opens}"' in client.get(page).content.decode()
    assert client.get(opens).status_code == 200


# --- the month's minutes ----------------------------------------------------------------------------------------------


def test_wb_02_the_homd_sees_minutes_gaps_and_months(prison: Prison) -> None:
    short, reached = woman(prison, surname="Shortly"), woman(prison, surname="Reached")
    log(short, "", 20)
    log(reached, "", 45)
    homd = signed_in(posted(prison, Role.HOMD))
    page = homd.get(address("allocation:engagement-minutes") + "?short=yes")
    rows = {duty.person: (duty.done, duty.short) for duty in page.context["list"].page}
    assert rows == {short: (20, 25)}
    assert homd.get(address("allocation:engagement-minutes")).context["list"].count == 2
    assert homd.get(address("allocation:engagement-minutes") + "?month=2026-10").context["list"].count == 0
    export = homd.get(address("allocation:engagement-minutes") + "?export=csv")
    assert b"Shortly" in b"".join(export.streaming_content)


def test_wellbeings_assurance_leads_there_and_agrees(prison: Prison) -> None:
    log(woman(prison), minutes=20)
    log(woman(prison), "", 45)
    homd = signed_in(posted(prison, Role.HOMD))
    (panel,) = homd.get(address("wellbeing:assurance")).context["panels"]
    assert (panel["women"], panel["wanting"], panel["unread"]) == (2, 1, 1)
    for name, url in (("women", "minutes_url"), ("wanting", "short_url"), ("unread", "unread_url")):
        assert homd.get(panel[url]).context["list"].count == panel[name]
    manager = signed_in(posted(prison, Role.KEY_WORK_MANAGER))
    assert manager.get(address("wellbeing:assurance")).context["panels"] == []


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("engagement-minutes", {"kind": "pom_engagement", "quantity": 45, "unit": "minutes", "met_by": "engagement"}),
        ("shares", {"kind": "shared_to_read", "met_by": "", "steps": [["WB-13", "Shared by Pat"]]}),
    ],
)
def test_as_many_queries_for_many_as_for_one(prison: Prison, name: str, facts: dict[str, Any]) -> None:
    homd, url, counts = signed_in(posted(prison, Role.HOMD)), address(f"allocation:{name}"), []
    for number in (1, 12):
        for person in PersonFactory.create_batch(number, prison=prison):
            ObligationFactory(person=person, slot=str(person.pk), owner=person.pom, **facts)
        homd.get(url)
        with CaptureQueriesContext(connection) as found:
            assert homd.get(url).context["list"].count >= number
        counts.append(len(found))
    assert counts[0] == counts[1]
