"""The key worker of somebody expected: the gate of any allocation when it is recorded, and again on arrival (XC-10)."""

from collections.abc import Callable

import pytest
from django.db import transaction
from django.urls import reverse

from keywork.actions.profiles import record_absence
from keywork.models import Absence, Ceiling, DoNotPair, Training
from omic.arrivals import NotExpectedError, change_expected_arrival, expect_arrival
from omic.models import AuditEvent, ExpectedArrival, Message, Obligation, Person, Role, Staff, Stay
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import NOW, TODAY, KeyWorkerAllocationFactory, KeyWorkerFactory, PersonFactory, days

pytestmark = pytest.mark.django_db


@pytest.fixture
def young(cast: Cast) -> Person:
    return PersonFactory(prison=cast.elsewhere, surname="Youngman")


@pytest.fixture
def kay(cast: Cast) -> Staff:
    return cast.of(Role.KEY_WORKER)


def expect(cast: Cast, person: Person, staff: Staff | None) -> ExpectedArrival:
    return expect_arrival(
        prison=cast.prison, prison_number=person.prison_number, expected_on=days(5), pom=None, key_worker=staff,
        by=cast.of(Role.HOMD), at=NOW,
    )  # fmt: skip


def arrive(*people: Person) -> None:
    """They come to LEI today, and the pipeline follows."""
    ids = [person.pk for person in people]
    Stay.objects.filter(person__in=ids).update(left_on=TODAY, ended_because="transfer")
    Stay.objects.bulk_create(Stay(person_id=pk, prison_id="LEI", arrived_on=TODAY) for pk in ids)
    Person.objects.filter(pk__in=ids).update(prison="LEI", arrived_on=TODAY, wing=None)
    with transaction.atomic():
        reconcile(ids, window_of(TODAY, NOW))


def ceiling_of_one(cast: Cast, kay: Staff) -> None:
    profile = KeyWorkerFactory(staff=kay, prison=cast.prison)
    facts = {"people": 1, "because": "Half time", "starts_on": TODAY}
    Ceiling.objects.create(key_worker=profile, recorded_by=kay, recorded_at=NOW, **facts)


def untrained(_cast: Cast, kay: Staff, _young: Person) -> None:
    Training.objects.all().delete()


def absent(cast: Cast, kay: Staff, _young: Person) -> None:
    kind = Absence.NO_PRISONER_CONTACT
    record_absence(staff=kay, prison=cast.prison, kind=kind, starts_on=TODAY, returns_on=None, by=kay, at=NOW)


def full(cast: Cast, kay: Staff, _young: Person) -> None:
    ceiling_of_one(cast, kay)
    KeyWorkerAllocationFactory(person=cast.person(), staff=kay)


def not_a_pair(cast: Cast, kay: Staff, young: Person) -> None:
    DoNotPair.objects.create(
        person=young, prison=cast.prison, staff=kay, kind="conflict", because="Cousins", recorded_by=kay,
        recorded_at=NOW,
    )  # fmt: skip


Bar = Callable[[Cast, Staff, Person], None]
BARS = pytest.mark.parametrize(
    ("bar", "words"),
    [
        (untrained, "no training recorded in"),
        (absent, "has no prisoner contact at present"),
        (full, "which is the ceiling"),
        (not_a_pair, "not to be brought together"),
    ],
)


@BARS
def test_who_may_not_be_allocated_is_not_expected_either(
    cast: Cast, young: Person, kay: Staff, bar: Bar, words: str
) -> None:
    bar(cast, kay, young)
    with pytest.raises(NotExpectedError, match=words) as error:
        expect(cast, young, kay)
    assert error.value.field == "key_worker"
    arrival = expect(cast, young, None)
    with pytest.raises(NotExpectedError, match=words):
        change_expected_arrival(
            arrival=arrival, version=1, expected_on=days(6), pom=None, key_worker=kay, by=cast.of(Role.HOMD), at=NOW
        )


@BARS
def test_nor_on_arrival_and_the_wait_says_why(cast: Cast, young: Person, kay: Staff, bar: Bar, words: str) -> None:
    arrival = expect(cast, young, kay)
    bar(cast, kay, young)
    arrive(young)
    arrival.refresh_from_db()
    assert (arrival.closed_because, young.key_worker_allocations.exists()) == ("Arrived", False)
    duty = Obligation.objects.demanding().get(kind="allocate_key_worker")
    assert duty.note.startswith("Expected with another key worker: ")
    shown = cast.client(Role.HOMD).get(reverse("keywork:unallocated", args=["LEI"])).text
    assert "Expected with another key worker" in shown
    assert not Obligation.objects.filter(kind="tell_key_worker").exists()


def test_a_change_that_leaves_the_key_worker_alone_asks_nothing(cast: Cast, young: Person, kay: Staff) -> None:
    arrival = expect(cast, young, kay)
    untrained(cast, kay, young)
    change_expected_arrival(
        arrival=arrival, version=1, expected_on=days(9), pom=None, key_worker=kay, by=cast.of(Role.HOMD), at=NOW
    )
    assert arrival.expected_on == days(9)


def test_on_arrival_it_is_an_allocation_like_any_other_once(cast: Cast, young: Person, kay: Staff) -> None:
    expect(cast, young, kay)
    arrive(young)
    allocation = young.key_worker_allocations.get()
    assert (allocation.staff, allocation.started_kind, allocation.started_by) == (kay, "expected", cast.of(Role.HOMD))
    duty = Obligation.objects.demanding().get(kind="tell_key_worker")
    assert (duty.owner, duty.slot) == (kay, f"allocation-{allocation.pk}")
    assert Message.objects.get().recipient == kay.email
    assert AuditEvent.objects.filter(action="allocate_key_worker", person=young).count() == 1
    with transaction.atomic():
        assert not any(reconcile([young.pk], window_of(TODAY, NOW)).values())


def test_the_places_of_the_expected_are_theirs_and_no_more(cast: Cast, young: Person, kay: Staff) -> None:
    """Two are expected where the ceiling has come down to one since: the first gets the place."""
    second = PersonFactory(prison=cast.elsewhere)
    expect(cast, young, kay), expect(cast, second, kay)
    ceiling_of_one(cast, kay)
    arrive(young, second)
    assert [person.key_worker_allocations.count() for person in (young, second)] == [1, 0]
    assert "which is the ceiling" in Obligation.objects.demanding().get(kind="allocate_key_worker").note
