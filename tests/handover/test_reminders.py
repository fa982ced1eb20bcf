"""Reminders to POMs: one email for each true situation, whatever nights fail and dates move."""

from datetime import date, timedelta
from typing import Any

import pytest

from handover.actions import record_handover
from handover.reminder_mails import UNWANTED
from handover.reminders import choose_reminders, due_reminders, waiting_reminders
from handover.rules.reminders import Reminder, ReminderFacts, Settled, reminders_owed
from omic.audit import Actor
from omic.calendar import shift
from omic.details import record_details
from omic.models import CaseDetails, Message, Person, Prison, Role, Run, Staff
from omic.nightly import run_night
from omic.reconcile import reconcile, window_of
from tests.factories import (
    TODAY,
    CaseDetailsFactory,
    PersonFactory,
    PomAllocationFactory,
    PostingFactory,
    PrisonFactory,
    SentenceFactory,
    days,
)
from tests.nights import small_hours

AHEAD, ON_THE_DAY, NO_COM = Reminder.AHEAD, Reminder.TODAY, Reminder.NO_COM
EVE = days(-1)  # when everything was settled: tonight is the first night


def owed(**changes: Any) -> list[tuple[Reminder, int, date]]:
    facts = {"today": TODAY, "handover_on": days(60), "owed": True, "recorded": False, "com_known": False}
    return list(reminders_owed(ReminderFacts(**{**facts, "settled": {}, **changes})))


def test_each_reminder_is_due_from_a_day_around_the_handover() -> None:
    assert owed() == [(AHEAD, 1, days(4)), (ON_THE_DAY, 1, days(60)), (NO_COM, 1, days(74))]


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({"handover_on": days(1)}, [AHEAD, ON_THE_DAY, NO_COM]),
        ({"handover_on": TODAY}, [ON_THE_DAY, NO_COM]),
        ({"handover_on": TODAY, "open": {AHEAD}}, [AHEAD, ON_THE_DAY, NO_COM]),
        ({"com_known": True}, [AHEAD, ON_THE_DAY]),
        ({"owed": False}, []),
        ({"owed": False, "recorded": True}, [NO_COM]),
        ({"owed": False, "recorded": True, "com_known": True}, []),
    ],
)
def test_of_what_there_is_to_be_reminded(changes: dict[str, Any], kinds: list[Reminder]) -> None:
    assert [kind for kind, _, _ in owed(**changes)] == kinds


@pytest.mark.parametrize(("handover_on", "number"), [(days(53), None), (days(54), None), (days(55), 2), (days(200), 2)])
def test_one_that_was_sent_covers_its_date_until_the_day_moves_behind_it(handover_on: date, number: int | None) -> None:
    found = {kind: n for kind, n, _ in owed(handover_on=handover_on, settled={AHEAD: Settled(1, days(-2))})}
    assert found.get(AHEAD) == number


def test_a_com_who_lacks_again_is_a_new_situation() -> None:
    past = {"handover_on": days(-20), "settled": {NO_COM: Settled(1, days(-5), over=True)}}
    assert (NO_COM, 2, days(-6)) in owed(**past)


@pytest.fixture
def prison(db: None, settings: Any) -> Prison:
    settings.RECONCILE_STEPS = [
        "handover.pipeline.determine_handovers",
        "handover.pipeline.open_obligations",
        "handover.reminders.keep_reminders",
    ]
    settings.NIGHTLY_STEPS, settings.NIGHTLY_EXTRAS = [], ["handover.reminder_mails.send_reminders"]
    return PrisonFactory(code="LEI")


def pom(**facts: Any) -> Staff:
    return PostingFactory(role=Role.POM, **facts).staff


def case(staff: Staff | None, handover_on: date, *, com: str | None = None) -> Person:
    """A case that passes to the COM on a day: 8 months before release."""
    person = PersonFactory(arrived_on=days(-900))
    SentenceFactory(person=person, started_on=days(-900), crd=shift(handover_on, months=8), sed=None)
    CaseDetailsFactory(person=person, com_name=com)
    if staff:
        PomAllocationFactory(person=person, staff=staff)
    settle(person, EVE)
    return person


def settle(person: Person, on: date) -> None:
    reconcile([person.pk], window_of(on, small_hours(on)))


def move(person: Person, handover_on: date, *, on: date) -> None:
    person.sentences.update(crd=shift(handover_on, months=8))
    settle(person, on)


def night(on: date) -> Run:
    run = run_night(Prison.objects.get(pk="LEI"), on=on, at=small_hours(on))
    assert run
    assert run.counts.get("drift", 0) == 0
    return run


