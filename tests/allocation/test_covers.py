"""A POM who is away is stood in for: the case is theirs for the time, and nobody's no more; no second allocation."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from allocation.actions import allocate_pom
from allocation.availability import end_pom_absence, left_alone, record_pom_absence
from allocation.case_history import covers
from allocation.covers import StandIn, cover_case, cover_cases, end_cover
from allocation.models import PomAbsence
from allocation.refusals import RefusedError
from omic.access import Action, standing_in
from omic.duties import ask_to_read
from omic.models import Cover, Message, Person, Role, Staff
from omic.reconcile import reconcile, window_of
from tests.allocation.test_pages import address
from tests.cast import Cast, signed_in
from tests.factories import (
    NOW,
    TODAY,
    ContactFactory,
    ObligationFactory,
    PomAllocationFactory,
    PostingFactory,
    StaffFactory,
    days,
)

pytestmark = pytest.mark.django_db
LATER, BACK_ON = NOW + timedelta(minutes=5), days(10)


@pytest.fixture
def ash(cast: Cast) -> Staff:
    return PostingFactory(role=Role.POM, prison=cast.prison, staff=StaffFactory(forename="Ash", surname="Band")).staff


@pytest.fixture
def absence(cast: Cast) -> PomAbsence:
    """The cast's POM is away for ten days."""
    return away(cast, cast.of(Role.POM))


def away(cast: Cast, staff: Staff, **facts: Any) -> PomAbsence:
    said = {"kind": "away", "starts_on": TODAY, "returns_on": days(10), "because": "Leave"} | facts
    return record_pom_absence(staff=staff, prison=cast.prison, by=cast.of(Role.HOMD), at=NOW, **said)


def case_of(cast: Cast) -> Person:
    return PomAllocationFactory(person=cast.person(), staff=cast.of(Role.POM)).person


def cover(cast: Cast, person: Person, staff: Staff, first: date = TODAY, last: date | None = BACK_ON) -> Cover:
    about = {"prison": cast.prison, "because": "Leave", "batch": "b", "by": cast.of(Role.HOMD), "at": NOW}
    return cover_case(stand_in=StandIn(person, staff, first, last), **about)


def alone(cast: Cast, on: date = TODAY) -> list[Person]:
    return list(left_alone(cast.prison.people.all(), cast.prison, on=on))


def test_a_covered_case_is_somebodys_and_the_stand_ins_to_work_on(cast: Cast, absence: PomAbsence, ash: Staff) -> None:
    person = case_of(cast)
    assert alone(cast) == [person]
    cover(cast, person, ash)
    assert alone(cast) == []
    assert person in standing_in(ash, "LEI", on=TODAY).people(Action.LOG_ENGAGEMENT)
    assert Person.objects.get(pk=person.pk).pom == cast.of(Role.POM)


def test_cover_by_somebody_who_is_away_too_helps_nobody(cast: Cast, absence: PomAbsence, ash: Staff) -> None:
    person = case_of(cast)
    cover(cast, person, ash)
    away(cast, ash)
    assert alone(cast) == [person]
    third = PostingFactory(role=Role.POM, prison=cast.prison).staff
    cover(cast, person, third)
    assert alone(cast) == []


def test_refusals_take_none_of_the_others_with_them_and_one_mail_tells(
    cast: Cast, absence: PomAbsence, ash: Staff
) -> None:
    people, without = [case_of(cast) for _ in range(3)], cast.person()
    cover(cast, people[0], ash)
    third = PostingFactory(role=Role.POM, prison=cast.prison).staff
    about = {"prison": cast.prison, "because": "Leave", "batch": "many", "by": cast.of(Role.HOMD), "at": LATER}
    wanted = [StandIn(person, third, TODAY, None) for person in (*people, without)]
    made, refused = cover_cases(stand_ins=wanted, **about)
    assert [row.person for row in made] == people[1:]
    assert "Hollis Delivery has chosen Ash Band to stand in already" in refused[people[0].pk]
    assert "has no POM to stand in for" in refused[without.pk]
    assert Message.objects.filter(recipient=third.email).count() == 1


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [(TODAY, TODAY, "end after it begins"), (days(-3000), None, "not posted here as a POM")],
)
def test_what_cannot_be_is_refused(
    cast: Cast, absence: PomAbsence, ash: Staff, first: date, last: date | None, words: str
) -> None:
    with pytest.raises(RefusedError, match=words):
        cover(cast, case_of(cast), ash, first, last)


