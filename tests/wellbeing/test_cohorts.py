"""Deciding who is checked daily: what a decision, its withdrawal, a referral and a talk do at once (WB-03, WB-11)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction

from keywork.actions import log_session, withdraw_session
from keywork.actions.refusals import RefusedError
from keywork.notes import Record
from omic.models import AuditEvent, ContactKind, Obligation, Person
from omic.prison_settings import set_prison_setting, withdraw_prison_setting
from omic.reconcile import reconcile, window_of
from tests.factories import (
    NOW,
    TODAY,
    CohortDecisionFactory,
    ContactFactory,
    PersonFactory,
    PrisonFactory,
    StaffFactory,
    days,
)
from wellbeing.actions.cohorts import (
    How,
    Told,
    decide_cohort,
    newest_decision,
    refer_for_checks,
    tell_step_down,
    withdraw_decision,
)
from wellbeing.actions.merging import carry_over
from wellbeing.models import Cohort, CohortDecision, Referral

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
DAILY, WEEKLY = Cohort.DAILY, Cohort.WEEKLY


def woman(*alerts: str, since: date = TODAY, **facts: Any) -> Person:
    person = PersonFactory(prison=PrisonFactory(code="EWI", estate="women"), **facts)
    for code in alerts:
        person.alerts.create(code=code, starts_on=since, first_seen_at=NOW, last_seen_at=NOW)
    follow(person)
    return person


@transaction.atomic
def follow(person: Person, on: date = TODAY) -> None:
    reconcile([person.pk], window_of(on, NOW + (on - TODAY)))


def decide(person: Person, cohort: Cohort, on: date = TODAY, **more: Any) -> CohortDecision:
    present = newest_decision(person)
    chosen = {"because": "The meeting said so", "next_review_on": on + timedelta(days=7)}
    chosen |= {"instead_of": present and present.pk, "by": StaffFactory(username="decider")} | more
    return decide_cohort(person=person, prison=person.prison, cohort=cohort, at=NOW + (on - TODAY), **chosen)


def open_now(person: Person, kind: str) -> list[str]:
    rows = person.obligations.demanding().filter(kind=kind).order_by("due_on", "slot")
    return [slot.partition("@")[0] for slot in rows.values_list("slot", flat=True)]


def reviews(person: Person) -> list[tuple[str, date]]:
    rows = person.obligations.demanding().filter(kind="cohort_review").order_by("due_on", "slot")
    return [(slot.partition("-")[0], due_on) for slot, due_on in rows.values_list("slot", "due_on")]


def test_h3_an_acct_opened_today_asks_for_a_decision_today_and_it_acts_today() -> None:
    person = woman("HA")
    assert reviews(person) == [("stay", TODAY)]
    decision = decide(person, DAILY)
    assert decision.groups == ["acct_open"]
    assert open_now(person, "daily_check")[0] == str(TODAY)
    assert open_now(person, "weekly_check") == []
    assert reviews(person) == [("decision", days(7))]
    assert AuditEvent.objects.get(action="decide_cohort").detail == {"cohort": "daily", "stepped_down": False}


def test_a_step_down_in_the_middle_of_a_week_keeps_its_days_and_asks_to_tell_her() -> None:
    person = woman()
    decide(person, DAILY, days(-2))
    assert decide(person, WEEKLY).stepped_down
    checks = person.obligations.exclude(state="void").filter(due_on__lte=days(4)).order_by("due_on")
    assert list(checks.values_list("kind", "due_on")) == [
        *(("daily_check", days(number)) for number in (-2, -1, 0)),
        ("weekly_check", days(4)),
    ]
    assert len(open_now(person, "step_down_talk")) == 1
    assert reviews(person) == []


def test_a_second_decision_on_the_day_of_a_step_down_hides_no_check_of_that_day_either() -> None:
    person = woman()
    decide(person, DAILY, days(-2))
    for _ in range(2):
        decide(person, WEEKLY)
    assert str(TODAY) in open_now(person, "daily_check")
    assert str(days(1)) not in open_now(person, "daily_check")


def test_back_to_daily_ends_the_talk() -> None:
    person = woman()
    decide(person, DAILY, days(-2))
    decide(person, WEEKLY, days(-1))
    decide(person, DAILY)
    assert open_now(person, "step_down_talk") == []


def test_another_group_asks_again_and_the_answer_knows_it() -> None:
    person = woman()
    decide(person, WEEKLY, days(-1))
    person.alerts.create(code="HA", starts_on=TODAY, first_seen_at=NOW, last_seen_at=NOW)
    follow(person)
    assert reviews(person) == [("group", TODAY)]
    assert decide(person, WEEKLY).groups == ["acct_open"]
    assert reviews(person) == [("decision", days(7))]


def test_a_referral_is_due_today_and_answered_by_the_next_decision() -> None:
    person, by = woman(), StaffFactory()
    asked = {"person": person, "prison": person.prison, "because": "Stays in her cell", "by": by, "at": NOW}
    assert refer_for_checks(**asked) == refer_for_checks(**asked)
    assert reviews(person) == [("referral", TODAY)]
    decision = decide(person, WEEKLY)
    assert Referral.objects.get().decision == decision
    assert reviews(person) == []
    assert person.obligations.get(kind="cohort_review").closed_by == decision.decided_by


def test_taken_back_what_stood_before_stands_again_with_its_own_days() -> None:
    person = woman("HA", since=days(-30))
    first = decide(person, DAILY, days(-10))
    refer_for_checks(person=person, prison=person.prison, because="Worse", by=StaffFactory(), at=NOW)
    before = reviews(person)
    assert before == [("decision", days(-3)), ("referral", TODAY)]
    second = decide(person, WEEKLY)
    withdraw_decision(decision=second, because="Wrong person", by=StaffFactory(), at=NOW)
    assert newest_decision(person) == first
    assert reviews(person) == before
    assert Referral.objects.get().decision is None
    assert open_now(person, "step_down_talk") == []
    assert str(TODAY) in open_now(person, "daily_check")


def test_only_the_newest_decision_of_today_is_taken_back_and_once() -> None:
    person, by = woman(), StaffFactory()
    old = decide(person, DAILY, days(-1))
    with pytest.raises(RefusedError, match="in force since 17 November"):
        withdraw_decision(decision=old, because="No", by=by, at=NOW)
    first, second = decide(person, WEEKLY), decide(person, DAILY)
    with pytest.raises(RefusedError, match="decided again since"):
        withdraw_decision(decision=first, because="No", by=by, at=NOW)
    withdraw_decision(decision=second, because="No", by=by, at=NOW)
    assert withdraw_decision(decision=second, because="Again", by=by, at=NOW).withdrawn_because == "No"


@pytest.mark.parametrize(("day", "allowed"), [(0, False), (1, True), (28, True), (29, False)])
def test_the_next_review_lies_within_four_weeks(day: int, allowed: bool) -> None:
    person = woman()
    if allowed:
        assert decide(person, DAILY, next_review_on=days(day)).next_review_on == days(day)
        return
    with pytest.raises(RefusedError) as refused:
        decide(person, DAILY, next_review_on=days(day))
    assert refused.value.field == "next_review_on"


def test_the_same_decision_twice_is_one_and_another_in_between_is_told() -> None:
    person = woman()
    first = decide(person, DAILY)
    assert decide(person, DAILY, instead_of=None) == first
    with pytest.raises(RefusedError, match=r"Robin .* has decided daily checks, on 18 November 2026 at 10:00am"):
        decide(person, WEEKLY, instead_of=None)
    withdraw_decision(decision=first, because="Slip", by=StaffFactory(), at=NOW)
    with pytest.raises(RefusedError, match="taken back"):
        decide(person, WEEKLY, instead_of=first.pk)


def test_not_in_mens_prisons_and_not_after_she_left() -> None:
    man = PersonFactory(prison=PrisonFactory(code="LEI"))
    with pytest.raises(RefusedError, match="Only women"):
        decide(man, DAILY)
    gone = woman()
    Person.objects.filter(pk=gone.pk).update(prison=None, wing=None)
    with pytest.raises(RefusedError, match="no longer in this prison"):
        decide(gone, DAILY)


def test_a_transfer_keeps_daily_checks_and_the_new_prison_answers_its_own_review() -> None:
    person = woman()
    CohortDecisionFactory(person=person, starts_on=days(-20))
    follow(person)
    person.stays.update(left_on=TODAY, ended_because="transfer")
    Person.objects.filter(pk=person.pk).update(prison=PrisonFactory(code="STI", estate="women"), wing=None)
    person.refresh_from_db()
    person.stays.create(prison=person.prison, arrived_on=TODAY)
    follow(person)
    assert reviews(person) == [("arrival", TODAY)]
    assert str(TODAY) in open_now(person, "daily_check")
    assert decide(person, WEEKLY).stepped_down
    assert open_now(person, "daily_check") == [str(TODAY)], "she was to be seen today"
    assert Obligation.objects.demanding().filter(kind="step_down_talk", prison="STI").count() == 1


def test_telling_her_is_met_on_the_day_she_was_told() -> None:
    person, by = woman(), StaffFactory()
    decide(person, DAILY, days(-3))
    decide(person, WEEKLY, days(-2))
    where = {"person": person, "prison": person.prison, "by": by, "at": NOW}
    for wrong in (days(-3), days(1)):
        with pytest.raises(RefusedError, match="between 16 November"):
            tell_step_down(told=Told(wrong, How.PRIVATE, "Took it well"), **where)
    duty = tell_step_down(told=Told(days(-1), How.PRIVATE, "Took it well"), **where)
    assert (duty.state, duty.closed_by, duty.note) == ("met", by, "Face to face, in private. Took it well")
    assert duty.met_at.date() == days(-1)
    with pytest.raises(RefusedError, match="recorded this already: told on 17 November"):
        tell_step_down(told=Told(TODAY, How.LETTER, "Again"), **where)
    follow(person)
    assert open_now(person, "step_down_talk") == []


def test_a_session_waives_her_week_only_after_the_step_down() -> None:
    person = woman()
    decide(person, DAILY)
    ContactFactory(person=person, kind="session")
    follow(person)
    assert str(TODAY) in open_now(person, "daily_check")
    decide(person, WEEKLY)
    week = person.obligations.filter(kind="weekly_check").exclude(state="void").order_by("due_on").first()
    assert week.state == "waived"


def test_a_session_taken_back_owes_no_weekly_check_to_whoever_is_checked_daily_since() -> None:
    person, by = woman(), StaffFactory(username="worker")
    record = Record(kind=ContactKind.SESSION, at=NOW, mode="cell_door", minutes=45)
    with_whom = {"request_id": uuid4(), "by": by, "at": NOW}
    contact = log_session(person=person, prison=person.prison, record=record, **with_whom)
    decide(person, DAILY)
    withdraw_session(contact=contact, because="Wrong person", **with_whom | {"request_id": uuid4()})
    assert open_now(person, "weekly_check") == []


def test_rolled_out_ends_weekly_checks_at_once_and_no_daily_one() -> None:
    daily, weekly = woman(), woman()
    decide(daily, DAILY)
    prison, by = weekly.prison, StaffFactory()
    set_prison_setting(prison=prison, kind="rolled_out", value="yes", starts_on=days(-2), by=by, at=NOW)
    assert open_now(weekly, "weekly_check") == []
    assert str(TODAY) in open_now(daily, "daily_check")
    withdraw_prison_setting(prison=prison, kind="rolled_out", by=by, at=NOW)
    assert len(open_now(weekly, "weekly_check")) == 3


@pytest.mark.parametrize(
    ("before", "own", "after"),
    [(DAILY, None, DAILY), (DAILY, WEEKLY, DAILY), (WEEKLY, DAILY, DAILY), (WEEKLY, None, WEEKLY), (None, None, None)],
)
def test_nobody_falls_off_a_roster_by_a_merge(before: Cohort | None, own: Cohort | None, after: Cohort | None) -> None:
    gone, kept = woman(), woman()
    for person, cohort in ((gone, before), (kept, own)):
        if cohort:
            CohortDecisionFactory(person=person, cohort=cohort, starts_on=days(-9))
    Referral.objects.create(
        person=gone, prison=gone.prison, because="Quiet", referred_by=StaffFactory(), referred_at=NOW
    )
    carry_over(gone=gone, kept=kept, by=StaffFactory(), at=NOW)
    follow(kept)
    newest = newest_decision(kept)
    assert (newest and newest.cohort) == after
    assert (str(TODAY) in open_now(kept, "daily_check")) is (after == DAILY)
    assert ("referral", TODAY) in reviews(kept)


# --- two at once ------------------------------------------------------------------------------------------------------

DECIDERS = 4


@pytest.fixture
def four_at_once(transactional_db: None) -> Iterator[tuple[Person, list[Any]]]:
    person = woman("HA")
    yield person, [StaffFactory() for _ in range(DECIDERS)]


def race(barrier: Barrier, person: Person, by: Any) -> str:
    try:
        barrier.wait()
        cohort = (DAILY, WEEKLY)[by.pk % 2]
        decide(person, cohort, by=by, because=f"{by} says so", instead_of=None)
    except RefusedError as refused:
        return str(refused)
    else:
        return "won"
    finally:
        connection.close()


def test_of_several_who_decide_at_once_one_wins_and_is_named(four_at_once: tuple[Person, list[Any]]) -> None:
    person, staff = four_at_once
    barrier = Barrier(DECIDERS)
    with ThreadPoolExecutor(DECIDERS) as pool:
        answers = [job.result() for job in [pool.submit(race, barrier, person, by) for by in staff]]
    decision = CohortDecision.objects.get()
    assert answers.count("won") == 1
    assert staff[answers.index("won")] == decision.decided_by
    assert all(answer == "won" or str(decision.decided_by) in answer for answer in answers)
