"""The checks that the pipeline keeps owed in women's prisons, and what hangs off who is checked daily."""

from datetime import date, timedelta

import pytest
from django.db import transaction

from keywork.models import RegimeLevel
from omic.models import Alert, DayOut, Obligation, Person, PrisonSetting, Role, Suspension
from omic.obligations import stamp_missed
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import NOW, TODAY, CohortDecisionFactory, ContactFactory, PersonFactory, PrisonFactory, days

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
MONDAY = date(2026, 11, 16)


def woman(**facts: object) -> Person:
    return PersonFactory(prison=PrisonFactory(code="EWI", estate="women"), **facts)


def settle(person: Person, on: date = TODAY, since: date | None = None) -> None:
    with transaction.atomic():
        reconcile([person.pk], window_of(on, NOW + (on - TODAY), since=since))


def duties(person: Person, kind: str) -> list[tuple[str, str]]:
    rows = person.obligations.filter(kind=kind).exclude(state="void").order_by("due_on", "slot")
    return [(slot.partition("@")[0], state) for slot, state in rows.values_list("slot", "state")]


def weeks(*states: str) -> list[tuple[str, str]]:
    return [(str(MONDAY + timedelta(weeks=number)), state) for number, state in enumerate(states)]


def test_every_woman_has_a_check_a_week_until_omic_is_rolled_out() -> None:
    person = woman()
    settle(person)
    assert duties(person, "weekly_check") == weeks("open", "open", "open")
    assert duties(person, "daily_check") == []
    PrisonSetting.objects.create(
        prison=person.prison, kind="rolled_out", value="yes", starts_on=MONDAY + timedelta(weeks=1), recorded_at=NOW
    )
    settle(person)
    assert duties(person, "weekly_check") == weeks("open")


def test_men_have_none() -> None:
    person = PersonFactory(prison=PrisonFactory(code="LEI"))
    settle(person)
    assert duties(person, "weekly_check") == []


def test_a_daily_cohort_has_a_check_every_day_from_the_decision_and_none_by_the_week() -> None:
    person = woman()
    settle(person)
    CohortDecisionFactory(person=person)
    settle(person)
    assert duties(person, "daily_check") == [(str(days(number)), "open") for number in range(15)]
    assert duties(person, "weekly_check") == []


def test_stepping_down_is_to_be_told_the_same_day_and_hides_no_check_of_that_day() -> None:
    person = woman()
    CohortDecisionFactory(person=person, starts_on=days(-3))
    settle(person, since=days(-3))
    CohortDecisionFactory(person=person, cohort="weekly", stepped_down=True)
    settle(person)
    assert duties(person, "daily_check") == [(str(days(number)), "open") for number in (-3, -2, -1, 0)]
    assert duties(person, "weekly_check")[0] == (str(MONDAY), "open")
    assert len(duties(person, "step_down_talk")) == 1


@pytest.mark.parametrize(
    ("kind", "state"),
    [("session", "waived"), ("engagement", "waived"), ("entry", "open"), ("check", "met"), ("seen", "open")],
)
def test_what_waives_or_meets_the_weeks_check(kind: str, state: str) -> None:
    person = woman()
    contact = ContactFactory(person=person, kind=kind)
    settle(person)
    assert duties(person, "weekly_check")[0] == (str(MONDAY), state)
    ContactFactory(person=person, kind="deleted", amends=contact, amended_because="Wrong person")
    type(contact).objects.filter(pk=contact.pk).update(superseded_at=NOW)
    settle(person)
    assert duties(person, "weekly_check")[0] == (str(MONDAY), "open")


@pytest.mark.parametrize("kind", ["session", "engagement", "seen", "declined", "attempt"])
def test_nothing_waives_a_daily_check_but_a_check_meets_it(kind: str) -> None:
    person = woman()
    CohortDecisionFactory(person=person)
    ContactFactory(person=person, kind=kind)
    settle(person)
    assert duties(person, "daily_check")[0] == (str(TODAY), "open")
    ContactFactory(person=person, kind="check")
    settle(person)
    assert duties(person, "daily_check")[0] == (str(TODAY), "met")


