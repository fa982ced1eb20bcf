"""In a real browser: a plan, its target reached in a session, and that session's note reviewed and read."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from omic.models import Person, Role
from tests.browser.axe import assert_accessible
from tests.browser.conftest import SignIn
from tests.cast import Cast
from tests.factories import KeyWorkerAllocationFactory

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def person(cast: Cast) -> Person:
    return KeyWorkerAllocationFactory(person=cast.person(), staff=cast.of(Role.KEY_WORKER)).person


def test_a_plan_and_the_quality_of_a_note(
    page: Page, live_server: LiveServer, cast: Cast, person: Person, sign_in: SignIn
) -> None:
    here = f"{live_server.url}/prisons/LEI"
    sign_in(cast.of(Role.KEY_WORKER))
    start_a_plan(page, f"{here}/people/{person.ref}/plan/")
    reach_it_in_a_session(page, f"{here}/people/{person.ref}/sessions/new/")
    page.goto(f"{here}/people/{person.ref}/plan/")
    expect(page.get_by_text("Reached: First day was Monday")).to_be_visible()
    assert_accessible(page)
    sign_in(cast.of(Role.KEY_WORK_CHAMPION))
    review_the_note(page, f"{here}/key-work/quality/")
    sign_in(cast.of(Role.KEY_WORKER))
    page.goto(f"{here}/key-work/feedback/")
    assert_accessible(page)
    page.get_by_role("link", name="Note of").click()
    expect(page.get_by_text("Clear and short")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="I have read this").click()


def start_a_plan(page: Page, address: str) -> None:
    page.goto(address)
    assert_accessible(page)
    page.get_by_role("button", name="Start a plan").click()
    assert_accessible(page)
    page.get_by_label("What do they want of it").fill("To paint again")
    page.get_by_role("button", name="Start the plan").click()
    page.get_by_role("button", name="Add a target").click()
    assert_accessible(page)
    page.get_by_label("What do they want to reach?").fill("Join the art class")
    page.get_by_role("button", name="Add the target").click()


def reach_it_in_a_session(page: Page, address: str) -> None:
    page.goto(address)
    assert_accessible(page)
    page.get_by_label("Session: counts").check()
    page.get_by_label("Time", exact=True).fill("9:15")
    page.get_by_label("Cell door").check()
    page.get_by_label("Minutes in all").fill("45")
    page.get_by_label("Mood").fill("Bright")
    page.get_by_label("Engagement").fill("Asked questions")
    page.get_by_label("Reached").check()
    page.get_by_label("What was said of").fill("First day was Monday")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("saved")).to_be_visible()


def review_the_note(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="Draw notes").click()
    assert_accessible(page)
    page.get_by_role("link", name="Open the note").click()
    assert_accessible(page)
    page.get_by_role("button", name="Review this note").click()
    assert_accessible(page)
    page.get_by_label("Good").check()
    page.get_by_label("Feedback to the key worker").fill("Clear and short")
    page.get_by_role("button", name="Save the review").click()
    page.get_by_role("link", name="Open the note").click()
    assert_accessible(page)
