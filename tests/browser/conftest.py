"""A real Chromium for the tests of this folder. A page with a console error or a missing file fails its test."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Response
from pytest_django.live_server_helper import LiveServer

from omic.models import Staff

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps an event loop in the thread that uses the ORM

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SignIn = Callable[[Staff], None]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], playwright: Playwright) -> dict[str, Any]:
    """The machine's Chromium, else the one Playwright has downloaded, else these tests are skipped."""
    installed = next(filter(None, map(shutil.which, NAMES)), None)
    if not installed and not Path(playwright.chromium.executable_path).exists():
        pytest.skip("no Chromium: install one, or run `playwright install chromium`")
    root = ("--no-sandbox",) if os.geteuid() == 0 else ()
    return {**browser_type_launch_args, "executable_path": installed, "args": [*QUIET, *root]}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A desk in London."""
    desk = {"locale": "en-GB", "timezone_id": "Europe/London", "viewport": {"width": 1366, "height": 900}}
    return {**browser_context_args, **desk}


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_kept() -> Iterator[None]:
    """The browser asks for each static file once. Its clock may be years ahead of the tests', hence the age."""
    served = StaticFilesHandler.serve

    def serve(handler: StaticFilesHandler, request: HttpRequest) -> HttpResponseBase:
        response = served(handler, request)
        response.headers["Cache-Control"] = "max-age=999999999"
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StaticFilesHandler, "serve", serve)
        yield


@pytest.fixture(scope="session")
def one_context(
    django_db_setup: None, browser: Browser, browser_context_args: dict[str, Any]
) -> Iterator[BrowserContext]:
    """Closed before the database is removed, which would wait for what serves the browser."""
    context = browser.new_context(**browser_context_args)
    yield context
    context.close()


@pytest.fixture
def context(one_context: BrowserContext) -> Iterator[BrowserContext]:
    """The same for all tests, to keep the static files that it has; nobody stays signed in."""
    yield one_context
    for page in one_context.pages:
        page.close()
    one_context.clear_cookies()


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """A page that fails the test on any console error, script error, or file that does not load."""
    faults: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        # The browser reports documents answered 403 or 404 as errors too; tests open those on purpose.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            faults.append(f"console: {message.text}")

    def on_response(response: Response) -> None:
        if response.status >= 400 and response.request.resource_type != "document":
            faults.append(f"{response.status}: {response.url}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: faults.append(f"script: {error}"))
    page.on("response", on_response)
    yield page
    assert not faults, faults


@pytest.fixture
def sign_in(context: BrowserContext, live_server: LiveServer) -> SignIn:
    """Signs a member of staff in, without the sign-in page."""

    def give_session(staff: Staff) -> None:
        client = Client()
        client.force_login(staff)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])

    return give_session
