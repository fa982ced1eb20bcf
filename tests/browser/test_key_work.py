"""Key work in a real browser: logged by keyboard alone, not lost by a time-out, and every page accessible."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import transaction
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from omic.models import Person, Role
from omic.reconcile import reconcile, window_of
from tests.browser.axe import assert_accessible
from tests.browser.conftest import SignIn
from tests.cast import Cast
from tests.factories import NOW, TODAY, KeyWorkerAllocationFactory, days

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "a password for the tests"
FURTHEST = 60  # presses of Tab: more means that something cannot be reached


@pytest.fixture
def person(cast: Cast) -> Person:
    """Owed a session since last week."""
    return of_kay(cast, surname="Ashdown")


def of_kay(cast: Cast, **facts: object) -> Person:
    person = cast.person(**facts)
    KeyWorkerAllocationFactory(person=person, staff=cast.of(Role.KEY_WORKER))
    with transaction.atomic():
        reconcile([person.pk], window_of(TODAY, NOW, since=TODAY - timedelta(days=7)))
    return person


def tab_to(page: Page, words: str) -> None:
    """Press Tab until the control with this accessible name, or this id, has the focus."""
    for _ in range(FURTHEST):
        page.keyboard.press("Tab")
        found = page.evaluate(
            "words => { const e = document.activeElement;"
            " return e.id === words || e.innerText?.replace(/\\s+/g, ' ').trim() === words; }",
            words,
        )
        if found:
            return
    raise AssertionError(f"The keyboard does not reach {words!r} on {page.url}")


def type_into(page: Page, **fields: str) -> None:
    for name, text in fields.items():
        tab_to(page, f"id_{name}")
        page.keyboard.type(text)


def test_the_key_worker_signs_in_and_logs_a_session_by_keyboard(
    page: Page, live_server: LiveServer, cast: Cast, person: Person
) -> None:
    staff = cast.of(Role.KEY_WORKER)
    staff.set_password(PASSWORD)
    staff.save()
    page.goto(f"{live_server.url}/sign-in/?next=/prisons/LEI/key-work/mine/")
    type_into(page, username=staff.username, password=PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("My people")
    assert_accessible(page)
    tab_to(page, "Log session with Ashdown, Sam")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Log a session with Ashdown, Sam")
    assert_accessible(page)
    type_into(page, at_3="09:30")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    type_into(page, contact_minutes="25", minutes="45")
    tab_to(page, "Prompts: what a session looks at (optional)")
    page.keyboard.press("Enter")
    type_into(page, prompt_family="Rang his mother", mood="Calm", engagement="Open", concerns="Debts")
    tab_to(page, "Save")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Key work session with Ashdown, Sam saved. It counts toward what is owed.")).to_be_visible()
    assert_accessible(page)
    assert person.obligations.get(kind="key_work_session", opens_on=days(-2)).state == "met"
    assert person.contacts.get().session_note.mode == "cell_door"


def test_a_time_out_loses_nothing_and_saves_nothing_by_itself(
    page: Page, context: BrowserContext, live_server: LiveServer, sign_in: SignIn, cast: Cast, person: Person
) -> None:
    sign_in(cast.of(Role.KEY_WORKER))
    form = f"{live_server.url}/prisons/LEI/people/{person.ref}/sessions/new/"
    page.goto(form)
    page.get_by_label("Concerns").fill("Says he is being bullied")
    context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    staff = cast.of(Role.KEY_WORKER)
    staff.set_password(PASSWORD)
    staff.save()
    page.get_by_label("Username").fill(staff.username)
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(form)
    expect(page.get_by_text("You were signed out before this was saved")).to_be_visible()
    expect(page.get_by_label("Concerns")).to_have_value("Says he is being bullied")
    assert_accessible(page)
    assert not person.contacts.exists()


def test_errors_and_the_question_are_accessible(
    page: Page, live_server: LiveServer, sign_in: SignIn, cast: Cast, person: Person
) -> None:
    sign_in(cast.of(Role.KEY_WORKER))
    form = f"{live_server.url}/prisons/LEI/people/{person.ref}/sessions/new/"
    for minutes in ("", "45", "50"):
        page.goto(form)
        page.get_by_label("Time", exact=True).fill("09:00")
        page.get_by_label("Cell door").check()
        page.get_by_label("Minutes in all").fill(minutes)
        page.get_by_label("Mood").fill("Calm")
        page.get_by_label("Engagement").fill("Open")
        page.get_by_role("button", name="Save", exact=True).click()
        page.wait_for_load_state("networkidle")
        assert_accessible(page)
    expect(page.get_by_role("link", name="Is this the same session?")).to_be_visible()
    page.get_by_label("No, this is another session").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My people")
    assert person.contacts.count() == 2
