"""Duties: synchronised to what rules want, settled by contacts, stamped by the night, followed when people move."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from omic import obligations
from omic.models import Contact, Obligation, ObligationContact, ObligationKind, Person
from omic.obligations import Wanted
from tests.factories import (
    NOW,
    TODAY,
    ContactFactory,
    ObligationFactory,
    PersonFactory,
    PrisonFactory,
    StaffFactory,
    days,
)

pytestmark = pytest.mark.django_db
WEEK = date(2026, 11, 16)


def wanted(person: Person, **facts: object) -> Wanted:
    standard: dict[str, object] = {
        "person_id": person.pk,
        "prison_id": "LEI",
        "kind": ObligationKind.KEY_WORK_SESSION,
        "slot": f"{WEEK}@LEI",
        "owner_role": "key_worker",
        "owner_id": None,
        "opens_on": WEEK,
        "due_on": WEEK + timedelta(days=6),
        "met_by": "session",
        "rule": "KW-02",
        "policy": "key_work",
    }
    return Wanted(**(standard | facts))  # type: ignore[arg-type]


def synchronise(person: Person, *rows: Wanted) -> dict[str, int]:
    return obligations.synchronise(
        rows,
        people=[person.pk],
        kinds=[ObligationKind.KEY_WORK_SESSION],
        first=WEEK,
        last=WEEK + timedelta(days=14),
        on=TODAY,
        at=NOW,
        void_because="not owed",
    )


def at(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=NOW.tzinfo)


def supersede(contact: Contact) -> None:
    ContactFactory(person=contact.person, kind="deleted", amends=contact, amended_because="wrong person")
    Contact.objects.filter(pk=contact.pk).update(superseded_at=NOW)


def test_what_is_wanted_opens_once() -> None:
    person = PersonFactory()
    assert synchronise(person, wanted(person)) == {"opened": 1, "moved": 0, "void": 0}
    assert synchronise(person, wanted(person)) == {"opened": 0, "moved": 0, "void": 0}
    row = Obligation.objects.get()
    assert (row.due_on, row.due_before.isoformat()) == (date(2026, 11, 22), "2026-11-23T00:00:00+00:00")


def test_a_due_day_ends_at_londons_midnight_in_summer_too() -> None:
    person = PersonFactory()
    synchronise(person, wanted(person, due_on=date(2026, 7, 5), opens_on=date(2026, 6, 29)))
    assert Obligation.objects.get().due_before.isoformat() == "2026-07-05T23:00:00+00:00"


def test_a_demanding_duty_follows_its_facts() -> None:
    person, owner = PersonFactory(), StaffFactory()
    synchronise(person, wanted(person))
    assert synchronise(person, wanted(person, owner_id=owner.pk))["moved"] == 1
    assert Obligation.objects.get().owner == owner


def test_a_contact_duty_whose_last_day_has_passed_stays_with_whoever_owed_it() -> None:
    person, owner = PersonFactory(), StaffFactory()
    row = ObligationFactory(person=person, opens_on=days(-9), due_on=days(-3), slot="old", owner=owner)
    rows = [wanted(person, slot="old", opens_on=days(-9), due_on=days(-3), owner_id=None)]
    assert synchronise(person, *rows)["moved"] == 0
    row.refresh_from_db()
    assert row.owner == owner


def test_what_nobody_wants_any_more_goes_void_and_can_come_back() -> None:
    person = PersonFactory()
    synchronise(person, wanted(person))
    assert synchronise(person)["void"] == 1
    assert synchronise(person, wanted(person))["opened"] == 1
    assert sorted(Obligation.objects.values_list("state", "closed_because")) == [("open", ""), ("void", "not owed")]


def test_a_met_duty_stays_met_when_nobody_wants_it() -> None:
    person = PersonFactory()
    ObligationFactory(person=person)
    ContactFactory(person=person)
    obligations.settle([person.pk])
    assert synchronise(person)["void"] == 0
    assert Obligation.objects.get().state == "met"


def test_a_session_meets_its_week_and_only_its_week() -> None:
    person = PersonFactory()
    this, last = ObligationFactory(person=person), ObligationFactory(person=person, opens_on=days(-9), due_on=days(-3))
    ContactFactory(person=person, at=at(days(-3), 23), recorded_at=NOW)
    obligations.settle([person.pk])
    this.refresh_from_db()
    last.refresh_from_db()
    assert (this.state, last.state) == ("open", "met")


def test_a_late_evening_counts_on_londons_day() -> None:
    """00:30 in London on Monday 1 June is still Sunday in UTC: it belongs to the new week."""
    person = PersonFactory(arrived_on=date(2026, 1, 1))
    row = ObligationFactory(person=person, opens_on=date(2026, 6, 1), due_on=date(2026, 6, 7))
    ContactFactory(person=person, at=datetime(2026, 5, 31, 23, 30, tzinfo=NOW.tzinfo))
    obligations.settle([person.pk])
    row.refresh_from_db()
    assert row.state == "met"


@pytest.mark.parametrize("kind", ["entry", "check", "seen"])
def test_no_other_kind_of_contact_meets_a_session(kind: str) -> None:
    person = PersonFactory()
    ObligationFactory(person=person)
    ContactFactory(person=person, kind=kind)
    obligations.settle([person.pk])
    assert Obligation.objects.get().state == "open"


def test_another_prisons_session_meets_nothing_here() -> None:
    person = PersonFactory()
    ObligationFactory(person=person)
    ContactFactory(person=person, prison=PrisonFactory(code="MDI"))
    obligations.settle([person.pk])
    assert Obligation.objects.get().state == "open"


def test_minutes_add_up() -> None:
    person = PersonFactory()
    ObligationFactory(person=person, met_by="engagement", unit="minutes", quantity=45)
    ContactFactory(person=person, kind="engagement", minutes=20)
    obligations.settle([person.pk])
    assert (Obligation.objects.get().done, Obligation.objects.get().state) == (20, "open")
    ContactFactory(person=person, kind="engagement", minutes=25)
    obligations.settle([person.pk])
    assert (Obligation.objects.get().done, Obligation.objects.get().state) == (45, "met")


def test_a_corrected_contact_un_meets() -> None:
    person = PersonFactory()
    ObligationFactory(person=person)
    contact = ContactFactory(person=person)
    obligations.settle([person.pk])
    supersede(contact)
    obligations.settle([person.pk])
    row = Obligation.objects.get()
    assert (row.state, row.done, row.met_at, row.closed_at) == ("open", 0, None, None)


def test_settling_twice_writes_nothing() -> None:
    person = PersonFactory()
    ObligationFactory(person=person)
    ContactFactory(person=person)
    assert obligations.settle([person.pk]) == 1
    assert obligations.settle([person.pk]) == 0


def test_a_missed_week_stops_demanding_with_the_next_session_and_stays_missed() -> None:
    person = PersonFactory()
    row = ObligationFactory(person=person, opens_on=days(-9), due_on=days(-3))
    assert Obligation.objects.overdue(TODAY).count() == 1
    obligations.stamp_missed("LEI", on=TODAY, at=NOW)
    contact = ContactFactory(person=person)
    obligations.settle([person.pk])
    row.refresh_from_db()
    assert (row.state, row.closed_at, row.closed_because) == ("missed", contact.at, "later contact")
    assert not Obligation.objects.overdue(TODAY).exists()


def test_what_was_excepted_stays_closed_when_the_contact_that_closed_it_is_withdrawn() -> None:
    """Closed by the next check, then stamped as excepted: without that check it is excepted all the same (ED-09)."""
    closed = {"closed_at": NOW, "closed_because": "later contact"}
    duty = ObligationFactory(opens_on=days(-9), due_on=days(-3), state="excepted", **closed)
    obligations.settle([duty.person_id])
    duty.refresh_from_db()
    assert (duty.state, duty.closed_at, duty.closed_because) == ("excepted", NOW, "excepted")


def test_overdue_begins_the_day_after_the_last_day_with_or_without_the_stamp() -> None:
    ObligationFactory(due_on=TODAY, opens_on=days(-6))
    assert not Obligation.objects.overdue(TODAY).exists()
    assert Obligation.objects.overdue(days(1)).count() == 1
    obligations.stamp_missed("LEI", on=days(1), at=NOW)
    assert Obligation.objects.overdue(days(1)).count() == 1
    assert obligations.stamp_missed("LEI", on=days(1), at=NOW) == 0


def test_contacts_owed_stay_with_the_prison_that_owed_them_and_omu_duties_follow() -> None:
    person = PersonFactory(prison=PrisonFactory(code="MDI"))
    session = ObligationFactory(person=person, prison=PrisonFactory(code="LEI"))
    duty = ObligationFactory(person=person, prison=PrisonFactory(code="LEI"), kind="handover", met_by="", slot="s1")
    obligations.follow_moves([person.pk], at=NOW)
    obligations.leave_behind([person.pk], at=NOW)
    session.refresh_from_db()
    duty.refresh_from_db()
    assert (session.prison_id, session.state, session.closed_because) == ("LEI", "missed", "left")
    assert (duty.prison_id, duty.state) == ("MDI", "open")
    assert obligations.follow_moves([person.pk], at=NOW) == {"followed": 0, "released": 0}
    assert obligations.leave_behind([person.pk], at=NOW) == {"left": 0}


def test_where_possible_is_no_breach_when_left_behind() -> None:
    row = ObligationFactory(
        person=PersonFactory(prison=PrisonFactory(code="MDI")), prison=PrisonFactory(), basis="where_possible"
    )
    obligations.leave_behind([row.person_id], at=NOW)
    row.refresh_from_db()
    assert (row.state, row.closed_because) == ("not_met", "left")


def test_who_is_back_before_the_period_is_over_is_owed_it_again() -> None:
    person = PersonFactory(prison=PrisonFactory(code="MDI"))
    here = PrisonFactory(code="LEI")
    row = ObligationFactory(
        person=person, prison=here, slot=f"{WEEK}@LEI", opens_on=WEEK, due_on=WEEK + timedelta(days=6)
    )
    obligations.leave_behind([person.pk], at=NOW)
    Person.objects.filter(pk=person.pk).update(prison=here)
    synchronise(person, wanted(person))
    row.refresh_from_db()
    assert (row.state, row.closed_at) == ("open", None)


def test_a_leavers_week_stays_closed_when_a_later_session_is_withdrawn() -> None:
    person = PersonFactory(prison=PrisonFactory(code="MDI"))
    row = ObligationFactory(person=person, prison=PrisonFactory(code="LEI"), opens_on=days(-9), due_on=days(-3))
    obligations.leave_behind([person.pk], at=NOW)
    contact = ContactFactory(person=person, prison=row.prison)
    obligations.settle([person.pk])
    supersede(contact)
    obligations.settle([person.pk])
    row.refresh_from_db()
    assert (row.state, row.closed_because) == ("missed", "left")


def test_a_miss_that_was_never_owed_goes_void_when_the_fact_is_told_late() -> None:
    person = PersonFactory()
    row = ObligationFactory(person=person, slot=f"{WEEK}@LEI", opens_on=WEEK, due_on=WEEK + timedelta(days=6))
    obligations.stamp_missed("LEI", on=days(7), at=NOW)
    assert synchronise(person)["void"] == 1
    row.refresh_from_db()
    assert row.state == "void"


def test_the_contact_that_completed_it_is_when_it_was_met() -> None:
    person = PersonFactory()
    ObligationFactory(person=person)
    first = ContactFactory(person=person, at=NOW - timedelta(days=1))
    ContactFactory(person=person)
    obligations.settle([person.pk])
    assert Obligation.objects.get().met_at == first.at


def test_minutes_do_not_carry_over() -> None:
    person = PersonFactory()
    ObligationFactory(
        person=person, met_by="engagement", unit="minutes", quantity=45, opens_on=days(-9), due_on=days(-3)
    )
    ContactFactory(person=person, kind="engagement", minutes=45)
    obligations.settle([person.pk])
    assert Obligation.objects.overdue(TODAY).exists()


def test_a_link_that_somebody_made_is_kept() -> None:
    duty = ObligationFactory(met_by="", kind="handover", slot="s1")
    ObligationContact.objects.create(obligation=duty, contact=ContactFactory(person=duty.person), quantity=1)
    obligations.settle([duty.person_id])
    assert duty.links.count() == 1


def test_release_ends_the_omus_duties() -> None:
    person = PersonFactory(prison=None, wing=None, arrived_on=None, presence="out")
    duty = ObligationFactory(person=person, prison=PrisonFactory(), kind="handover", met_by="", slot="s1")
    obligations.follow_moves([person.pk], at=NOW)
    duty.refresh_from_db()
    assert (duty.state, duty.closed_because) == ("void", "released")


def test_the_database_refuses_a_second_row_in_one_slot() -> None:
    row = ObligationFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        ObligationFactory(person=row.person, slot=row.slot)


@pytest.mark.parametrize("change", ["UPDATE omic_contact SET text = 'x'", "DELETE FROM omic_contact"])
def test_the_database_keeps_contacts_as_they_were_written(change: str) -> None:
    ContactFactory()
    with pytest.raises(Exception, match="Cannot"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_a_contact_is_superseded_once_and_only_by_what_amends_it() -> None:
    contact, lonely = ContactFactory(), ContactFactory()
    supersede(contact)
    with pytest.raises(Exception, match="Cannot"), transaction.atomic():
        Contact.objects.filter(pk=contact.pk).update(superseded_at=None)
    with pytest.raises(Exception, match="Cannot supersede"), transaction.atomic(), connection.cursor() as cursor:
        Contact.objects.filter(pk=lonely.pk).update(superseded_at=NOW)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_database_refuses_a_contact_in_the_future() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ContactFactory(at=NOW + timedelta(minutes=1), recorded_at=NOW)
