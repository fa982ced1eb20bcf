"""In a real browser: an early allocation from assessment to its new date, a recall's 48 hours, an override and back."""

from datetime import timedelta

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from omic.models import Person, Role, Sentence
from omic.reconcile import reconcile, window_of
from tests.browser.axe import assert_accessible
from tests.browser.conftest import SignIn
from tests.cast import Cast
from tests.factories import NOW, TODAY, CaseDetailsFactory, PomAllocationFactory, SentenceFactory, days

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def settled(person: Person) -> Person:
    with transaction.atomic():
        reconcile([person.pk], window_of(TODAY, NOW))
    person.refresh_from_db()
    return person


@pytest.fixture
def person(cast: Cast) -> Person:
    """The POM's, within 18 months of conditional release."""
    person = cast.person(surname="Early", arrived_on=days(-30), reception_on=days(-30))
    SentenceFactory(person=person, started_on=days(-30), crd=days(500), sed=days(2000))
    CaseDetailsFactory(person=person, provider="nps", rosh="low", mappa_level=None)
    PomAllocationFactory(person=person, staff=cast.of(Role.POM))
    return settled(person)


def typed_day(page: Page, legend: str, on: object) -> None:
    box = page.get_by_role("group", name=legend)
    for label, value in zip(("Day", "Month", "Year"), (on.day, on.month, on.year), strict=True):
        box.get_by_label(label).fill(str(value))


def answered(page: Page, question: str, answer: str) -> None:
    page.get_by_role("group", name=question).get_by_label(answer, exact=True).check()


def test_an_early_allocation_from_assessment_to_its_new_date(
    page: Page, live_server: LiveServer, cast: Cast, person: Person, sign_in: SignIn
) -> None:
    sign_in(cast.of(Role.POM))
    page.goto(f"{live_server.url}/prisons/LEI/people/{person.ref}/")
    page.get_by_role("link", name="Early allocation", exact=True).first.click()
    page.get_by_role("button", name="Assess").click()
    assert_accessible(page)
    typed_day(page, "When was the OASys completed", TODAY)
    for group in page.get_by_role("group").all():
        if group.get_by_label("No", exact=True).count():
            group.get_by_label("No", exact=True).check()
    answered(page, "Is the case high profile", "Yes")
    answered(page, "Which MAPPA level", "None")
    page.get_by_role("button", name="Save assessment").click()
    expect(page.get_by_text("Waits for the HOMD")).to_be_visible()
    assert_accessible(page)
    sign_in(cast.of(Role.HOMD))
    page.goto(f"{live_server.url}/prisons/LEI/handovers/early-allocation/approve/")
    assert_accessible(page)
    page.get_by_role("link", name="Early, Sam").click()
    page.get_by_role("button", name="Approve or refuse").click()
    page.get_by_label("Yes", exact=True).check()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Record the referral").click()
    page.get_by_label("To whom was it sent?").fill("The gatekeeper of the division")
    page.get_by_role("button", name="Record referral").click()
    page.get_by_role("button", name="Record the decision").click()
    assert_accessible(page)
    page.get_by_label("Accepted").check()
    typed_day(page, "On which day?", TODAY)
    page.get_by_label("Who decided?").fill("G. Keeper")
    page.get_by_role("button", name="Record decision").click()
    expect(page.get_by_text("In force", exact=True)).to_be_visible()
    page.get_by_role("link", name="Why", exact=True).click()
    expect(page.get_by_text("EA-23").first).to_be_visible()
    assert_accessible(page)


def test_a_recalls_48_hours(page: Page, live_server: LiveServer, cast: Cast, person: Person, sign_in: SignIn) -> None:
    Sentence.objects.update(recalled=True, recall_kind="standard", returned_at=NOW - timedelta(hours=3))
    settled(person)
    sign_in(cast.of(Role.POM))
    page.goto(f"{live_server.url}/prisons/LEI/people/{person.ref}/")
    page.get_by_role("link", name="Recall", exact=True).click()
    expect(page.get_by_text("45 hours left")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Correct the hour of return").click()
    assert_accessible(page)
    page.get_by_label("Time").fill("06:00")
    page.get_by_role("button", name="Save the hour").click()
    expect(page.get_by_text("44 hours left")).to_be_visible()
    page.get_by_role("link", name="Record it as done").first.click()
    expect(page.get_by_role("heading", name="Explain the recall")).to_be_visible()
    typed_day(page, "When was it done?", TODAY)
    page.get_by_label("Time").fill("09:30")
    page.get_by_role("button", name="Record as done").click()
    page.goto(f"{live_server.url}/prisons/LEI/people/{person.ref}/recall/")
    expect(page.get_by_text("45 hours left")).not_to_be_visible()
    expect(page.get_by_text("Met").first).to_be_visible()


def test_an_override_and_its_reversal(
    page: Page, live_server: LiveServer, cast: Cast, person: Person, sign_in: SignIn
) -> None:
    sign_in(cast.of(Role.HOMD))
    url = f"{live_server.url}/prisons/LEI/people/{person.ref}/override/"
    page.goto(url)
    page.get_by_role("button", name="Ask to override it").click()
    page.get_by_label("The COM", exact=True).check()
    page.get_by_label("The community team is to take the case").check()
    page.get_by_label("Why", exact=True).fill("They have known him for years")
    page.get_by_role("button", name="Ask for it").click()
    expect(page.get_by_text("Waits for a second person")).to_be_visible()
    assert_accessible(page)
    sign_in(cast.of(Role.GOVERNOR))
    page.goto(url)
    page.get_by_role("button", name="Confirm or refuse").click()
    page.get_by_label("Yes: it binds at once").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("In force")).to_be_visible()
    sign_in(cast.of(Role.HOMD))
    page.goto(url)
    page.get_by_role("link", name="Take it back").click()
    page.get_by_label("Why is it taken back?").fill("He stays here after all")
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("Nothing is overridden")).to_be_visible()
    assert_accessible(page)
