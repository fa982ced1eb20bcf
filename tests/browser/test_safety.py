"""The safety picture and the assurance page in a real browser: from a number to its rows, wide and narrow."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from omic.models import Person, Prison, Role
from omic.reconcile import reconcile_in_batches, window_of
from tests.browser.axe import assert_accessible
from tests.browser.conftest import SignIn
from tests.cast import Cast
from tests.factories import NOW, TODAY, CohortDecisionFactory, SelfHarmFactory, WingFactory, days

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ashdown(cast: Cast) -> Person:
    """A woman whose daily checks became weekly from the day after the decision, and who harmed herself since."""
    Prison.objects.filter(pk="LEI").update(estate="women")
    person = cast.person(surname="Ashdown", wing=WingFactory(prison=cast.prison, code="A"))
    CohortDecisionFactory(person=person, starts_on=days(-12))
    CohortDecisionFactory(person=person, cohort="weekly", stepped_down=True, starts_on=days(-6))
    for week in range(30):
        SelfHarmFactory(person=person, on=TODAY - timedelta(weeks=week, days=1))
    for _ in range(3):
        SelfHarmFactory(person=cast.person(), on=TODAY)
    reconcile_in_batches([person.pk], window_of(TODAY, NOW, since=days(-12)))
    return person


def test_from_an_alert_to_who_it_was_and_from_a_miss_to_its_check(
    page: Page, live_server: LiveServer, sign_in: SignIn, cast: Cast, ashdown: Person
) -> None:
    sign_in(cast.of(Role.SAFER_CUSTODY))
    page.goto(f"{live_server.url}/prisons/LEI/wellbeing/safety/")
    expect(page.get_by_text("4 women harmed themselves this week so far, against a mean of 1.00.")).to_be_visible()
    expect(page.get_by_role("img")).to_have_count(2)
    page.locator("summary").first.press("Enter")
    assert_accessible(page)
    page.get_by_role("link", name="4 in the week from 16 Nov 2026: open").first.press("Enter")
    expect(page.locator("#list-count")).to_have_text("4 incidents")
    page.get_by_role("link", name="Back", exact=True).click()
    page.get_by_role("link", name="Assurance", exact=True).click()
    expect(page.get_by_text("0 of 3 checks done: 0.00%.")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    assert_accessible(page)
    page.get_by_role("row", name="All").get_by_role("link").first.press("Enter")
    expect(page.locator("#list-count")).to_have_text("3 checks")
    page.goto(f"{live_server.url}/prisons/LEI/people/{ashdown.ref}/self-harm/new/")
    expect(page.get_by_text("On the 28-day watch:")).to_be_visible()
    assert_accessible(page)
