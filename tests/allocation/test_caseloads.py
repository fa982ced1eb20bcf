"""A POM's lists: what each holds, whose cases they are, how they are searched; the same for the HOMD."""

from datetime import timedelta

import pytest

from allocation.case_lists import LISTS
from omic.models import Cover, ParoleReview, Person, Role
from tests.allocation.cases import determine
from tests.allocation.test_pages import address
from tests.cast import Cast
from tests.factories import (
    NOW,
    TODAY,
    ObligationFactory,
    PomAllocationFactory,
    PostingFactory,
    SentenceFactory,
    StaffFactory,
    days,
)

pytestmark = pytest.mark.django_db


def held(cast: Cast, surname: str, **facts: object) -> Person:
    person = determine(cast.person(surname=surname, **facts))
    PomAllocationFactory(person=person, staff=cast.of(Role.POM))
    return person


@pytest.fixture
def caseload(cast: Cast) -> Cast:
    """One case for each list, on its last day, and beside each one that just misses it."""
    person = held(cast, "New")
    person.pom_allocations.update(started_at=NOW - (TODAY - days(-7)))
    held(cast, "Older").pom_allocations.update(started_at=NOW - (TODAY - days(-8)))
    for surname, due in (("Handed", 56), ("Later", 57)):
        duty = {"kind": "handover", "owner_role": "pom", "owner": cast.of(Role.POM), "met_by": ""}
        ObligationFactory(person=held(cast, surname), due_on=days(due), **duty)
    for surname, release in (("Freed", 28), ("Kept", 29), ("Gone", -1)):
        held(cast, surname, earliest_release_on=days(release), earliest_release_kind="crd")
    for surname, release in (("Recalled", 28), ("Recalled for longer", 29)):
        SentenceFactory(person=held(cast, surname), recalled=True, prrd=days(release))
    heard = {"source": "test", "recorded_at": NOW}
    SentenceFactory(person=held(cast, "Eligible"), ped=days(304))
    SentenceFactory(person=held(cast, "Not yet"), ped=days(305))
    ParoleReview.objects.create(person=held(cast, "Heard"), target_hearing_on=days(3), outcome="release", **heard)
    ParoleReview.objects.create(person=held(cast, "Waits"), target_hearing_on=days(3), **heard)
    for surname, new_on in (("Put off", None), ("Set anew", days(400))):
        off = {"target_hearing_on": days(3), "outcome": "deferred", "outcome_on": TODAY}
        ParoleReview.objects.create(person=held(cast, surname), **off, **heard)
        if new_on:
            ParoleReview.objects.create(person=Person.objects.get(surname=surname), target_hearing_on=new_on, **heard)
    return cast


def surnames(cast: Cast, url: str, role: Role = Role.POM) -> set[str]:
    return {person.surname for person in cast.client(role).get(url).context["list"].queryset}


ON_LIST = {
    "new": {"New"},
    "handovers": {"Handed"},
    "releases": {"Freed", "Recalled"},
    "parole": {"Eligible", "Waits", "Put off"},
}


@pytest.mark.parametrize("key", ON_LIST)
def test_each_list_holds_what_its_words_say(caseload: Cast, key: str) -> None:
    assert surnames(caseload, address("my-list", key)) == ON_LIST[key]
    assert surnames(caseload, address("pom-list", caseload.of(Role.POM).pk, key), Role.HOMD) == ON_LIST[key]
    assert surnames(caseload, f"{address('cases')}?which={key}", Role.HOMD) == ON_LIST[key]


def test_each_tab_counts_its_list(caseload: Cast) -> None:
    client = caseload.client(Role.POM)
    tabs = client.get(address("mine")).context["tabs"]
    assert [tab.text for tab in tabs[: len(LISTS)]] == [row.title for row in LISTS]
    for tab in tabs:
        assert client.get(tab.url).context["list"].count == tab.count, tab.text


def test_a_release_after_a_recall_says_which_date_it_is(caseload: Cast) -> None:
    shown = caseload.client(Role.POM).get(address("my-list", "releases")).content.decode()
    assert "16 Dec 2026 (PRRD)" in shown
    assert "16 Dec 2026 (CRD)" in shown
    assert "16 Dec 2026, release (PRRD)" in caseload.client(Role.POM).get(address("mine")).content.decode()


def test_the_next_date_of_parole_says_which_it_is(caseload: Cast) -> None:
    shown = caseload.client(Role.POM).get(address("my-list", "parole")).content.decode()
    assert "(hearing)" in shown
    assert "(PED)" in shown
    assert "No new date (adjourned or deferred)" in shown


def test_co_worked_and_covered_cases_are_there_and_marked(cast: Cast) -> None:
    pom, other = cast.of(Role.POM), PostingFactory(role=Role.POM, prison=cast.prison).staff
    for surname in ("Shared", "Covered", "Neither"):
        PomAllocationFactory(person=cast.person(surname=surname), staff=other)
    shared, covered, _ = Person.objects.filter(pom=other).order_by("pk")
    shared.pom_allocations.create(prison=cast.prison, staff=pom, part="coworking", started_at=NOW)
    who = {"prison": cast.prison, "role": "pom", "staff": pom, "recorded_by": pom, "recorded_at": NOW}
    Cover.objects.create(person=covered, starts_on=TODAY, because="Leave", **who)
    held(cast, "Own")
    page = cast.client(Role.POM).get(address("mine"))
    assert surnames(cast, address("mine")) == {"Shared", "Covered", "Own"}
    assert "Co-working" in page.content.decode()
    assert surnames(cast, f"{address('mine')}?mine=cover") == {"Covered"}


