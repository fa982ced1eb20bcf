"""In a real browser, by keyboard alone: a review decided, a step down, and telling her of it."""

import pytest
from django.db import transaction
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from omic.models import Person, Role
from omic.reconcile import reconcile, window_of
from tests.browser.axe import assert_accessible
from tests.browser.conftest import SignIn
from tests.cast import Cast
from tests.factories import NOW, TODAY, PersonFactory, PrisonFactory

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FURTHEST = 80  # presses of the Tab key that any of these pages needs


@pytest.fixture
def women(frozen: object) -> Cast:
    return Cast(prison=PrisonFactory(code="EWI", estate="women"), elsewhere=PrisonFactory(code="MDI"))


@pytest.fixture
def person(women: Cast) -> Person:
    person = PersonFactory(prison=women.prison, surname="Rowan", sex="female")
    person.alerts.create(code="HA", starts_on=TODAY, first_seen_at=NOW, last_seen_at=NOW)
    with transaction.atomic():
        reconcile([person.pk], window_of(TODAY, NOW))
    return person


def press(page: Page, target: Locator, key: str) -> None:
    """Reach a control with the Tab key alone, and press a key on it."""
    target.first.wait_for()
    for _ in range(FURTHEST):
        page.keyboard.press("Tab")
        if target.first.evaluate("element => element === document.activeElement"):
            return page.keyboard.press(key)
    raise AssertionError(f"The keyboard does not reach {target}")


def write(page: Page, label: str, words: str) -> None:
    press(page, page.get_by_label(label), "End")
    page.keyboard.type(words)


def decide(page: Page, cohort: str, because: str) -> None:
    choices = page.get_by_role("radio")
    press(page, choices, "Space")
    page.keyboard.press("ArrowDown" if cohort == "weekly" else "Space")
    expect(page.locator(f"input[value={cohort}]")).to_be_checked()
    write(page, "Reason", because)
    press(page, page.get_by_role("button", name="Save decision"), "Enter")


def test_a_review_a_step_down_and_the_talk(
    page: Page, live_server: LiveServer, women: Cast, person: Person, sign_in: SignIn
) -> None:
    sign_in(women.of(Role.KEY_WORK_MANAGER))
    page.goto(f"{live_server.url}/prisons/EWI/wellbeing/cohorts/")
    expect(page.get_by_text("In a priority group, nothing decided")).to_be_visible()
    assert_accessible(page)
    press(page, page.get_by_role("link", name="Decide Rowan"), "Enter")
    expect(page.get_by_role("heading", name="What is known")).to_be_visible()
    assert_accessible(page)
    decide(page, "daily", "The ACCT was opened today")
    expect(page.get_by_text("daily checks from today")).to_be_visible()
    page.goto(f"{live_server.url}/prisons/EWI/people/{person.ref}/checks/decide/")
    decide(page, "weekly", "The ACCT meeting agreed")
    expect(page.get_by_role("heading", name="Stepped down")).to_be_visible()
    assert_accessible(page)
    press(page, page.get_by_role("link", name="Tell Rowan"), "Enter")
    expect(page.get_by_text("once a week")).to_be_visible()
    assert_accessible(page)
    press(page, page.get_by_role("radio"), "Space")
    write(page, "What care was taken?", "She asked for her key worker")
    press(page, page.get_by_role("button", name="Record that she was told"), "Enter")
    expect(page.get_by_text("has been told")).to_be_visible()
    assert person.obligations.get(kind="step_down_talk").state == "met"


def test_several_reviews_on_one_page(
    page: Page, live_server: LiveServer, women: Cast, person: Person, sign_in: SignIn
) -> None:
    other = PersonFactory(prison=women.prison, surname="Sorrel", sex="female")
    other.alerts.create(code="HA", starts_on=TODAY, first_seen_at=NOW, last_seen_at=NOW)
    with transaction.atomic():
        reconcile([other.pk], window_of(TODAY, NOW))
    sign_in(women.of(Role.SAFER_CUSTODY))
    page.goto(f"{live_server.url}/prisons/EWI/wellbeing/cohorts/decide/")
    assert_accessible(page)
    whole, half = (page.get_by_role("group", name=name).first for name in ("Rowan", "Sorrel"))
    whole.get_by_label("Daily:").check()
    whole.get_by_label("Reason").fill("The ACCT was opened today")
    half.get_by_label("Weekly:").check()
    page.get_by_role("button", name="Save these decisions").click()
    expect(page.get_by_text("1 decision saved")).to_be_visible()
    expect(page.get_by_role("link", name="Sorrel, Sam: enter reason")).to_be_visible()
    expect(half.get_by_label("Weekly:")).to_be_checked()
    assert_accessible(page)
    assert person.obligations.filter(kind="daily_check", due_on=TODAY, state="open").exists()
