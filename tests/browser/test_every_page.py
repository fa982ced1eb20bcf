"""Every page that can be opened without choosing a row, and each page about a person: no fault and no axe violation."""

from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.urls import resolve, reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from omic.access import ACCESS, Action, Relation
from omic.models import Person, Role
from omic.reconcile import reconcile, window_of
from tests.browser.axe import assert_accessible
from tests.browser.conftest import SignIn
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
from tests.omic.test_access_matrix import IN_A_PRISON

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PLAIN = sorted(
    (route.removeprefix("prisons/<str:code>/"), action) for route, action in IN_A_PRISON if route.count("<") == 1
)
ABOUT_A_PERSON = sorted(
    (route.removeprefix("prisons/<str:code>/"), action)
    for route, action in IN_A_PRISON
    if "<uuid:ref>" in route and route.count("<") == 2
)


@pytest.fixture
def person(cast: Cast) -> Person:
    """A sentenced man with every panel filled: holders, sentence, details, sessions, tier, dates and duties."""
    person = SentenceFactory(person=cast.person(surname="Marlowe"), crd=days(250)).person
    CaseDetailsFactory(person=person, rosh="high")
    KeyWorkerAllocationFactory(person=person, staff=cast.of(Role.KEY_WORKER))
    PomAllocationFactory(person=person, staff=cast.of(Role.POM))
    ContactFactory(person=person, at=NOW.replace(day=3), by=cast.of(Role.KEY_WORKER))
    lacking = SentenceFactory(person=cast.person(surname="Unknown"), crd=None, sed=None).person
    with transaction.atomic():
        reconcile([person.pk, lacking.pk], window_of(TODAY, NOW, since=days(-30)))
    return person


def role_for(action: Action) -> Role:
    """Somebody who may open it for the person of these tests."""
    roles = ACCESS[action]
    whole = [role for role, relation in roles.items() if relation is Relation.PRISON and role != Role.PGD]
    return whole[0] if whole else next(role for role in roles if role in (Role.POM, Role.KEY_WORKER))


def is_button(url: str) -> bool:
    """Whether the address takes POST alone (`require_POST`): it is no page."""
    view = resolve(urlsplit(url).path).func
    return any(cell.cell_contents == ["POST"] for cell in view.__closure__ or ())


def look(page: Page, url: str) -> None:
    if is_button(url):
        return  # Chromium shows no answer without a body, and would be at it still when the next page is asked for
    answer = page.goto(url)
    assert answer is not None
    assert answer.status == 200, f"{url}: {answer.status}"
    assert_accessible(page)


def test_the_sign_in_page(page: Page, live_server: LiveServer, cast: Cast) -> None:
    look(page, f"{live_server.url}/sign-in/")


def test_every_page_of_a_prison(
    page: Page, live_server: LiveServer, person: Person, cast: Cast, sign_in: SignIn
) -> None:
    for path, action in PLAIN:
        sign_in(cast.of(role_for(action)))
        look(page, f"{live_server.url}/prisons/LEI/{path}")


def test_every_page_about_a_person(
    page: Page, live_server: LiveServer, person: Person, cast: Cast, sign_in: SignIn
) -> None:
    for path, action in ABOUT_A_PERSON:
        sign_in(cast.of(role_for(action)))
        look(page, f"{live_server.url}/prisons/LEI/{path.replace('<uuid:ref>', str(person.ref))}")


@pytest.mark.parametrize("kind", ["tier", "handover"])
def test_why(page: Page, live_server: LiveServer, person: Person, cast: Cast, sign_in: SignIn, kind: str) -> None:
    sign_in(cast.of(Role.HOMD))
    look(page, live_server.url + reverse("why", args=["LEI", person.ref, kind]))
