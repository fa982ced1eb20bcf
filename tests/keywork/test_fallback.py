"""Level 4: when daily checks take the place of key work (ED-08)."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from keywork.actions import log_session
from keywork.actions.profiles import record_absence
from keywork.models import Absence, NotPossible, PriorityDecision
from keywork.notes import Record
from omic.audit import Actor
from omic.models import Alert, ContactKind, Cover, Person, Role
from omic.postings import end_posting, post_staff
from omic.reconcile import AHEAD, reconcile, window_of
from tests.cast import Cast
from tests.factories import (
    NOW,
    TODAY,
    CaseDetailsFactory,
    ContactFactory,
    KeyWorkerFactory,
    SentenceFactory,
    days,
)
from tests.keywork.owing import (
    MONDAY,
    absent,
    at_level_4,
    checks,
    decided,
    level,
    mark,
    on_acct,
    owed,
    settle,
    this_week,
)

pytestmark = pytest.mark.django_db


def test_nothing_falls_back_while_key_work_is_possible(cast: Cast) -> None:
    level(cast, 4)
    person = settle(on_acct(cast))
    assert this_week(person) == []
    assert checks(person)[0] == "2026-11-23", "the day after this week, unless a session is held"


def test_a_level_that_goes_down_in_the_week_keeps_its_checks_to_the_sunday(cast: Cast) -> None:
    level(cast, 4)
    level(cast, 2, starts_on=TODAY)
    person = cast.person()
    Alert.objects.create(person=person, code="HA", starts_on=days(-3), first_seen_at=NOW, last_seen_at=NOW)
    assert checks(settle(person)) == [str(days(number)) for number in range(5)]


def test_in_hospital_since_the_tuesday_nothing_is_owed_though_mondays_check_was(cast: Cast) -> None:
    level(cast, 4)
    person = cast.person()
    Alert.objects.create(person=person, code="HA", starts_on=days(-3), first_seen_at=NOW, last_seen_at=NOW)
    settle(person, MONDAY)
    Person.objects.filter(pk=person.pk).update(presence="hospital")
    settle(person)
    assert [day for day in checks(person) if day >= str(TODAY)] == []
    assert owed(person) == []


def test_marked_not_possible_daily_checks_start_that_day_and_the_weeks_session_is_not_owed(cast: Cast) -> None:
    level(cast, 4)
    person = on_acct(cast)
    mark(cast, person)
    settle(person)
    assert checks(person)[:2] == ["2026-11-18", "2026-11-19"] and len(checks(person)) == 15
    assert owed(person) == []


def test_the_mark_ends_with_the_day_of_the_next_session(cast: Cast) -> None:
    level(cast, 4)
    person = on_acct(cast)
    mark(cast, person)
    ContactFactory(person=person, at=NOW, by=cast.of(Role.KEY_WORKER))
    settle(person)
    assert this_week(person) == ["2026-11-18"]
    assert [slot for slot, _, _ in owed(person)] == ["2026-11-16", "2026-11-23", "2026-11-30"]


def test_without_a_key_worker_checks_start_and_the_session_is_owed_still(cast: Cast) -> None:
    level(cast, 4)
    person = cast.person()
    Alert.objects.create(person=person, code="HA", starts_on=days(-3), first_seen_at=NOW, last_seen_at=NOW)
    settle(person)
    assert checks(person)[0] == "2026-11-18", "days that are over were never asked for"
    assert owed(person)[0] == ("2026-11-16", "owed", 1)


def test_a_week_that_closed_without_a_session_opens_them(cast: Cast) -> None:
    level(cast, 4)
    person = settle(on_acct(cast))
    settle(person, date(2026, 11, 23))
    assert checks(person)[0] == "2026-11-23"


def test_silence_never_means_possible_but_at_level_3_a_missed_week_is_only_missed(cast: Cast) -> None:
    level(cast, 3)
    person = settle(on_acct(cast))
    assert checks(settle(person, date(2026, 11, 23))) == []


def test_losing_the_key_worker_opens_checks_although_there_were_sessions_before(cast: Cast) -> None:
    person = at_level_4(cast)
    assert this_week(person) == []
    person.key_worker_allocations.update(ended_at=NOW, ended_because="Changed", ended_kind="taken_off")
    assert checks(settle(person))[0] == "2026-11-18"


def test_cover_chosen_later_ends_no_check_before_the_next_session(cast: Cast) -> None:
    person = at_level_4(cast)
    absent(person, starts_on=days(-1), returns_on=days(20))
    before = checks(settle(person))
    Cover.objects.create(
        person=person, prison=cast.prison, role=Role.KEY_WORKER, staff=KeyWorkerFactory(prison=cast.prison).staff,
        starts_on=TODAY, because="Leave", recorded_by=cast.of(Role.GOVERNOR), recorded_at=NOW,
    )  # fmt: skip
    assert before and checks(settle(person)) == before


def test_cover_from_the_first_day_opens_none(cast: Cast) -> None:
    person = at_level_4(cast)
    absent(person, starts_on=days(-1), returns_on=days(20))
    Cover.objects.create(
        person=person, prison=cast.prison, role=Role.KEY_WORKER, staff=KeyWorkerFactory(prison=cast.prison).staff,
        starts_on=days(-1), because="Leave", recorded_by=cast.of(Role.GOVERNOR), recorded_at=NOW,
    )  # fmt: skip
    assert this_week(settle(person)) == []


def test_ed_08_a_stand_in_who_is_posted_here_no_more_is_able_no_more(cast: Cast) -> None:
    person, stand_in = at_level_4(cast), KeyWorkerFactory(prison=cast.prison).staff
    absent(person, starts_on=days(-1), returns_on=days(20))
    Cover.objects.create(
        person=person, prison=cast.prison, role=Role.KEY_WORKER, staff=stand_in,
        starts_on=days(-1), because="Leave", recorded_by=cast.of(Role.GOVERNOR), recorded_at=NOW,
    )  # fmt: skip
    assert this_week(settle(person)) == []
    end_posting(posting=stand_in.postings.get(), ends_on=days(1), by=Actor(job="test"), at=NOW)
    assert checks(person)[0] == "2026-11-19"


def test_h1_from_the_planned_end_of_the_key_workers_posting_checks_stand_ahead_of_their_days(cast: Cast) -> None:
    person, ends_on = at_level_4(cast), days(2)
    posting = cast.of(Role.KEY_WORKER).postings.get(role=Role.KEY_WORKER)
    end_posting(posting=posting, ends_on=ends_on, by=Actor(job="test"), at=NOW)
    planned = checks(person)
    assert planned[0] == str(ends_on), "though no job runs until then"
    assert checks(settle(person, ends_on)) == [*planned, str(ends_on + AHEAD - timedelta(days=1)), str(ends_on + AHEAD)]


def test_who_is_posted_anew_from_the_day_on_which_the_posting_ends_stays_able(cast: Cast) -> None:
    person, staff = at_level_4(cast), cast.of(Role.KEY_WORKER)
    before = checks(person)
    end_posting(posting=staff.postings.get(role=Role.KEY_WORKER), ends_on=days(2), by=Actor(job="test"), at=NOW)
    post_staff(staff=staff, role=Role.KEY_WORKER, prison=cast.prison, starts_on=days(2), by=Actor(job="test"), at=NOW)
    assert checks(person) == before and this_week(person) == []


def test_a_check_that_was_missed_stays_missed_when_the_acct_is_closed(cast: Cast) -> None:
    level(cast, 4)
    person = on_acct(cast)
    mark(cast, person)
    settle(person)
    Alert.objects.filter(person=person).update(ends_on=days(1))
    with transaction.atomic():
        reconcile([person.pk], window_of(days(1), NOW + timedelta(days=1), since=TODAY))
    assert checks(person) == ["2026-11-18"]


def test_a_mark_or_a_local_addition_of_another_prison_binds_nobody_here(cast: Cast) -> None:
    level(cast, 4)
    person = on_acct(cast)
    NotPossible.objects.create(
        person=person, prison=cast.elsewhere, from_on=TODAY, because="Outbreak", marked_by=cast.of(Role.GOVERNOR),
        marked_at=NOW,
    )  # fmt: skip
    assert this_week(settle(person)) == []
    other = cast.person()
    decided(cast, other, "local", pgd_agreed=True, pgd_decided_by=cast.of(Role.PGD), pgd_decided_at=NOW)
    PriorityDecision.objects.update(prison=cast.elsewhere)
    assert owed(settle(other)) == []


def test_at_level_4_absence_and_session_are_followed_at_once(cast: Cast) -> None:
    person = at_level_4(cast)
    record_absence(
        staff=cast.of(Role.KEY_WORKER), prison=cast.prison, kind=Absence.LONG_TERM_ABSENCE, starts_on=TODAY,
        returns_on=None, by=cast.of(Role.GOVERNOR), at=NOW,
    )  # fmt: skip
    assert checks(person)[0] == "2026-11-18"
    record = Record(kind=ContactKind.SESSION, at=NOW, mode="cell_door", minutes=45, contact_minutes=30)
    log_session(
        person=person, prison=cast.prison, record=record, request_id=uuid4(), by=cast.of(Role.KEY_WORKER), at=NOW
    )
    assert this_week(person) == ["2026-11-18"]


def test_cover_ends_with_the_key_worker_it_was_for(cast: Cast) -> None:
    person = at_level_4(cast)
    cover = Cover.objects.create(
        person=person, prison=cast.prison, role=Role.KEY_WORKER, staff=KeyWorkerFactory(prison=cast.prison).staff,
        starts_on=days(-1), because="Leave", recorded_by=cast.of(Role.GOVERNOR), recorded_at=NOW,
    )  # fmt: skip
    person.key_worker_allocations.update(ended_at=NOW, ended_because="Off", ended_kind="taken_off")
    settle(person)
    cover.refresh_from_db()
    assert (cover.ends_on, bool(cover.ended_because)) == (TODAY, True)


def test_the_end_of_a_posting_lists_the_people_at_once(cast: Cast) -> None:
    person = at_level_4(cast)
    posting = cast.of(Role.KEY_WORKER).postings.get()
    end_posting(posting=posting, ends_on=TODAY, by=Actor(job="test"), at=NOW)
    person.refresh_from_db()
    assert person.key_worker is None
    assert person.obligations.demanding().filter(kind="allocate_key_worker").exists()


@pytest.mark.parametrize("decided_ahead", [True, False])
def test_h1_who_comes_into_a_group_by_a_planned_day_is_on_its_roster_though_no_job_runs(
    cast: Cast, decided_ahead: bool
) -> None:
    """A decision of a day to come, and high RoSH 28 days before release (PG-2); nobody is their key worker."""
    level(cast, 4)
    joins, last = MONDAY + timedelta(days=9), TODAY + AHEAD
    person = cast.person()
    if decided_ahead:
        decided(cast, person, "shielding", starts_on=joins)
    else:
        SentenceFactory(person=person, crd=joins + timedelta(days=28))
        CaseDetailsFactory(person=person, rosh="high")
    from_then = [str(joins + timedelta(days=number)) for number in range((last - joins).days + 1)]
    assert checks(settle(person)) == from_then
    assert [slot for slot, _, _ in owed(person)] == ["2026-11-23", "2026-11-30"]
    assert checks(settle(person, joins))[: len(from_then)] == from_then, "nor does the night find anything else"


def test_h1_a_group_planned_from_tuesday_to_friday_asks_for_the_checks_of_its_days_ahead(cast: Cast) -> None:
    level(cast, 4)
    person = cast.person()
    decided(cast, person, "shielding", starts_on=date(2026, 11, 24), ends_on=date(2026, 11, 27))
    assert checks(settle(person)) == ["2026-11-24", "2026-11-25", "2026-11-26"]
    assert checks(settle(person, date(2026, 11, 27))) == ["2026-11-24", "2026-11-25", "2026-11-26"]


def test_who_leaves_a_group_by_a_planned_day_is_on_the_roster_until_the_day_before_though_no_job_runs(
    cast: Cast,
) -> None:
    """A decision that ends and stands anew a week later (PG-4); nobody is their key worker."""
    level(cast, 4)
    person, leaves, back = cast.person(), MONDAY + timedelta(days=7), MONDAY + timedelta(days=14)
    decided(cast, person, "shielding", ends_on=leaves)
    decided(cast, person, "shielding", starts_on=back)
    first, again = (range(5), range((back - TODAY).days, AHEAD.days + 1))
    assert checks(settle(person)) == [str(days(number)) for number in (*first, *again)]
    assert [slot for slot, _, _ in owed(person)] == ["2026-11-16", "2026-11-30"]
