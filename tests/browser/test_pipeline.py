"""The community pipeline in a browser: an LDU nobody knew is added, is asked at once, and its answer is recorded."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from omic.models import Role
from omic.outbox import send_waiting
from tests.browser.axe import assert_sound
from tests.browser.conftest import SignIn
from tests.cast import Cast
from tests.factories import NOW
from tests.handover.community import ldu, short_case

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_from_an_unknown_ldu_to_its_answer(page: Page, live_server: LiveServer, cast: Cast, sign_in: SignIn) -> None:
    person: Any = short_case("Moor and Dale", surname="Abel", wing=None)
    sign_in(cast.of(Role.CASE_ADMINISTRATOR))
    page.goto(f"{live_server.url}/prisons/LEI/handovers/pipeline/")
    expect(page.get_by_role("row").filter(has_text="Abel")).to_contain_text("LDU without a mailbox")
    assert_sound(page)
    page.get_by_role("link", name="LDUs").click()
    assert_sound(page)
    page.get_by_role("link", name="Add Moor and Dale").click()
    page.get_by_label("Mailbox").fill("moor@probation")
    page.get_by_role("button", name="Add").click()
    assert_sound(page)
    page.get_by_label("Mailbox").fill("moor@probation.invalid")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("Moor and Dale is added")).to_be_visible()
    send_waiting(NOW)
    page.get_by_role("link", name="Emails", exact=True).last.click()
    expect(page.get_by_role("row").filter(has_text="Abel")).to_contain_text("Sent")
    assert_sound(page)
    page.get_by_role("link", name="a COM is needed").click()
    expect(page.get_by_text(f"Prison number: {person.prison_number}")).to_be_visible()
    page.goto(f"{live_server.url}/prisons/LEI/people/{person.ref}/community/")
    assert_sound(page)
    page.get_by_label("What did the LDU answer?").fill("Cam Community has the case.")
    page.get_by_label("COM’s name").fill("Cam Community")
    page.get_by_role("button", name="Record the answer").click()
    expect(page.get_by_text("The answer about Abel, Sam is recorded")).to_be_visible()
    page.goto(f"{live_server.url}/prisons/LEI/handovers/pipeline/reminders/")
    assert_sound(page)


def test_a_mailbox_is_proposed_by_one_and_confirmed_by_another(
    page: Page, live_server: LiveServer, cast: Cast, sign_in: SignIn
) -> None:
    ldu()
    ldus = f"{live_server.url}/prisons/LEI/handovers/ldus/"
    sign_in(cast.of(Role.CASE_ADMINISTRATOR))
    page.goto(ldus)
    page.get_by_role("link", name="Propose another mailbox of Weald").click()
    assert_sound(page)
    page.get_by_label("New mailbox").fill("new@probation.invalid")
    page.get_by_role("button", name="Propose").click()
    expect(page.get_by_text("You proposed it: another HOMS")).to_be_visible()
    assert_sound(page)
    sign_in(cast.of(Role.HOMS))
    page.goto(ldus)
    page.get_by_role("link", name="Confirm or reject the mailbox of Weald").click()
    assert_sound(page)
    page.get_by_label("Yes: write to it from now on").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row").filter(has_text="Weald")).to_contain_text("new@probation.invalid")
