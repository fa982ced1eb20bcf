"""Allocation in a browser: ten people one after the other, and the forty cases of a POM who is away for long."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from allocation.actions import allocate_pom
from allocation.models import PomAllocation
from omic.models import Message, Person, Prison, Role, Staff
from tests.allocation.cases import determine, profile
from tests.browser.axe import assert_accessible, assert_sound
from tests.browser.conftest import SignIn
from tests.cast import Cast
from tests.factories import NOW, PomAllocationFactory, PostingFactory, StaffFactory

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SURNAMES = ("Abel", "Baker", "Cole", "Dyer", "Ellis", "Frost", "Grant", "Hobbs", "Ingram", "Jones")


def pom(cast: Cast, forename: str, pom_type: str = "prison") -> Staff:
    staff = StaffFactory(username=forename.lower(), forename=forename, surname="Pomm")
    PostingFactory(staff=staff, prison=cast.prison, role=Role.POM)
    profile(staff, cast.prison, pom_type)
    return staff


@pytest.fixture
def ten(cast: Cast) -> Cast:
    """Ten people of tier C who wait, two prison POMs and a probation POM."""
    for surname in SURNAMES:
        determine(cast.person(surname=surname), tier="C")
    for forename, pom_type in (("Anna", "prison"), ("Ben", "prison"), ("Cleo", "probation")):
        pom(cast, forename, pom_type)
    return cast


def choose(page: Page, surname: str, forename: str) -> None:
    page.get_by_role("link", name=f"{surname}, Sam").click()
    page.get_by_label(f"{forename} Pomm", exact=True).check()
    page.get_by_role("button", name="Allocate").click()


@pytest.mark.parametrize("width", [1280, 1024, 320])
def test_the_choice_of_a_pom_stays_within_the_screen(
    page: Page, live_server: LiveServer, ten: Cast, sign_in: SignIn, width: int
) -> None:
    Prison.objects.filter(pk="LEI").update(estate="women")
    for number, forename in enumerate(("Bartholomew-Alexander", "Wilhelmina-Constance")):
        PomAllocationFactory(person=determine(ten.person(), tier="ABCD"[number]), staff=pom(ten, forename))
    sign_in(ten.of(Role.HOMD))
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{live_server.url}/prisons/LEI/allocation/people/{Person.objects.get(surname='Abel').ref}/")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_ten_people_one_override_and_a_co_worker(
    page: Page, live_server: LiveServer, ten: Cast, sign_in: SignIn
) -> None:
    sign_in(ten.of(Role.HOMD))
    page.goto(f"{live_server.url}/prisons/LEI/allocation/people/")
    for place, surname in enumerate(SURNAMES[1:-1]):
        choose(page, surname, ("Anna", "Ben")[place % 2])
        expect(page.get_by_role("alert")).to_contain_text(f"is now the POM of {surname}, Sam.")
    choose(page, SURNAMES[-1], "Cleo")
    expect(page.get_by_role("alert")).to_contain_text("Say why you choose a POM of another type")
    page.get_by_label("Why this POM").fill("Knows the family")
    page.get_by_role("button", name="Allocate").click()
    expect(page.get_by_role("alert")).to_contain_text("Cleo Pomm is now the POM of Jones, Sam.")
    page.get_by_role("link", name="Abel, Sam").click()
    for forename in ("Anna", "Cleo"):
        page.get_by_label(f"Compare {forename} Pomm").check()
    page.get_by_label("Note for the POM").fill("Rings on Fridays")
    assert_sound(page)
    page.get_by_role("button", name="Compare those ticked").click()
    expect(page.get_by_role("columnheader", name="Cleo Pomm")).to_be_visible()
    assert_sound(page)
    page.get_by_role("button", name="Choose Anna Pomm").click()
    expect(page.get_by_label("Anna Pomm", exact=True)).to_be_checked()
    expect(page.get_by_label("Note for the POM")).to_have_value("Rings on Fridays")
    page.get_by_role("button", name="Allocate").click()
    expect(page.get_by_role("alert")).to_contain_text("Anna Pomm is now the POM of Abel, Sam.")
    let_cleo_co_work(page, live_server, Person.objects.get(surname="Abel"))
    override = PomAllocation.objects.get(person__surname="Jones")
    assert (override.pom_type, override.recommended_type, override.started_because) == (
        "probation", "prison", "Knows the family",
    )  # fmt: skip
    assert PomAllocation.objects.primary().open().count() == len(SURNAMES)


def let_cleo_co_work(page: Page, live_server: LiveServer, person: Person) -> None:
    page.goto(f"{live_server.url}/prisons/LEI/people/{person.ref}/")
    page.get_by_role("link", name="Let somebody work on this case too").click()
    assert_sound(page)
    page.get_by_label("Cleo Pomm").check()
    page.get_by_label("Why?").fill("Parole next year")
    page.get_by_role("button", name="Add to the case").click()
    expect(page.get_by_role("alert")).to_contain_text("Cleo Pomm is now co-working POM in the case of Abel, Sam.")
    assert_accessible(page)
    assert PomAllocation.objects.open().get(part="coworking").person == person


@pytest.fixture
def forty(cast: Cast) -> tuple[Staff, list[Person]]:
    """A POM with forty cases of tier C, and two others of the type that is recommended."""
    gone = pom(cast, "Gwen")
    people = [determine(cast.person(surname=f"Case{place:02}"), tier="C") for place in range(40)]
    for person in people:
        PomAllocationFactory(person=person, staff=gone)
    for forename in ("Anna", "Ben", "Cleo"):
        pom(cast, forename)
    return gone, people


def another_homd_gives(cast: Cast, people: list[Person]) -> None:
    """Two people to Cleo, while the page is open."""
    homd = PostingFactory(role=Role.HOMD, prison=cast.prison, staff=StaffFactory(forename="Flo", surname="Quick")).staff
    cleo = Staff.objects.get(username="cleo")
    for person in people:
        held = person.pom_allocations.open().get().pk
        allocate_pom(person=person, staff=cleo, replaces=held, by=homd, at=NOW + timedelta(minutes=1))


def test_forty_cases_of_a_pom_who_is_away_and_two_conflicts(
    page: Page, live_server: LiveServer, cast: Cast, forty: tuple[Staff, list[Person]], sign_in: SignIn
) -> None:
    gone, people = forty
    sign_in(cast.of(Role.HOMD))
    page.goto(f"{live_server.url}/prisons/LEI/allocation/poms/{gone.pk}/profile/")
    assert_sound(page)
    page.get_by_role("link", name="Absences").click()
    page.get_by_label("Away from work").check()
    page.get_by_label("Reason").fill("Long illness")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Cases of Gwen Pomm")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Show what this does").click()
    expect(page.get_by_role("button", name="Give 40 cases")).to_be_visible()
    assert_sound(page)
    another_homd_gives(cast, people[:2])
    page.get_by_role("button", name="Give 40 cases").click()
    expect(page.get_by_text("38 cases given.")).to_be_visible(timeout=30_000)
    for person in people[:2]:
        told = re.compile(f"{person.name}: Flo Quick allocated Cleo Pomm at")
        expect(page.get_by_role("listitem").filter(has_text=told)).to_be_visible()
        expect(page.get_by_label(f"New POM of {person.name}")).not_to_have_value("")
    assert_accessible(page)
    held = {
        forename: Person.objects.filter(pom__forename=forename).count() for forename in ("Gwen", "Anna", "Ben", "Cleo")
    }
    assert (held["Gwen"], sum(held.values())) == (0, 40)
    assert Message.objects.filter(recipient=Staff.objects.get(username="anna").email).count() == 1


def test_the_pages_of_cover_and_extra_resource_are_sound(
    page: Page, live_server: LiveServer, cast: Cast, sign_in: SignIn
) -> None:
    gone, stand_in = pom(cast, "Gwen"), pom(cast, "Anna")
    person = PomAllocationFactory(person=cast.person(surname="Abel"), staff=gone).person
    sign_in(cast.of(Role.HOMD))
    page.goto(f"{live_server.url}/prisons/LEI/allocation/poms/{gone.pk}/cover/")
    assert_sound(page)
    page.get_by_label("Stand-in for every case below").select_option(str(stand_in.pk))
    page.get_by_label("Reason").fill("Leave")
    page.get_by_role("button", name="Save cover").click()
    expect(page.get_by_text("Anna Pomm stands in for Gwen Pomm with Abel, Sam")).to_be_visible()
    page.goto(f"{live_server.url}/prisons/LEI/people/{person.ref}/extra/")
    assert_sound(page)
    page.get_by_label("What does this case get beyond the usual?").fill("A second hour a week")
    page.get_by_label("Why does it need more?").fill("Parole")
    page.get_by_label("What does it mean for staffing, and who gets less?").fill("Two cases wait longer")
    page.get_by_role("button", name="Agree").click()
    expect(page.get_by_role("alert")).to_contain_text("Extra resource for Abel, Sam is recorded.")
    assert_accessible(page)
    for path in ("extra/", "cover/", "alone/", f"poms/{gone.pk}/profile/change/", "poms/"):
        page.goto(f"{live_server.url}/prisons/LEI/allocation/{path}")
        assert_sound(page)
