"""Allocation on the person's page and on the home page."""

import pytest
from django.test import RequestFactory
from django.urls import reverse

from allocation.panels import home_tiles, pom_panel
from omic.access import standing_in
from omic.http import PrisonRequest
from omic.models import Cover, Person, Role
from tests.allocation.cases import held_until_now
from tests.allocation.links import numbers
from tests.cast import Cast
from tests.factories import NOW, TODAY, ObligationFactory, PomAllocationFactory, StaffFactory, days

pytestmark = pytest.mark.django_db


def request_of(cast: Cast, role: Role) -> PrisonRequest:
    request = RequestFactory().get("/")
    request.user, request.prison, request.on, request.now = cast.of(role), cast.prison, TODAY, NOW
    request.standing = standing_in(request.user, "LEI", on=TODAY)
    return request


def open_person(cast: Cast, person: Person, role: Role) -> str:
    return cast.client(role).get(reverse("person", args=["LEI", person.ref])).content.decode()


def test_the_person_page_names_the_pom_and_who_was_before(cast: Cast) -> None:
    person = cast.person()
    held_until_now(person, cast.of(Role.HOMD))
    PomAllocationFactory(person=person, staff=cast.of(Role.POM), started_at=NOW, note="Knows the family")
    page = open_person(cast, person, Role.HOMD)
    for words in ("Pat Offender", "Knows the family", "until 18 Nov 2026", "Change"):
        assert words in page


@pytest.mark.parametrize(("role", "reads"), [(Role.HOMD, True), (Role.POM, True), (Role.CASE_ADMINISTRATOR, False)])
def test_the_note_is_for_the_pom_and_the_homd(cast: Cast, role: Role, reads: bool) -> None:
    person = cast.person()
    PomAllocationFactory(person=person, staff=cast.of(Role.POM), note="Knows the family")
    assert ("Knows the family" in open_person(cast, person, role)) is reads


def test_an_override_is_told_with_its_reason(cast: Cast) -> None:
    person = cast.person()
    against = {"pom_type": "prison", "recommended_type": "probation", "started_because": "No room"}
    PomAllocationFactory(person=person, **against)
    assert "No room" in open_person(cast, person, Role.HOMD)


def test_only_the_homd_is_offered_to_allocate(cast: Cast) -> None:
    person = cast.person()
    assert pom_panel(request_of(cast, Role.HOMD), person)["change"]
    assert not pom_panel(request_of(cast, Role.HOMS), person)["change"]


def test_wings_see_no_panel(cast: Cast) -> None:
    assert pom_panel(request_of(cast, Role.WING_OFFICER), cast.person()) is None


def test_one_query(cast: Cast, django_assert_num_queries: object) -> None:
    person, request = cast.person(), request_of(cast, Role.HOMD)
    PomAllocationFactory(person=person)
    with django_assert_num_queries(1):
        pom_panel(request, person)


@pytest.mark.parametrize(
    ("role", "texts"),
    [
        (Role.HOMD, ["without a POM", "OMU duties overdue"]),
        (Role.HOMS, ["OMU duties overdue"]),
        (Role.POM, ["of your duties overdue"]),
        (Role.KEY_WORKER, []),
    ],
)
def test_home_tiles_by_role(cast: Cast, role: Role, texts: list[str]) -> None:
    assert [tile.text for tile in home_tiles(request_of(cast, role))] == texts


@pytest.mark.parametrize("role", [Role.HOMD, Role.POM])
def test_home_tiles_agree_with_their_lists(cast: Cast, role: Role) -> None:
    cast.person()
    person = cast.person()
    PomAllocationFactory(person=person, staff=cast.of(Role.POM))
    for owner in (cast.of(Role.POM), None):
        duty = {"owner": owner, "owner_role": "pom" if owner else "homs", "due_on": days(-1), "met_by": ""}
        ObligationFactory(person=person if owner else cast.person(), kind="handover", slot="1", **duty)
    client = cast.client(role)
    for tile in home_tiles(request_of(cast, role)):
        assert tile.count
        assert client.get(tile.url).context["list"].count == tile.count
    assert numbers(client.get("/prisons/LEI/").content.decode())


@pytest.mark.parametrize(
    ("role", "covers", "reads"),
    [
        (Role.POM, False, {"Do the courses"}),
        (Role.POM, True, {"Do the courses", "Knows the family", "Visit her son"}),
        (Role.HOMD, False, {"Do the courses", "Knows the family", "Visit her son"}),
        (Role.HOMS, False, set()),
    ],
)
def test_notes_are_for_whom_they_were_written_for_the_pom_and_for_cover(
    cast: Cast, role: Role, covers: bool, reads: set[str]
) -> None:
    person, pom, other = cast.person(), cast.of(Role.POM), StaffFactory()
    PomAllocationFactory(person=person, note="Knows the family")
    for staff, note in ((pom, "Do the courses"), (other, "Visit her son")):
        beside = {"part": "coworking", "prison": cast.prison, "started_at": NOW}
        person.pom_allocations.create(staff=staff, note=note, **beside)
    if covers:
        who = {"prison": cast.prison, "role": "pom", "staff": pom, "recorded_by": pom, "recorded_at": NOW}
        Cover.objects.create(person=person, starts_on=TODAY, because="Leave", **who)
    page = open_person(cast, person, role)
    assert {note for note in ("Do the courses", "Knows the family", "Visit her son") if note in page} == reads
