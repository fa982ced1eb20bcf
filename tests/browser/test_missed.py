"""In a real browser: who was missed is followed up, and the Governor's approval excepts what was missed."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from omic.models import Person, Prison, Role
from omic.reconcile import reconcile_in_batches, window_of
from tests.browser.axe import assert_accessible
from tests.browser.conftest import SignIn
from tests.cast import Cast
from tests.factories import NOW, TODAY, CohortDecisionFactory, days

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def fill_day(page: Page, legend: str, offset: int) -> None:
    group, on = page.get_by_role("group", name=legend), days(offset)
    for part, number in (("Day", on.day), ("Month", on.month), ("Year", on.year)):
        group.get_by_label(part, exact=True).fill(str(number))


def test_a_miss_is_followed_up_and_a_suspension_excepts_it(
    page: Page, live_server: LiveServer, cast: Cast, sign_in: SignIn
) -> None:
    Prison.objects.filter(pk="LEI").update(estate="women")
    for surname in ("Unseen", "Untold"):
        CohortDecisionFactory(person=cast.person(surname=surname), starts_on=days(-2))
    reconcile_in_batches(list(Person.objects.values_list("pk", flat=True)), window_of(TODAY, NOW, since=days(-2)))
    sign_in(cast.of(Role.SAFER_CUSTODY))
    page.goto(f"{live_server.url}/prisons/LEI/")
    expect(page.get_by_role("link", name="2 not yet seen today")).to_be_visible()
    page.get_by_role("link", name="2 missed yesterday").click()
    assert_accessible(page)
    page.get_by_role("link", name="Follow up Unseen").click()
    assert_accessible(page)
    page.get_by_label("What was done?").fill("Seen at nine, well")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("Kept beside 2 missed checks")).to_be_visible()
    page.get_by_role("link", name="2 checks not yet made").click()
    assert_accessible(page)
    page.goto(f"{live_server.url}/prisons/LEI/wellbeing/suspensions/ask/")
    page.get_by_label("Wellbeing checks", exact=True).check()
    fill_day(page, "From which day?", -2)
    fill_day(page, "Until which day?", 1)
    page.get_by_label("Reason").fill("An outbreak on two wings")
    assert_accessible(page)
    page.get_by_role("button", name="Ask the Governor").click()
    expect(page.get_by_text("Waits for the Governor").first).to_be_visible()
    sign_in(cast.of(Role.GOVERNOR))
    page.goto(f"{live_server.url}/prisons/LEI/")
    page.get_by_role("link", name="1 suspension to approve or refuse").click()
    page.get_by_role("link", name="Answer").click()
    expect(page.get_by_text("4 sessions and checks were missed in these days")).to_be_visible()
    page.get_by_label("Approve", exact=True).check()
    page.get_by_label("Your words to whoever asked").fill("Agreed")
    assert_accessible(page)
    page.get_by_role("button", name="Answer").click()
    assert_accessible(page)
    page.goto(f"{live_server.url}/prisons/LEI/wellbeing/missed/")
    expect(page.get_by_text("Nobody was missed in the last 14 days")).to_be_visible()
    expect(page.get_by_text(f"Suspended until {days(1).day} November {TODAY.year}")).to_be_visible()
    assert_accessible(page)