def sent() -> list[tuple[str, date]]:
    rows = Message.objects.filter(kind="handover").order_by("on", "pk")
    return [(row.title.removeprefix("HMP Leeds: "), row.on) for row in rows]


COMES_UP, THE_DAY, LACKS = "a handover comes up", "the day of a handover", "handed over, and no COM is named"


def test_three_reminders_of_one_handover_each_on_its_day(prison: Prison) -> None:
    case(pom(), date(2027, 1, 15))
    for on in [date(2026, 11, 20) + timedelta(days=n) for n in (-1, 0, 1, 55, 56, 57, 69, 70, 71)]:
        night(on)
    assert sent() == [(COMES_UP, date(2026, 11, 20)), (THE_DAY, date(2027, 1, 15)), (LACKS, date(2027, 1, 29))]
    body = Message.objects.filter(title__contains=COMES_UP).get().body
    assert "on 15 January 2027" in body and "Person" not in body and "A0" not in body


def test_nobody_is_reminded_of_a_com_who_is_named_in_time(prison: Prison) -> None:
    person = case(pom(), TODAY)
    night(TODAY)
    told = {"values": {"com_name": "Cam Community"}, "source": "nDelius", "as_at": days(13)}
    record_details(person=person, by=Actor(job="test"), at=small_hours(days(13)), **told)
    night(days(14))
    assert sent() == [(THE_DAY, TODAY)]


def test_a_night_that_fails_is_made_up_by_the_next_in_true_words(prison: Prison) -> None:
    case(pom(), days(2), com="Cam")
    night(TODAY)
    night(days(5))
    assert sent() == [(COMES_UP, TODAY), (THE_DAY, days(5))]
    assert "was 20 November 2026" in Message.objects.get(on=days(5)).body


def test_a_date_that_moves_before_it_is_due_moves_its_reminders(prison: Prison) -> None:
    person = case(pom(), days(57), com="Cam")
    move(person, days(90), on=TODAY)
    for number in (1, 2, 33, 34, 35):
        night(days(number))
    assert sent() == [(COMES_UP, days(34))]


def test_a_date_that_moves_away_after_the_reminder_and_comes_again_is_a_new_situation(prison: Prison) -> None:
    person = case(pom(), days(20), com="Cam")
    night(TODAY)
    move(person, days(80), on=days(1))
    for number in (2, 23, 24, 25):
        night(days(number))
    assert sent() == [(COMES_UP, TODAY), (COMES_UP, days(24))]


def test_a_date_that_moves_away_and_back_reminds_once(prison: Prison) -> None:
    person = case(pom(), days(20), com="Cam")
    night(TODAY)
    move(person, days(80), on=days(1))
    move(person, days(20), on=days(2))
    for number in (3, 4, 19):
        night(days(number))
    assert sent() == [(COMES_UP, TODAY)]


def test_a_second_sentence_has_its_own(prison: Prison) -> None:
    person = case(pom(), TODAY, com="Cam")
    night(TODAY)
    person.sentences.update(closed_at=small_hours(days(1)))
    SentenceFactory(person=person, started_on=days(-400), crd=shift(days(30), months=8), sed=None)
    settle(person, days(1))
    night(days(2))
    assert sent() == [(THE_DAY, TODAY), (COMES_UP, days(2))]


def test_of_a_handover_that_is_recorded_nobody_is_reminded(prison: Prison) -> None:
    staff = pom()
    person = case(staff, days(1), com="Cam")
    night(TODAY)
    record_handover(person=person, on=TODAY, note="", by=staff, at=small_hours(TODAY) + timedelta(hours=8))
    night(days(1))
    assert sent() == [(COMES_UP, TODAY)]


@pytest.mark.parametrize(("handed_over_on", "by", "reminded_on"), [(TODAY, -3, days(11)), (days(5), 3, days(17))])
def test_of_a_com_who_lacks_after_the_handover_though_its_date_moves(
    prison: Prison, handed_over_on: date, by: int, reminded_on: date
) -> None:
    """Recorded on its day and then dated back, or recorded late and then dated on, to a day that has passed too."""
    staff = pom()
    person = case(staff, TODAY)
    at = small_hours(handed_over_on) + timedelta(hours=8)
    record_handover(person=person, on=handed_over_on, note="", by=staff, at=at)
    move(person, days(by), on=handed_over_on + timedelta(days=2))
    for number in range(8, 20):
        night(days(number))
    assert sent() == [(LACKS, reminded_on)]


