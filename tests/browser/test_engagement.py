"""A POM’s engagement in a browser: shared, read by the wing, assured by the HOMD; notes and victim liaison."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from allocation.models import CaseNote
from omic.models import Contact, Obligation, Person, Role, Staff
from omic.reconcile import reconcile_in_batches, window_of
from tests.browser.axe import assert_sound
from tests.browser.conftest import SignIn
from tests.cast import Cast
from tests.factories import (
    NOW,
    TODAY,
    CaseDetailsFactory,
    CohortDecisionFactory,
    PersonFactory,
    PomAllocationFactory,
    PostingFactory,
    PrisonFactory,
    SentenceFactory,
    StaffFactory,
    WingFactory,
)

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORDS = "Her sister died: please look in often"


@pytest.fixture
def woman(cast: Cast) -> Person:
    """Of high complexity, checked daily, with a POM."""
    prison = PrisonFactory(code="EWI", estate="women")
    person = SentenceFactory(person=PersonFactory(prison=prison, complexity="high", surname="Marlowe")).person
    CaseDetailsFactory(person=person, rosh="high", mappa_level=2)
    CohortDecisionFactory(person=person)
    PomAllocationFactory(person=person, staff=posted(prison.pk, Role.POM))
    reconcile_in_batches([person.pk], window_of(TODAY, NOW))
    return person


def posted(code: str, role: Role) -> Staff:
    prison = PrisonFactory(code=code)
    staff = StaffFactory(username=f"{code}-{role}", forename="Robin", surname=role.title())
    wing = WingFactory(prison=prison, code="A") if role == Role.WING_OFFICER else None
    PostingFactory(staff=staff, prison=prison, role=role, wing=wing)
    return staff


def look(page: Page, url: str) -> None:
    page.goto(url)
    assert_sound(page)


def test_an_engagement_is_shared_read_and_assured(
    page: Page, live_server: LiveServer, sign_in: SignIn, woman: Person
) -> None:
    pom, officer, homd = woman.pom_allocations.get().staff, posted("EWI", Role.WING_OFFICER), posted("EWI", Role.HOMD)
    here = f"{live_server.url}/prisons/EWI"
    sign_in(pom)
    look(page, f"{here}/people/{woman.ref}/")
    page.get_by_role("button", name="Log an engagement").click()
    assert_sound(page)
    page.get_by_label("Time", exact=True).fill("00:01")
    page.get_by_label("Minutes together").fill("30")
    page.get_by_label("What was it about?").fill("Bereavement, and the plan")
    page.get_by_label("What must residential staff know now?").fill(WORDS)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("saved")
    look(page, f"{here}/people/{woman.ref}/engagements/{Contact.objects.get(kind='engagement').pk}/")
    expect(page.get_by_text("Nobody yet")).to_be_visible()
    sign_in(officer)
    look(page, f"{here}/wellbeing/roster/A/")
    page.get_by_role("link", name="From the POM: read it").click()
    expect(page.get_by_text(WORDS)).to_be_visible()
    assert_sound(page)
    page.get_by_role("button", name="I have read this").click()
    expect(page.get_by_role("alert")).to_contain_text("Kept that you have read")
    assert_sound(page)
    assert Obligation.objects.get(kind="shared_to_read").closed_by == officer
    sign_in(homd)
    look(page, f"{here}/wellbeing/assurance/")
    page.get_by_role("link", name="Open women of high complexity owed time").click()
    expect(page.get_by_role("row", name="Marlowe")).to_contain_text("15")
    assert_sound(page)
    page.get_by_role("link", name="Shared with wings").click()
    expect(page.get_by_role("row", name="Marlowe")).to_contain_text("Robin Wing_Officer")
    assert_sound(page)


def test_a_note_is_corrected_and_a_victim_liaison_officer_recorded(
    page: Page, live_server: LiveServer, sign_in: SignIn, woman: Person
) -> None:
    pom, homd = woman.pom_allocations.get().staff, posted("EWI", Role.HOMD)
    here = f"{live_server.url}/prisons/EWI/people/{woman.ref}"
    sign_in(pom)
    for name in ("contacts/", "duties/", "dates/", "complexity/"):
        look(page, f"{here}/{name}")
    look(page, f"{here}/notes/new/")
    page.get_by_label("Note", exact=True).fill("First wording")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Correct").click()
    page.get_by_label("Note", exact=True).fill("Second wording")
    page.get_by_label("Confidential").check()
    page.get_by_label(str(homd)).check()
    assert_sound(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Why is it corrected?")
    expect(page.get_by_label(str(homd))).to_be_checked()
    page.get_by_label("Why is it corrected?").fill("Too open")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("What it said before it was corrected").click()
    expect(page.get_by_text("First wording")).to_be_visible()
    assert_sound(page)
    assert list(CaseNote.objects.get(text="Second wording").readers.all()) == [homd]
    look(page, f"{here}/victim-liaison/")
    page.get_by_role("button", name="Record a victim liaison officer").click()
    assert_sound(page)
    for label, text in (("First name", "Vic"), ("Last name", "Liaison"), ("Email address", "vlo@probation.invalid")):
        page.get_by_label(label).fill(text)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="Vic Liaison")).to_be_visible()
    assert_sound(page)
