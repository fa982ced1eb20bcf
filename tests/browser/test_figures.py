"""Figures in a real browser: read by keyboard, narrow and wide, and from a number to the rows behind it."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from omic.models import Person, Role
from tests.browser.axe import assert_accessible
from tests.browser.conftest import SignIn
from tests.cast import Cast
from tests.keywork.test_figures_pages import october

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def seen(cast: Cast) -> Person:
    """Seen once in October, owed four sessions."""
    person = cast.person(surname="Ashdown")
    october(cast, person)
    return person


def test_from_a_number_to_its_rows_and_to_another_period(
    page: Page, live_server: LiveServer, sign_in: SignIn, cast: Cast, seen: Person
) -> None:
    sign_in(cast.of(Role.KEY_WORK_MANAGER))
    page.goto(f"{live_server.url}/prisons/LEI/key-work/figures/")
    expect(page.get_by_text("1 of 4 sessions delivered: 25.00%.")).to_be_visible()
    expect(page.get_by_role("img", name="Sessions delivered against sessions owed")).to_be_visible()
    page.get_by_role("link", name="Sessions owed, open the rows").press("Enter")
    expect(page.locator("#list-count")).to_have_text("4 duties")
    page.get_by_role("link", name="Back").click()
    page.get_by_role("group", name="To", exact=True).get_by_label("Day").fill("11")
    page.get_by_label("Wing", exact=True).select_option("A")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("1 October 2026 to 11 October 2026, compared with")).to_be_visible()
    assert_accessible(page)
