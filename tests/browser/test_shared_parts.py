"""The shared parts in a real browser: accessible wide and narrow, usable by keyboard alone and without script."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from omic import access
from omic.models import Prison, Role
from tests.browser.axe import assert_accessible
from tests.browser.conftest import SignIn
from tests.cast import Cast
from tests.omic import sample

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.omic.sample")]


@pytest.fixture
def desk(page: Page, live_server: LiveServer, sign_in: SignIn, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Page:
    """Signed in as the HOMD where there are two prisons, before any page is open."""
    Prison.objects.exclude(pk__in=["LEI", "MDI"]).delete()
    Prison.objects.filter(pk="LEI").update(name="HMP LEI")
    monkeypatch.setattr(access, "NAVIGATION", sample.NAVIGATION)
    sign_in(cast.of(Role.HOMD))
    return page


@pytest.mark.parametrize("width", [1366, 320])
def test_accessible_and_within_the_screen(desk: Page, live_server: LiveServer, width: int) -> None:
    desk.set_viewport_size({"width": width, "height": 900})
    for name in ("list", "list/?estate=women&name=zzz", "form", "parts", "nowhere"):
        desk.goto(f"{live_server.url}/prisons/LEI/{name}")
        assert_accessible(desk)
        assert desk.evaluate("document.documentElement.scrollWidth") <= width, name


def test_no_typeface_is_fetched(desk: Page, live_server: LiveServer) -> None:
    fetched: list[str] = []
    desk.on("request", lambda request: fetched.append(request.url))
    desk.goto(f"{live_server.url}/prisons/LEI/parts/", wait_until="networkidle")
    assert any(url.endswith(".css") for url in fetched)
    assert not [url for url in fetched if "woff" in url]


def test_an_error_summary_takes_the_focus_and_leads_to_the_control(desk: Page, live_server: LiveServer) -> None:
    desk.goto(f"{live_server.url}/prisons/LEI/form/")
    desk.get_by_label("Name of the officer").fill("Kay Weaver")
    desk.get_by_role("button", name="Save session").click()
    expect(desk.locator(".govuk-error-summary")).to_be_focused()
    expect(desk).to_have_title("Error: Log a session – HMP LEI – OMiC")
    assert_accessible(desk)
    desk.get_by_role("link", name="Select mode").click()
    expect(desk.get_by_label("Interview room")).to_be_focused()
    expect(desk.get_by_label("Name of the officer")).to_have_value("Kay Weaver")


def test_a_list_is_filtered_and_sorted_by_keyboard(desk: Page, live_server: LiveServer) -> None:
    desk.goto(f"{live_server.url}/prisons/LEI/list/")
    desk.get_by_label("Name").press_sequentially("LEI")
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("1 prison", exact=True)).to_be_visible()
    desk.get_by_role("link", name="Code").focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("columnheader", name="Code")).to_have_attribute("aria-sort", "ascending")
    desk.get_by_role("link", name="Remove this filter").click()
    expect(desk.get_by_text("2 prisons", exact=True)).to_be_visible()


def test_on_a_phone_the_list_comes_before_its_filter(desk: Page, live_server: LiveServer) -> None:
    desk.set_viewport_size({"width": 320, "height": 900})
    desk.goto(f"{live_server.url}/prisons/LEI/list/")
    expect(desk.get_by_label("Name")).to_be_hidden()
    desk.get_by_text("Filter", exact=True).click()
    expect(desk.get_by_label("Name")).to_be_visible()


def test_everything_works_without_script(
    browser: Browser, desk: Page, live_server: LiveServer, browser_context_args: dict[str, Any]
) -> None:
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    context.add_cookies(desk.context.cookies())
    page = context.new_page()
    page.goto(f"{live_server.url}/prisons/LEI/list/")
    page.get_by_label("Name").fill("LEI")
    page.get_by_role("button", name="Apply filters").click()
    expect(page.get_by_text("1 prison", exact=True)).to_be_visible()
    page.goto(f"{live_server.url}/prisons/LEI/form/")
    page.get_by_role("button", name="Save session").click()
    expect(page.get_by_role("link", name="Select mode")).to_be_visible()
    context.close()
