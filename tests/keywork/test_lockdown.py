"""ED-08 and ED-11 where one fact meets another: what a simulated year found, each on its own."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from keywork.actions import log_session
from keywork.actions.priority import withdraw_not_possible
from keywork.actions.profiles import record_absence
from keywork.models import Absence, NotPossible
from keywork.notes import Record
from keywork.policy import Level
from keywork.rules import LevelFrom, Lockdown, lockdowns
from omic.models import Alert, ContactKind, Cover, Person, Role, Staff
from tests.cast import Cast
from tests.factories import NOW, TODAY, KeyWorkerFactory, days
from tests.keywork.owing import MONDAY, absent, at_level_4, checks, level, mark, on_acct, settle, this_week

pytestmark = pytest.mark.django_db


def without_key_worker(cast: Cast) -> Person:
    person = cast.person()
    Alert.objects.create(person=person, code="HA", starts_on=days(-3), first_seen_at=NOW, last_seen_at=NOW)
    return person


def log(cast: Cast, person: Person, on: date) -> None:
    record = Record(kind=ContactKind.SESSION, at=NOW + (on - TODAY), mode="cell_door", minutes=45)
    log_session(
        person=person, prison=cast.prison, record=record, request_id=uuid4(), by=cast.of(Role.KEY_WORKER), at=NOW
    )


def go_away(cast: Cast, staff: Staff) -> None:
    record_absence(
        staff=staff, prison=cast.prison, kind=Absence.INACTIVE, starts_on=TODAY, returns_on=None,
        by=cast.of(Role.GOVERNOR), at=NOW,
    )  # fmt: skip


def test_ed_11_a_session_written_up_when_level_4_has_ended_ends_the_checks_of_the_week_it_governs(cast: Cast) -> None:
    level(cast, 4)
    person = settle(without_key_worker(cast), MONDAY)
    level(cast, 2, starts_on=TODAY)
    log(cast, person, MONDAY)
    assert this_week(person) == [str(MONDAY), str(days(-1))]


def test_ed_08_an_absence_is_followed_before_level_4_that_is_planned_begins(cast: Cast) -> None:
    level(cast, 4, starts_on=days(2))
    person = settle(on_acct(cast))
    go_away(cast, cast.of(Role.KEY_WORKER))
    assert checks(person)[0] == str(days(2))


def test_ed_08_a_stand_in_who_goes_away_leaves_nobody(cast: Cast) -> None:
    person, stand_in = at_level_4(cast), KeyWorkerFactory(prison=cast.prison).staff
    absent(person, starts_on=days(-1), returns_on=days(20))
    Cover.objects.create(
        person=person, prison=cast.prison, role=Role.KEY_WORKER, staff=stand_in, starts_on=days(-1), because="Leave",
        recorded_by=cast.of(Role.GOVERNOR), recorded_at=NOW,
    )  # fmt: skip
    settle(person)
    go_away(cast, stand_in)
    assert this_week(person)[0] == str(TODAY)


def test_ed_08_a_week_given_up_and_held_after_all_is_not_missed_in_the_same_pass(cast: Cast) -> None:
    level(cast, 4)
    person, sunday = on_acct(cast), days(-3)
    mark(cast, person, sunday)
    settle(person, sunday)
    log(cast, person, sunday)
    assert this_week(person) == [str(days(number)) for number in (-3, -2, -1)]


def test_ed_08_a_fact_later_than_the_transfer_opens_no_check_in_the_prison_left(cast: Cast) -> None:
    level(cast, 4)
    person = settle(cast.person())
    leave(cast, person)
    Alert.objects.create(person=person, code="HA", starts_on=TODAY, first_seen_at=NOW, last_seen_at=NOW)
    assert checks(settle(person)) == []


def test_ed_08_the_check_owed_on_the_day_of_the_transfer_stays_owed(cast: Cast) -> None:
    level(cast, 4)
    person = settle(without_key_worker(cast))
    leave(cast, person)
    Alert.objects.filter(person=person).update(ends_on=TODAY)
    assert checks(settle(person)) == [str(TODAY)]


def leave(cast: Cast, person: Person) -> None:
    person.stays.update(left_on=TODAY, ended_because="transfer")
    person.stays.create(prison=cast.elsewhere, arrived_on=TODAY)
    Person.objects.filter(pk=person.pk).update(prison=cast.elsewhere, wing=None, arrived_on=TODAY)


def test_ed_11_level_4_that_is_planned_again_hides_no_check_of_the_week_in_which_it_ended(cast: Cast) -> None:
    for number, starts_on in ((4, days(-90)), (2, TODAY), (4, days(7))):
        level(cast, number, starts_on=starts_on)
    person = settle(without_key_worker(cast))
    assert checks(person) == [str(days(number)) for number in (*range(5), *range(7, 15))]


@pytest.mark.parametrize(("since", "first"), [(MONDAY, []), (MONDAY - timedelta(days=7), [str(TODAY)])])
def test_ed_08_a_week_that_closed_under_a_mark_keeps_the_checks_when_the_mark_is_taken_back(
    cast: Cast, since: date, first: list[str]
) -> None:
    level(cast, 4)
    person = on_acct(cast)
    mark(cast, person, since)
    settle(person)
    withdraw_not_possible(mark=NotPossible.objects.get(), because="x", by=cast.of(Role.GOVERNOR), at=NOW)
    assert this_week(person)[:1] == first


def test_ed_08_a_week_with_a_session_before_the_mark_keeps_none(cast: Cast) -> None:
    level(cast, 4)
    person, sunday = on_acct(cast), days(-3)
    log(cast, person, days(-9))
    mark(cast, person, sunday)
    withdraw_not_possible(mark=NotPossible.objects.get(), because="x", by=cast.of(Role.GOVERNOR), at=NOW)
    assert this_week(person) == []


@pytest.mark.parametrize(
    ("ended_on", "until"), [(None, date.max), (TODAY, date(2026, 11, 23)), (date(2026, 11, 23), date(2026, 11, 23))]
)
def test_ed_11_level_4_governs_to_the_end_of_the_week_in_which_it_ends(ended_on: date | None, until: date) -> None:
    levels = [LevelFrom(days(-20), Level.LOCKDOWN), *([LevelFrom(ended_on, Level.REDUCE)] if ended_on else [])]
    assert lockdowns(levels) == (Lockdown(days(-20), until),)
