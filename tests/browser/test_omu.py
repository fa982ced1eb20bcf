"""The OMU in a browser: the HOMD allocates a person, and the dashboard's number drops by one."""

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from allocation.models import PomAllocation
from omic.models import Role
from tests.allocation.cases import determine, profile
from tests.browser.axe import assert_accessible
from tests.browser.conftest import SignIn
from tests.cast import Cast
from tests.factories import CaseDetailsFactory, ObligationFactory, PomAllocationFactory, PostingFactory, StaffFactory

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def omu(cast: Cast) -> Cast:
    """Two POMs of either type with cases, and three people who wait."""
    prison_pom = PostingFactory(
        role=Role.POM, prison=cast.prison, staff=StaffFactory(forename="Ash", surname="Band")
    ).staff
    profile(cast.of(Role.POM), cast.prison, "probation")
    profile(prison_pom, cast.prison, "prison", 3.5)
    for staff, tiers in ((cast.of(Role.POM), "ABBC"), (prison_pom, "CDDD")):
        for tier in tiers:
            PomAllocationFactory(person=determine(cast.person(), tier=tier), staff=staff)
    for name in ("Abel", "Baker", "Cole"):
        person = determine(cast.person(surname=name), tier="B")
        CaseDetailsFactory(person=person, rosh="high")
    return cast


def waiting(page: Page) -> int:
    return int(page.locator(".omic-tile").filter(has_text="without a POM").locator(".omic-tile__count").inner_text())


def test_homd_allocates_somebody(page: Page, live_server: LiveServer, omu: Cast, sign_in: SignIn) -> None:
    sign_in(omu.of(Role.HOMD))
    page.goto(f"{live_server.url}/prisons/LEI/allocation/case-mix/")
    assert_accessible(page)
    page.goto(f"{live_server.url}/prisons/LEI/omu/")
    assert_accessible(page)
    before = waiting(page)
    page.get_by_role("link", name=re.compile("without a POM")).click()
    expect(page.get_by_role("heading", name="Without a POM")).to_be_visible()
    page.get_by_role("link", name="Abel, Sam").click()
    expect(page.get_by_text("Probation POM: POM responsible, tier B")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Allocate").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a POM")
    page.get_by_role("radio", name="Ash Band").check()
    page.get_by_role("button", name="Allocate").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why you choose a POM of another type")
    assert_accessible(page)
    expect(page.get_by_role("radio", name="Ash Band")).to_be_checked()
    page.get_by_role("radio", name="Pat Offender").check()
    page.get_by_role("button", name="Allocate").click()
    expect(page.get_by_role("alert")).to_contain_text("Pat Offender is now the POM of Abel, Sam.")
    page.goto(f"{live_server.url}/prisons/LEI/omu/")
    assert waiting(page) == before - 1
    assert PomAllocation.objects.open().filter(person__surname="Abel", staff=omu.of(Role.POM)).exists()


def test_a_pom_reads_risk_information(page: Page, live_server: LiveServer, omu: Cast, sign_in: SignIn) -> None:
    pom = omu.of(Role.POM)
    person = PomAllocation.objects.open().filter(staff=pom).first().person
    risk = {"kind": "risk_to_read", "slot": "1", "met_by": "", "due_on": None, "due_before": None}
    ObligationFactory(person=person, owner=pom, owner_role=Role.POM, note="Heard of a debt on the wing", **risk)
    sign_in(pom)
    page.goto(f"{live_server.url}/prisons/LEI/cases/mine/")
    expect(page.get_by_text("Heard of a debt on the wing")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="I have read this").click()
    expect(page.get_by_role("alert")).to_contain_text("You have read the risk information")
    page.goto(f"{live_server.url}/prisons/LEI/cases/mine/")
    expect(page.get_by_text("No risk information waits for you")).to_be_visible()
    page.get_by_role("link", name="Parole").click()
    expect(page.locator(".omic-lede")).to_contain_text("falls within the next 10 months")
    assert_accessible(page)
