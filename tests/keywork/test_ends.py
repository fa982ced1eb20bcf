"""What ends a key worker's time with somebody, and what does not: the case file, event by event."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from keywork.models import KeyWorkerAbsence
from omic.models import ObligationKind, Person, Posting, Prison, Stay
from omic.reconcile import reconcile, window_of
from tests.case_files import Case, read_cases
from tests.factories import (
    NOW,
    TODAY,
    KeyWorkerAllocationFactory,
    KeyWorkerFactory,
    PersonFactory,
    PostingFactory,
    PrisonFactory,
    StaffFactory,
    days,
)

pytestmark = pytest.mark.django_db
CASES = read_cases("key_worker_ends")


def change(**facts: object) -> Callable[[Person], None]:
    return lambda person: Person.objects.filter(pk=person.pk).update(**facts) and None


def move(person: Person, prison: Prison | None) -> None:
    Stay.objects.filter(person=person, left_on=None).update(left_on=TODAY, ended_because="moved")
    if prison:
        Stay.objects.create(person=person, prison=prison, arrived_on=TODAY)
    held = {"presence": "in"} if prison else {"presence": "out", "key_worker": None}  # as the roll's import does
    Person.objects.filter(pk=person.pk).update(prison=prison, arrived_on=TODAY, wing=None, **held)


def and_back(person: Person) -> None:
    here = person.prison
    move(person, None)
    settle(person)
    move(person, here)


def complexity_and_back(person: Person) -> None:
    change(complexity="high")(person)
    settle(person)
    change(complexity="low")(person)


def end_posting(person: Person) -> None:
    Posting.objects.filter(staff=person.key_worker, prison=person.prison).update(ends_on=TODAY)


def end_posting_elsewhere(person: Person) -> None:
    PostingFactory(staff=person.key_worker, prison=PrisonFactory(code="MDI"), starts_on=days(-50), ends_on=TODAY)


def away(kind: str) -> Callable[[Person], None]:
    def record(person: Person) -> None:
        profile = KeyWorkerFactory(staff=person.key_worker, prison=person.prison)
        KeyWorkerAbsence.objects.create(
            key_worker=profile,
            kind=kind,
            starts_on=TODAY,
            returns_on=days(9),
            recorded_by=StaffFactory(),
            recorded_at=NOW,
        )

    return record


EVENTS: dict[str, Callable[[Person], None]] = {
    "released": lambda person: move(person, None),
    "transferred": lambda person: move(person, PrisonFactory(code="MDI")),
    "transferred to an open prison": lambda person: move(person, PrisonFactory(code="OPN", estate="men_open")),
    "at court": change(presence="court"),
    "temporary absence": change(presence="temporary"),
    "missing": change(presence="missing"),
    "moved cell": change(cell="B-1-001"),
    "in hospital": change(presence="hospital"),
    "complexity high": change(complexity="high"),
    "complexity medium": change(complexity="medium"),
    "complexity high then low": complexity_and_back,
    "posting ended": end_posting,
    "posting elsewhere ended": end_posting_elsewhere,
    "annual leave": away("annual_leave"),
    "inactive": away("inactive"),
    "released and back": and_back,
}


def settle(person: Person) -> None:
    with transaction.atomic():
        reconcile([person.pk], window_of(TODAY, NOW + timedelta(minutes=1)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_what_ends_an_allocation(case: Case) -> None:
    prison = PrisonFactory(code="WXF" if case["estate"] == "women" else "LEI", estate=case["estate"])
    person = PersonFactory(prison=prison, complexity="low" if prison.women else None)
    allocation = KeyWorkerAllocationFactory(person=person)
    EVENTS[case["event"]](person)
    settle(person)
    allocation.refresh_from_db()
    person.refresh_from_db()
    assert allocation.ended_kind == case["ended_kind"]
    assert bool(allocation.ended_at) == bool(allocation.ended_because) == bool(case["ended_kind"])
    assert person.key_worker_id == (None if case["ended_kind"] else allocation.staff_id)
    looked_for = person.obligations.demanding().filter(kind=ObligationKind.ALLOCATE_KEY_WORKER)
    assert looked_for.exists() == (case["wanted"] == "yes")


def test_every_event_has_a_case() -> None:
    assert {case["event"] for case in CASES} == set(EVENTS)
