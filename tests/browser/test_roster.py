"""The roster in a real browser: a wing ticked off by keyboard alone while another officer does the same."""

import os

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from omic.models import Contact, Obligation, Person, Role, Staff
from tests.browser.axe import assert_accessible
from tests.browser.conftest import SignIn
from tests.cast import Cast
from tests.factories import (
    TODAY,
    ObligationFactory,
    PersonFactory,
    PostingFactory,
    PrisonFactory,
    StaffFactory,
    WingFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PEOPLE = int(os.environ.get("ROSTER_PEOPLE", "20"))  # 60 for a whole wing
SAVED_WITHIN = 60_000  # milliseconds: a machine that is busy with other tests is slow
ROSTER = "/prisons/EWI/wellbeing/roster/A/"
# Name and date of birth, spoken to, nothing raised, past its text, family, information, past what is folded away.
LINE = (*("Space", "Tab") * 3, "Tab", "Space", "Tab", "Space", "Tab", "Tab")


@pytest.fixture
def wing(cast: Cast) -> list[Person]:
    """Women of one wing, each due today."""
    prison = PrisonFactory(code="EWI", estate="women")
    people = PersonFactory.create_batch(PEOPLE, prison=prison, wing=WingFactory(prison=prison, code="A"))
    for person in people:
        ObligationFactory(person=person, kind="daily_check", opens_on=TODAY, due_on=TODAY, met_by="check")
    return people


def officer(wing: list[Person], surname: str) -> Staff:
    staff = StaffFactory(forename="Ben", surname=surname)
    PostingFactory(staff=staff, prison=wing[0].prison, wing=wing[0].wing, role=Role.WING_OFFICER)
    return staff


def tick(page: Page, lines: int) -> None:
    """Fill in the page's first lines by keys alone, and go on to what follows them."""
    page.locator(".omic-line input[type=radio]").first.focus()
    for _ in range(lines):
        for key in LINE:
            page.keyboard.press(key)


def test_a_whole_wing_is_ticked_off_by_keyboard_beside_another_officer(
    page: Page, browser: Browser, live_server: LiveServer, sign_in: SignIn, wing: list[Person]
) -> None:
    sign_in(officer(wing, "First"))
    page.goto(f"{live_server.url}{ROSTER}")
    expect(page.locator(".omic-line")).to_have_count(PEOPLE)
    second = Client()
    second.force_login(officer(wing, "Second"))
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": second.cookies[settings.SESSION_COOKIE_NAME].value}
    other = browser.new_context().new_page()
    other.context.add_cookies([{**cookie, "url": live_server.url}])
    other.goto(f"{live_server.url}{ROSTER}")
    tick(other, 2)
    other.get_by_role("button", name="Save this page").click()
    expect(other.get_by_text("2 wellbeing checks saved.")).to_be_visible()
    other.wait_for_load_state("networkidle")
    other.context.close()
    tick(page, PEOPLE)
    assert page.evaluate("document.activeElement.innerText") == "Save this page"
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"{PEOPLE} wellbeing checks saved.")).to_be_visible(timeout=SAVED_WITHIN)
    expect(page.get_by_text("Ben Second recorded", exact=False)).to_contain_text("All entries are kept.")
    assert_accessible(page)
    assert Contact.objects.filter(kind="check").count() == PEOPLE + 2
    assert Obligation.objects.filter(state="met").count() == PEOPLE


def test_what_is_wrong_with_a_line_is_said_on_a_small_tablet(
    page: Page, live_server: LiveServer, sign_in: SignIn, wing: list[Person]
) -> None:
    Obligation.objects.exclude(person=wing[0]).delete()
    page.set_viewport_size({"width": 320, "height": 900})
    sign_in(officer(wing, "First"))
    for address in (f"people/{wing[0].ref}/check/", "wellbeing/", "wellbeing/roster/A/"):
        page.goto(f"{live_server.url}/prisons/EWI/{address}")
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
    page.get_by_label("Something").check()
    page.get_by_label("Spoken to").check()
    sizes = page.locator(".omic-line .govuk-radios__item").evaluate_all("all => all.map(e => e.offsetHeight)")
    assert min(size for size in sizes if size) >= 40
    page.get_by_role("button", name="Save this page").click()
    page.get_by_role("link", name="write what was raised").click()
    page.keyboard.type("Debts")
    assert_accessible(page)
    assert page.get_by_label("What was raised").input_value() == "Debts"
    assert page.get_by_label("Spoken to").is_checked()
    assert not Contact.objects.exists()
