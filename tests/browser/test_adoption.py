"""Adoption in a browser: HOMS looks at what a version would change, confirms with a reason, and takes a plan back."""

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from omic.models import Person, PolicyAdoption, Role
from tests.browser.axe import assert_accessible
from tests.browser.conftest import SignIn
from tests.cast import Cast
from tests.factories import TODAY, SentenceFactory, days
from tests.handover.adopting import NEW, mixed_prison, settle_on

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def prison(cast: Cast) -> Cast:
    """LEI with people of every kind, one of whom parole comes a year before release for."""
    mixed_prison(cast.prison)
    facts = {"started_on": days(-300), "crd": days(900), "ped": days(300)}
    SentenceFactory(person=cast.person(surname="Abel"), **facts)
    settle_on(cast.prison, TODAY)
    return cast


def test_homs_previews_and_adopts(page: Page, live_server: LiveServer, prison: Cast, sign_in: SignIn) -> None:
    sign_in(prison.of(Role.HOMS))
    page.goto(f"{live_server.url}/prisons/LEI/policy/")
    assert_accessible(page)
    page.get_by_role("link", name=f"Preview {NEW}").click()
    assert_accessible(page)
    expect(page.get_by_role("link", name="Responsibility changes").first).to_be_visible()
    page.locator("summary", has_text="Duties that change, by kind").click()
    assert_accessible(page)
    row = page.get_by_role("row").filter(has_text="Abel, Sam")
    expect(row).to_contain_text("Responsible: POM → COM, POM supporting")
    row.get_by_role("link", name="Responsibility changes").click()
    expect(page.get_by_role("heading", name=f"What {NEW} would change")).to_be_visible()
    assert_accessible(page)
    page.go_back()
    page.get_by_role("button", name="Adopt from today").click()
    assert_accessible(page)
    page.get_by_role("button", name="Adopt from today").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter an answer: Why is it adopted?")
    page.get_by_label("Why is it adopted?").fill("The group moves on together")
    page.get_by_role("button", name="Adopt from today").click()
    expect(page.get_by_text(f"({NEW}) is in force since 18 November 2026")).to_be_visible()
    assert_accessible(page)
    assert Person.objects.get(surname="Abel").sentences.get().policy == NEW


def test_a_plan_is_made_and_withdrawn_without_script(
    browser: Browser, live_server: LiveServer, prison: Cast, sign_in: SignIn, context: object
) -> None:
    sign_in(prison.of(Role.HOMS))
    plain = browser.new_context(java_script_enabled=False, storage_state=context.storage_state())
    page = plain.new_page()
    page.goto(f"{live_server.url}/prisons/LEI/policy/{NEW}/changes/")
    for label, typed in (("Day", "1"), ("Month", "12"), ("Year", "2026")):
        page.get_by_label(label, exact=True).fill(typed)
    page.get_by_role("button", name="Apply filters").click()
    page.get_by_role("button", name="Adopt from 1 December 2026").click()
    page.get_by_label("Why is it adopted?").fill("From the first of the month")
    page.get_by_role("button", name="Adopt from 1 December 2026").click()
    page.get_by_role("link", name="withdraw it").click()
    page.get_by_label("Why is it withdrawn?").fill("Too early")
    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_text("Nothing has changed")).to_be_visible()
    plain.close()
    assert PolicyAdoption.objects.standing().count() == 0
