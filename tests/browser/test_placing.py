"""Sixty people in a real browser: recommend, edit one, save; and the pages beside it, accessible."""

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from keywork.models import KeyWorkerAllocation
from omic.models import Person, Role
from omic.reconcile import reconcile, window_of
from tests.browser.axe import assert_accessible, assert_sound
from tests.browser.conftest import SignIn
from tests.cast import Cast
from tests.factories import NOW, TODAY, KeyWorkerFactory

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIXTY = 60


@pytest.fixture
def sixty(cast: Cast) -> list[Person]:
    """As many people as one page holds, all waiting, and eight key workers with twelve places to spare."""
    for _ in range(8):
        KeyWorkerFactory(prison=cast.prison)
    people = [cast.person() for _ in range(SIXTY)]
    with transaction.atomic():
        reconcile([person.pk for person in people], window_of(TODAY, NOW))
    return people


def test_recommend_edit_and_save_for_sixty(
    page: Page, live_server: LiveServer, sign_in: SignIn, cast: Cast, sixty: list[Person]
) -> None:
    sign_in(cast.of(Role.KEY_WORK_MANAGER))
    page.goto(f"{live_server.url}/prisons/LEI/key-work/allocate/")
    page.get_by_role("button", name="Recommend key workers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose key workers")
    assert_accessible(page)
    choices = page.locator("select[name^=staff_]")
    expect(choices).to_have_count(SIXTY)
    edited = choices.first
    suggested = edited.input_value()
    other = next(value for value in edited.locator("option").evaluate_all("all => all.map(one => one.value)")
                 if value not in ("", suggested))  # fmt: skip
    edited.select_option(other)
    page.get_by_role("button", name="Save key workers").click()
    expect(page.get_by_text(f"{SIXTY} people have a new key worker.")).to_be_visible()
    expect(page.get_by_text("Everybody who is to have a key worker has one.")).to_be_visible()
    assert_accessible(page)
    kinds = list(KeyWorkerAllocation.objects.values_list("started_kind", flat=True))
    assert (kinds.count("recommended"), kinds.count("manual")) == (SIXTY - 1, 1)


def test_one_person_is_given_a_key_worker_and_told(
    page: Page, live_server: LiveServer, sign_in: SignIn, cast: Cast
) -> None:
    key_worker, person = KeyWorkerFactory(prison=cast.prison).staff, cast.person()
    sign_in(cast.of(Role.KEY_WORK_MANAGER))
    here = f"{live_server.url}/prisons/LEI/people/{person.ref}/key-worker"
    page.goto(f"{here}/")
    page.get_by_label("Key worker", exact=True).select_option(str(key_worker.pk))
    page.get_by_role("button", name="Save").click()
    for url in (f"{live_server.url}/prisons/LEI/key-work/to-tell/", f"{here}/history/", f"{here}/notice/"):
        page.goto(url)
        assert_sound(page)
    page.get_by_role("button", name="They have been told").click()
    expect(page.get_by_text("has been told who their key worker is.")).to_be_visible()
