"""Holders and the duty to allocate follow the facts, and what already stands is not written again."""

import re
from datetime import timedelta

import pytest
from django.db import transaction

from allocation.models import PomAllocation
from omic.models import Message, Obligation, ObligationKind, Person, Role, Stay
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import NOW, TODAY, PomAllocationFactory, PostingFactory, SentenceFactory, days

pytestmark = pytest.mark.django_db


def follow(person: Person, *, after: int = 0) -> dict[str, int]:
    """Reconcile one person, `after` days from today."""
    return reconcile([person.pk], window_of(days(after), NOW + timedelta(days=after)))


def duty() -> Obligation:
    """The one duty to allocate a POM that stands."""
    return Obligation.objects.filter(kind=ObligationKind.ALLOCATE_POM).exclude(state="void").get()


def duties(person: Person) -> list[tuple[str, str]]:
    rows = person.obligations.filter(kind=ObligationKind.ALLOCATE_POM).order_by("pk")
    return list(rows.values_list("slot", "state"))


def move(person: Person, prison: object) -> Person:
    """As the importer does: the stay ends, the pointers of somebody released go, the next stay begins."""
    person.stays.filter(left_on=None).update(left_on=TODAY, ended_because="transfer" if prison else "release")
    person.prison, person.wing, person.arrived_on = prison, None, TODAY if prison else None
    if prison:
        Stay.objects.create(person=person, prison=prison, arrived_on=TODAY)
    else:
        person.pom = person.key_worker = None
    person.save()
    return person


def test_a_sentenced_person_without_a_pom_opens_a_duty_without_a_deadline(cast: Cast) -> None:
    person = cast.person()
    follow(person)
    found = duty()
    assert (found.owner_role, found.due_on, found.rule) == (Role.HOMD, None, "AL-01")
    assert (found.slot, found.opens_on) == (f"stay-{person.stays.get().pk}", person.arrived_on)


@pytest.mark.parametrize(
    ("status", "count"),
    [
        ("RECALL", 1),
        ("INDETERMINATE_SENTENCE", 1),
        ("CIVIL_PRISONER", 1),
        ("IMMIGRATION_DETAINEE", 1),
        ("REMAND", 0),
        ("CONVICTED_UNSENTENCED", 0),
        ("UNKNOWN", 0),
    ],
)
def test_who_is_owed_a_pom(cast: Cast, status: str, count: int) -> None:
    person = cast.person(legal_status=status)
    follow(person)
    assert len(duties(person)) == count


def test_somebody_sentenced_while_here_waits_from_that_day(cast: Cast) -> None:
    person = cast.person()
    SentenceFactory(person=person, started_on=days(-9))
    follow(person)
    assert duty().opens_on == days(-9)


def test_nothing_drifts(cast: Cast) -> None:
    waiting, held = cast.person(), cast.person()
    PomAllocationFactory(person=held)
    for person in (waiting, held):
        follow(person)
        assert not any(follow(person, after=1).values())


def test_a_duty_of_somebody_who_needs_none_any_more_goes_void(cast: Cast) -> None:
    person = cast.person()
    follow(person)
    Person.objects.filter(pk=person.pk).update(legal_status="REMAND")
    follow(person)
    assert [state for _, state in duties(person)] == ["void"]
    assert person.obligations.get(kind=ObligationKind.ALLOCATE_POM).closed_because == "Left, or needs no POM"


def test_a_transfer_ends_the_allocation_and_opens_the_duty_there(cast: Cast) -> None:
    person = cast.person()
    allocation = PomAllocationFactory(person=person)
    counts = follow(move(person, cast.elsewhere))
    allocation.refresh_from_db()
    person.refresh_from_db()
    assert (allocation.ended_because, allocation.ended_at, person.pom) == ("Transferred", NOW, None)
    assert (counts["poms_ended"], counts["pom_pointers"]) == (1, 1)
    assert duty().prison == cast.elsewhere


