"""Risk information to read (KW-10): whose list it stands on, and reading it."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from omic import duties
from omic.access import standing_in
from omic.models import AuditEvent, ExpectedArrival, Obligation, Person, Role, Stay
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import NOW, TODAY, ContactFactory, PersonFactory, PomAllocationFactory, PostingFactory, days

pytestmark = pytest.mark.django_db
LIST = "/prisons/LEI/risk/"


def told(cast: Cast, person: Person, **facts: Any) -> Obligation:
    contact = ContactFactory(person=person, prison=cast.prison, **facts)
    return duties.ask_to_read(
        contact=contact, text="Spoke of a debt", prison=cast.prison, pom=person.pom, policy="x", at=NOW
    )


@pytest.fixture
def poms(cast: Cast) -> Obligation:
    """Something to read about one of the POM's people."""
    person = cast.person(surname="Case")
    PomAllocationFactory(person=person, staff=cast.of(Role.POM))
    return told(cast, person)


@pytest.fixture
def nobodys(cast: Cast) -> Obligation:
    """Something to read about somebody who has no POM."""
    return told(cast, cast.person(surname="Unallocated"))


def page_of(duty: Obligation) -> str:
    return reverse("risk-read", args=["LEI", duty.pk])


def listed(client: Client) -> list[str]:
    return [duty.person.surname for duty in client.get(LIST).context["list"].page]


def test_poms_and_the_homd_and_no_other_role(cast: Cast, poms: Obligation) -> None:
    cast.prison.settings.create(kind="group", value="Yorkshire", starts_on="2026-01-01", recorded_at=NOW)
    for address in (LIST, page_of(poms)):
        answers = {role: cast.client(role).get(address).status_code for role in Role}
        assert {role for role, status in answers.items() if status == 200} == {Role.POM, Role.HOMD}
        assert {status for role, status in answers.items() if role not in (Role.POM, Role.HOMD)} == {403}


def test_another_prison_and_anonymous(cast: Cast, poms: Obligation) -> None:
    stranger = cast.stranger
    for address in (LIST, page_of(poms)):
        assert stranger.get(address).status_code == 404
        assert Client().get(address).status_code == 302
    assert stranger.get(page_of(poms).replace("LEI", "MDI")).status_code == 404


def test_a_pom_has_their_own_and_the_homd_all(cast: Cast, poms: Obligation, nobodys: Obligation) -> None:
    assert listed(cast.client(Role.POM)) == ["Case"]
    assert listed(cast.client(Role.HOMD)) == ["Case", "Unallocated"]


def test_somebody_elses_is_refused(cast: Cast, nobodys: Obligation) -> None:
    assert cast.client(Role.POM).get(page_of(nobodys)).status_code == 403


def test_opening_shows_the_words_and_is_audited_but_is_not_reading(cast: Cast, poms: Obligation) -> None:
    page = cast.client(Role.POM).get(page_of(poms)).content.decode()
    assert "Spoke of a debt" in page
    assert AuditEvent.objects.get(action="see_risk").person == poms.person
    poms.refresh_from_db()
    assert poms.state == "open"


def test_reading_closes_it_once(cast: Cast, poms: Obligation) -> None:
    client = cast.client(Role.POM)
    assert client.post(page_of(poms))["Location"] == LIST
    client.post(page_of(poms))
    poms.refresh_from_db()
    assert (poms.state, poms.closed_by, poms.closed_at) == ("met", cast.of(Role.POM), NOW)
    assert AuditEvent.objects.filter(action="read_risk").count() == 1
    assert listed(client) == []
    assert "Read" in client.get(page_of(poms)).content.decode()


def test_it_follows_a_transfer_to_the_next_prisons_homd(cast: Cast, poms: Obligation) -> None:
    person = poms.person
    Stay.objects.filter(person=person).update(left_on=TODAY, ended_because="transfer")
    Stay.objects.create(person=person, prison=cast.elsewhere, arrived_on=TODAY)
    Person.objects.filter(pk=person.pk).update(prison=cast.elsewhere, wing=None, arrived_on=TODAY)
    with transaction.atomic():
        reconcile([person.pk], window_of(TODAY, NOW))
    poms.refresh_from_db()
    assert (poms.prison, poms.owner, poms.owner_role) == (cast.elsewhere, None, "homd")


def test_before_an_expected_arrival_the_assigned_pom_reads_it_here(cast: Cast) -> None:
    young = PersonFactory(prison=cast.elsewhere, surname="Youngman")
    ExpectedArrival.objects.create(
        person=young, prison=cast.prison, expected_on=days(4), pom=cast.of(Role.POM),
        recorded_by=cast.of(Role.HOMD), recorded_at=NOW,
    )  # fmt: skip
    contact = ContactFactory(person=young, prison=cast.prison)
    duty = duties.ask_to_read(
        contact=contact, text="Afraid", prison=cast.prison, pom=cast.of(Role.POM), policy="x", at=NOW
    )
    assert listed(cast.client(Role.POM)) == ["Youngman"]
    assert cast.client(Role.POM).get(page_of(duty)).status_code == 200


def test_the_tile_opens_its_list(cast: Cast, poms: Obligation, nobodys: Obligation) -> None:
    class Asked:
        prison, standing = cast.prison, standing_in(cast.of(Role.HOMD), "LEI", on=TODAY)

    assert [(tile.count, tile.url) for tile in duties.home_tiles(Asked())] == [(2, LIST)]


def test_as_many_queries_for_ten_as_for_one(cast: Cast) -> None:
    client = cast.client(Role.HOMD)
    told(cast, cast.person())
    with CaptureQueriesContext(connection) as once:
        client.get(LIST)
    pom = PostingFactory(prison=cast.prison, role=Role.POM).staff
    for _ in range(9):
        told(cast, PomAllocationFactory(person=cast.person(), staff=pom).person)
    with CaptureQueriesContext(connection) as ten:
        client.get(LIST)
    assert len(ten) == len(once)
