"""The checks of every browser test: accessibility, and the width of a narrow screen."""

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page

VIOLATIONS = "axe.run({resultTypes: ['violations']}).then(({violations}) => ({violations}))"
NARROW = 320


def assert_accessible(page: Page) -> None:
    """No violation of any axe rule on the page as it stands."""
    page.wait_for_load_state()  # a click returns when the next page has begun to come
    page.evaluate(AXE_SCRIPT)
    result = AxeResults(page.evaluate(VIOLATIONS))
    assert result.violations_count == 0, f"{page.url}\n{result.generate_report()}"


def assert_fits(page: Page) -> None:
    """No part of the page as it stands reaches beyond a screen of 320 pixels."""
    desk = page.viewport_size
    page.set_viewport_size({"width": NARROW, "height": 900})
    reach = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(desk)
    assert reach <= NARROW, f"{page.url} is {reach} pixels wide"


def assert_sound(page: Page) -> None:
    """Accessible, and within a narrow screen."""
    assert_accessible(page)
    assert_fits(page)
