"""Signing in, choosing a prison, home, search and the person page."""

from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse

from omic import people
from omic.access import ACCESS, Action, standing_in
from omic.context import Tile
from omic.models import AuditEvent, Role
from tests.cast import Cast
from tests.factories import (
    TODAY,
    KeyWorkerAllocationFactory,
    ObligationFactory,
    PomAllocationFactory,
    PostingFactory,
    StaffFactory,
)

pytestmark = pytest.mark.django_db


def test_anonymous_is_sent_to_sign_in(cast: Cast) -> None:
    response = Client().get("/prisons/LEI/")
    assert response.status_code == 302
    assert response["Location"] == "/sign-in/?next=/prisons/LEI/"


def test_a_posting_opens_its_prison_and_no_other(cast: Cast) -> None:
    client = cast.client(Role.KEY_WORKER)
    assert client.get("/prisons/LEI/").status_code == 200
    assert client.get("/prisons/MDI/").status_code == 404
    assert client.get("/prisons/ZZZ/").status_code == 404


def test_an_ended_posting_opens_nothing_from_that_day(cast: Cast) -> None:
    client = cast.client(Role.HOMD)
    cast.of(Role.HOMD).postings.update(ends_on="2026-11-18")
    assert client.get("/prisons/LEI/").status_code == 404
    cast.of(Role.HOMD).postings.update(ends_on="2026-11-19")
    assert client.get("/prisons/LEI/").status_code == 200


def test_one_posting_leads_straight_home(cast: Cast) -> None:
    assert cast.client(Role.HOMD).get("/")["Location"] == "/prisons/LEI/"


def test_several_postings_are_listed(cast: Cast) -> None:
    PostingFactory(staff=cast.of(Role.HOMD), role=Role.HOMD, prison=cast.elsewhere)
    page = cast.client(Role.HOMD).get("/prisons/").content.decode()
    assert "/prisons/LEI/" in page
    assert "/prisons/MDI/" in page


def test_national_sees_every_prison_and_may_write_nothing(cast: Cast) -> None:
    client = cast.client(Role.NATIONAL)
    assert client.get("/prisons/MDI/").status_code == 200
    assert client.get(reverse("person", args=["LEI", cast.person().ref])).status_code == 403


def test_password_sign_in(cast: Cast) -> None:
    staff = cast.of(Role.HOMD)
    staff.set_password("a long enough password")
    staff.save()
    answer = Client().post("/sign-in/", {"username": staff.username, "password": "a long enough password"})
    assert answer["Location"] == "/"


def test_wrong_password_keeps_the_name_and_says_so(cast: Cast) -> None:
    answer = Client().post("/sign-in/", {"username": "lei-homd", "password": "wrong"})
    assert answer.status_code == 200
    assert b'value="lei-homd"' in answer.content
    assert b"error-summary" in answer.content


def test_nobody_becomes_staff_who_are_no_persona(cast: Cast) -> None:
    cast.of(Role.HOMD)
    assert Client().post("/sign-in/as/lei-homd/").status_code == 404


def test_search_finds_by_start_of_name_or_number(cast: Cast) -> None:
    person = cast.person(surname="Hartley-Moss", forename="Ines")
    client = cast.client(Role.HOMD)
    for words in ("hart", "moss", "ines moss", person.prison_number[:4].lower()):
        assert str(person.ref) in client.post("/prisons/LEI/people/search/", {"q": words}).content.decode()


def test_search_stays_within_what_the_searcher_may_open(cast: Cast) -> None:
    hers, other = cast.person(surname="Searched"), cast.person(surname="Searcher")
    KeyWorkerAllocationFactory(person=hers, staff=cast.of(Role.KEY_WORKER))
    page = cast.client(Role.KEY_WORKER).post("/prisons/LEI/people/search/", {"q": "search"}).content.decode()
    assert str(hers.ref) in page
    assert str(other.ref) not in page


