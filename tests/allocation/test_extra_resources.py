"""Extra resource for a case: agreed by the HOMD with what was weighed, listed, shown on the person, ended (AL-05)."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from allocation.case_history import extra_resource
from allocation.extra_resources import Agreed, agree_extra_resource, end_extra_resource, standing
from allocation.models import ExtraResource
from allocation.refusals import RefusedError
from omic.models import AuditEvent, Person, PersonMerge, Role
from omic.reconcile import reconcile, window_of
from tests.allocation.test_pages import address
from tests.allocation.test_pipeline import follow, move
from tests.cast import Cast
from tests.factories import NOW, TODAY, days

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)


def agree(cast: Cast, person: Person, *, starts_on: date = TODAY, ends_on: date | None = None) -> ExtraResource:
    agreed = Agreed("A second POM hour a week", "Complex parole", "Two cases wait a week longer", starts_on, ends_on)
    return agree_extra_resource(person=person, prison=cast.prison, agreed=agreed, by=cast.of(Role.HOMD), at=NOW)


def end(cast: Cast, decision: ExtraResource) -> None:
    end_extra_resource(decision=decision, reason="Parole heard", by=cast.of(Role.HOMD), at=LATER)


def test_it_stands_from_its_day_until_it_is_ended(cast: Cast) -> None:
    row = agree(cast, cast.person())
    assert AuditEvent.objects.get(action="agree_extra_resource").person == row.person
    end(cast, row)
    row.refresh_from_db()
    assert (row.ends_on, row.ended_because) == (TODAY, "Parole heard")
    assert not standing(cast.prison, on=TODAY).exists()
    with pytest.raises(RefusedError, match="ended already"):
        end(cast, row)


def test_what_has_not_begun_never_does(cast: Cast) -> None:
    row = agree(cast, cast.person(), starts_on=days(5))
    end(cast, row)
    assert not standing(cast.prison, on=TODAY).exists()


def test_it_ends_with_the_stay_and_does_not_stand_again_in_the_next(cast: Cast) -> None:
    row = agree(cast, cast.person())
    follow(move(row.person, None))
    row.refresh_from_db()
    assert (row.ends_on, row.ended_because) == (TODAY, "Left the prison")
    follow(move(row.person, cast.prison))
    assert not standing(cast.prison, on=TODAY).exists()


def test_one_who_left_and_came_back_in_one_breath_has_a_new_stay(cast: Cast) -> None:
    row = agree(cast, cast.person())
    Person.objects.filter(pk=row.person_id).update(arrived_on=days(1))
    follow(row.person, after=1)
    assert not standing(cast.prison, on=days(1)).exists()


def test_a_merge_keeps_it_until_the_number_that_stayed_leaves(cast: Cast) -> None:
    row, kept = agree(cast, cast.person()), cast.person(arrived_on=TODAY)
    who = {"asked_by": cast.of(Role.HOMS), "decided_by": cast.of(Role.HOMD), "asked_at": NOW, "decided_at": NOW}
    PersonMerge.objects.create(kept=kept, gone=row.person, prison=cast.prison, because="Same", confirmed=True, **who)
    Person.objects.filter(pk=kept.pk).update(arrived_on=days(1))
    move(row.person, None)
    reconcile([row.person_id, kept.pk], window_of(days(1), NOW + timedelta(days=1)))
    assert standing(cast.prison, on=days(1)).exists()
    kept.refresh_from_db()
    follow(move(kept, None))
    assert not standing(cast.prison, on=TODAY).exists()


@pytest.mark.parametrize("wrong", ["twice", "backwards", "left"])
def test_refusals(cast: Cast, wrong: str) -> None:
    person = cast.person()
    if wrong == "twice":
        agree(cast, person)
    elif wrong == "left":
        Person.objects.filter(pk=person.pk).update(prison=cast.elsewhere, wing=None)
    with pytest.raises(RefusedError):
        agree(cast, person, ends_on=days(-1) if wrong == "backwards" else None)


def on_the_form(**more: str) -> dict[str, str]:
    starts_on = {f"starts_on_{name}": value for name, value in (("day", "18"), ("month", "11"), ("year", "2026"))}
    return {"what": "A second hour", "because": "Parole", "weighed": "Two wait longer", **starts_on, **more}


def test_in_the_browser(cast: Cast) -> None:
    person, homd = cast.person(surname="Marlowe"), cast.client(Role.HOMD)
    back = reverse("person", args=["LEI", person.ref])
    assert homd.post(address("extra", person.ref), on_the_form())["Location"] == back
    for page in (homd.get(back), homd.get(address("extras"))):
        assert "A second hour" in page.content.decode()
        assert "Two wait longer" in page.content.decode()
    row = ExtraResource.objects.get()
    homd.post(address("end-extra", person.ref, row.pk), {"reason": "Heard"})
    assert homd.get(address("extras"), {"which": "now"}).context["list"].count == 0
    assert homd.get(address("extras")).context["list"].count == 1


def test_what_was_weighed_is_asked_and_what_was_typed_stays(cast: Cast) -> None:
    typed = on_the_form(weighed="", because="Typed before")
    page = cast.client(Role.HOMD).post(address("extra", cast.person().ref), typed).content.decode()
    assert "There is a problem" in page
    assert "Typed before" in page
    assert not ExtraResource.objects.exists()


@pytest.mark.parametrize(
    ("role", "lists", "agrees"),
    [
        (Role.HOMD, 200, 200),
        (Role.HOMS, 200, 403),
        (Role.GOVERNOR, 200, 403),
        (Role.POM, 403, 403),
        (Role.NATIONAL, 403, 403),
    ],
)
def test_who_sees_and_who_agrees(cast: Cast, role: Role, lists: int, agrees: int) -> None:
    person, client = cast.person(), cast.client(role)
    assert client.get(address("extras")).status_code == lists
    assert client.get(address("extra", person.ref)).status_code == agrees
    assert cast.stranger.get(address("extra", person.ref)).status_code == 404


def test_the_list_asks_no_more_for_many(cast: Cast, django_assert_num_queries: Any) -> None:
    homd = cast.client(Role.HOMD)
    agree(cast, cast.person())
    with django_assert_num_queries(8, exact=False) as few:
        homd.get(address("extras"))
    for _ in range(9):
        agree(cast, cast.person())
    with django_assert_num_queries(len(few), exact=True):
        homd.get(address("extras"))


def test_case_history_tells_of_it_and_of_its_end(cast: Cast) -> None:
    row = agree(cast, cast.person())
    end(cast, row)
    told = list(extra_resource(row.person))
    assert [event.title for event in told] == [
        "Extra resource: A second POM hour a week",
        "Extra resource no longer: A second POM hour a week",
    ]
    assert (told[0].by, told[1].text) == (cast.of(Role.HOMD), "Parole heard")