def test_the_pom_does_not_stand_in_for_themselves(cast: Cast) -> None:
    with pytest.raises(RefusedError, match="choose somebody else to stand in"):
        cover(cast, case_of(cast), cast.of(Role.POM))


@pytest.mark.parametrize("ends", ["return", "reallocation", "transfer", "by hand"])
def test_cover_ends(cast: Cast, absence: PomAbsence, ash: Staff, ends: str) -> None:
    person, homd = case_of(cast), cast.of(Role.HOMD)
    row = cover(cast, person, ash, last=None)
    if ends == "return":
        end_pom_absence(absence=absence, version=1, on=TODAY, by=homd, at=LATER)
    elif ends == "reallocation":
        held = person.pom_allocations.get().pk
        allocate_pom(person=person, staff=ash, replaces=held, reason="Long", by=homd, at=LATER)
    elif ends == "transfer":
        Person.objects.filter(pk=person.pk).update(prison=cast.elsewhere, wing=None)
        reconcile([person.pk], window_of(TODAY, LATER))
    else:
        end_cover(cover=row, reason="Done", by=homd, at=LATER)
    row.refresh_from_db()
    assert row.ends_on == TODAY
    assert [event.text for event in covers(person)] == ["Leave", row.ended_because]
    assert row.ended_because


def on_the_form(*people: Person, **more: str) -> dict[str, str]:
    starts_on = {f"starts_on_{name}": value for name, value in (("day", "18"), ("month", "11"), ("year", "2026"))}
    each = {f"staff_{person.pk}": "" for person in people}
    return {"because": "Leave", "batch": uuid4().hex, **starts_on, **each, **more}


def test_cover_in_the_browser(cast: Cast, absence: PomAbsence, ash: Staff) -> None:
    people, homd = [case_of(cast) for _ in range(3)], cast.client(Role.HOMD)
    url = address("pom-cover", cast.of(Role.POM).pk)
    page = homd.get(url).content.decode()
    assert all(person.name in page for person in people)
    typed = on_the_form(*people, everyone=str(ash.pk), **{f"staff_{people[0].pk}": "nobody"})
    assert homd.post(url, typed)["Location"] == address("pom-profile", cast.of(Role.POM).pk)
    assert {row.person for row in Cover.objects.all()} == set(people[1:])
    assert alone(cast) == people[:1]
    listed = homd.get(address("pom-covers"))
    assert listed.context["list"].count == 2
    row = Cover.objects.first()
    homd.post(address("end-pom-cover", row.pk), {"reason": "Done"})
    row.refresh_from_db()
    assert (row.ends_on, row.ended_because) == (TODAY, "Done")


def test_who_was_covered_meanwhile_stays_on_the_page_with_what_was_typed(
    cast: Cast, absence: PomAbsence, ash: Staff
) -> None:
    quick, other = case_of(cast), case_of(cast)
    third = PostingFactory(role=Role.POM, prison=cast.prison).staff
    cover(cast, quick, ash)
    typed = on_the_form(quick, other, everyone=str(third.pk), because="Typed before")
    page = cast.client(Role.HOMD).post(address("pom-cover", cast.of(Role.POM).pk), typed).content.decode()
    assert "1 case has a stand-in" in page
    assert "Hollis Delivery has chosen Ash Band to stand in already" in page
    assert "Typed before" in page
    assert other.name not in page


