"""Who is whose key worker: one at a time, within the ceiling, also when several managers save at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connections, transaction

from keywork.actions import RefusedError, allocate_key_worker, end_key_worker
from keywork.models import KeyWorkerAllocation
from omic.calendar import london_midnight
from omic.models import AuditEvent, ExpectedArrival, Obligation, Person, Posting, Prison, Staff
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import (
    NOW,
    TODAY,
    KeyWorkerAllocationFactory,
    KeyWorkerFactory,
    PersonFactory,
    PostingFactory,
    PrisonFactory,
    days,
)

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def worker(cast: Cast) -> Staff:
    return posted(cast.prison)


def posted(prison: Prison) -> Staff:
    return KeyWorkerFactory(prison=prison).staff


def with_load(worker: Staff, load: int) -> None:
    for _ in range(load):
        KeyWorkerAllocationFactory(staff=worker)


def allocate(person: Person, worker: Staff, **facts: object) -> KeyWorkerAllocation:
    current = KeyWorkerAllocation.objects.filter(person=person, ended_at=None).first()
    facts = {"instead_of": current and current.pk, "because": "", "by": worker, "at": NOW, **facts}
    return allocate_key_worker(person=person, prison=person.prison, staff=worker, **facts)


def settle(person: Person, at: object = NOW) -> None:
    with transaction.atomic():
        reconcile([person.pk], window_of(TODAY, at))


def wanting(person: Person) -> Obligation | None:
    return person.obligations.demanding().filter(kind="allocate_key_worker").first()


def test_allocating_sets_row_pointer_owner_and_audit(cast: Cast, worker: Staff) -> None:
    person = cast.person()
    settle(person)
    allocate(person, worker)
    person.refresh_from_db()
    assert person.key_worker == worker
    assert set(person.obligations.filter(kind="key_work_session").values_list("owner", flat=True)) == {worker.pk}
    assert AuditEvent.objects.get(action="allocate_key_worker").detail == {"key_worker": worker.pk}


def test_changing_ends_the_one_before(cast: Cast, worker: Staff) -> None:
    person, second = cast.person(), posted(cast.prison)
    first = allocate(person, worker)
    allocate(person, second, because="Wing move", at=LATER)
    first.refresh_from_db()
    assert (first.ended_at, first.ended_kind, first.ended_because) == (LATER, "replaced", "Wing move")
    assert Person.objects.get(pk=person.pk).key_worker == second


def test_the_same_key_worker_again_changes_nothing(cast: Cast, worker: Staff) -> None:
    person = cast.person()
    assert allocate(person, worker) == allocate(person, worker, at=LATER)


def test_who_decides_on_an_old_page_is_told_what_changed(cast: Cast, worker: Staff) -> None:
    person, second = cast.person(), posted(cast.prison)
    allocate(person, second)
    with pytest.raises(RefusedError, match=f"Since you opened this page {second} has become the key worker"):
        allocate(person, worker, instead_of=None)


def test_kw_03_the_ninth_fits_and_the_tenth_does_not(cast: Cast, worker: Staff) -> None:
    with_load(worker, 8)
    allocate(cast.person(), worker)
    with pytest.raises(RefusedError, match="has 9 people already, which is the ceiling"):
        allocate(cast.person(), worker)


def test_an_expected_arrival_takes_a_place(cast: Cast, worker: Staff) -> None:
    with_load(worker, 8)
    ExpectedArrival.objects.create(
        person=PersonFactory(prison=cast.elsewhere), prison=cast.prison, expected_on=days(3), key_worker=worker,
        recorded_by=worker, recorded_at=NOW,
    )  # fmt: skip
    with pytest.raises(RefusedError, match="ceiling"):
        allocate(cast.person(), worker)


def test_only_who_is_posted_here_as_a_key_worker_today(cast: Cast) -> None:
    ended = posted(cast.prison)
    Posting.objects.filter(staff=ended).update(ends_on=TODAY)
    for staff in (ended, posted(cast.elsewhere), PostingFactory(prison=cast.prison, role="wing_officer").staff):
        with pytest.raises(RefusedError, match="not posted here as a key worker today"):
            allocate(cast.person(), staff)


def test_kw_15_high_complexity_has_no_key_worker(db: None) -> None:
    prison = PrisonFactory(code="WXF", estate="women")
    with pytest.raises(RefusedError, match="extra time with her POM"):
        allocate(PersonFactory(prison=prison, sex="female", complexity="high"), posted(prison))
    assert allocate(PersonFactory(prison=prison, sex="female", complexity=None), posted(prison)).pk


def test_nobody_is_allocated_in_a_prison_they_have_left(cast: Cast, worker: Staff) -> None:
    person = cast.person()
    Person.objects.filter(pk=person.pk).update(prison=cast.elsewhere, wing=None)
    with pytest.raises(RefusedError, match="no longer in this prison"):
        allocate(person, worker)


def test_kw_16_somebody_without_a_key_worker_waits_for_one_since_arrival(cast: Cast, worker: Staff) -> None:
    person = cast.person()
    settle(person)
    assert (wanting(person).opens_on, wanting(person).due_on) == (person.arrived_on, None)
    allocate(person, worker)
    assert wanting(person) is None
    assert person.obligations.get(kind="allocate_key_worker").state == "met"


def test_ending_asks_for_another(cast: Cast, worker: Staff) -> None:
    person = cast.person()
    allocation = allocate(person, worker)
    end_key_worker(person=person, prison=cast.prison, instead_of=allocation.pk, because="Left", by=worker, at=LATER)
    person.refresh_from_db()
    assert person.key_worker is None
    assert wanting(person).opens_on == TODAY


def test_kw_16_losing_the_role_ends_the_allocation_on_the_day_it_was_lost(cast: Cast, worker: Staff) -> None:
    person = cast.person()
    allocation = allocate(person, worker, at=NOW - timedelta(days=5))
    Posting.objects.filter(staff=worker).update(ends_on=days(-1))
    settle(person)
    person.refresh_from_db()
    allocation.refresh_from_db()
    assert (allocation.ended_kind, allocation.ended_at) == ("role_lost", london_midnight(days(-1)))
    assert (person.key_worker, wanting(person).opens_on) == (None, days(-1))


def test_a_role_that_goes_on_ends_nothing(cast: Cast, worker: Staff) -> None:
    person = cast.person()
    allocate(person, worker)
    Posting.objects.filter(staff=worker).update(ends_on=TODAY)
    PostingFactory(staff=worker, prison=cast.prison, starts_on=TODAY)
    settle(person)
    assert Person.objects.get(pk=person.pk).key_worker == worker


@pytest.mark.parametrize(
    ("facts", "kind", "because"),
    [
        ({"prison": None, "wing": None, "presence": "out", "pom": None}, "released", "Released"),
        ({"prison": "MDI", "wing": None}, "transferred", "Transferred"),
        ({"presence": "hospital"}, "hospital", "In hospital as a restricted patient"),
    ],
)
def test_facts_end_an_allocation_and_its_pointer(
    cast: Cast, worker: Staff, facts: dict, kind: str, because: str
) -> None:
    person = cast.person()
    allocation = allocate(person, worker)
    Person.objects.filter(pk=person.pk).update(**facts, key_worker=None if not facts.get("prison", 1) else worker)
    settle(person, LATER)
    allocation.refresh_from_db()
    person.refresh_from_db()
    assert (allocation.ended_kind, allocation.ended_because, person.key_worker) == (kind, because, None)


def test_reconciling_twice_writes_nothing(cast: Cast, worker: Staff) -> None:
    person = cast.person()
    settle(person)
    allocate(person, worker)
    with transaction.atomic():
        assert not +reconcile([person.pk], window_of(TODAY, LATER))


def test_the_database_holds_one_key_worker_at_a_time(cast: Cast) -> None:
    first = KeyWorkerAllocationFactory(person=cast.person())
    with pytest.raises(IntegrityError), transaction.atomic():
        KeyWorkerAllocationFactory(person=first.person)


def at_once(calls: list[Callable[[], object]]) -> list[object]:
    """What each call gives, or the refusal it met, when all start together in threads of their own."""
    start = Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        start.wait()
        try:
            return call()
        except RefusedError as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.mark.django_db(transaction=True)
def test_race_twelve_managers_fill_one_key_worker_to_the_ceiling_and_no_further(frozen: object) -> None:
    prison = PrisonFactory(code="LEI")
    worker = posted(prison)
    people = [PersonFactory(prison=prison) for _ in range(12)]
    results = at_once([lambda person=person: allocate(person, worker) for person in people])
    assert sum(isinstance(result, KeyWorkerAllocation) for result in results) == 9
    assert sum(isinstance(result, RefusedError) for result in results) == 3
    assert Person.objects.filter(key_worker=worker).count() == 9


@pytest.mark.django_db(transaction=True)
def test_race_four_managers_give_one_person_one_key_worker(frozen: object) -> None:
    prison = PrisonFactory(code="LEI")
    person, workers = PersonFactory(prison=prison), [posted(prison) for _ in range(4)]
    results = at_once([lambda one=one: allocate(person, one, instead_of=None) for one in workers])
    won = [result for result in results if isinstance(result, KeyWorkerAllocation)]
    assert len(won) == 1
    assert all("Since you opened this page" in str(error) for error in results if error not in won)
    assert Person.objects.get(pk=person.pk).key_worker_id == won[0].staff_id