def test_of_a_handover_that_was_recorded_before_a_recall_nobody_is_reminded_after_it(prison: Prison) -> None:
    """The one that follows from the recall fell due before this prison had the case: it was never its to do."""
    staff = pom()
    person = case(staff, days(-10))
    record_handover(person=person, on=days(-10), note="", by=staff, at=small_hours(EVE))
    Person.objects.filter(pk=person.pk).update(arrived_on=TODAY)
    recalled = {"kind": "indeterminate", "recalled": True, "returned_at": small_hours(TODAY), "ted": days(-300)}
    person.sentences.update(**recalled)
    person.parole_reviews.create(target_hearing_on=days(100), recorded_at=small_hours(TODAY), source="Board")
    CaseDetails.objects.filter(person=person).update(recall_hearing_outcome="not_release")
    settle(person, TODAY)
    assert person.handoverdeterminations.current().get().handover_on < EVE
    night(TODAY)
    assert sent() == []


def test_who_wants_none_gets_none_and_a_later_choice_sends_nothing_old(prison: Prison) -> None:
    staff = pom()
    person = case(staff, TODAY, com="Cam")
    choose_reminders(wanted=False, by=staff, at=small_hours(EVE))
    night(TODAY)
    choose_reminders(wanted=True, by=staff, at=small_hours(TODAY) + timedelta(hours=6))
    night(days(1))
    row = person.obligations.get(kind="remind_today")
    assert (sent(), row.state, row.closed_because) == ([], "waived", UNWANTED)


def test_without_a_pom_or_an_address_it_waits_and_is_sent_when_there_is_one(prison: Prison) -> None:
    nobody, silent, staff = case(None, TODAY, com="Cam"), pom(), pom()
    Staff.objects.filter(pk=silent.pk).update(email="")
    case(silent, TODAY, com="Cam")
    case(staff, TODAY, com="Cam")
    night(TODAY)
    assert len(sent()) == 1  # everybody else's goes out
    assert due_reminders(prison, TODAY).count() == 2
    Staff.objects.filter(pk=silent.pk).update(email="silent@prison.invalid")
    PomAllocationFactory(person=nobody, staff=staff)
    settle(nobody, TODAY)
    night(days(1))
    assert len(sent()) == 3 and not due_reminders(prison, days(1)).exists()


def end(state: str) -> None:
    """What becomes of the emails that wait to be sent."""
    sent_at = small_hours(TODAY) if state == "sent" else None
    Message.objects.filter(kind="handover", state="queued").update(state=state, sent_at=sent_at)


def recipients() -> list[tuple[str, date]]:
    return list(Message.objects.filter(kind="handover").order_by("pk").values_list("recipient", "on"))


def test_an_email_that_does_not_arrive_is_written_again_to_the_address_as_it_stands_then(prison: Prison) -> None:
    staff = pom()
    case(staff, TODAY, com="Cam")
    night(TODAY)
    assert not waiting_reminders(prison, TODAY).exists()
    end("failed")
    assert waiting_reminders(prison, TODAY).count() == 1
    before = staff.email
    Staff.objects.filter(pk=staff.pk).update(email="corrected@prison.invalid")
    for number in (1, 2):
        night(days(number))  # in the second night the email waits to be sent
        assert waiting_reminders(prison, days(number)).count() == 1
    end("sent")
    night(days(3))
    assert recipients() == [(before, TODAY), ("corrected@prison.invalid", days(1))]
    assert not waiting_reminders(prison, days(3)).exists()


def test_what_did_not_arrive_and_is_over_is_written_no_more(prison: Prison) -> None:
    staff = pom()
    person = case(staff, TODAY, com="Cam")
    night(TODAY)
    end("failed")
    record_handover(person=person, on=TODAY, note="", by=staff, at=small_hours(TODAY) + timedelta(hours=8))
    night(days(1))
    assert sent() == [(THE_DAY, TODAY)]
    assert not waiting_reminders(prison, days(1)).exists()


def test_what_was_withheld_goes_to_the_next_pom(prison: Prison) -> None:
    gone, staff = pom(), pom()
    person = case(gone, TODAY, com="Cam")
    night(TODAY)
    end("withheld")
    gone.postings.update(ends_on=TODAY)
    night(days(1))
    assert (len(sent()), waiting_reminders(prison, days(1)).count()) == (1, 1)
    Person.objects.filter(pk=person.pk).update(pom=staff)
    settle(person, days(1))
    night(days(2))
    end("sent")
    night(days(3))
    assert recipients() == [(gone.email, TODAY), (staff.email, days(2))]


def test_what_is_ahead_no_longer_goes_without_drift(prison: Prison) -> None:
    person = case(None, days(1), com="Cam")
    night(TODAY)
    night(days(1))  # its own drift is asserted to be 0
    assert person.obligations.get(kind="remind_ahead").state == "void"