def test_a_day_out_owes_no_check() -> None:
    person = woman()
    CohortDecisionFactory(person=person)
    settle(person)
    DayOut.objects.create(
        person=person, prison=person.prison, on=TODAY, why="court", recorded_by=ContactFactory().by, recorded_at=NOW
    )
    settle(person)
    assert duties(person, "daily_check")[0][0] == str(days(1))


def test_a_decision_follows_her_to_another_prison_and_is_reviewed_there_at_once() -> None:
    person = woman()
    CohortDecisionFactory(person=person, starts_on=days(-20))
    settle(person)
    stay = person.stays.get()
    stay.left_on, stay.ended_because = TODAY, "transfer"
    stay.save()
    person.prison = PrisonFactory(code="STI", estate="women")
    person.wing = None
    person.save()
    person.stays.create(prison=person.prison, arrived_on=TODAY)
    settle(person)
    there = person.obligations.filter(prison="STI").exclude(state="void")
    assert there.filter(kind="daily_check").count() == 15
    review = there.get(kind="cohort_review")
    assert (review.slot.partition("-")[0], review.due_on) == ("arrival", TODAY)


def test_a_decision_on_the_day_of_arrival_opens_no_check_in_the_prison_that_she_left() -> None:
    person = woman()
    settle(person)
    person.stays.update(left_on=TODAY, ended_because="transfer")
    Person.objects.filter(pk=person.pk).update(prison=PrisonFactory(code="STI", estate="women"), wing=None)
    person.stays.create(prison_id="STI", arrived_on=TODAY)
    CohortDecisionFactory(person=person, prison_id="STI")
    settle(person)
    found = person.obligations.filter(kind="daily_check").exclude(state="void")
    assert set(found.values_list("prison_id", flat=True)) == {"STI"}


def test_reviews_of_who_is_checked_daily() -> None:
    person = woman()
    settle(person)
    assert duties(person, "cohort_review") == []
    Alert.objects.create(person=person, code="HA", starts_on=TODAY, first_seen_at=NOW, last_seen_at=NOW)
    settle(person)
    settle(person, days(3))
    review = person.obligations.get(kind="cohort_review")
    assert (review.due_on, review.state) == (TODAY, "open")
    CohortDecisionFactory(person=person, groups=["acct_open"], starts_on=days(3))
    settle(person, days(3))
    due = person.obligations.filter(kind="cohort_review").exclude(state="void").values_list("due_on", flat=True)
    assert list(due) == [days(10)]


def test_a_review_that_nothing_asks_for_any_more_is_void_though_overdue() -> None:
    person = woman()
    alert = Alert.objects.create(person=person, code="HA", starts_on=TODAY, first_seen_at=NOW, last_seen_at=NOW)
    settle(person)
    alert.ends_on = days(5)
    alert.save()
    settle(person, days(5))
    assert duties(person, "cohort_review") == []


def suspended(cast: Cast, **facts: object) -> Suspension:
    governor = cast.of(Role.GOVERNOR)
    chosen = {"covers": "all", "starts_on": days(-2), "ends_on": TODAY, "because": "Outbreak", "approved": True} | facts
    return Suspension.objects.create(
        prison=PrisonFactory(code="EWI", estate="women"), asked_by=governor, asked_at=NOW,
        decided_by=governor, decided_at=NOW, **chosen,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "states"),
    [
        ({}, ["missed", "excepted", "excepted"]),
        ({"covers": "checks", "starts_on": days(-1), "ends_on": days(-1)}, ["missed", "missed", "excepted"]),
        ({"covers": "key_work"}, ["missed", "missed", "missed"]),
        ({"approved": False}, ["missed", "missed", "missed"]),
    ],
)
def test_what_is_missed_inside_an_approved_suspension_is_excepted(cast: Cast, facts: dict, states: list[str]) -> None:
    person = woman()
    CohortDecisionFactory(person=person, starts_on=days(-3))
    settle(person, days(-3))
    settle(person)
    suspended(cast, **facts)
    settle(person, since=days(-3))
    late = Obligation.objects.overdue(TODAY).filter(person=person, kind="daily_check").count()
    assert late == states.count("missed")
    stamp_missed("EWI", on=TODAY, at=NOW)
    assert [state for _, state in duties(person, "daily_check")[:3]] == states
    assert Obligation.objects.owed(days(-3), days(-1)).filter(kind="daily_check").count() == late