def test_cover_that_is_arranged_ahead_is_not_asked_for_again(cast: Cast, ash: Staff) -> None:
    people, homd = [case_of(cast) for _ in range(2)], cast.client(Role.HOMD)
    away(cast, cast.of(Role.POM), starts_on=days(7))
    cover(cast, people[0], ash, days(7))
    url = address("pom-cover", cast.of(Role.POM).pk)
    assert homd.get(url).context["form"].cases == people[1:]
    earlier = homd.get(url, {"starts_on": TODAY.isoformat()})
    assert set(earlier.context["form"].cases) == set(people)
    assert "Ash Band from 25 Nov 2026 until 28 Nov 2026" in earlier.content.decode()
    third = PostingFactory(role=Role.POM, prison=cast.prison).staff
    shown = homd.post(url, on_the_form(people[1], everyone=str(third.pk)))
    assert "More cases have nobody on that day" in shown.content.decode()
    assert people[0].name in shown.content.decode()
    assert homd.post(url, on_the_form(*people, everyone=str(third.pk))).status_code == 302
    rows = Cover.objects.filter(person=people[0]).order_by("starts_on").values_list("staff", "starts_on", "ends_on")
    assert list(rows) == [(third.pk, TODAY, days(7)), (ash.pk, days(7), days(10))]


@pytest.mark.parametrize("typed", ["2026-02-30", "2026-11-17", "soon", ""])
def test_a_day_in_the_address_that_cannot_be_is_passed_over(cast: Cast, ash: Staff, typed: str) -> None:
    person = case_of(cast)
    page = cast.client(Role.HOMD).get(address("pom-cover", cast.of(Role.POM).pk), {"starts_on": typed})
    assert (page.context["form"].cases, page.context["form"]["starts_on"].initial) == ([person], TODAY)


def test_nobody_chosen_and_days_the_wrong_way_round(cast: Cast, absence: PomAbsence, ash: Staff) -> None:
    person = case_of(cast)
    url = address("pom-cover", cast.of(Role.POM).pk)
    page = cast.client(Role.HOMD).post(url, on_the_form(person)).content.decode()
    assert "Choose a stand-in, for every case or for at least one" in page
    past = on_the_form(person, everyone=str(ash.pk)) | {"starts_on_day": "17"}
    assert b"must not be in the past" in cast.client(Role.HOMD).post(url, past).content


def test_a_stand_in_is_asked_for_the_covered_cases_work(cast: Cast, absence: PomAbsence, ash: Staff) -> None:
    person, third = case_of(cast), PostingFactory(role=Role.POM, prison=cast.prison).staff
    owed = {"owner": person.pom, "owner_role": "pom"}
    ObligationFactory(person=person, kind="handover", slot="1", due_on=days(-1), met_by="", **owed)
    minutes = {"kind": "pom_engagement", "quantity": 45, "unit": "minutes", "met_by": "engagement"}
    ObligationFactory(person=person, slot="2", opens_on=days(-1), due_on=days(5), **minutes, **owed)
    risk = ask_to_read(
        contact=ContactFactory(person=person, prison=cast.prison), text="Spoke of a debt", prison=cast.prison,
        pom=person.pom, policy="x", at=NOW,
    )  # fmt: skip
    cover(cast, person, ash)
    read, found = reverse("risk-read", args=["LEI", risk.pk]), {}
    for staff in (ash, third):
        client = signed_in(staff)
        first = client.get(address("mine")).context
        lists = (address("my-duties"), address("my-engagement"), reverse("risk-to-read", args=["LEI"]))
        counts = [client.get(url).context["list"].count for url in lists]
        found[staff] = [len(first["due"]), len(first["notes"]), *counts, client.get(read).status_code]
    assert found == {ash: [2, 1, 3, 1, 1, 200], third: [0, 0, 0, 0, 0, 403]}
    assert read in signed_in(ash).get(address("my-duties")).content.decode()
