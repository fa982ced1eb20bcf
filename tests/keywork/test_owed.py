"""What the pipeline keeps owed under regime levels, priority groups, the fortnightly variant and XC-12."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from keywork.actions import log_session
from keywork.actions.profiles import record_absence
from keywork.models import Absence, FortnightlyVariant, NotPossible, PriorityDecision, RegimeLevel
from keywork.notes import Record
from omic.audit import Actor
from omic.models import Alert, ContactKind, Cover, ExpectedArrival, Person, PrisonSetting, Role
from omic.postings import end_posting
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import (
    NOW,
    TODAY,
    CaseDetailsFactory,
    ContactFactory,
    KeyWorkerAllocationFactory,
    KeyWorkerFactory,
    days,
)

pytestmark = pytest.mark.django_db
MONDAY, LONG_AGO = date(2026, 11, 16), date(2026, 9, 1)


def level(cast: Cast, number: int, starts_on: date = LONG_AGO) -> None:
    papers = dict.fromkeys(("because", "sign_off", "risk_assessment", "safe_system", "consultation"), "kept")
    RegimeLevel.objects.create(
        prison=cast.prison, level=number, starts_on=starts_on, recovery_plan="kept",
        recorded_by=cast.of(Role.GOVERNOR), recorded_at=NOW, **papers,
    )  # fmt: skip


def settle(person: Person, on: date = TODAY) -> Person:
    with transaction.atomic():
        reconcile([person.pk], window_of(on, NOW + (on - TODAY)))
    return person


def on_acct(cast: Cast, **facts: Any) -> Person:
    person = cast.person(**facts)
    Alert.objects.create(person=person, code="HA", starts_on=days(-3), first_seen_at=NOW, last_seen_at=NOW)
    KeyWorkerAllocationFactory(person=person, staff=cast.of(Role.KEY_WORKER))
    return person


def owed(person: Person, kind: str = "key_work_session") -> list[tuple[str, str, int]]:
    rows = person.obligations.filter(kind=kind).exclude(state="void").order_by("due_on", "slot")
    return [
        (slot.partition("@")[0], basis, count) for slot, basis, count in rows.values_list("slot", "basis", "quantity")
    ]


@pytest.mark.parametrize("number", [None, 1])
def test_level_1_has_a_target_by_the_week_and_a_floor_by_the_month(cast: Cast, number: int | None) -> None:
    if number:
        level(cast, number)
    person = settle(cast.person())
    assert owed(person) == [(f"{MONDAY + timedelta(days=7 * week)}", "target", 1) for week in range(3)]
    assert owed(person, "key_work_floor") == [("2026-11", "floor", 3), ("2026-12", "floor", 3)]


@pytest.mark.parametrize(("number", "count"), [(3, 1), (2, 2)])
def test_at_levels_3_and_2_everyone_else_is_seen_where_possible(cast: Cast, number: int, count: int) -> None:
    level(cast, number)
    person = settle(cast.person())
    assert owed(person) == [("2026-11", "where_possible", count), ("2026-12", "where_possible", count)]
    assert owed(person, "key_work_floor") == []


@pytest.mark.parametrize("number", [4, 3, 2])
def test_priority_people_are_owed_the_weeks_session(cast: Cast, number: int) -> None:
    level(cast, number)
    person = settle(on_acct(cast))
    assert owed(person) == [(f"{MONDAY + timedelta(days=7 * week)}", "owed", 1) for week in range(3)]


def test_at_level_4_nobody_else_is_owed_a_session(cast: Cast) -> None:
    level(cast, 4)
    assert owed(settle(cast.person())) == []


def test_a_move_up_to_level_4_takes_over_at_once_and_any_other_with_the_next_monday(cast: Cast) -> None:
    person = settle(cast.person())
    level(cast, 3, TODAY)
    settle(person)
    assert owed(person)[0] == ("2026-11-16", "target", 1)
    RegimeLevel.objects.all().delete()
    level(cast, 4, TODAY)
    settle(person)
    assert "2026-11-16" not in [slot for slot, _, _ in owed(person)]


def test_becoming_a_priority_turns_the_months_session_into_the_weeks(cast: Cast) -> None:
    level(cast, 3)
    person = settle(cast.person())
    Alert.objects.create(person=person, code="HA", starts_on=TODAY, first_seen_at=NOW, last_seen_at=NOW)
    assert [basis for _, basis, _ in owed(settle(person))] == ["owed"] * 3


def test_a_week_that_is_over_stays_as_it_was_owed(cast: Cast) -> None:
    level(cast, 3)
    person = settle(on_acct(cast))
    Alert.objects.filter(person=person).update(ends_on=days(6))
    with transaction.atomic():
        reconcile([person.pk], window_of(days(6), NOW + timedelta(days=6), since=MONDAY))
    rows = (
        person.obligations.filter(kind="key_work_session").exclude(state="void").values_list("slot", "priority_groups")
    )
    assert dict(rows) == {"2026-11-16@LEI": ["acct_open"], "2026-11@LEI": [], "2026-12@LEI": []}


# --- decisions --------------------------------------------------------------------------------------------------------


def decided(cast: Cast, person: Person, group: str, **facts: Any) -> None:
    PriorityDecision.objects.create(
        person=person, prison=cast.prison, group=group, because="Because", starts_on=days(-1),
        decided_by=cast.of(Role.GOVERNOR), decided_at=NOW, **{"included": True} | facts,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("group", "facts", "counts"),
    [
        ("shielding", {}, True),
        ("shielding", {"included": False}, False),
        ("non_tact_recommended", {}, True),
        ("high_rosh_last_4w", {}, True),
        ("local", {}, False),
    ],
)
def test_a_decision_makes_a_priority(cast: Cast, group: str, facts: dict[str, Any], counts: bool) -> None:
    level(cast, 3)
    person = cast.person()
    decided(cast, person, group, **facts)
    assert (owed(settle(person))[0][1] == "owed") == counts


def test_a_local_addition_counts_once_the_pgd_has_agreed(cast: Cast) -> None:
    level(cast, 3)
    person = cast.person()
    decided(cast, person, "local", pgd_agreed=True, pgd_decided_by=cast.of(Role.PGD), pgd_decided_at=NOW)
    assert owed(settle(person))[0][1] == "owed"


def test_an_acct_in_post_closure_counts_when_it_was_kept(cast: Cast) -> None:
    level(cast, 3)
    person = cast.person()
    Alert.objects.create(person=person, code="HA1", starts_on=days(-3), first_seen_at=NOW, last_seen_at=NOW)
    assert owed(settle(person))[0][1] == "where_possible"
    decided(cast, person, "acct_post_closure")
    assert owed(settle(person))[0][1] == "owed"


# --- the fallback of level 4 (ED-08) ----------------------------------------------------------------------------------


def checks(person: Person) -> list[str]:
    return [slot for slot, _, _ in owed(person, "daily_check")]


def this_week(person: Person) -> list[str]:
    """Without those that follow if the week closes without its session: they stand ahead of their days (H1)."""
    return [day for day in checks(person) if day < "2026-11-23"]


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


def mark(cast: Cast, person: Person, on: date = TODAY) -> None:
    NotPossible.objects.create(
        person=person, prison=cast.prison, from_on=on, because="Outbreak", marked_by=cast.of(Role.KEY_WORKER),
        marked_at=NOW,
    )  # fmt: skip


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


# --- the rest ---------------------------------------------------------------------------------------------------------


def variant(cast: Cast, *, approved: bool | None, training: str = "yes") -> None:
    PrisonSetting.objects.create(
        prison=cast.prison, kind="long_term_training", value=training, starts_on=days(-90), recorded_at=NOW
    )
    decision = {} if approved is None else {"decided_by": cast.of(Role.PGD), "decided_at": NOW}
    FortnightlyVariant.objects.create(
        prison=cast.prison, starts_on=date(2026, 11, 9), because="Long sentences", asked_by=cast.of(Role.GOVERNOR),
        asked_at=NOW, approved=approved, **decision,
    )  # fmt: skip


def test_an_approved_fortnight_is_counted_from_its_monday(cast: Cast) -> None:
    variant(cast, approved=True)
    person = settle(cast.person())
    assert owed(person)[-1] == ("2026-11-23", "target", 1)
    duty = person.obligations.get(kind="key_work_session", slot="2026-11-23@LEI")
    assert (duty.opens_on, duty.due_on) == (date(2026, 11, 23), date(2026, 12, 6))
    assert owed(person, "key_work_floor")[0] == ("2026-11", "floor", 2)


@pytest.mark.parametrize(("approved", "training"), [(None, "yes"), (False, "yes"), (True, "no")])
def test_without_approval_or_in_another_prison_it_is_weekly(cast: Cast, approved: bool | None, training: str) -> None:
    variant(cast, approved=approved, training=training)
    assert len(owed(settle(cast.person()))) == 3


def arrived_from_youth(cast: Cast, **details: Any) -> Person:
    person = cast.person(arrived_on=days(-20))
    CaseDetailsFactory(person=person, **details)
    ExpectedArrival.objects.create(
        person=person, prison=cast.prison, expected_on=days(-20), recorded_by=cast.of(Role.HOMD), recorded_at=NOW,
        closed_at=NOW, closed_because="Arrived",
    )  # fmt: skip
    return person


def test_after_a_move_from_youth_custody_weekly_contact_wins_over_the_level(cast: Cast) -> None:
    level(cast, 3)
    person = settle(arrived_from_youth(cast))
    rules = set(person.obligations.filter(kind="key_work_session").exclude(state="void").values_list("rule", "basis"))
    assert rules == {("XC-12", "owed")}


def test_it_ends_with_the_planning_meeting(cast: Cast) -> None:
    level(cast, 3)
    person = settle(arrived_from_youth(cast, planning_meeting_on=days(-10)))
    assert {basis for _, basis, _ in owed(person)} == {"where_possible"}


# --- what a second look found -----------------------------------------------------------------------------------------


def test_a_fortnight_is_owed_still_in_its_second_week(cast: Cast) -> None:
    variant(cast, approved=True)
    person = settle(cast.person(), date(2026, 11, 12))
    settle(person)
    assert owed(person)[0] == ("2026-11-09", "target", 1)


def at_level_4(cast: Cast, **facts: Any) -> Person:
    level(cast, 4)
    person = on_acct(cast, **facts)
    ContactFactory(person=person, at=NOW - timedelta(days=8), by=cast.of(Role.KEY_WORKER))
    return settle(person)


def test_losing_the_key_worker_opens_checks_although_there_were_sessions_before(cast: Cast) -> None:
    person = at_level_4(cast)
    assert this_week(person) == []
    person.key_worker_allocations.update(ended_at=NOW, ended_because="Changed", ended_kind="taken_off")
    assert checks(settle(person))[0] == "2026-11-18"


def absent(person: Person, **days_away: date) -> None:
    profile = KeyWorkerFactory(staff=person.key_worker, prison=person.prison)
    profile.absences.create(kind="annual_leave", recorded_by=person.key_worker, recorded_at=NOW, **days_away)


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


def test_a_check_that_was_missed_stays_missed_when_the_acct_is_closed(cast: Cast) -> None:
    level(cast, 4)
    person = on_acct(cast)
    mark(cast, person)
    settle(person)
    Alert.objects.filter(person=person).update(ends_on=days(1))
    with transaction.atomic():
        reconcile([person.pk], window_of(days(1), NOW + timedelta(days=1), since=TODAY))
    assert checks(person) == ["2026-11-18"]


def test_an_acct_that_opens_today_makes_no_breach_of_last_week(cast: Cast) -> None:
    level(cast, 3)
    person = settle(cast.person())
    Alert.objects.create(person=person, code="HA", starts_on=days(6), first_seen_at=NOW, last_seen_at=NOW)
    with transaction.atomic():
        reconcile([person.pk], window_of(days(6), NOW + timedelta(days=6), since=days(3)))
    assert owed(person)[0][0] == "2026-11-23"


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
