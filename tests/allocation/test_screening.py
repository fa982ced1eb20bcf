"""Complexity of need: the screening, what follows from it at once, and who may do it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from allocation.models import ComplexityScreening
from allocation.policy import INDICATORS
from omic.models import Obligation, Person, Role, Staff
from omic.reconcile import reconcile, window_of
from tests.cast import signed_in
from tests.factories import (
    NOW,
    TODAY,
    ContactFactory,
    KeyWorkerAllocationFactory,
    PersonFactory,
    PomAllocationFactory,
    PostingFactory,
    PrisonFactory,
    StaffFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.fixture
def woman() -> Person:
    person = PersonFactory(prison=PrisonFactory(code="EWI", estate="women"), complexity="low")
    KeyWorkerAllocationFactory(person=person)
    person.refresh_from_db()
    reconcile([person.pk], window_of(TODAY, NOW))
    return person


def posted(role: Role, **facts: Any) -> Staff:
    staff = StaffFactory(username=f"ewi-{role}")
    PostingFactory(staff=staff, prison=PrisonFactory(code="EWI", estate="women"), role=role, **facts)
    return staff


def page(person: Person) -> str:
    return reverse("allocation:screening", args=["EWI", person.ref])


def answers(yes: int, **more: str) -> dict[str, str]:
    return {name: "yes" if number < yes else "no" for number, name in enumerate(INDICATORS)} | {"before": "low"} | more


def homd(woman: Person) -> Client:
    return signed_in(posted(Role.HOMD))


@pytest.mark.parametrize(("yes", "level"), [(0, "low"), (1, "low"), (2, "medium"), (3, "high"), (7, "high")])
def test_the_answers_make_the_level(woman: Person, yes: int, level: str) -> None:
    assert homd(woman).post(page(woman), answers(yes)).status_code == 302
    woman.refresh_from_db()
    assert (woman.complexity, woman.complexity_screenings.get().computed) == (level, level)


def test_high_ends_key_work_and_opens_the_months_time_with_the_pom_at_once(woman: Person) -> None:
    homd(woman).post(page(woman), answers(3))
    woman.refresh_from_db()
    assert woman.key_worker is None
    asked = Obligation.objects.demanding().filter(person=woman)
    assert not asked.filter(kind="key_work_session").exists()
    duty = asked.get(kind="pom_engagement", due_on__month=TODAY.month)
    assert (duty.quantity, duty.unit, duty.rule) == (45, "minutes", "WB-02")


@pytest.mark.parametrize(("minutes", "state"), [((44,), "open"), ((20, 25), "met"), ((45,), "met")])
def test_the_months_minutes_are_summed(woman: Person, minutes: tuple[int, ...], state: str) -> None:
    homd(woman).post(page(woman), answers(3))
    for one in minutes:
        ContactFactory(person=woman, kind="engagement", minutes=one)
    reconcile([woman.pk], window_of(TODAY, NOW))
    assert woman.obligations.get(kind="pom_engagement", due_on__month=TODAY.month).state == state


def test_coming_down_asks_for_a_key_worker(woman: Person) -> None:
    client = homd(woman)
    client.post(page(woman), answers(3))
    client.post(page(woman), answers(1, before="high", after=str(woman.complexity_screenings.get().pk)))
    asked = Obligation.objects.demanding().filter(person=woman)
    assert asked.filter(kind="allocate_key_worker").exists()
    assert not asked.filter(kind="pom_engagement").exists()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"level": "high"}, "The answers make the level low. Say why it is to be another"),
        ({"before": "medium"}, "While this page was open the level became: low"),
        ({"temper": ""}, "There is a problem"),
    ],
)
def test_what_is_refused_is_said_and_changes_nothing(woman: Person, said: dict[str, str], words: str) -> None:
    answer = homd(woman).post(page(woman), answers(0) | said)
    assert words in answer.content.decode()
    assert not woman.complexity_screenings.exists()


def test_the_same_screening_sent_twice_is_one(woman: Person) -> None:
    client = homd(woman)
    assert [client.post(page(woman), answers(1)).status_code for _ in range(2)] == [302, 302]
    assert woman.complexity_screenings.count() == 1


def test_who_comes_second_is_told_who_was_first_and_keeps_what_they_chose(woman: Person) -> None:
    pom = signed_in(PomAllocationFactory(person=woman, staff=posted(Role.POM)).staff)
    homd(woman).post(page(woman), answers(0))
    answer = pom.post(page(woman), answers(2))
    words = answer.content.decode()
    assert "screened her while this page was open: the level is low" in words
    assert answer.context["form"]["violent_offence"].value() == "yes"
    again = answers(2, after=str(answer.context["form"]["after"].value()))
    assert pom.post(page(woman), again).status_code == 302
    woman.refresh_from_db()
    assert woman.complexity == "medium"


def test_the_homd_overrides_with_a_reason_and_it_is_shown(woman: Person) -> None:
    client = homd(woman)
    client.post(page(woman), answers(0, level="medium", because="Seen three times this week in distress"))
    woman.refresh_from_db()
    assert woman.complexity == "medium"
    assert "Seen three times this week" in client.get(page(woman)).content.decode()


def test_a_pom_screens_their_own_case_but_cannot_override(woman: Person) -> None:
    pom = posted(Role.POM)
    assert signed_in(pom).get(page(woman)).status_code == 403
    Person.objects.filter(pk=woman.pk).update(pom=pom)
    body = signed_in(pom).post(page(woman), answers(2, level="low", because="No")).status_code
    woman.refresh_from_db()
    assert (body, woman.complexity) == (302, "medium")


@pytest.mark.parametrize(
    ("role", "status"), [(Role.KEY_WORK_MANAGER, 403), (Role.HOMS, 403), (Role.SAFER_CUSTODY, 403)]
)
def test_nobody_else_screens(woman: Person, role: Role, status: int) -> None:
    assert signed_in(posted(role)).get(page(woman)).status_code == status


def test_a_mens_prison_has_no_such_page(cast: Any) -> None:
    person = cast.person()
    assert cast.client(Role.HOMD).get(reverse("allocation:screening", args=["LEI", person.ref])).status_code == 404
    assert cast.stranger.get(reverse("allocation:screening", args=["LEI", person.ref])).status_code == 404
    assert Client().get(reverse("allocation:screening", args=["LEI", person.ref])).status_code == 302


def test_a_level_that_came_with_the_roll_is_not_said_to_be_screened_and_other_prisons_count(woman: Person) -> None:
    elsewhere = PrisonFactory(code="DHI", estate="women")
    said = {"indicators": {}, "computed": "medium", "level": "medium", "before": "", "screened_at": NOW}
    ComplexityScreening.objects.create(person=woman, prison=elsewhere, screened_by=(by := posted(Role.HOMD)), **said)
    client, url = signed_in(by), reverse("person", args=["EWI", woman.ref])
    assert "From the roll" in client.get(url).content.decode()
    Person.objects.filter(pk=woman.pk).update(complexity="medium")
    body = client.get(url).content.decode()
    assert "From the roll" not in body and str(elsewhere) in body
    assert "Medium" in client.get(page(woman)).content.decode().split("Said before")[1]


def test_a_level_that_was_picked_is_left_to_the_answers_again(woman: Person) -> None:
    client = homd(woman)
    assert 'value="" checked' in str(client.get(page(woman)).context["form"]["level"])
    refused = client.post(page(woman), answers(2, level="high")).content.decode()
    assert "The level that the answers make</label>" in refused
    assert client.post(page(woman), answers(2, level="")).status_code == 302
    assert woman.complexity_screenings.get().level == "medium"
