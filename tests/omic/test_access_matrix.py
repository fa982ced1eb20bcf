"""Every address × every role: the table of omic/access.py is what happens, and no address stands outside it."""

import uuid
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from omic.access import ACCESS, Action, Relation, declared_action, undeclared_views
from omic.models import Role
from tests.cast import Cast
from tests.factories import KeyWorkerAllocationFactory, PomAllocationFactory

pytestmark = pytest.mark.django_db
DUMMY = {"str": "x", "int": "999999", "uuid": str(uuid.UUID(int=1)), "slug": "x"}


def addresses(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, Action]]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, declared_action(pattern.callback)
        else:
            yield from addresses(pattern, route)


def filled(route: str, *, code: str, ref: str) -> str:
    parts = []
    for part in route.split("/"):
        if part.startswith("<"):
            kind, _, name = part.strip("<>").rpartition(":")
            part = {"code": code, "ref": ref}.get(name, DUMMY[kind or "str"])
        elif "<" in part:
            head, _, rest = part.partition("<")
            part = head + DUMMY[rest.strip(">").partition(":")[0]]
        parts.append(part)
    return "/" + "/".join(parts)


EVERY = sorted(set(addresses(get_resolver())))
IN_A_PRISON = [(route, action) for route, action in EVERY if route.startswith("prisons/<")]
UNBOUND = [(route, action) for route, action in EVERY if not route.startswith("prisons/<")]


def test_every_view_declares_its_action() -> None:
    assert undeclared_views() == []
    assert len(IN_A_PRISON) > 3


def test_only_these_addresses_stand_outside_a_prison() -> None:
    assert {action for _, action in UNBOUND} == {Action.OPEN, Action.PUBLIC}
    assert not {action for _, action in IN_A_PRISON} & {Action.OPEN, Action.PUBLIC}


def test_the_table_decides_every_action() -> None:
    assert set(ACCESS) == set(Action) - {Action.OPEN, Action.PUBLIC}
    assert all(ACCESS.values())


@pytest.mark.parametrize(("route", "action"), IN_A_PRISON, ids=[route for route, _ in IN_A_PRISON])
def test_an_address_in_a_prison(cast: Cast, route: str, action: Action) -> None:
    person = KeyWorkerAllocationFactory(person=PomAllocationFactory(person=cast.person()).person).person
    url = filled(route, code="LEI", ref=str(person.ref))
    assert Client().get(url).headers["Location"].startswith("/sign-in/?next="), "anonymous goes to sign in"
    assert cast.stranger.get(url).status_code == 404, "another prison's page does not exist"
    for role in Role:
        if role == Role.PGD:
            continue  # posted to a group: tests/omic/test_shell_pages.py
        relation = ACCESS[action].get(role)
        client = cast.client(role)
        if relation is None:
            assert client.get(url).status_code == 403, f"{role} may not {action}"
            assert client.post(url).status_code == 403, f"{role} may not {action}"
        elif "<uuid:ref>" in route and relation is not Relation.PRISON:
            assert client.get(url).status_code == 403, f"{role} has no relation to this person"
            assert client.post(url).status_code == 403, f"{role} has no relation to this person"
        elif route.replace("<str:code>", "").replace("<uuid:ref>", "").count("<") == 0:
            assert client.get(url).status_code in (200, 302, 405), f"{role} may {action}"


@pytest.mark.parametrize(
    ("route", "action"), [(r, a) for r, a in IN_A_PRISON if "<uuid:ref>" in r], ids=lambda value: str(value)
)
def test_a_person_held_elsewhere_does_not_exist_here(cast: Cast, route: str, action: Action) -> None:
    elsewhere = Cast(prison=cast.elsewhere, elsewhere=cast.prison).person()
    role = next(role for role, relation in ACCESS[action].items() if relation is Relation.PRISON)
    assert cast.client(role).get(filled(route, code="LEI", ref=str(elsewhere.ref))).status_code == 404
