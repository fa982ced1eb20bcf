"""What the pipeline keeps owed under regime levels, priority groups, the fortnightly variant and XC-12."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction

from keywork.models import FortnightlyVariant, RegimeLevel
from omic.models import Alert, ExpectedArrival, Person, PrisonSetting, Role
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import (
    NOW,
    TODAY,
    CaseDetailsFactory,
    days,
)
from tests.keywork.owing import MONDAY, decided, level, on_acct, owed, settle

pytestmark = pytest.mark.django_db


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


def test_a_fortnight_is_owed_still_in_its_second_week(cast: Cast) -> None:
    variant(cast, approved=True)
    person = settle(cast.person(), date(2026, 11, 12))
    settle(person)
    assert owed(person)[0] == ("2026-11-09", "target", 1)


def test_an_acct_that_opens_today_makes_no_breach_of_last_week(cast: Cast) -> None:
    level(cast, 3)
    person = settle(cast.person())
    Alert.objects.create(person=person, code="HA", starts_on=days(6), first_seen_at=NOW, last_seen_at=NOW)
    with transaction.atomic():
        reconcile([person.pk], window_of(days(6), NOW + timedelta(days=6), since=days(3)))
    assert owed(person)[0][0] == "2026-11-23"
