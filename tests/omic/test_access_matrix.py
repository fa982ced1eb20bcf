"""Every address × every role: the table of omic/access.py is what happens, and no address stands outside it."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from pytest_django import DjangoDbBlocker
from time_machine import travel

from omic.access import ACCESS, Action, Relation, declared_action, undeclared_views
from omic.middleware import AccessMiddleware
from omic.models import Prison, Role, Staff
from tests.cast import Cast, make_cast, signed_in
from tests.factories import NOW, KeyWorkerAllocationFactory, PomAllocationFactory

pytestmark = pytest.mark.django_db
DUMMY = {"str": "x", "int": "999999", "uuid": str(uuid.UUID(int=1)), "slug": "x"}
METHODS = ("GET", "POST")
ADMITTED = 204
WOMENS = ("/wellbeing/cohorts/", "/checks/decide/", "/checks/refer/", "/checks/told/", "/complexity/")  # else 404


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
each_address = pytest.mark.parametrize(("route", "action"), IN_A_PRISON, ids=[route for route, _ in IN_A_PRISON])


def test_every_view_declares_its_action() -> None:
    assert undeclared_views() == []
    assert len(IN_A_PRISON) > 3


def test_only_these_addresses_stand_outside_a_prison() -> None:
    assert {action for _, action in UNBOUND} == {Action.OPEN, Action.PUBLIC}
    assert not {action for _, action in IN_A_PRISON} & {Action.OPEN, Action.PUBLIC}


def test_the_table_decides_every_action() -> None:
    assert set(ACCESS) == set(Action) - {Action.OPEN, Action.PUBLIC}
    assert all(ACCESS.values())


@dataclass(frozen=True)
class Scene:
    """Who may ask, by role (None: posted elsewhere); somebody with holders who are none of them; somebody elsewhere."""

    staff: dict[Role | None, Staff]
    clients: dict[Role | None, Client]
    ref: str
    ref_elsewhere: str


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    """Set once for all addresses."""
    with django_db_blocker.unblock(), travel(NOW, tick=False), transaction.atomic():
        cast = make_cast()
        person = KeyWorkerAllocationFactory(person=PomAllocationFactory(person=cast.person()).person).person
        elsewhere = Cast(prison=cast.elsewhere, elsewhere=cast.prison).person()
        # The PGD is posted to a group: tests/omic/test_shell_pages.py.
        staff = {role: cast.of(role) for role in Role if role != Role.PGD}
        assert cast.stranger
        staff[None] = Staff.objects.get(username="stranger")
        clients = {role: signed_in(one) for role, one in staff.items()}
        yield Scene(staff, clients, str(person.ref), str(elsewhere.ref))
        transaction.set_rollback(True)


@pytest.fixture
def _morning(scene: Scene, db: None, frozen: object) -> None:
    """A savepoint on top of the scene, on its day."""


class Door(AccessMiddleware):
    """The middleware as it stands, before a view that is never run: only the decision, and no page about it."""

    def __init__(self) -> None:
        super().__init__(self.decide)

    def decide(self, request: HttpRequest) -> HttpResponse:
        match = resolve(request.path_info)
        try:
            return self.process_view(request, match.func, match.args, match.kwargs) or HttpResponse(status=ADMITTED)
        except (PermissionDenied, Http404) as refusal:
            return HttpResponse(status=404 if isinstance(refusal, Http404) else 403)


DOOR = Door()


def decision(method: str, url: str, staff: Staff) -> int:
    request = RequestFactory().generic(method, url)
    request.user, request.session = staff, SessionBase()
    return DOOR(request).status_code


def expected(action: Action, role: Role | None, route: str) -> int:
    if role is None:
        return 404  # another prison's page does not exist
    relation = ACCESS[action].get(role)
    theirs = "<uuid:ref>" not in route or relation is Relation.PRISON
    return ADMITTED if relation and theirs else 403


@each_address
@pytest.mark.usefixtures("_morning")
def test_what_is_decided(scene: Scene, route: str, action: Action) -> None:
    url = filled(route, code="LEI", ref=scene.ref)
    for role, staff in scene.staff.items():
        asked = {method: decision(method, url, staff) for method in METHODS}
        assert set(asked.values()) == {expected(action, role, route)}, f"{role or 'a stranger'}: {asked}"


@each_address
@pytest.mark.usefixtures("_morning")
def test_what_happens(scene: Scene, route: str, action: Action) -> None:
    """One of each decision, by the whole stack; who is admitted sees the page where no row has to exist for it."""
    if any(part in route for part in WOMENS):
        Prison.objects.filter(pk="LEI").update(estate="women")
    url = filled(route, code="LEI", ref=scene.ref)
    clients = {expected(action, role, route): client for role, client in scene.clients.items()}
    for method in METHODS:
        answer = Client().generic(method, url)
        assert answer.headers["Location"].startswith("/sign-in/?next="), "anonymous goes to sign in"
    assert clients[404].post(url).status_code == 404
    assert 403 not in clients or clients[403].get(url).status_code == 403
    if ADMITTED in clients and "<" not in route.replace("<str:code>", "").replace("<uuid:ref>", ""):
        assert clients[ADMITTED].get(url).status_code in (200, 302, 405)


@pytest.mark.parametrize(
    ("route", "action"), [(r, a) for r, a in IN_A_PRISON if "<uuid:ref>" in r], ids=lambda value: str(value)
)
@pytest.mark.usefixtures("_morning")
def test_a_person_held_elsewhere_does_not_exist_here(scene: Scene, route: str, action: Action) -> None:
    url = filled(route, code="LEI", ref=scene.ref_elsewhere)
    role = next(role for role, relation in ACCESS[action].items() if relation is Relation.PRISON)
    assert {decision(method, url, scene.staff[role]) for method in METHODS} == {404}
