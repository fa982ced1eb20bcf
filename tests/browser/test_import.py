"""Importing in a real browser: an upload, its report, a change confirmed, a row put right; every page accessible."""

from pathlib import Path

import pytest
from django.conf import LazySettings
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from omic.models import Role
from tests.browser.axe import assert_accessible
from tests.browser.conftest import SignIn
from tests.cast import Cast
from tests.factories import days
from tests.omic.roll_files import him, jsonl, left, record, take_in

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _signed_in(cast: Cast, sign_in: SignIn, settings: LazySettings, tmp_path: Path) -> None:
    settings.IMPORT_FOLDER = str(tmp_path / "kept")
    sign_in(cast.of(Role.HOMS))
    take_in(tmp_path, [record(), record("A1235AA"), record("A1238AA")], prison=cast.prison, snapshot=False)


def test_upload_confirm_and_put_right(page: Page, live_server: LiveServer, tmp_path: Path) -> None:
    rows = [
        record(conditionalReleaseDate=days(760).isoformat()),
        record("A1236AA", recall="perhaps"),
        record("A1237AA"),
    ]
    page.goto(f"{live_server.url}/prisons/LEI/imports/")
    assert_accessible(page)
    page.get_by_role("button", name="Import a file").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Import a file")
    assert_accessible(page)
    page.locator("input[type=file]").set_input_files(jsonl(tmp_path, rows))
    page.get_by_label("Records of some people").check()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("roll.jsonl")
    expect(page.get_by_role("link", name="Held for confirmation")).to_be_visible()
    assert_accessible(page)

    page.get_by_role("link", name="A1234AA").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Example, Sam")
    assert_accessible(page)
    page.get_by_label("How do you know?").fill("Checked in NOMIS")
    page.get_by_role("button", name="Confirm the change").click()
    expect(page.get_by_text("The change is applied")).to_be_visible()
    assert him().sentences.get().crd == days(760)

    page.get_by_role("link", name="A1236AA").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A1236AA")
    assert_accessible(page)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("alert")).to_contain_text("recall perhaps is text, not true or false")
    assert_accessible(page)
    page.get_by_label("recall").fill("no")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Nothing waits for a decision")).to_be_visible()
    assert him("A1236AA").prison_id == "LEI"


def test_somebody_gone_without_a_word(page: Page, live_server: LiveServer, tmp_path: Path) -> None:
    row = take_in(tmp_path, [left(lastMovementTypeCode=None)]).import_rows.get()
    page.goto(f"{live_server.url}/prisons/LEI/imports/rows/{row.pk}/")
    assert_accessible(page)
    page.get_by_text("The roll is wrong").click()
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert_accessible(page)
    assert him().presence == "in"


def test_rehearsal_files_and_missing(page: Page, live_server: LiveServer, tmp_path: Path) -> None:
    page.goto(f"{live_server.url}/prisons/LEI/imports/new/")
    page.locator("input[type=file]").set_input_files(jsonl(tmp_path, [record(), record("A1235AA"), "{"]))
    page.get_by_label("Only show what would happen").check()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("Nothing has been changed")).to_be_visible()
    assert_accessible(page)
    for name in ("files", "missing"):
        page.goto(f"{live_server.url}/prisons/LEI/imports/{name}/")
        assert_accessible(page)


def test_a_file_that_waits_as_a_whole(page: Page, live_server: LiveServer, tmp_path: Path, cast: Cast) -> None:
    taken = take_in(tmp_path, [record()], prison=cast.prison)
    page.goto(f"{live_server.url}/prisons/LEI/imports/{taken.pk}/")
    expect(page.get_by_text("would shrink from 3 people to 1")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("How do you know?").fill("Two wings have moved")
    page.get_by_role("button", name="Take it in").click()
    expect(page.get_by_text("Confirmed by Sandy Services")).to_be_visible()


def test_without_script_and_with_the_keyboard_alone(
    page: Page, live_server: LiveServer, tmp_path: Path, cast: Cast
) -> None:
    row = take_in(tmp_path, [record(recall="perhaps")], prison=cast.prison, snapshot=False).import_rows.get()
    page.route("**/*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto(f"{live_server.url}/prisons/LEI/imports/rows/{row.pk}/")
    box = page.get_by_label("recall")
    box.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("no")
    page.keyboard.press("Enter")
    expect(page.get_by_text("it states what is known already")).to_be_visible()
