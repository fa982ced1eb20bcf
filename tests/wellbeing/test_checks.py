"""Recording and taking back a check: what is refused, what meets the day, and two officers at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connections, transaction

from keywork.actions.refusals import RefusedError
from omic.models import Alert, Contact, ContactKind, Person, Staff
from omic.reconcile import reconcile, window_of
from tests.factories import NOW, TODAY, CohortDecisionFactory, PersonFactory, PrisonFactory, StaffFactory, days
from wellbeing.actions.checks import record_check, undo_check
from wellbeing.notes import CheckRecord

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
WHOLE = CheckRecord(ContactKind.CHECK, NOW, identified="number", spoken_to=True, family="yes", understood="none_given")
SAME = UUID("6f2a3c70-0000-4000-8000-000000000001")
Record = Callable[..., Contact]


@pytest.fixture
def person(db: None) -> Person:
    return daily()


def daily() -> Person:
    person = PersonFactory(prison=PrisonFactory(code="EWI", estate="women"), surname="Ashdown", arrived_on=days(-5))
    CohortDecisionFactory(person=person, starts_on=days(-1))
    with transaction.atomic():
        reconcile([person.pk], window_of(TODAY, NOW, since=days(-1)))
    return person


@pytest.fixture
def officer(db: None) -> Staff:
    return StaffFactory()


def save(person: Person, by: Staff, record: CheckRecord = WHOLE, request_id: UUID | None = None) -> Contact:
    return record_check(
        person=person, prison=person.prison, record=record, request_id=request_id or uuid4(), by=by, at=NOW
    )


def states(person: Person) -> list[str]:
    rows = person.obligations.filter(kind="daily_check", due_on__lte=TODAY).exclude(state="void")
    return list(rows.order_by("due_on").values_list("state", flat=True))


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"at": NOW + timedelta(minutes=1)}, "at"),
        ({"at": NOW - timedelta(days=6)}, "at"),
        ({"at": NOW - timedelta(days=63)}, "at"),
        ({"identified": ""}, "identified"),
        ({"kind": ContactKind.SEEN, "identified": ""}, "identified"),
        ({"kind": ContactKind.DECLINED, "identified": ""}, "identified"),
        ({"spoken_to": False}, "spoken_to"),
        ({"family": ""}, "family"),
        ({"understood": ""}, "understood"),
        ({"kind": ContactKind.UNAVAILABLE}, "away"),
        ({"concern": "Bruises"}, "told"),
        ({"concern": "Bruises", "told": "Orderly officer"}, "acct_entry"),
    ],
)
def test_what_a_check_must_say(person: Person, officer: Staff, facts: dict[str, object], field: str) -> None:
    Alert.objects.create(person=person, code="HA", starts_on=TODAY, first_seen_at=NOW, last_seen_at=NOW)
    with pytest.raises(RefusedError) as refused:
        save(person, officer, replace(WHOLE, **facts))
    assert refused.value.field == field
    assert not person.contacts.exists()


def test_a_check_meets_its_own_day_and_late_is_said(person: Person, officer: Staff) -> None:
    late = save(person, officer, replace(WHOLE, at=NOW - timedelta(days=1)))
    assert (states(person), late.check_note.late) == (["met", "open"], True)
    assert (save(person, officer).check_note.late, states(person)) == (False, ["met", "met"])


def test_saved_twice_is_saved_once_and_changed_meanwhile_is_refused(person: Person, officer: Staff) -> None:
    first = save(person, officer, request_id=SAME)
    assert save(person, officer, request_id=SAME) == first
    with pytest.raises(RefusedError, match="saved before you changed it"):
        save(person, officer, replace(WHOLE, raised="Debts"), request_id=SAME)
    assert person.contacts.count() == 1


def test_a_check_taken_back_is_owed_again_and_cannot_be_taken_back_twice(person: Person, officer: Staff) -> None:
    check = save(person, officer)
    gone = undo_check(contact=check, because="Wrong person", request_id=SAME, by=officer, at=NOW)
    assert states(person) == ["open", "open"]
    assert undo_check(contact=check, because="Wrong person", request_id=SAME, by=officer, at=NOW) == gone
    with pytest.raises(RefusedError, match="taken this back already"):
        undo_check(contact=check, because="Again", request_id=uuid4(), by=officer, at=NOW)


def test_of_two_checks_one_taken_back_leaves_the_day_met(person: Person, officer: Staff) -> None:
    save(person, officer)
    undo_check(
        contact=save(person, StaffFactory()), because="Twice", request_id=uuid4(), by=officer, at=NOW
    )  # fmt: skip
    assert states(person) == ["open", "met"]


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_are_two_contacts_and_the_day_is_met_once() -> None:
    person, officers = daily(), [StaffFactory() for _ in range(4)]

    def tick(officer: Staff) -> None:
        try:
            save(Person.objects.get(pk=person.pk), officer)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(officers)) as pool:
        list(pool.map(tick, officers))
    duty = person.obligations.get(kind="daily_check", due_on=TODAY)
    assert (person.contacts.count(), duty.state, duty.done, duty.links.count()) == (4, "met", 4, 4)
    assert person.obligations.filter(kind="daily_check", due_on=days(1)).get().state == "open"
