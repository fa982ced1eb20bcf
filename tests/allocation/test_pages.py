"""Allocation's pages: who may open them, whom they show, and how many queries they take."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from omic.models import AuditEvent, Person, Role
from tests.allocation.cases import determine, held_until_now, profile
from tests.cast import Cast
from tests.factories import ObligationFactory, PomAllocationFactory, PostingFactory, days

pytestmark = pytest.mark.django_db
Counter = Callable[..., Any]

OMU_PAGES = ("dashboard", "people", "cases", "poms", "duties", "case-mix")
MY_PAGES = ("mine", "my-duties", "my-ended")
READS_OMU = {Role.HOMD, Role.HOMS, Role.CASE_ADMINISTRATOR, Role.GOVERNOR, Role.NATIONAL}


def address(name: str, *args: object) -> str:
    return reverse(f"allocation:{name}", args=["LEI", *args])


@pytest.mark.parametrize("name", OMU_PAGES)
@pytest.mark.parametrize("role", [role for role in Role if role != Role.PGD])
def test_the_omu_pages_open_for_who_sees_the_omu(cast: Cast, name: str, role: Role) -> None:
    reads = READS_OMU | {Role.POM} if name == "cases" else READS_OMU
    assert cast.client(role).get(address(name)).status_code == (200 if role in reads else 403)


@pytest.mark.parametrize("name", MY_PAGES)
@pytest.mark.parametrize("role", [Role.POM, Role.HOMD, Role.KEY_WORKER])
def test_a_poms_own_pages_open_for_poms(cast: Cast, name: str, role: Role) -> None:
    assert cast.client(role).get(address(name)).status_code == (200 if role == Role.POM else 403)


@pytest.mark.parametrize("name", ["allocate", "end"])
@pytest.mark.parametrize("role", [role for role in Role if role != Role.PGD])
def test_only_the_homd_allocates(cast: Cast, name: str, role: Role) -> None:
    person = cast.person()
    PomAllocationFactory(person=person)
    assert cast.client(role).get(address(name, person.ref)).status_code == (200 if role == Role.HOMD else 403)


@pytest.mark.parametrize("name", [*OMU_PAGES, *MY_PAGES])
def test_another_prison_is_not_there_and_anonymous_signs_in(cast: Cast, name: str) -> None:
    assert cast.stranger.get(address(name)).status_code == 404
    assert Client().get(address(name)).headers["Location"].startswith("/sign-in/")


def test_a_person_or_pom_of_another_prison_is_not_there(cast: Cast) -> None:
    elsewhere = Cast(prison=cast.elsewhere, elsewhere=cast.prison)
    homd = cast.client(Role.HOMD)
    assert homd.get(address("allocate", elsewhere.person().ref)).status_code == 404
    pom = PostingFactory(role=Role.POM, prison=cast.elsewhere).staff
    for name in ("pom", "pom-profile"):
        assert homd.get(address(name, pom.pk)).status_code == 404


def test_only_the_homd_records_types(cast: Cast) -> None:
    pom = cast.of(Role.POM)
    for role, status in ((Role.HOMD, 200), (Role.HOMS, 403), (Role.POM, 403)):
        assert cast.client(role).get(address("change-profile", pom.pk)).status_code == status


def fill(cast: Cast, number: int) -> None:
    """So many people of each sort: waiting, held by the cast's POM, held by others, with duties and risk to read."""
    for place in range(number):
        determine(cast.person(), tier="ABCD"[place % 4])
        mine = determine(cast.person(), tier="ABCD"[place % 4], handover_on=days(20), start_on=days(20))
        PomAllocationFactory(person=mine, staff=cast.of(Role.POM))
        other = PostingFactory(role=Role.POM, prison=cast.prison).staff
        PomAllocationFactory(person=determine(cast.person()), staff=other)
        held_until_now(cast.person(), other)
        duty = {"person": mine, "owner": cast.of(Role.POM), "owner_role": "pom", "met_by": ""}
        ObligationFactory(kind="handover", slot="1", due_on=days(-3), **duty)
        ObligationFactory(kind="risk_to_read", slot="1", due_on=None, due_before=None, note="Heard", **duty)


CONSTANT = [
    *((name, Role.HOMD, 9) for name in OMU_PAGES if name not in ("dashboard", "case-mix")),
    ("dashboard", Role.HOMD, 11),
    ("case-mix", Role.HOMD, 11),
    ("mine", Role.POM, 11),
    ("my-duties", Role.POM, 9),
]


def test_queries_do_not_grow(cast: Cast, django_assert_num_queries: Counter) -> None:
    clients, few = {role: cast.client(role) for _, role, _ in CONSTANT}, {}
    fill(cast, 1)
    for name, role, limit in CONSTANT:
        with django_assert_num_queries(limit, exact=False, info=name) as asked:
            clients[role].get(address(name))
        few[name] = len(asked)
    fill(cast, 9)
    for name, role, _ in CONSTANT:
        with django_assert_num_queries(few[name], exact=True, info=name):
            clients[role].get(address(name))


def test_queries_of_the_allocation_page_do_not_grow(cast: Cast, django_assert_num_queries: Counter) -> None:
    person = cast.person()
    client = cast.client(Role.HOMD)
    profile(cast.of(Role.POM), cast.prison, "prison")
    with django_assert_num_queries(14, exact=False) as few:
        client.get(address("allocate", person.ref))
    fill(cast, 9)
    with django_assert_num_queries(len(few), exact=True):
        client.get(address("allocate", person.ref))


@pytest.mark.parametrize("name", ["people", "cases", "poms", "duties"])
def test_exports_are_logged_and_only_for_who_may(cast: Cast, name: str) -> None:
    fill(cast, 1)
    assert cast.client(Role.HOMD).get(address(name), {"export": "csv"}).status_code == 200
    event = AuditEvent.objects.get(action="export")
    assert (event.staff, event.detail["format"]) == (cast.of(Role.HOMD), "csv")
    assert cast.client(Role.HOMD).get(address(name), {"export": "xlsx"}).status_code == 200


def test_people_of_other_prisons_are_on_no_page(cast: Cast) -> None:
    there = Cast(prison=cast.elsewhere, elsewhere=cast.prison).person(surname="Elsewhere")
    PomAllocationFactory(person=there, staff=cast.of(Role.POM))
    for name in OMU_PAGES:
        assert b"Elsewhere" not in cast.client(Role.HOMD).get(address(name)).content
    assert b"Elsewhere" not in cast.client(Role.POM).get(address("mine")).content


def test_who_may_not_open_people_sees_numbers_without_links(cast: Cast) -> None:
    person: Person = cast.person(surname="Plain")
    page = cast.client(Role.NATIONAL).get(address("people")).content.decode()
    assert person.prison_number in page
    assert "Plain" not in page
    assert str(person.ref) not in page
