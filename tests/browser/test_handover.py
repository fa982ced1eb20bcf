"""A whole handover in a browser: from the list of what is coming up to the report sent and the handover recorded."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from handover.models import HandoverReport, HandoverStep
from omic.models import Role
from tests.browser.axe import assert_accessible, assert_fits, assert_sound
from tests.browser.conftest import SignIn
from tests.cast import Cast
from tests.handover.casework import case

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def record(page: Page, link: str, **typed: str) -> None:
    page.locator("main a", has_text=link).first.click()
    assert_accessible(page)
    for label, text in typed.items():
        page.get_by_label(label.replace("_", " ")).fill(text)
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_role("alert")).to_contain_text("recorded")


def test_from_upcoming_to_the_report_sent(page: Page, live_server: LiveServer, cast: Cast, sign_in: SignIn) -> None:
    person = case(cast, com_name="Cam Community")
    sign_in(cast.of(Role.POM))
    page.goto(live_server.url + reverse("handover:upcoming", args=["LEI"]))
    assert_accessible(page)
    page.get_by_role("link", name="Mine", exact=True).click()
    page.get_by_role("link", name="Marlowe, Sam", exact=True).click()
    expect(page.get_by_role("button", name="Record the review")).to_be_visible()
    assert_sound(page)

    page.get_by_role("link", name="Hand over in another form").click()
    page.get_by_label("Handover report").check()
    page.get_by_label("Why").fill("The COM is abroad until the day itself")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The COM is abroad")).to_be_visible()

    record(page, "It is not needed", Why_is_it_not_needed="Assessed in October")
    record(page, "Record a contact", Note="We spoke by telephone")
    expect(page.get_by_text("Assessed in October")).to_be_visible()

    record(page, "Record it", Note="Level 1")

    page.get_by_role("button", name="Write the report").click()
    for part in ("What has been done in custody", "What is still to do", "What is needed for release"):
        page.get_by_label(part).fill("A place in a hostel")
    page.get_by_label("Risks, and what keeps them low").fill("Alcohol, and the group that keeps him from it")
    page.get_by_role("button", name="Save the draft").click()
    assert_sound(page)
    page.get_by_role("link", name="record that it is sent").click()
    page.get_by_label("To whom?").fill("Cam Community, Leeds")
    page.get_by_label("This completes the handover").check()
    assert_accessible(page)
    page.get_by_role("button", name="It is sent").click()
    expect(page.get_by_role("alert")).to_contain_text("kept as it was sent")
    expect(page.get_by_role("listitem").filter(has_text="Handover recorded")).to_contain_text("Done")
    assert_sound(page)
    assert_fits(page)

    page.get_by_role("link", name="Read or print it").click()
    expect(page.get_by_text("Alcohol, and the group")).to_be_visible()
    assert_accessible(page)
    assert HandoverReport.objects.get().sent_at
    assert {step.kind for step in HandoverStep.objects.counting()} == {
        "oasys_not_needed",
        "com_contact",
        "mappa_screen",
        "report",
    }
    assert person.obligations.get(kind="handover").state == "met"
