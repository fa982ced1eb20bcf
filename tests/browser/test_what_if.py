"""What if, in a browser: by keyboard alone, without script, narrow and wide, and without a trace."""

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from omic.models import Person, Role
from omic.reconcile import reconcile, window_of
from tests.browser.axe import assert_accessible, assert_sound
from tests.browser.conftest import SignIn
from tests.cast import Cast
from tests.factories import NOW, TODAY, CaseDetailsFactory, SentenceFactory, days

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def address(cast: Cast, live_server: LiveServer, sign_in: SignIn) -> str:
    """The page of a man whose handover lies ahead; the HOMD is signed in."""
    person: Person = SentenceFactory(person=cast.person(surname="Marlowe"), crd=days(700)).person
    CaseDetailsFactory(person=person)
    with transaction.atomic():
        reconcile([person.pk], window_of(TODAY, NOW))
    sign_in(cast.of(Role.HOMD))
    return live_server.url + reverse("handover:what-if", args=["LEI", person.ref])


def change_year(page: Page, year: str) -> None:
    page.get_by_role("group", name="CRD", exact=True).get_by_label("Year").fill(year)


def test_a_changed_fact_shows_what_moves(page: Page, address: str) -> None:
    page.goto(address)
    change_year(page, "2029")
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_text("CRD: 18 October 2028 → 18 October 2029")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="366 days later").filter(has_text="Handover").first
    expect(row).to_contain_text("18 February 2029")
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert_sound(page)


def test_a_wrong_date_is_said_and_stays(page: Page, address: str) -> None:
    page.goto(address)
    change_year(page, "29")
    page.get_by_role("button", name="Show what would change").click()
    page.get_by_role("link", name="CRD must have a year of 4 numbers, like 2026").click()
    expect(page.get_by_role("group", name="CRD", exact=True).get_by_label("Day")).to_be_focused()
    expect(page.get_by_role("group", name="CRD", exact=True).get_by_label("Year")).to_have_value("29")
    assert_accessible(page)


def test_by_keyboard_and_back_to_todays_facts(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_label("Policy version").focus()
    page.keyboard.press("End")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_label("Policy version").press("Tab")
    page.get_by_role("button", name="Show what would change").press("Enter")
    expect(page.get_by_text("Policy version: The operating model of spring 2019")).to_be_visible()
    page.get_by_role("link", name="Ask with today’s facts again").last.press("Enter")
    expect(page.get_by_text("You changed")).to_have_count(0)
    expect(page.get_by_label("Policy version")).to_have_value("seed_2019")


def test_without_script(browser: Browser, page: Page, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(page.context.cookies())
    plain = context.new_page()
    plain.goto(address)
    change_year(plain, "2029")
    plain.get_by_role("button", name="Show what would change").click()
    expect(plain.get_by_text("366 days later").first).to_be_visible()
    plain.get_by_text("Hospital", exact=True).click()
    expect(plain.get_by_text("Return to prison planned for")).to_be_visible()
    context.close()
