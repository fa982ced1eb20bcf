"""The sessions owed, as the pipeline keeps them for stays, transfers, complexity and priority."""

from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import transaction

from omic.models import Alert, Obligation, Person, Prison, Stay
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import NOW, TODAY, ContactFactory, PersonFactory, PrisonFactory, days

pytestmark = pytest.mark.django_db


def settle(person: Person, on: date = TODAY) -> Counter[str]:
    with transaction.atomic():
        return reconcile([person.pk], window_of(on, NOW + (on - TODAY)))


def sessions(person: Person) -> list[tuple[str, date, str]]:
    rows = person.obligations.filter(kind="key_work_session").order_by("due_on", "id")
    return list(rows.values_list("slot", "due_on", "state"))


@pytest.fixture
def women(db: None) -> Prison:
    return PrisonFactory(code="WXF", estate="women")


def test_men_are_owed_this_week_and_those_of_the_next_fortnight(cast: Cast) -> None:
    person = cast.person()
    settle(person)
    assert sessions(person) == [
        ("2026-11-16@LEI", date(2026, 11, 22), "open"),
        ("2026-11-23@LEI", date(2026, 11, 29), "open"),
        ("2026-11-30@LEI", date(2026, 12, 6), "open"),
    ]


def test_nothing_is_owed_for_weeks_before_somebody_came_to_be_known(cast: Cast) -> None:
    """A prison that starts today is not overdue at once for the weeks in which nobody could record anything."""
    person = cast.person(arrived_on=days(-200))
    settle(person)
    assert not person.obligations.overdue(TODAY).exists()


def test_an_overdue_session_stays_when_the_week_has_passed(cast: Cast) -> None:
    person = cast.person()
    settle(person)
    settle(person, days(7))
    assert sessions(person)[0] == ("2026-11-16@LEI", date(2026, 11, 22), "open")
    assert person.obligations.overdue(days(7)).filter(kind="key_work_session").count() == 1


def test_women_are_owed_this_month_and_the_next_that_begins_within_a_fortnight(women: Prison) -> None:
    person = PersonFactory(prison=women, sex="female")
    settle(person)
    assert [slot for slot, _, _ in sessions(person)] == ["2026-11@WXF", "2026-12@WXF"]


def test_kw_15_high_complexity_ends_what_was_owed(women: Prison) -> None:
    person = PersonFactory(prison=women, sex="female")
    settle(person)
    Person.objects.filter(pk=person.pk).update(complexity="high")
    settle(person)
    assert {state for _, _, state in sessions(person)} == {"void"}
    assert not person.obligations.demanding().filter(kind="allocate_key_worker").exists()


def test_a_return_within_the_month_owes_one_month(women: Prison) -> None:
    person = PersonFactory(prison=women, sex="female", arrived_on=date(2026, 11, 16))
    Stay.objects.create(
        person=person, prison=women, arrived_on=days(-90), left_on=date(2026, 11, 15), ended_because="release"
    )
    settle(person)
    duty = person.obligations.get(slot="2026-11@WXF")
    assert (duty.opens_on, duty.state) == (date(2026, 11, 1), "open")


def test_a_transfer_late_in_the_week_leaves_a_missed_session_behind(cast: Cast) -> None:
    person = cast.person()
    settle(person)
    move(person, cast.elsewhere, on=days(2))  # Friday: Monday to Thursday were whole days
    settle(person, days(2))
    rows = {slot: state for slot, _, state in sessions(person)}
    assert rows["2026-11-16@LEI"] == "not_met", "a target of level 1: a shortfall, no breach"
    assert rows["2026-11-23@LEI"] == "void"
    assert rows["2026-11-23@MDI"] == "open"
    assert "2026-11-16@MDI" not in rows


def test_a_transfer_early_in_the_week_owes_nothing_here_and_the_week_there(cast: Cast) -> None:
    person = cast.person()
    settle(person)
    move(person, cast.elsewhere, on=TODAY)
    settle(person)
    rows = {slot: state for slot, _, state in sessions(person)}
    assert (rows["2026-11-16@LEI"], rows["2026-11-16@MDI"]) == ("void", "open")


def move(person: Person, prison: Prison, *, on: date) -> None:
    Stay.objects.filter(person=person).update(left_on=on, ended_because="transfer")
    Stay.objects.create(person=person, prison=prison, arrived_on=on)
    Person.objects.filter(pk=person.pk).update(prison=prison, arrived_on=on, wing=None)


def test_open_prisons_owe_nothing_without_a_regime_level(db: None) -> None:
    person = PersonFactory(prison=PrisonFactory(code="OPN", estate="men_open"))
    settle(person)
    assert sessions(person) == []


def test_priority_groups_are_kept_on_what_is_owed(cast: Cast) -> None:
    person = cast.person()
    alert = Alert.objects.create(person=person, code="HA", first_seen_at=NOW, last_seen_at=NOW)
    settle(person)
    assert set(map(tuple, Obligation.objects.values_list("priority_groups", flat=True))) >= {("acct_open",)}
    alert.ends_on = TODAY
    alert.save()
    settle(person)
    assert not person.obligations.filter(priority_groups__contains=["acct_open"]).exists()


def test_a_session_before_the_obligation_stood_meets_it_when_it_opens(cast: Cast) -> None:
    person = cast.person()
    ContactFactory(person=person, at=NOW - timedelta(days=1))
    settle(person)
    assert sessions(person)[0][2] == "met"


def test_a_second_run_changes_nothing(cast: Cast) -> None:
    person = cast.person()
    settle(person)
    assert not +settle(person)
