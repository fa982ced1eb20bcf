"""Victim liaison officers: recorded once, corrected by one of two, ended; logged, and named nowhere else."""

from typing import Any

import pytest
from django.urls import reverse

from allocation.extra_resources import standing
from allocation.models import ExtraResource, VictimLiaisonContact
from omic.models import AuditEvent, Person, PersonMerge, Role
from tests.cast import Cast
from tests.factories import NOW, TODAY, PersonFactory, PomAllocationFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
NAMES = {"forename": "Vic", "surname": "Liaison", "email": "vlo@probation.invalid"}


@pytest.fixture
def person(cast: Cast) -> Person:
    return PomAllocationFactory(person=cast.person(), staff=cast.of(Role.POM)).person


def url(person: Person, name: str = "victim-liaison", *more: Any) -> str:
    return reverse(f"allocation:{name}", args=["LEI", person.ref, *more])


def test_recorded_once_logged_when_read_and_kept_when_ended(cast: Cast, person: Person) -> None:
    client = cast.client(Role.POM)
    for _ in range(2):
        assert client.post(url(person, "victim-liaison-new"), NAMES).status_code == 302
    row = VictimLiaisonContact.objects.get()
    page = client.get(url(person)).content.decode()
    assert "vlo@probation.invalid" in page and "Not to be disclosed" in page
    assert AuditEvent.objects.get(action="see_victim_liaison").staff == cast.of(Role.POM)
    client.post(url(person, "victim-liaison-end", row.pk), {"version": 1})
    row.refresh_from_db()
    assert row.ended_by == cast.of(Role.POM)
    assert client.get(url(person, "victim-liaison-change", row.pk)).status_code == 404


def test_nothing_is_not_to_be_disclosed_where_nobody_is_recorded(cast: Cast, person: Person) -> None:
    client, page = cast.client(Role.POM), reverse("person", args=["LEI", person.ref])
    assert "Not to be disclosed" not in client.get(page).content.decode()
    client.post(url(person, "victim-liaison-new"), NAMES)
    assert "Not to be disclosed" in client.get(page).content.decode()


@pytest.mark.parametrize("said", [{"email": "no address"}, {"surname": ""}])
def test_what_is_wrong_is_said(cast: Cast, person: Person, said: dict[str, str]) -> None:
    page = cast.client(Role.POM).post(url(person, "victim-liaison-new"), NAMES | said)
    assert "There is a problem" in page.content.decode()
    assert not VictimLiaisonContact.objects.exists()


def test_of_two_the_second_sees_who_changed_what_and_keeps_what_they_typed(cast: Cast, person: Person) -> None:
    recorded = {"recorded_by": cast.of(Role.POM), "recorded_at": NOW}
    row = VictimLiaisonContact.objects.create(person=person, **NAMES, **recorded)
    page = url(person, "victim-liaison-change", row.pk)
    cast.client(Role.HOMD).post(page, NAMES | {"surname": "First", "version": 1})
    client = cast.client(Role.POM)
    answer = client.post(page, NAMES | {"surname": "Second", "version": 1})
    body = answer.content.decode()
    assert "Hollis Delivery changed this on" in body and "Vic First" in body
    form = answer.context["form"]
    assert (form["surname"].value(), form["version"].value()) == ("Second", 2)
    assert client.post(page, NAMES | {"surname": "Second", "version": 2}).status_code == 302
    row.refresh_from_db()
    assert row.surname == "Second"


@pytest.mark.parametrize(("role", "shown"), [(Role.POM, True), (Role.HOMD, True), (Role.HOMS, False)])
def test_the_persons_page_says_that_there_is_one_to_those_who_need_it(
    cast: Cast, person: Person, role: Role, shown: bool
) -> None:
    VictimLiaisonContact.objects.create(person=person, **NAMES, recorded_by=cast.of(Role.POM), recorded_at=NOW)
    page = cast.client(role).get(reverse("person", args=["LEI", person.ref])).content.decode()
    assert ("1 victim liaison officer recorded" in page, "vlo@probation" in page) == (shown, False)


def test_what_stands_under_a_merged_number_is_shown_and_can_be_ended(cast: Cast, person: Person) -> None:
    gone = PersonFactory(prison=None)
    row = VictimLiaisonContact.objects.create(person=gone, **NAMES, recorded_by=cast.of(Role.POM), recorded_at=NOW)
    agreed = {"what": "A second POM", "because": "b", "weighed": "w", "starts_on": TODAY}
    by = {"decided_by": cast.of(Role.HOMD), "decided_at": NOW}
    decision = ExtraResource.objects.create(person=gone, prison=cast.prison, **agreed, **by)
    asked = {"asked_by": cast.of(Role.HOMS), "asked_at": NOW, "decided_by": cast.of(Role.HOMD), "decided_at": NOW}
    PersonMerge.objects.create(kept=person, gone=gone, prison=cast.prison, because="Same", confirmed=True, **asked)
    client = cast.client(Role.HOMD)
    assert "vlo@probation.invalid" in client.get(url(person)).content.decode()
    page = client.get(reverse("person", args=["LEI", person.ref])).content.decode()
    assert "1 victim liaison officer recorded" in page and "A second POM" in page
    assert client.post(url(person, "victim-liaison-end", row.pk), {"version": 1}).status_code == 302
    assert client.post(url(person, "end-extra", decision.pk), {"reason": "Enough"}).status_code == 302
    assert not standing(cast.prison, on=TODAY).exists()
