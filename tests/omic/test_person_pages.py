"""The person's page and its tabs: whole by role, the same number of queries however much there is."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from omic.models import Alert, Person, Role
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import (
    NOW,
    TODAY,
    CaseDetailsFactory,
    ContactFactory,
    KeyWorkerAllocationFactory,
    PomAllocationFactory,
    SentenceFactory,
    days,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
TABS = ("person", "person-contacts", "person-duties", "person-dates")
ALERTS = ("HA", "RNO121", "XTACT", "ROH")


@pytest.fixture
def person(cast: Cast) -> Person:
    """Held by the cast's POM and key worker, with sentence, details, alerts and what follows from them."""
    person = SentenceFactory(person=cast.person(surname="Whole"), ped=days(300)).person
    CaseDetailsFactory(person=person, rosh="medium", mappa_level=2, com_name="Cam Community", ldu="Skipton")
    PomAllocationFactory(person=person, staff=cast.of(Role.POM))
    KeyWorkerAllocationFactory(person=person, staff=cast.of(Role.KEY_WORKER))
    for code in ALERTS:
        Alert.objects.create(person=person, code=code, starts_on=days(-3), first_seen_at=NOW, last_seen_at=NOW)
    reconcile([person.pk], window_of(TODAY, NOW))
    ContactFactory(person=person, kind="session")
    ContactFactory(person=person, kind="engagement")
    return person


def url(person: Person, name: str = "person") -> str:
    return reverse(name, args=["LEI", person.ref])


def body(cast: Cast, person: Person, role: Role, name: str = "person") -> str:
    return cast.client(role).get(url(person, name)).content.decode()


OMU_SEES = (
    "Parole eligibility (PED)", "Sentence began", "Cam Community", "Skipton", "MAPPA level 2 is recorded without",
    "A NOMIS alert (ROH) says high risk", "Terrorism Act", "Open ACCT", "Custody tier", "Which date that is",
    "Pat Offender", "Kay Weaver", "Progression plan", "What is due",
)  # fmt: skip
WINGS_SEE = ("Open ACCT", "No one-to-one", "Kay Weaver", "Progression plan")


@pytest.mark.parametrize(("role", "sees"), [(Role.HOMD, OMU_SEES), (Role.POM, OMU_SEES), (Role.KEY_WORKER, WINGS_SEE)])
def test_it_is_whole_by_role(cast: Cast, person: Person, role: Role, sees: tuple[str, ...]) -> None:
    page = body(cast, person, role)
    assert [words for words in sees if words not in page] == []
    secret = {*OMU_SEES[:7], "Victim liaison"} if role == Role.KEY_WORKER else set()
    assert [words for words in secret if words in page] == []


@pytest.mark.parametrize("name", ["person", "allocation:allocate", "allocation:people", "handover:everyone"])
def test_a_release_after_a_recall_is_named_with_which_date_it_is(cast: Cast, name: str) -> None:
    person = SentenceFactory(person=cast.person(legal_status="RECALL"), recalled=True, prrd=days(3)).person
    reconcile([person.pk], window_of(TODAY, NOW))
    about = [person.ref] if name in ("person", "allocation:allocate") else []
    page = cast.client(Role.HOMD).get(reverse(name, args=["LEI", *about])).content.decode()
    assert "21 November 2026" in page if name == "person" else "21 Nov 2026 (PRRD)" in page


@pytest.mark.parametrize(
    ("role", "tabs"),
    [
        (Role.HOMD, ["Overview", "Contacts", "Duties", "Dates and tier", "Plans"]),
        (Role.KEY_WORKER, ["Overview", "Contacts", "Duties", "Plans"]),
    ],
)
def test_its_tabs_by_role(cast: Cast, person: Person, role: Role, tabs: list[str]) -> None:
    shown = [tab.text for tab in cast.client(role).get(url(person)).context["tabs"]]
    assert [tab for tab in shown if tab in tabs] == tabs
    assert ("Dates and tier" in shown) is ("Dates and tier" in tabs)


@pytest.mark.parametrize("name", TABS)
def test_who_opens_the_tabs(cast: Cast, person: Person, name: str) -> None:
    admitted = {Role.HOMD, Role.POM, Role.GOVERNOR} | (set() if name == "person-dates" else {Role.KEY_WORKER})
    answers = {role: cast.client(role).get(url(person, name)).status_code for role in admitted | {Role.NATIONAL}}
    assert answers == {role: 200 if role in admitted else 403 for role in answers}
    assert cast.stranger.get(url(person, name)).status_code == 404


def test_duties_of_the_omu_are_not_the_wings(cast: Cast, person: Person) -> None:
    assert "OASys" in body(cast, person, Role.HOMD, "person-duties")
    wings = body(cast, person, Role.KEY_WORKER, "person-duties")
    assert "Key work session" in wings
    assert ">Initial OASys<" not in wings.partition("<tbody")[2]


def test_contacts_lead_to_their_own_pages(cast: Cast, person: Person) -> None:
    engagement = person.contacts.get(kind="engagement")
    there = reverse("allocation:engagement", args=["LEI", person.ref, engagement.pk])
    pages = {role: body(cast, person, role, "person-contacts") for role in (Role.HOMD, Role.KEY_WORKER)}
    assert [there in page for page in pages.values()] == [True, False]
    assert all("POM engagement" in page for page in pages.values())


@pytest.mark.parametrize("name", TABS)
def test_as_many_queries_for_much_as_for_little(cast: Cast, person: Person, name: str) -> None:
    client, counts = cast.client(Role.HOMD), []
    for more in (0, 12):
        for number in range(more):
            ContactFactory(person=person, kind="session" if number % 2 else "engagement")
        client.get(url(person, name))
        with CaptureQueriesContext(connection) as found:
            client.get(url(person, name))
        counts.append(len(found))
    assert counts[0] == counts[1]
