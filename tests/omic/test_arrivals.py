"""Expected arrivals (XC-10): recorded, changed and closed by the HOMD of the prison that waits."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from omic.models import AuditEvent, ExpectedArrival, Person, Role, Staff
from tests.cast import Cast
from tests.factories import NOW, PersonFactory, PostingFactory, days

pytestmark = pytest.mark.django_db
EVERY = ("expected-arrivals", "new-expected-arrival", "change-expected-arrival", "close-expected-arrival")


@pytest.fixture
def young(cast: Cast) -> Person:
    return PersonFactory(prison=cast.elsewhere, surname="Youngman", prison_number="A9876BC")


@pytest.fixture
def pom(cast: Cast) -> Staff:
    return cast.of(Role.POM)


def expect(cast: Cast, person: Person, **facts: Any) -> ExpectedArrival:
    return ExpectedArrival.objects.create(
        person=person, prison=cast.prison, expected_on=days(10), recorded_by=cast.of(Role.HOMD), recorded_at=NOW,
        **facts,
    )  # fmt: skip


@pytest.fixture
def url(cast: Cast, young: Person) -> Callable[[str], str]:
    arrival = expect(cast, young)
    return lambda name: reverse(name, args=["LEI"] if name in EVERY[:2] else ["LEI", arrival.pk])


def typed(**changes: object) -> dict[str, Any]:
    day = {"expected_on_day": "1", "expected_on_month": "12", "expected_on_year": "2026"}
    return {"prison_number": "a9876bc ", "pom": "", "key_worker": "", **day, **changes}


@pytest.mark.parametrize("name", EVERY)
def test_the_homd_alone(cast: Cast, url: Callable[[str], str], name: str) -> None:
    cast.prison.settings.create(kind="group", value="Yorkshire", starts_on="2026-01-01", recorded_at=NOW)
    answers = {role: cast.client(role).get(url(name)).status_code for role in Role}
    assert answers.pop(Role.HOMD) == 200
    assert set(answers.values()) == {403}


@pytest.mark.parametrize("name", EVERY)
def test_another_prison_and_anonymous(cast: Cast, url: Callable[[str], str], name: str) -> None:
    assert cast.stranger.get(url(name)).status_code == 404
    assert Client().get(url(name)).status_code == 302


def test_the_arrival_of_one_prison_is_not_anothers(cast: Cast, url: Callable[[str], str]) -> None:
    assert cast.stranger.get(url("close-expected-arrival").replace("LEI", "MDI")).status_code == 404


def test_recording_one_with_pom_and_key_worker(cast: Cast, young: Person, pom: Staff) -> None:
    worker = cast.of(Role.KEY_WORKER)
    address = reverse("new-expected-arrival", args=["LEI"])
    answer = cast.client(Role.HOMD).post(address, typed(pom=pom.pk, key_worker=worker.pk))
    assert answer.status_code == 302
    arrival = cast.prison.expected_arrivals.get()
    assert (arrival.person, arrival.pom, arrival.key_worker) == (young, pom, worker)
    assert AuditEvent.objects.get(action="expect_arrival").person == young
    young.refresh_from_db()
    assert (young.prison, young.key_worker) == (cast.elsewhere, None)


@pytest.mark.parametrize(
    ("number", "error"),
    [
        ("A0000ZZ", "No person with this prison number is known here"),
        ("nonsense", "Enter a prison number like A1234BC"),
        ("A1111BC", "Here, Sam is in this prison already"),
        ("A9876BC", "Youngman, Sam is expected already"),
    ],
)
def test_what_cannot_be_expected(cast: Cast, young: Person, number: str, error: str) -> None:
    cast.person(surname="Here", prison_number="A1111BC")
    expect(cast, young)
    page = cast.client(Role.HOMD).post(reverse("new-expected-arrival", args=["LEI"]), typed(prison_number=number))
    assert page.context["form"].errors == {"prison_number": [error]}


def test_only_who_is_posted_here_can_be_assigned(cast: Cast, young: Person) -> None:
    elsewhere = PostingFactory(prison=cast.elsewhere, role=Role.POM).staff
    page = cast.client(Role.HOMD).post(reverse("new-expected-arrival", args=["LEI"]), typed(pom=elsewhere.pk))
    assert "pom" in page.context["form"].errors


def test_changing_one(cast: Cast, url: Callable[[str], str], pom: Staff) -> None:
    answer = cast.client(Role.HOMD).post(url("change-expected-arrival"), typed(pom=pom.pk, version=1))
    arrival = cast.prison.expected_arrivals.get()
    assert answer.status_code == 302
    assert (arrival.pom, arrival.expected_on.isoformat(), arrival.version) == (pom, "2026-12-01", 2)


def test_whoever_saves_second_is_told(cast: Cast, url: Callable[[str], str]) -> None:
    cast.prison.expected_arrivals.update(version=2)
    page = cast.client(Role.HOMD).post(url("change-expected-arrival"), typed(version=1))
    assert page.context["form"].non_field_errors() == [
        "Somebody has changed this since you opened it. Look again before you save"
    ]


def test_closing_needs_a_reason_and_takes_it_off_the_list(cast: Cast, url: Callable[[str], str]) -> None:
    client = cast.client(Role.HOMD)
    assert client.post(url("close-expected-arrival"), {"because": "", "version": 1}).status_code == 200
    assert client.post(url("close-expected-arrival"), {"because": "Bailed", "version": 1}).status_code == 302
    arrival = cast.prison.expected_arrivals.get()
    assert (arrival.closed_at, arrival.closed_because) == (NOW, "Bailed")
    assert client.get(url("expected-arrivals")).context["list"].count == 0


def test_as_many_queries_for_ten_as_for_one(cast: Cast, young: Person) -> None:
    client, address = cast.client(Role.HOMD), reverse("expected-arrivals", args=["LEI"])
    expect(cast, young)
    with CaptureQueriesContext(connection) as once:
        client.get(address)
    for _ in range(9):
        expect(cast, PersonFactory(prison=cast.elsewhere), pom=cast.of(Role.POM))
    with CaptureQueriesContext(connection) as ten:
        client.get(address)
    assert len(ten) == len(once)
