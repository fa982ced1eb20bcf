"""Every page, where there is something to show: no fault, no axe violation, and within a screen of 320 pixels."""

from urllib.parse import urlsplit

import pytest
from django.urls import resolve
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from omic.access import ACCESS, Action, Relation
from omic.models import ExpectedArrival, Person, Prison, Role
from omic.reconcile import reconcile_in_batches, window_of
from tests.allocation.cases import profile
from tests.browser.axe import assert_sound
from tests.browser.conftest import SignIn
from tests.cast import Cast
from tests.factories import (
    NOW,
    TODAY,
    CaseDetailsFactory,
    PersonFactory,
    PomAllocationFactory,
    SentenceFactory,
    days,
)
from tests.handover.adopting import NEW
from tests.keywork.test_figures_pages import october
from tests.omic.test_access_matrix import IN_A_PRISON, WOMENS

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
    """A sentenced man with every panel filled: holders, sentence, details, sessions, tier, dates and duties.

    Beside him people with and without a POM, one whose dates are unknown and one whom parole comes for a year early.
    """
    person = SentenceFactory(person=cast.person(surname="Marlowe"), crd=days(250)).person
    CaseDetailsFactory(person=person, rosh="high")
    PomAllocationFactory(person=person, staff=cast.of(Role.POM))
    october(cast, person)
    profile(cast.of(Role.POM), cast.prison, "probation", 3.5)
    SentenceFactory(person=cast.person(surname="Unknown"), crd=None, sed=None)
    early = {"started_on": days(-300), "crd": days(900), "ped": days(300)}
    PomAllocationFactory(person=SentenceFactory(person=cast.person(), **early).person)
    for facts in (early, {"crd": days(240)}):
        CaseDetailsFactory(person=SentenceFactory(person=cast.person(), **facts).person)
    reconcile_in_batches(cast.prison.people.values_list("pk", flat=True), window_of(TODAY, NOW, since=days(-30)))
    return person


@pytest.fixture
def arrival(cast: Cast, person: Person) -> ExpectedArrival:
    """Somebody expected from another prison, with a key worker already."""
    young = PersonFactory(prison=cast.elsewhere, surname="Youngman")
    recorded = {"recorded_by": cast.of(Role.HOMD), "recorded_at": NOW}
    return ExpectedArrival.objects.create(
        person=young, prison=cast.prison, expected_on=days(6), key_worker=cast.of(Role.KEY_WORKER), **recorded
    )


def role_for(action: Action) -> Role:
    """Somebody who may open it for the person of these tests."""
    roles = ACCESS[action]
    whole = [role for role, relation in roles.items() if relation is Relation.PRISON and role != Role.PGD]
    return whole[0] if whole else next(role for role in roles if role in (Role.POM, Role.KEY_WORKER))


def is_button(url: str) -> bool:
    """Whether the address takes POST alone (`require_POST`): it is no page."""
    view = resolve(urlsplit(url).path).func
    return any(cell.cell_contents == ["POST"] for cell in view.__closure__ or ())


def is_for_women(asked: tuple[str, Action]) -> bool:
    """Whether the address is one of women's prisons alone; these come last, for the prison is made one."""
    return any(part in f"/{asked[0]}" for part in WOMENS)


def as_asked(path: str, action: Action, cast: Cast) -> None:
    if is_for_women((path, action)):
        Prison.objects.filter(pk=cast.prison.pk).update(estate="women")


def look(page: Page, url: str) -> None:
    if is_button(url):
        return  # Chromium shows no answer without a body, and would be at it still when the next page is asked for
    answer = page.goto(url)
    assert answer is not None
    assert answer.status == 200, f"{url}: {answer.status}"
    assert_sound(page)


def test_the_sign_in_page(page: Page, live_server: LiveServer, cast: Cast) -> None:
    look(page, f"{live_server.url}/sign-in/")


def test_every_page_of_a_prison(
    page: Page, live_server: LiveServer, person: Person, cast: Cast, sign_in: SignIn
) -> None:
    for path, action in sorted(PLAIN, key=is_for_women):
        as_asked(path, action, cast)
        sign_in(cast.of(role_for(action)))
        look(page, f"{live_server.url}/prisons/LEI/{path}")


def test_every_page_about_a_person(
    page: Page, live_server: LiveServer, person: Person, cast: Cast, sign_in: SignIn
) -> None:
    for path, action in sorted(ABOUT_A_PERSON, key=is_for_women):
        as_asked(path, action, cast)
        sign_in(cast.of(role_for(action)))
        look(page, f"{live_server.url}/prisons/LEI/{path.replace('<uuid:ref>', str(person.ref))}")


OF_A_ROW = {
    Role.KEY_WORKER: [
        "", "people/{ref}/", "key-work/mine/figures/rows/owed/", "key-work/expected/{arrival}/sessions/new/",
    ],
    Role.KEY_WORK_MANAGER: ["key-work/figures/rows/people/", "key-work/staff/{key_worker}/figures/"],
    Role.HOMD: [
        "", "people/{ref}/why/tier/", "people/{ref}/why/handover/", f"people/{{ref}}/policy/{NEW}/",
        "allocation/poms/{pom}/", "allocation/poms/{pom}/profile/", "expected-arrivals/{arrival}/close/",
    ],
    Role.HOMS: [
        f"policy/{NEW}/changes/", f"policy/{NEW}/same/", "policy/omic_2022/kept/", f"policy/{NEW}/adopt/",
    ],
}  # fmt: skip


@pytest.mark.parametrize("role", OF_A_ROW)
def test_pages_of_one_row(
    page: Page,
    live_server: LiveServer,
    person: Person,
    arrival: ExpectedArrival,
    cast: Cast,
    sign_in: SignIn,
    role: Role,
) -> None:
    sign_in(cast.of(role))
    rows = {"ref": person.ref, "arrival": arrival.pk, "pom": person.pom_id, "key_worker": person.key_worker_id}
    for path in OF_A_ROW[role]:
        look(page, f"{live_server.url}/prisons/LEI/{path.format(**rows)}")
