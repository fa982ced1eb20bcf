"""Logging, correcting and withdrawing sessions and entries; what they meet, and what is refused."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import InternalError, transaction

from keywork.actions import RefusedError, SameSessionError, amend_session, log_session, withdraw_session
from keywork.models import SessionNote
from keywork.notes import Record
from omic.models import AuditEvent, Contact, ContactKind, ExpectedArrival, NomisEntry, Obligation, Person, Staff, Stay
from omic.obligations import stamp_missed
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import (
    NOW,
    TODAY,
    ContactFactory,
    KeyWorkerAllocationFactory,
    KeyWorkerFactory,
    PersonFactory,
    PomAllocationFactory,
    StaffFactory,
    days,
)

pytestmark = pytest.mark.django_db
AN_HOUR_AGO = NOW - timedelta(hours=1)
RECORD = Record(
    kind=ContactKind.SESSION,
    at=AN_HOUR_AGO,
    mode="interview_room",
    minutes=45,
    contact_minutes=30,
    prompts={"family": "Writes to his sister"},
    mood="Settled",
    engagement="Talked freely",
)


@pytest.fixture
def worker() -> Staff:
    return StaffFactory(forename="Kay", surname="Weaver")


@pytest.fixture
def person(cast: Cast) -> Person:
    """Somebody of LEI whose sessions of this and the next weeks are owed."""
    return owed(cast.person())


def owed(person: Person) -> Person:
    with transaction.atomic():
        reconcile([person.pk], window_of(TODAY, NOW))
    return person


def log(person: Person, by: Staff, record: Record = RECORD, **facts: object) -> Contact:
    facts = {"prison": person.prison, "request_id": uuid.uuid4(), "at": NOW, **facts}
    return log_session(person=person, by=by, record=record, **facts)


def amend(contact: Contact, record: Record, **facts: object) -> Contact:
    facts = {"because": "Wrong day", "request_id": uuid.uuid4(), "by": contact.by, "at": NOW, **facts}
    return amend_session(contact=contact, record=record, **facts)


def withdraw(contact: Contact) -> Contact:
    return withdraw_session(contact=contact, because="Not held", request_id=uuid.uuid4(), by=contact.by, at=NOW)


def this_week(person: Person) -> Obligation:
    return person.obligations.get(kind="key_work_session", opens_on__lte=TODAY, due_on__gte=TODAY)


def risk_duties(person: Person) -> list[tuple[str, str]]:
    duties = person.obligations.filter(kind="risk_to_read").order_by("id")
    return list(duties.values_list("state", "note"))


def test_a_session_meets_what_is_owed_at_once(person: Person, worker: Staff) -> None:
    contact = log(person, worker)
    duty = this_week(person)
    assert (duty.state, duty.met_at) == ("met", AN_HOUR_AGO)
    assert list(duty.links.values_list("contact", flat=True)) == [contact.pk]


def test_KW_09_a_session_carries_its_nomis_type_text_times_and_author(person: Person, worker: Staff) -> None:  # noqa: N802
    contact = Contact.objects.get(pk=log(person, worker).pk)
    assert (contact.nomis_type, contact.by, contact.minutes, contact.prison_id) == ("KA/KS", worker, 45, "LEI")
    assert contact.text.splitlines() == [
        "Interview room, 30 minutes together, 45 minutes in all.",
        "Contact with family and friends: Writes to his sister",
        "Mood: Settled",
        "Engagement: Talked freely",
    ]


def test_KW_09_an_entry_does_not_count(person: Person, worker: Staff) -> None:  # noqa: N802
    contact = log(person, worker, replace(RECORD, kind=ContactKind.ENTRY))
    assert contact.nomis_type == "KA/KE"
    assert this_week(person).state == "open"


def test_ED_13_a_session_by_phone_counts(person: Person, worker: Staff) -> None:  # noqa: N802
    log(person, worker, replace(RECORD, mode="in_cell_phone"))
    assert this_week(person).state == "met"


def test_a_session_under_45_minutes_counts(person: Person, worker: Staff) -> None:
    log(person, worker, replace(RECORD, minutes=10, contact_minutes=5))
    assert this_week(person).state == "met"


def test_a_session_written_late_counts_on_its_day(person: Person, worker: Staff) -> None:
    last_week = Obligation.objects.create(
        person=person, prison_id="LEI", kind="key_work_session", slot="2026-11-09@LEI", owner_role="key_worker",
        opens_on=days(-9), due_on=days(-3), due_before=NOW - timedelta(days=2), met_by="session", rule="KW-02",
        policy="x", created_at=NOW,
    )  # fmt: skip
    stamp_missed("LEI", on=TODAY, at=NOW)
    log(person, worker, replace(RECORD, at=NOW - timedelta(days=4)))
    last_week.refresh_from_db()
    assert (last_week.state, this_week(person).state) == ("met", "open")


def test_logging_is_audited_without_the_words_of_the_note(person: Person, worker: Staff) -> None:
    contact = log(person, worker)
    event = AuditEvent.objects.get(action="log_session")
    assert (event.staff, event.person, event.at) == (worker, person, NOW)
    assert event.detail == {"contact": contact.pk, "kind": "session", "on": "2026-11-18"}


@pytest.mark.parametrize("ahead", [timedelta(seconds=1), timedelta(days=1)])
def test_a_session_to_come_is_refused(person: Person, worker: Staff, ahead: timedelta) -> None:
    with pytest.raises(RefusedError, match="must not be in the future") as refused:
        log(person, worker, replace(RECORD, at=NOW + ahead))
    assert refused.value.field == "at"


def test_a_session_that_is_just_now_is_not_to_come(person: Person, worker: Staff) -> None:
    assert log(person, worker, replace(RECORD, at=NOW)).pk


def test_a_session_before_arrival_is_refused(cast: Cast, worker: Staff) -> None:
    person = cast.person(arrived_on=days(-2), surname="Newcombe")
    with pytest.raises(RefusedError, match="before Newcombe, Sam arrived, on 16 November 2026"):
        log(person, worker, replace(RECORD, at=NOW - timedelta(days=3)))
    assert log(person, worker, replace(RECORD, at=NOW - timedelta(days=2))).pk


def test_a_session_on_a_day_spent_elsewhere_is_refused(cast: Cast, worker: Staff) -> None:
    person = cast.person(arrived_on=days(-2), surname="Newcombe")
    Stay.objects.create(
        person=person, prison=person.prison, arrived_on=days(-90), left_on=days(-20), ended_because="transfer"
    )
    with pytest.raises(RefusedError, match="was not in this prison on 8 November 2026"):
        log(person, worker, replace(RECORD, at=NOW - timedelta(days=10)))
    assert log(person, worker, replace(RECORD, at=NOW - timedelta(days=20))).pk


def test_the_day_is_londons(cast: Cast, worker: Staff) -> None:
    """23:30 UTC on 19 July is half past midnight of the 20th in London, the day of arrival."""
    person = cast.person(arrived_on="2026-07-20")
    contact = log(person, worker, replace(RECORD, at=datetime(2026, 7, 19, 23, 30, tzinfo=UTC)))
    contact.refresh_from_db()
    assert contact.on.isoformat() == "2026-07-20"


@pytest.mark.parametrize(("minutes", "asks"), [(-60, False), (-59, True), (59, True), (60, False)])
def test_a_second_session_within_the_hour_asks(person: Person, worker: Staff, minutes: int, asks: bool) -> None:
    at = NOW - timedelta(hours=5)
    ContactFactory(person=person, at=at)
    again = replace(RECORD, at=at + timedelta(minutes=minutes))
    if asks:
        with pytest.raises(SameSessionError, match="Is this the same session"):
            log(person, worker, again)
    assert log(person, worker, again, another=True).pk


def test_the_same_request_twice_is_one_contact(person: Person, worker: Staff) -> None:
    request_id = uuid.uuid4()
    first = log(person, worker, request_id=request_id)
    assert log(person, worker, request_id=request_id).pk == first.pk
    assert person.contacts.count() == 1


def test_the_same_request_with_other_words_is_not_lost_in_silence(person: Person, worker: Staff) -> None:
    request_id = uuid.uuid4()
    log(person, worker, request_id=request_id)
    with pytest.raises(RefusedError, match="saved before you changed it"):
        log(person, worker, replace(RECORD, mood="Low"), request_id=request_id)


def test_a_correction_may_move_the_session_and_unmeets_the_week(person: Person, worker: Staff) -> None:
    contact = log(person, worker)
    new = amend(contact, replace(RECORD, at=NOW - timedelta(days=7)))
    contact.refresh_from_db()
    assert (new.amends, new.amended_because, contact.superseded_at) == (contact, "Wrong day", NOW)
    assert this_week(person).state == "open"
    assert this_week(person).links.count() == 0


def test_a_correction_of_the_minutes_keeps_the_week_met_by_the_new_one(person: Person, worker: Staff) -> None:
    new = amend(log(person, worker), replace(RECORD, minutes=60))
    assert list(this_week(person).links.values_list("contact", flat=True)) == [new.pk]
    assert Contact.objects.current().filter(person=person).get() == new


def test_a_session_corrected_to_an_entry_no_longer_counts(person: Person, worker: Staff) -> None:
    amend(log(person, worker), replace(RECORD, kind=ContactKind.ENTRY))
    assert this_week(person).state == "open"


def test_what_was_corrected_once_is_not_corrected_again(person: Person, worker: Staff) -> None:
    contact = log(person, worker)
    amend(contact, replace(RECORD, minutes=60))
    with pytest.raises(RefusedError, match="corrected this already"):
        amend(contact, replace(RECORD, minutes=50))


def test_a_repeated_correction_is_one(person: Person, worker: Staff) -> None:
    contact, request_id = log(person, worker), uuid.uuid4()
    first = amend(contact, replace(RECORD, minutes=60), request_id=request_id)
    assert amend(contact, replace(RECORD, minutes=60), request_id=request_id) == first


def test_a_correction_follows_the_rules_of_logging(person: Person, worker: Staff) -> None:
    contact = log(person, worker)
    with pytest.raises(RefusedError, match="future"):
        amend(contact, replace(RECORD, at=NOW + timedelta(hours=1)))
    contact.refresh_from_db()
    assert contact.superseded_at is None


def test_recorded_in_error_unmeets(person: Person, worker: Staff) -> None:
    gone = withdraw(log(person, worker))
    assert (gone.kind, gone.nomis_type) == ("deleted", "")
    assert this_week(person).state == "open"


def test_recorded_in_error_after_nomis_goes_on_the_list_again(person: Person, worker: Staff) -> None:
    contact = log(person, worker)
    NomisEntry.objects.create(contact=contact, by=worker, at=NOW)
    gone = withdraw(contact)
    assert gone.nomis_type == "KA/KE"
    assert list(Contact.objects.not_yet_on_nomis()) == [gone]


@pytest.mark.parametrize("statement", ["UPDATE", "DELETE"])
def test_the_database_refuses_to_change_a_note(person: Person, worker: Staff, statement: str) -> None:
    log(person, worker)
    notes = SessionNote.objects.all()
    with pytest.raises(InternalError, match="Cannot update or delete"), transaction.atomic():
        notes.update(mood="Better") if statement == "UPDATE" else notes.delete()


def test_KW_10_risk_information_is_for_the_pom_to_read(person: Person, worker: Staff) -> None:  # noqa: N802
    allocation = PomAllocationFactory(person=person)
    log(person, worker, replace(RECORD, risk_information="Spoke of a debt"))
    duty = person.obligations.get(kind="risk_to_read")
    assert (duty.owner, duty.owner_role, duty.note) == (allocation.staff, "pom", "Spoke of a debt")
    assert (duty.due_on, duty.opens_on) == (None, TODAY)


def test_KW_10_without_a_pom_it_is_for_the_homd(person: Person, worker: Staff) -> None:  # noqa: N802
    log(person, worker, replace(RECORD, kind=ContactKind.ENTRY, risk_information="Spoke of a debt"))
    duty = person.obligations.get(kind="risk_to_read")
    assert (duty.owner, duty.owner_role) == (None, "homd")


def test_risk_to_read_follows_the_pom(person: Person, worker: Staff) -> None:
    log(person, worker, replace(RECORD, risk_information="Spoke of a debt"))
    allocation = PomAllocationFactory(person=person)
    owed(person)
    duty = person.obligations.get(kind="risk_to_read")
    assert (duty.owner, duty.owner_role) == (allocation.staff, "pom")


def test_unread_risk_information_is_replaced_when_corrected(person: Person, worker: Staff) -> None:
    contact = log(person, worker, replace(RECORD, risk_information="Spoke of a debt"))
    amend(contact, replace(RECORD, risk_information="Spoke of two debts"))
    assert risk_duties(person) == [("void", "Spoke of a debt"), ("open", "Spoke of two debts")]


def read(person: Person, by: Staff) -> None:
    person.obligations.filter(kind="risk_to_read").update(state="met", met_at=NOW, closed_at=NOW, closed_by=by)


def test_risk_information_that_was_read_is_not_told_twice(person: Person, worker: Staff) -> None:
    contact = log(person, worker, replace(RECORD, risk_information="Spoke of a debt"))
    read(person, worker)
    amend(contact, replace(RECORD, minutes=60, risk_information="Spoke of a debt"))
    assert risk_duties(person) == [("met", "Spoke of a debt")]


def test_risk_information_that_was_read_and_is_withdrawn_is_told(person: Person, worker: Staff) -> None:
    contact = log(person, worker, replace(RECORD, risk_information="Spoke of a debt"))
    read(person, worker)
    withdraw(contact)
    assert risk_duties(person)[1] == ("open", "Withdrawn (Not held). It had said: Spoke of a debt")


class TestExpectedArrival:
    """XC-10: the prison that waits is in contact already, beside the one that still holds the person."""

    @pytest.fixture
    def expected(self, cast: Cast) -> ExpectedArrival:
        person = PersonFactory(prison=cast.elsewhere)
        key_worker, pom = KeyWorkerFactory(prison=cast.prison).staff, StaffFactory()
        KeyWorkerAllocationFactory(person=person)
        return ExpectedArrival.objects.create(
            person=person, prison=cast.prison, expected_on=days(5), key_worker=key_worker, pom=pom,
            recorded_by=pom, recorded_at=NOW - timedelta(days=3),
        )  # fmt: skip

    def test_contact_before_the_move_belongs_to_the_waiting_prison(self, expected: ExpectedArrival) -> None:
        owed(expected.person)
        contact = log(expected.person, expected.key_worker, prison=expected.prison)
        assert contact.prison_id == "LEI"
        assert this_week(expected.person).state == "open"

    def test_without_the_expectation_it_is_refused(self, expected: ExpectedArrival) -> None:
        ExpectedArrival.objects.update(closed_at=NOW - timedelta(days=1), closed_because="Not coming")
        with pytest.raises(RefusedError, match="was not in this prison"):
            log(expected.person, expected.key_worker, prison=expected.prison)

    def test_risk_is_for_the_pom_assigned_here_and_stays_here(self, expected: ExpectedArrival) -> None:
        record = replace(RECORD, risk_information="Fears a neighbour")
        log(expected.person, expected.key_worker, record, prison=expected.prison)
        owed(expected.person)
        duty = expected.person.obligations.get(kind="risk_to_read")
        assert (duty.prison_id, duty.owner) == ("LEI", expected.pom)

    def test_on_arrival_the_key_worker_stays_and_the_expectation_closes(self, expected: ExpectedArrival) -> None:
        person = expected.person
        Stay.objects.filter(person=person).update(left_on=TODAY, ended_because="transfer")
        Stay.objects.create(person=person, prison_id="LEI", arrived_on=TODAY)
        Person.objects.filter(pk=person.pk).update(prison="LEI", arrived_on=TODAY, wing=None)
        owed(person)
        person.refresh_from_db()
        expected.refresh_from_db()
        assert (person.key_worker, expected.closed_because) == (expected.key_worker, "Arrived")
        assert list(person.key_worker_allocations.values_list("prison", "ended_because").order_by("id")) == [
            ("MDI", "Transferred"),
            ("LEI", ""),
        ]