def test_search_keeps_ones_own_people_however_many_are_found(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "FOUND_AT_MOST", 2)
    for forename in ("Abel", "Bram", "Cato"):
        last = cast.person(surname="Searched", forename=forename)
    PomAllocationFactory(person=last, staff=cast.of(Role.POM))
    page = cast.client(Role.POM).post("/prisons/LEI/people/search/", {"q": "search"})
    found = {heading: [row.forename for row in rows] for heading, rows in page.context["results"]}
    assert found == {"My people": ["Cato"], "Others here": ["Abel"]}


def test_search_speaks_of_others_only_beside_ones_own_and_once(cast: Cast) -> None:
    first, _ = cast.person(surname="Searched"), cast.person(surname="Searched")
    client, counts = cast.client(Role.POM), []
    for own in ((), (first,)):
        for person in own:
            PomAllocationFactory(person=person, staff=cast.of(Role.POM))
        page = client.post("/prisons/LEI/people/search/", {"q": "search"}).content.decode()
        counts.append([page.count(words) for words in ("My people", "Others here", "Found here")])
    assert counts == [[0, 0, 1], [1, 1, 0]]


TILES = [Tile(0, "quiet", "/q"), Tile(3, "plain", "/p"), *(Tile(1, f"due {n}", "/d", "yellow") for n in range(5))]


def made_up_tiles(request: HttpRequest) -> list[Tile]:
    return [*TILES, Tile(2, "late", "/l", "red")]


def test_home_hides_nothing_that_waits_and_puts_the_most_urgent_first(cast: Cast, settings: Any) -> None:
    settings.HOME_TILES = ["tests.omic.test_shell_pages.made_up_tiles"]
    page = cast.client(Role.HOMD).get("/prisons/LEI/").context
    assert [tile.text for tile in page["first"]] == ["late", "due 0", "due 1", "due 2", "due 3"]
    assert [tile.text for tile in page["more"]] == ["due 4", "plain"]
    assert [tile.text for tile in page["quiet"]] == ["quiet"]


def test_person_page_by_relation(cast: Cast) -> None:
    hers, other = cast.person(), cast.person()
    KeyWorkerAllocationFactory(person=hers, staff=cast.of(Role.KEY_WORKER))
    client = cast.client(Role.KEY_WORKER)
    assert client.get(reverse("person", args=["LEI", hers.ref])).status_code == 200
    assert client.get(reverse("person", args=["LEI", other.ref])).status_code == 403
    assert cast.stranger.get(reverse("person", args=["LEI", hers.ref])).status_code == 404
    assert cast.stranger.get(reverse("person", args=["MDI", hers.ref])).status_code == 404


def test_opening_a_person_is_audited(cast: Cast) -> None:
    person = cast.person()
    cast.client(Role.HOMD).get(reverse("person", args=["LEI", person.ref]))
    event = AuditEvent.objects.get(action="see_person")
    assert (event.staff, event.person, event.prison) == (cast.of(Role.HOMD), person, cast.prison)


def test_pages_of_signed_in_people_are_not_stored(cast: Cast) -> None:
    assert cast.client(Role.HOMD).get("/prisons/LEI/")["Cache-Control"] == "no-store"


def test_a_button_pressed_after_the_time_out_leads_back_to_its_page(cast: Cast) -> None:
    answer = Client().post("/prisons/LEI/people/search/", headers={"referer": "http://testserver/prisons/LEI/?a=1"})
    assert answer["Location"] == "/sign-in/?next=/prisons/LEI/%3Fa%3D1"


def test_signing_out_twice_is_no_dead_end(cast: Cast) -> None:
    assert Client().post("/sign-out/")["Location"] == "/sign-in/"


