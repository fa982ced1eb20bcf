"""In a real browser: a manager marks a key worker absent, covers their people with one save, and the stand-in logs."""

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from omic.models import Role, Staff
from omic.reconcile import reconcile, window_of
from tests.browser.axe import assert_accessible
from tests.browser.conftest import SignIn
from tests.cast import Cast
from tests.factories import NOW, TODAY, KeyWorkerAllocationFactory, KeyWorkerFactory

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def worker(cast: Cast) -> Staff:
    """With two people who are owed a session."""
    staff = KeyWorkerFactory(prison=cast.prison, staff__forename="Ash", staff__surname="Leaver").staff
    people = [KeyWorkerAllocationFactory(person=cast.person(surname=name), staff=staff).person for name in ("Ab", "Cd")]
    with transaction.atomic():
        reconcile([person.pk for person in people], window_of(TODAY, NOW))
    return staff


def test_an_absence_its_cover_and_the_stand_in(
    page: Page, live_server: LiveServer, cast: Cast, worker: Staff, sign_in: SignIn
) -> None:
    stand_in = cast.of(Role.KEY_WORKER)
    sign_in(cast.of(Role.KEY_WORK_MANAGER))
    page.goto(f"{live_server.url}/prisons/LEI/key-work/staff/")
    assert_accessible(page)
    page.get_by_role("link", name="Ash Leaver").click()
    page.get_by_role("button", name="Record an absence").click()
    page.get_by_label("Long-term absence").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("2 people need cover: choose who stands in below.")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Choose who stands in").click()
    assert_accessible(page)
    page.get_by_label("Stand-in for everybody on this page").select_option(str(stand_in.pk))
    page.get_by_label("Stand-in for Cd, Sam").select_option("nobody")
    page.get_by_role("button", name="Save cover").click()
    expect(page.get_by_text("1 person has a stand-in.")).to_be_visible()
    page.get_by_role("link", name="Cover in place").click()
    assert_accessible(page)
    sign_in(stand_in)
    page.goto(f"{live_server.url}/prisons/LEI/key-work/mine/")
    page.get_by_role("button", name="Log session").click()
    expect(page.get_by_role("heading", name="Log a session with")).to_be_visible()