def test_a_pom_whose_cases_end_because_people_left_gets_one_email_that_opens_who(cast: Cast) -> None:
    pom, people = cast.of(Role.POM), [cast.person(), cast.person(), cast.person()]
    for person in people:
        PomAllocationFactory(person=person, staff=pom)
    move(people[0], cast.elsewhere)
    move(people[1], None)
    for _ in range(2):  # and again, as after a crash
        reconcile([person.pk for person in people], window_of(TODAY, NOW))
    mail = Message.objects.get(recipient=pom.email)
    assert mail.title.endswith("2 cases of yours have ended")
    assert not [person for person in people if person.surname in mail.body or person.prison_number in mail.body]
    page = cast.client(Role.POM).get(re.search("http://[^/]+(/.*)", mail.body)[1])
    assert {row.ended_because for row in page.context["list"].page} == {"Transferred", "Released"}


def test_nobody_is_told_of_an_end_that_was_rolled_back(cast: Cast) -> None:
    person = cast.person()
    PomAllocationFactory(person=person, staff=cast.of(Role.POM))
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        assert follow(move(person, None))["poms_ended"] / 0
    assert not Message.objects.exists()


def test_a_transfer_while_waiting_starts_anew(cast: Cast) -> None:
    person = cast.person()
    follow(person)
    follow(move(person, cast.elsewhere))
    assert [state for _, state in duties(person)] == ["void", "open"]


def test_a_release_ends_the_allocation_and_the_waiting(cast: Cast) -> None:
    person, waiting = cast.person(), cast.person()
    allocation = PomAllocationFactory(person=person)
    follow(waiting)
    for left in (person, waiting):
        follow(move(left, None))
    allocation.refresh_from_db()
    assert allocation.ended_because == "Released"
    assert [state for _, state in duties(waiting)] == ["void"]
    assert duties(person) == []


def test_coworkers_end_with_a_transfer_too(cast: Cast) -> None:
    person = cast.person()
    PomAllocationFactory(person=person)
    PomAllocation.objects.create(
        person=person, prison=cast.prison, staff=cast.of(Role.POM), part="coworking", started_at=NOW
    )
    assert follow(move(person, cast.elsewhere))["poms_ended"] == 2


@pytest.mark.parametrize(
    "facts",
    [
        {"presence": "court"},
        {"presence": "missing"},
        {"legal_status": "REMAND"},
        {"presence": "hospital", "restricted_patient": True, "hospital": "A secure hospital"},
    ],
    ids=lambda facts: "-".join(facts),
)
def test_who_is_still_held_or_supported_here_keeps_the_pom(cast: Cast, facts: dict[str, object]) -> None:
    person = cast.person(**facts)
    PomAllocationFactory(person=person)
    assert follow(person)["poms_ended"] == 0
    assert Person.objects.get(pk=person.pk).pom is not None


def test_a_return_after_release_is_a_new_duty(cast: Cast) -> None:
    person = cast.person()
    PomAllocationFactory(person=person)
    follow(move(person, None))
    Stay.objects.create(person=person, prison=cast.prison, arrived_on=days(30))
    Person.objects.filter(pk=person.pk).update(prison=cast.prison, arrived_on=days(30))
    follow(person, after=30)
    (slot, state), opened = duties(person)[0], duty()
    assert (slot, state, opened.opens_on) == (f"stay-{person.stays.last().pk}", "open", days(30))


def test_who_was_expected_has_the_pom_they_know_on_arrival(cast: Cast) -> None:
    person, pom = cast.person(), PostingFactory(role=Role.POM, prison=cast.elsewhere).staff
    PomAllocationFactory(person=person)
    recorded = {"recorded_by": cast.of(Role.HOMD), "recorded_at": NOW}
    cast.elsewhere.expected_arrivals.create(person=person, expected_on=TODAY, pom=pom, **recorded)
    follow(person)
    assert Person.objects.get(pk=person.pk).pom != pom
    assert follow(move(person, cast.elsewhere))["poms_welcomed"] == 1
    assert Person.objects.get(pk=person.pk).pom == pom
    assert duties(person) == []
    assert not any(follow(person, after=1).values())