@pytest.mark.parametrize("onward", ["/sign-in/", "home", "//elsewhere.example/", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(cast: Cast, onward: str) -> None:
    StaffFactory(username="homs")
    answer = Client().post("/sign-in/as/homs/", {"next": onward})
    assert answer.status_code == 302
    assert Client().get(answer["Location"]).status_code in (200, 302, 404)
    assert "elsewhere" not in answer["Location"]


def test_an_impossible_code_is_no_prison(cast: Cast) -> None:
    assert cast.client(Role.HOMD).get("/prisons/%00/").status_code == 404


@pytest.mark.parametrize("words", [",,", " , a", "x"])
def test_a_search_for_nothing_lists_nobody(cast: Cast, words: str) -> None:
    person = cast.person()
    page = cast.client(Role.HOMD).post("/prisons/LEI/people/search/", {"q": words})
    assert str(person.ref) not in page.content.decode()
    assert b"at least two letters" in page.content


def test_a_pom_who_is_also_a_key_worker_holds_each_as_what_they_are(cast: Cast) -> None:
    both = cast.of(Role.KEY_WORKER)
    PostingFactory(staff=both, role=Role.POM, prison=cast.prison)
    case, key_person = PomAllocationFactory(staff=both).person, KeyWorkerAllocationFactory(staff=both).person
    standing = standing_in(both, "LEI", on=TODAY)
    assert list(standing.people(Action.LOG_SESSION)) == [key_person]
    assert list(standing.people(Action.READ_RISK)) == [case]


@pytest.mark.django_db(transaction=True)
def test_rows_that_somebody_holds_answer_503_with_what_was_typed(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def held(*args: object, **kwargs: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE lock_not_available; END $$")

    monkeypatch.setattr("omic.prison_settings.set_prison_setting", held)
    url = reverse("edit-prison-setting", args=["LEI", "group"])
    answer = cast.client(Role.HOMS).post(url, {"value": "Yorkshire", "starts_on": "2026-11-20"})
    assert answer.status_code == 503
    assert b"Somebody else is saving this" in answer.content
    assert b"Yorkshire" in answer.content


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.PGD, Role.NATIONAL)])
def test_who_may_search_can_from_every_page(cast: Cast, role: Role) -> None:
    page = cast.client(role).get("/prisons/LEI/").content.decode()
    search = '<form class="omic-header__search" method="post" action="/prisons/LEI/people/search/"'
    assert page.count(search) == (role in ACCESS[Action.SEARCH])
    assert page.count('action="/prisons/LEI/people/search/"') == (role in ACCESS[Action.SEARCH])


def test_search_says_who_has_no_pom_and_leads_on(cast: Cast) -> None:
    waits, held = (cast.person(surname=f"Searched{number}") for number in range(2))
    ObligationFactory(person=waits, kind="allocate_pom", owner_role="homd", met_by="")
    PomAllocationFactory(person=held, staff=cast.of(Role.POM))
    args = {person: ["LEI", person.ref] for person in (waits, held)}
    for role in (Role.HOMD, Role.HOMS, Role.POM):
        page = cast.client(role).post("/prisons/LEI/people/search/", {"q": "searched"}).content.decode()
        assert page.count("Nobody") == 3, "the POM of one, and the key workers of both"
        for person in (waits, held):
            to_allocate = f'href="{reverse("allocation:allocate", args=args[person])}"' in page
            assert to_allocate is (role == Role.HOMD and person == waits)
            assert (f'href="{reverse("edit-details", args=args[person])}"' in page) is (role != Role.POM)


def test_search_asks_no_more_for_many_than_for_one(cast: Cast, django_assert_num_queries: Any) -> None:
    client = cast.client(Role.HOMD)
    for forename in ("Abel", "Bram", "Cato"):
        cast.person(surname="Searched", forename=forename)
    with django_assert_num_queries(20, exact=False) as one:
        client.post("/prisons/LEI/people/search/", {"q": "searched abel"})
    with django_assert_num_queries(len(one)):
        client.post("/prisons/LEI/people/search/", {"q": "searched"})
