"""The accessibility check of every browser test."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

CHECK = Axe()


def assert_accessible(page: Page) -> None:
    """No violation of any axe rule on the page as it stands."""
    page.wait_for_load_state()  # a click returns when the next page has begun to come
    result = CHECK.run(page)
    assert result.violations_count == 0, f"{page.url}\n{result.generate_report()}"
