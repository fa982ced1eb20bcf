"""Duties in a browser: what is due, recorded as done by keyboard, without script, narrow and wide, and taken back."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from omic.models import Obligation, Person, Role
from omic.reconcile import reconcile, window_of
from tests.browser.axe import assert_accessible, assert_fits, assert_sound
from tests.browser.conftest import SignIn
from tests.cast import Cast
from tests.factories import NOW, TODAY, CaseDetailsFactory, PomAllocationFactory, SentenceFactory, days

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def person(cast: Cast, sign_in: SignIn) -> Person:
    """Recalled, and back for two days and two hours; the POM is signed in."""
    person: Person = cast.person(surname="Marlowe", arrived_on=days(-3), reception_on=days(-3))
    facts = {"recalled": True, "recall_kind": "standard", "returned_at": NOW - timedelta(hours=50)}
    SentenceFactory(person=person, started_on=days(-3), crd=days(900), sed=days(1800), **facts)
    CaseDetailsFactory(person=person)
    PomAllocationFactory(person=person, staff=cast.of(Role.POM))
    with transaction.atomic():
        reconcile([person.pk], window_of(days(-2), NOW - timedelta(days=2)))
        reconcile([person.pk], window_of(TODAY, NOW))
    sign_in(cast.of(Role.POM))
    return person


def page_of(live_server: LiveServer, person: Person) -> str:
    return live_server.url + reverse("person", args=["LEI", person.ref])


def recall(person: Person) -> Obligation:
    return person.obligations.get(kind="recall_explanation")


def test_what_is_due_is_recorded_and_taken_back(page: Page, live_server: LiveServer, person: Person) -> None:
    page.goto(page_of(live_server, person))
    expect(page.get_by_role("listitem").filter(has_text="Explain the recall")).to_contain_text("Overdue")
    assert_accessible(page)
    page.get_by_role("link", name="Explain the recall").click()
    expect(page.get_by_text("18 November 2026 at 8:00am")).to_be_visible()
    assert_sound(page)
    page.get_by_role("button", name="Record as done").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter a date and time")
    assert_sound(page)
    page.get_by_label("Day").fill("18")
    page.get_by_label("Month").fill("11")
    page.get_by_label("Year").fill("2026")
    page.get_by_label("Time").fill("7.30am")
    page.get_by_label("What was done").fill("Explained the reasons and the dossier")
    page.get_by_role("button", name="Record as done").click()
    expect(page.get_by_role("alert")).to_contain_text("recorded as done")
    expect(page.get_by_text("by Pat Offender", exact=True)).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="This was recorded in error").click()
    page.get_by_label("What was recorded in error?").fill("It was somebody else")
    assert_accessible(page)
    page.get_by_role("button", name="Open it again").click()
    expect(page.get_by_text("It was somebody else")).to_be_visible()
    assert_fits(page)
    assert recall(person).state == "open"


def test_by_keyboard_alone(page: Page, live_server: LiveServer, person: Person) -> None:
    page.goto(page_of(live_server, person))
    page.get_by_role("link", name="Open a duty").focus()
    page.keyboard.press("Enter")
    page.get_by_label("ROTL assessment").focus()
    page.keyboard.press("Space")
    page.get_by_label("Note").focus()
    page.keyboard.type("Applied on Monday")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("ROTL assessment for Marlowe, Sam: opened.")
    page.wait_for_load_state()  # the banner takes the focus when it has loaded
    page.get_by_role("link", name="ROTL assessment").press("Enter")
    expect(page.get_by_text("Applied on Monday")).to_be_visible()
    page.get_by_role("button", name="Record as done").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("recorded as done")


def test_without_script(browser: Browser, page: Page, live_server: LiveServer, person: Person) -> None:
    context = browser.new_context(java_script_enabled=False)
    page.goto(page_of(live_server, person))
    context.add_cookies(page.context.cookies())
    plain = context.new_page()
    plain.goto(live_server.url + reverse("handover:duty", args=["LEI", recall(person).pk]))
    for box, typed in (("Day", "17"), ("Month", "11"), ("Year", "2026"), ("Time", "14:00")):
        plain.get_by_label(box).fill(typed)
    plain.get_by_role("button", name="Record as done").click()
    expect(plain.get_by_text("Done on 17 November 2026")).to_be_visible()
    context.close()
