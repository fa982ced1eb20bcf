"""Who may open which page of key work, and that a page costs the same for one row and for ten."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from keywork.models import SessionNote
from omic.models import Contact, ExpectedArrival, Person, Role
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import (
    NOW,
    TODAY,
    ContactFactory,
    KeyWorkerAllocationFactory,
    PersonFactory,
    PomAllocationFactory,
    days,
)
from tests.keywork.test_quality import note

pytestmark = pytest.mark.django_db

MINE, LISTS = ("mine",), ("overdue", "unallocated", "unseen")
OF_A_PERSON, OF_A_CONTACT = ("log", "allocate", "end"), ("session", "amend", "withdraw")
EVERY = (*MINE, *LISTS, *OF_A_PERSON, *OF_A_CONTACT, "log-expected")
MAY_SEE = {Role.KEY_WORKER, Role.KEY_WORK_MANAGER, Role.KEY_WORK_CHAMPION, Role.HOMD, Role.GOVERNOR, Role.POM}
LEADS = {Role.KEY_WORK_MANAGER, Role.KEY_WORK_CHAMPION, Role.HOMD, Role.HOMS, Role.SAFER_CUSTODY, Role.GOVERNOR}
ALLOWED: dict[str, set[Role]] = {
    "mine": {Role.KEY_WORKER},
    **{name: LEADS | {Role.PGD, Role.NATIONAL} for name in LISTS},
    **{name: {Role.KEY_WORKER, Role.KEY_WORK_MANAGER} for name in ("log", "log-expected", "withdraw")},
    "amend": {Role.KEY_WORKER},
    "session": MAY_SEE | {Role.HOMS, Role.CASE_ADMINISTRATOR, Role.SAFER_CUSTODY},
    **{name: {Role.KEY_WORK_MANAGER, Role.HOMD} for name in ("allocate", "end")},
}


@pytest.fixture
def kay(cast: Cast) -> Person:
    """One of the key worker's people, with a session of hers; the POM's case too."""
    person = cast.person(surname="Known")
    KeyWorkerAllocationFactory(person=person, staff=cast.of(Role.KEY_WORKER))
    PomAllocationFactory(person=person, staff=cast.of(Role.POM))
    noted(person, cast)
    return person


def noted(person: Person, cast: Cast, at: datetime = NOW) -> Contact:
    contact = ContactFactory(person=person, prison=cast.prison, by=cast.of(Role.KEY_WORKER), at=at)
    SessionNote.objects.create(
        contact=contact,
        person=person,
        prison=cast.prison,
        mode="cell_door",
        concerns="Misses his dog",
        actions="Ask the chaplain",
    )
    return contact


@pytest.fixture
def url(cast: Cast, kay: Person) -> Callable[[str], str]:
    """The address of each page, about `kay` where it is about somebody."""
    cast.prison.settings.create(kind="group", value="Yorkshire", starts_on=TODAY, recorded_at=NOW)
    young = PersonFactory(prison=cast.elsewhere)
    arrival = ExpectedArrival.objects.create(
        person=young, prison=cast.prison, expected_on=TODAY, key_worker=cast.of(Role.KEY_WORKER),
        recorded_by=cast.of(Role.HOMD), recorded_at=NOW,
    )  # fmt: skip

    def address(name: str) -> str:
        args: list[object] = ["LEI"]
        if name in (*OF_A_PERSON, *OF_A_CONTACT):
            args.append(kay.ref)
        if name in OF_A_CONTACT:
            args.append(kay.contacts.get().pk)
        if name == "log-expected":
            args.append(arrival.pk)
        return reverse(f"keywork:{name}", args=args)

    return address


@pytest.mark.parametrize("name", EVERY)
def test_the_right_roles_see_it_and_no_other(cast: Cast, url: Callable[[str], str], name: str) -> None:
    answers = {role: cast.client(role).get(url(name)).status_code for role in Role}
    assert {role for role, status in answers.items() if status == 200} == ALLOWED[name]
    assert {status for role, status in answers.items() if role not in ALLOWED[name]} == {403}


@pytest.mark.parametrize("name", EVERY)
def test_another_prison_does_not_exist(cast: Cast, url: Callable[[str], str], name: str) -> None:
    assert cast.stranger.get(url(name)).status_code == 404


@pytest.mark.parametrize("name", [*OF_A_PERSON, *OF_A_CONTACT, "log-expected"])
def test_nor_does_who_is_held_in_another_prison(cast: Cast, url: Callable[[str], str], name: str) -> None:
    assert cast.stranger.get(url(name).replace("/LEI/", "/MDI/")).status_code == 404


@pytest.mark.parametrize("name", EVERY)
def test_anonymous_is_sent_to_sign_in(url: Callable[[str], str], name: str) -> None:
    answer = Client().get(url(name))
    assert (answer.status_code, answer["Location"]) == (302, f"/sign-in/?next={url(name)}")


@pytest.mark.parametrize("name", [*OF_A_PERSON, *OF_A_CONTACT])
def test_somebody_elses_person_is_refused(cast: Cast, url: Callable[[str], str], name: str) -> None:
    KeyWorkerAllocationFactory._meta.model.objects.update(ended_at=NOW, ended_because="Changed", ended_kind="replaced")
    Person.objects.update(key_worker=None, pom=None)
    for role in (Role.KEY_WORKER, Role.WING_OFFICER):
        assert cast.client(role).get(url(name)).status_code == 403


def test_the_arrival_of_another_key_worker_is_refused(cast: Cast, url: Callable[[str], str]) -> None:
    ExpectedArrival.objects.update(key_worker=cast.of(Role.WING_OFFICER))
    assert cast.client(Role.KEY_WORKER).get(url("log-expected")).status_code == 403
    assert cast.client(Role.KEY_WORK_MANAGER).get(url("log-expected")).status_code == 200


def crowd(cast: Cast, number: int, **facts: object) -> None:
    """So many people, each a session overdue by a fortnight, with a note and an ACCT."""
    people = [cast.person(presence="court", **facts) for _ in range(number)]
    for person in people:
        person.alerts.create(code="HA", first_seen_at=NOW, last_seen_at=NOW)
        noted(person, cast, NOW - timedelta(days=20))
    with transaction.atomic():
        reconcile([person.pk for person in people], window_of(TODAY, NOW, since=TODAY - timedelta(days=14)))


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize(
    ("role", "name"), [(Role.KEY_WORKER, "mine"), *((Role.KEY_WORK_MANAGER, name) for name in LISTS)]
)
def test_as_many_queries_for_ten_as_for_one(cast: Cast, role: Role, name: str) -> None:
    client, address = cast.client(role), reverse(f"keywork:{name}", args=["LEI"])
    crowd(cast, 1)
    give_to_kay(cast, name)
    once = queries(client, address)
    crowd(cast, 9)
    give_to_kay(cast, name)
    assert queries(client, address) == once
    assert len(client.get(address).context["list"].page.object_list) == 10


def give_to_kay(cast: Cast, name: str) -> None:
    if name == "mine":
        for person in Person.objects.filter(key_worker=None):
            KeyWorkerAllocationFactory(person=person, staff=cast.of(Role.KEY_WORKER))


def test_as_many_queries_to_log_after_many_sessions_as_after_one(cast: Cast, kay: Person) -> None:
    client, address = cast.client(Role.KEY_WORKER), reverse("keywork:log", args=["LEI", kay.ref])
    once = queries(client, address)
    for _ in range(20):
        noted(kay, cast)
    assert queries(client, address) == once


@pytest.mark.parametrize("limit", [45, 90])
def test_a_short_session_says_the_limit_that_applied(cast: Cast, limit: int) -> None:
    contact = note(cast, minutes=limit - 1)
    if limit == 90:
        cast.prison.settings.create(kind="long_term_training", value="yes", starts_on=days(-9), recorded_at=NOW)
        asked = {"asked_by": cast.of(Role.HOMS), "asked_at": NOW, "because": "Long stays", "starts_on": days(-9)}
        decided = {"decided_by": cast.of(Role.PGD), "decided_at": NOW, "approved": True, "decision": "Yes"}
        cast.prison.fortnightly_variants.create(**asked, **decided)
    page = cast.client(Role.HOMD).get(reverse("keywork:session", args=["LEI", contact.person.ref, contact.pk]))
    assert f"Under {limit} minutes" in page.content.decode()
