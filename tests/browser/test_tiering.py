"""The tier's pages in each of their states: a tier is entered and taken back, and axe finds no violation."""

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from omic.models import Person, Role
from omic.reconcile import reconcile, window_of
from tests.browser.axe import assert_accessible
from tests.browser.conftest import SignIn
from tests.cast import Cast
from tests.factories import NOW, TODAY, CaseDetailsFactory, SentenceFactory

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def woman(cast: Cast) -> Person:
    """Sentenced, with a provisional tier D."""
    person = SentenceFactory(person=cast.person(surname="Marlowe", sex="female")).person
    CaseDetailsFactory(person=person, rosh="low", rsr=None)
    with transaction.atomic():
        reconcile([person.pk], window_of(TODAY, NOW))
    return person


def test_a_tier_is_entered_and_withdrawn_on_accessible_pages(
    page: Page, live_server: LiveServer, woman: Person, cast: Cast, sign_in: SignIn
) -> None:
    sign_in(cast.of(Role.HOMD))
    page.goto(f"{live_server.url}/prisons/LEI/people/{woman.ref}/")
    page.get_by_role("link", name="Enter a tier by hand").click()
    assert_accessible(page)
    page.get_by_role("button", name="Enter tier").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("B", exact=True).check()
    page.get_by_label("Source").fill("nDelius")
    page.get_by_label("Reason").fill("It says B there")
    page.get_by_role("button", name="Enter tier").click()
    expect(page.get_by_text("Tier B, entered by Hollis Delivery")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Change or withdraw the entered tier").click()
    assert_accessible(page)
    page.get_by_role("link", name="Withdraw the entered tier B").click()
    assert_accessible(page)
    page.get_by_label("Reason").fill("The wrong person")
    page.get_by_role("button", name="Withdraw tier").click()
    expect(page.get_by_text("The wrong person")).to_be_visible()
    for path in ("tier/history/", "why/tier/"):
        page.goto(f"{live_server.url}/prisons/LEI/people/{woman.ref}/{path}")
        assert_accessible(page)
