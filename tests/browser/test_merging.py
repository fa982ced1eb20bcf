"""Two numbers in a browser: merged by two people, and parted by two people again."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from keywork.models import DoNotPair
from omic.models import PersonMerge, Role
from tests.browser.axe import assert_sound
from tests.browser.conftest import SignIn
from tests.cast import Cast
from tests.factories import NOW

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_merged_and_parted_again(page: Page, live_server: LiveServer, cast: Cast, sign_in: SignIn) -> None:
    kept, gone = (
        cast.person(surname=name, prison_number=number) for name, number in (("Kay", "A1111AA"), ("Kaye", "A2222BB"))
    )
    DoNotPair.objects.create(
        person=gone, prison=cast.prison, staff=cast.of(Role.KEY_WORKER), kind="conflict", because="Cousins",
        recorded_by=cast.of(Role.HOMD), recorded_at=NOW,
    )  # fmt: skip
    sign_in(cast.of(Role.HOMS))
    page.goto(f"{live_server.url}/prisons/LEI/people/{kept.ref}/merge/")
    page.get_by_label("The number that goes").fill("A2222BB")
    page.get_by_label("How is it known that this is one person?").fill("Fingerprints")
    page.get_by_role("button", name="Ask to merge them").click()
    assert_sound(page)
    confirm(page, live_server, cast, sign_in, "merges/", "Decide about", "Yes: merge them now")
    assert PersonMerge.objects.standing().exists()

    sign_in(cast.of(Role.HOMS))
    page.goto(f"{live_server.url}/prisons/LEI/people/{gone.ref}/merge/")
    expect(page).to_have_url(f"{live_server.url}/prisons/LEI/people/{kept.ref}/merge/")
    page.get_by_role("link", name="These are two people: undo the merge").click()
    expect(page.get_by_text("Conflict of interest, Kay Weaver: Cousins")).to_be_visible()
    assert_sound(page)
    page.get_by_role("button", name="Ask to undo it").click()
    expect(page.get_by_role("alert")).to_contain_text("How is it known that these are two people?")
    page.get_by_label("How is it known that these are two people?").fill("Twins")
    page.get_by_role("button", name="Ask to undo it").click()
    confirm(page, live_server, cast, sign_in, "merges/merged/", "Decide about undoing it", "Yes: undo the merge now")
    expect(page.get_by_text("A2222BB and A1111AA are two people again.")).to_be_visible()
    page.goto(f"{live_server.url}/prisons/LEI/people/{kept.ref}/merge/")
    expect(page.get_by_text("Undone by Casey Admin")).to_be_visible()
    assert_sound(page)


def confirm(
    page: Page, live_server: LiveServer, cast: Cast, sign_in: SignIn, path: str, words: str, answer: str
) -> None:
    """As the second person, from the list of what waits."""
    sign_in(cast.of(Role.CASE_ADMINISTRATOR))
    page.goto(f"{live_server.url}/prisons/LEI/{path}")
    assert_sound(page)
    page.get_by_role("link", name=words).click()
    assert_sound(page)
    page.get_by_label(answer).check()
    page.get_by_role("button", name="Save").click()