def test_a_name_is_searched_by_post_and_stands_in_no_address(caseload: Cast) -> None:
    page = caseload.client(Role.POM).post(address("mine"), {"q": "hand"})
    assert {person.surname for person in page.context["list"].queryset} == {"Handed"}
    assert "hand" not in page.request["PATH_INFO"] + page.request["QUERY_STRING"]


def test_there_is_no_other_list(cast: Cast) -> None:
    assert cast.client(Role.POM).get(address("my-list", "others")).status_code == 404
    assert cast.client(Role.HOMD).get(address("changes", "others")).status_code == 404


def test_one_poms_pages_are_the_omus_and_not_another_prisons(cast: Cast) -> None:
    pom = cast.of(Role.POM).pk
    for name in ("pom-duties", "pom-risk"):
        assert cast.client(Role.HOMD).get(address(name, pom)).status_code == 200
        assert cast.client(Role.POM).get(address(name, pom)).status_code == 403
        assert cast.stranger.get(address(name, pom)).status_code == 404


@pytest.mark.parametrize(("name", "role"), [("mine", Role.POM), ("pom", Role.HOMD)])
def test_a_name_that_is_mistyped_finds_who_is_spelt_alike(caseload: Cast, name: str, role: Role) -> None:
    args = [caseload.of(Role.POM).pk] if name == "pom" else []
    page = caseload.client(role).post(address(name, *args), {"q": "Handdd"})
    assert {person.surname for person in page.context["list"].queryset} == {"Handed"}
    assert "Nobody among these cases is spelt exactly so" in page.content.decode()


@pytest.mark.parametrize(("name", "role"), [("mine", Role.POM), ("pom", Role.HOMD)])
@pytest.mark.parametrize("key", ["", "new"])
def test_a_name_that_nobody_has_says_nothing_about_who_holds_cases(
    caseload: Cast, name: str, role: Role, key: str
) -> None:
    args = [caseload.of(Role.POM).pk] if name == "pom" else []
    url = address(*{"mine": "my-list", "pom": "pom-list"}[name].split(), *args, key) if key else address(name, *args)
    page = caseload.client(role).post(url, {"q": "Zyxwv"}).content.decode()
    assert "None of these cases has that name or number. Check the spelling, or show all." in page
    for words in ("You are nobody’s POM here", "holds no case here", "No case was given"):
        assert words not in page


def test_engagement_is_logged_with_every_case_but_those_one_supports(cast: Cast) -> None:
    pom, other = cast.of(Role.POM), PostingFactory(role=Role.POM, prison=cast.prison).staff
    for part in ("coworking", "support"):
        person = PomAllocationFactory(person=cast.person(surname=part), staff=other).person
        person.pom_allocations.create(prison=cast.prison, staff=pom, part=part, started_at=NOW)
    held(cast, "primary")
    client = cast.client(Role.POM)
    page = client.get(address("mine")).content.decode()
    for person in Person.objects.all():
        url = address("log-engagement", person.ref)
        assert (url in page) is (client.get(url).status_code == 200) is (person.surname != "support")


@pytest.mark.parametrize(("number", "said"), [(0, ""), (7, "Away from 25 Nov 2026")])
def test_the_page_of_a_pom_who_will_be_away_says_from_when(caseload: Cast, number: int, said: str) -> None:
    about = {"staff": caseload.of(Role.POM), "recorded_by": caseload.of(Role.HOMD), "recorded_at": NOW}
    caseload.prison.pom_absences.create(kind="away", starts_on=days(number), **about)
    page = caseload.client(Role.HOMD).get(address("pom", caseload.of(Role.POM).pk))
    assert page.context["going"] == said
    assert said in page.content.decode()


def test_the_whole_prisons_cases_sort_by_the_day_on_which_they_were_given(cast: Cast) -> None:
    for surname, day in (("Second", 20), ("First", 30), ("Third", 10)):
        held(cast, surname).pom_allocations.update(started_at=NOW - timedelta(days=day))
    homd = cast.client(Role.HOMD)
    page = homd.get(f"{address('cases')}?sort=-since")
    assert [person.surname for person in page.context["list"].page] == ["Third", "Second", "First"]
    assert "8 Nov 2026" in page.content.decode()


@pytest.mark.parametrize(("which", "shown"), [("away", {"away"}), ("full", {"full"}), ("null", {"here"})])
def test_poms_are_filtered_by_why_they_are_not_there(cast: Cast, which: str, shown: set[str]) -> None:
    for name in ("away", "full", "here"):
        staff = PostingFactory(role=Role.POM, prison=cast.prison, staff=StaffFactory(username=name)).staff
        if name != "here":
            said = {"starts_on": days(-1), "recorded_by": staff, "recorded_at": NOW}
            staff.pom_absences.create(prison=cast.prison, kind=name, **said)
    page = cast.client(Role.HOMD).get(f"{address('poms')}?absence={which}")
    assert {staff.username for staff in page.context["list"].queryset} == shown