def test_what_was_excepted_is_void_on_a_day_out_told_late(cast: Cast) -> None:
    person = woman()
    CohortDecisionFactory(person=person, starts_on=days(-2))
    suspended(cast)
    settle(person, since=days(-2))
    stamp_missed("EWI", on=TODAY, at=NOW)
    DayOut.objects.create(
        person=person, prison=person.prison, on=days(-1), why="court", recorded_by=cast.of(Role.GOVERNOR),
        recorded_at=NOW,
    )  # fmt: skip
    settle(person, since=days(-1))
    assert duties(person, "daily_check")[:2] == [(str(days(-2)), "excepted"), (str(TODAY), "open")]


def test_what_was_excepted_is_met_by_a_late_entry_and_missed_again_without_the_suspension(cast: Cast) -> None:
    person = woman()
    CohortDecisionFactory(person=person, starts_on=days(-2))
    suspension = suspended(cast)
    settle(person, since=days(-2))
    stamp_missed("EWI", on=TODAY, at=NOW)
    ContactFactory(person=person, kind="check", at=NOW - timedelta(days=1))
    settle(person)
    assert duties(person, "daily_check")[:2] == [(str(days(-2)), "excepted"), (str(days(-1)), "met")]
    Suspension.objects.filter(pk=suspension.pk).update(
        withdrawn_at=NOW, withdrawn_by=suspension.asked_by, withdrawn_because="Never needed"
    )
    settle(person, since=days(-2))
    assert duties(person, "daily_check")[0] == (str(days(-2)), "open")


def test_a_day_out_of_one_prison_voids_nothing_in_another(cast: Cast) -> None:
    person = woman()
    CohortDecisionFactory(person=person)
    DayOut.objects.create(
        person=person, prison=cast.prison, on=TODAY, why="court", recorded_by=cast.of(Role.GOVERNOR), recorded_at=NOW
    )
    settle(person)
    assert duties(person, "daily_check")[0] == (str(TODAY), "open")


@pytest.mark.parametrize(("cohort", "asked"), [("weekly", 1), ("daily", 0)])
def test_the_talk_outlasts_the_next_review_but_not_daily_checks(cohort: str, asked: int) -> None:
    person = woman()
    CohortDecisionFactory(person=person, starts_on=days(-9))
    CohortDecisionFactory(person=person, starts_on=days(-7), cohort="weekly", stepped_down=True)
    settle(person, days(-7))
    CohortDecisionFactory(person=person, starts_on=days(-1), cohort=cohort)
    settle(person)
    assert len(duties(person, "step_down_talk")) == asked


@pytest.mark.parametrize(("decided_on", "slot"), [(-10, "level"), (-3, "decision")])
def test_a_change_of_regime_level_asks_for_a_review_of_what_was_decided_before(
    cast: Cast, decided_on: int, slot: str
) -> None:
    person, papers = (
        woman(),
        dict.fromkeys(("because", "sign_off", "risk_assessment", "safe_system", "consultation"), "x"),
    )
    for level, on in ((2, -90), (3, -5)):
        RegimeLevel.objects.create(
            prison=person.prison, level=level, starts_on=days(on), recovery_plan="x",
            recorded_by=cast.of(Role.GOVERNOR), recorded_at=NOW, **papers,
        )  # fmt: skip
    CohortDecisionFactory(person=person, starts_on=days(decided_on), next_review_on=days(9))
    settle(person)
    review = person.obligations.exclude(state="void").get(kind="cohort_review")
    assert (review.slot.partition("-")[0], review.due_on) == (slot, days(-5) if slot == "level" else days(9))
