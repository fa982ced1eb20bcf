"""In a real browser: a change of the regime level changes the week's duties, and a key worker's week takes 12 steps."""

from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from omic.models import Alert, Contact, Person, Role
from omic.reconcile import reconcile, window_of
from tests.browser.axe import assert_accessible
from tests.browser.conftest import SignIn
from tests.cast import Cast
from tests.factories import NOW, TODAY, KeyWorkerAllocationFactory, days

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "a password for the tests"
PAPERS = ("Reason", "Sign-off reference", "Risk assessment", "Safe system of work", "Consultation")


def of_kay(cast: Cast, surname: str, *, acct: bool = False) -> Person:
    person = cast.person(surname=surname)
    KeyWorkerAllocationFactory(person=person, staff=cast.of(Role.KEY_WORKER))
    if acct:
        Alert.objects.create(person=person, code="HA", starts_on=days(-3), first_seen_at=NOW, last_seen_at=NOW)
    with transaction.atomic():
        reconcile([person.pk], window_of(TODAY, NOW))
    return person


def test_a_move_up_to_level_4_leaves_the_weeks_session_to_priority_people_alone(
    page: Page, live_server: LiveServer, cast: Cast, sign_in: SignIn
) -> None:
    of_kay(cast, "Priority", acct=True)
    of_kay(cast, "Other")
    mine = f"{live_server.url}/prisons/LEI/key-work/mine/"
    sign_in(cast.of(Role.KEY_WORKER))
    page.goto(mine)
    expect(page.get_by_role("button", name="Log session")).to_have_count(2)
    expect(page.get_by_role("link", name="2 to see this week")).to_be_visible()
    sign_in(cast.of(Role.GOVERNOR))
    page.goto(f"{live_server.url}/prisons/LEI/key-work/regime/")
    page.get_by_role("button", name="Change the level").click()
    page.get_by_label("Level 4 (lockdown)").check()
    for part, number in (("Day", TODAY.day), ("Month", TODAY.month), ("Year", TODAY.year)):
        page.get_by_label(part, exact=True).fill(str(number))
    for paper in PAPERS:
        page.get_by_label(paper).fill("Kept in the security office")
    assert_accessible(page)
    page.get_by_role("button", name="Record the change").click()
    expect(page.get_by_text("Level 4 (lockdown)").first).to_be_visible()
    expect(page.get_by_text("Review the priority list").first).to_be_visible()
    assert_accessible(page)
    sign_in(cast.of(Role.KEY_WORKER))
    page.goto(mine)
    expect(page.get_by_role("link", name="1 to see this week")).to_be_visible()


class Counted:
    """A page on which every click and every field that is filled is one interaction."""

    def __init__(self, page: Page) -> None:
        self.page, self.interactions = page, 0

    def click(self, role: Any, name: str) -> None:
        self.interactions += 1
        self.page.get_by_role(role, name=name, exact=True).click()

    def fill(self, field: str, text: str) -> None:
        self.interactions += 1
        self.page.locator(f"#id_{field}").fill(text)


def test_a_key_workers_week_from_sign_in_to_a_logged_session_takes_at_most_12_interactions(
    page: Page, live_server: LiveServer, cast: Cast
) -> None:
    of_kay(cast, "Ashdown")
    staff = cast.of(Role.KEY_WORKER)
    staff.set_password(PASSWORD)
    staff.save()
    hand = Counted(page)
    page.goto(f"{live_server.url}/sign-in/")
    hand.fill("username", staff.username)
    hand.fill("password", PASSWORD)
    hand.click("button", "Sign in")
    hand.click("link", "My people")
    hand.click("button", "Log session with Ashdown, Sam")
    hand.fill("at_3", "09:30")
    hand.click("radio", "Interview room")
    hand.fill("minutes", "45")
    hand.fill("mood", "Calm")
    hand.fill("engagement", "Open")
    hand.click("button", "Save")
    expect(page.get_by_role("heading", level=1)).to_have_text("My people")
    assert Contact.objects.get().kind == "session"
    assert hand.interactions <= 12
