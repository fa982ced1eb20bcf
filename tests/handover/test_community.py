"""What the community is asked: each true situation once, to the LDU of the case, whatever the others lack."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from handover.community import NO_ANSWER_NEEDED, ask_community
from handover.community_answers import record_answer
from handover.community_columns import standing
from handover.community_information import ask_for_information
from handover.community_lists import list_counts, pipeline_cases
from handover.community_night import STEP
from handover.duty_actions import RefusedError
from handover.ldus import add_ldu
from handover.models import CommunityRequest, ResponsibilityOverride
from handover.override_actions import ask_override, decide_override, end_override
from handover.rules.community import Ask, ComNeed, chased, lacks_com
from handover.why import in_a_sentence
from omic.audit import Actor
from omic.calendar import in_utc
from omic.details import record_details
from omic.ledger import begin, finish
from omic.missing import with_missing
from omic.models import Message, Person, Prison, Staff
from omic.nightly import JOB
from omic.outbox import send_waiting
from tests.factories import NOW, TODAY, PrisonFactory, StaffFactory, days
from tests.handover.community import EVE, NIGHT, STEPS, case, ldu, name_com, night, settle, short_case
from tests.nights import small_hours
from tests.omic.roll_files import Raw, him, left, record, take_in


def need(com_from: date | None, reason: str = "determinate", *, known: bool = False) -> ComNeed:
    return ComNeed(reason=reason, com_from_on=com_from, com_known=known)


@pytest.mark.parametrize(
    ("ask", "asked", "expected"),
    [
        (Ask.PIPELINE, need(days(45)), True),
        (Ask.PIPELINE, need(days(46)), False),
        (Ask.PIPELINE, need(days(-400)), True),
        (Ask.PIPELINE, need(None), False),
        (Ask.PIPELINE, need(TODAY, known=True), False),
        (Ask.CHASER, need(TODAY), True),
        (Ask.CHASER, need(days(1)), False),
        (Ask.SHORT, need(days(-1), "determinate_short"), True),
        (Ask.SHORT, need(days(-1)), False),
        (Ask.OPEN, need(TODAY, "isp_open"), True),
        (Ask.OPEN, need(days(1), "isp_open"), False),
    ],
)
def test_when_a_com_lacks(ask: Ask, asked: ComNeed, expected: bool) -> None:
    assert lacks_com(ask, asked, TODAY) is expected


@pytest.mark.parametrize(
    ("begun", "asked", "expected"), [(-7, None, True), (-6, None, False), (-9, -7, True), (-9, -6, False)]
)
def test_chased_a_week_after_the_start_and_after_the_last_question(begun: int, asked: Any, expected: bool) -> None:
    last = days(asked) if asked else None
    assert chased(need(days(begun)), last_asked_on=last, on=TODAY) is expected


@pytest.fixture
def prison(db: None, settings: Any) -> Iterator[Prison]:
    settings.RECONCILE_STEPS, settings.NIGHTLY_STEPS, settings.NIGHTLY_EXTRAS = STEPS, [], NIGHT
    yield PrisonFactory(code="LEI")


def asked(*people: Person) -> list[tuple[str, str, date]]:
    """Everything asked: kind, LDU, night."""
    rows = CommunityRequest.objects.order_by("pk").select_related("ldu", "message")
    return [(row.kind, row.ldu.name, row.message.on) for row in rows if not people or row.person in people]


def test_the_months_first_night_that_runs_lists_what_comes_up_to_each_ldu_in_one_email(prison: Prison) -> None:
    ldu()
    ldu("Moor", "moor@probation.invalid")
    first = date(2026, 12, 1)
    for on in (first + timedelta(days=46), first - timedelta(days=3), first):
        case(on)
    case(first, ldu="Moor")
    case(first, com="Cam")
    for on in (date(2026, 11, 30), date(2026, 12, 2), date(2026, 12, 3)):  # the night of the 1st fails
        night(on)
    lists = Message.objects.filter(kind="community", about__startswith="pipeline", on__month=12)
    assert [(row.recipient, row.on.day, row.body.count("Prison number")) for row in lists.order_by("recipient")] == [
        ("moor@probation.invalid", 2, 1),
        ("weald@probation.invalid", 2, 3),  # by the 2nd the third has come within 45 days
    ]


@pytest.mark.parametrize(
    ("coverage", "lists"),
    [
        ({}, 0),
        ({"caught_up_on": "2026-11-18"}, 1),
        ({"failed": {STEP: "Error"}}, 1),
        ({"failed": {"other": "Error"}}, 0),
    ],
)
def test_a_night_that_wrote_no_list_leaves_it_to_the_next(prison: Prison, coverage: Any, lists: int) -> None:
    ldu()
    case(TODAY)
    finish(begin(JOB, prison, on=EVE, at=small_hours(EVE)), coverage=coverage, at=small_hours(EVE))
    night(TODAY)
    assert [kind for kind, _, _ in asked()] == ["pipeline"] * lists


def test_an_ldu_that_is_added_in_a_month_gets_its_list_with_the_next_night_and_nobody_gets_another(
    prison: Prison,
) -> None:
    ldu()
    case(days(3), ldu="Moor")
    night(TODAY)
    case(days(3))  # comes to an LDU whose list of the month has gone
    add_ldu(name="Moor", email="moor@probation.invalid", prison=prison, by=StaffFactory(), at=NOW)
    night(days(1))
    case(days(4), ldu="Moor")
    for number in (1, 2, 3):
        night(days(number))
    assert asked() == [("pipeline", "Moor", days(1))]


def test_an_email_bears_the_prison_number_and_nobodys_name(prison: Prison) -> None:
    ldu()
    person = short_case(surname="Unmistakable")
    body = Message.objects.get().body
    assert person.prison_number in body and "Unmistakable" not in body and person.forename not in body


def test_an_ldu_is_asked_again_once_and_after_a_com_was_named_and_lost_once_more(prison: Prison) -> None:
    ldu()
    person = case(days(-3))
    for number in (0, 3, 4, 5, 6, 7, 8, 12):
        night(days(number))
    assert asked() == [("pipeline", "Weald", TODAY), ("chaser", "Weald", days(7))]
    name_com(person, "Cam", on=days(8))
    assert not CommunityRequest.objects.filter(answered_at=None).exists()
    name_com(person, None, on=days(9))
    for number in (10, 12, 14, 20, 21, 22):  # December's list is a question too: a week after it
        night(days(number))
    assert asked()[2:] == [("pipeline", "Weald", days(14)), ("chaser", "Weald", days(21))]


def test_a_short_sentence_is_asked_about_at_once_and_once(prison: Prison) -> None:
    ldu()
    person = short_case()
    settle(person, TODAY)
    assert asked() == [("short", "Weald", EVE)]


def test_open_conditions_are_asked_about_on_the_move(prison: Prison) -> None:
    ldu()
    person = case(days(400))
    person.sentences.update(kind="indeterminate", crd=None, ted=days(700))
    settle(person, TODAY)
    assert asked() == []
    person.details.moved_to_open_on = TODAY
    person.details.save()
    settle(person, TODAY)
    assert asked() == [("open", "Weald", TODAY)]


def test_a_com_who_supports_by_a_fixed_rule_is_asked_for(prison: Prison) -> None:
    ldu()
    person = case(days(400))
    fixed = {"fixed": "POM_WITH_COM", "reason": "thd_over_12_months", "start_on": None, "handover_on": None}
    person.handoverdeterminations.update(determined_on=days(-7), **fixed)
    for number in (0, 6, 7):
        night(days(number))
    assert asked() == [("pipeline", "Weald", TODAY), ("chaser", "Weald", days(7))]
    assert "the COM supports, and no" in in_a_sentence(person.handoverdeterminations.current().get(), TODAY)
    assert with_missing(Person.objects.all(), TODAY).filter(missing_com=True).get() == person


def test_how_it_stands_is_told_by_what_needs_an_answer_and_answered_by_people_alone(prison: Prison) -> None:
    ldu()
    person = short_case()
    row = person.community_requests.get()
    told = {"kind": "override", "slot": "override-1-ended", "answered_at": NOW, "answer": NO_ANSWER_NEEDED}
    same = {name: getattr(row, name) for name in ("prison", "sentence", "ldu", "message", "asked_at")}
    person.community_requests.create(**same, **told)
    assert standing(pipeline_cases(prison, TODAY).get()).startswith("Asked on")
    person.community_requests.filter(pk=row.pk).update(answered_at=NOW, answer="The dates have moved")
    assert standing(pipeline_cases(prison, TODAY).get()) == "No question is open: The dates have moved"
    person.community_requests.filter(pk=row.pk).update(answer_recorded_by=StaffFactory())
    assert standing(pipeline_cases(prison, TODAY).get()).startswith("Answered on")


def test_who_has_no_ldu_waits_and_is_asked_about_when_there_is_one(prison: Prison) -> None:
    nobody, unknown = short_case(None), short_case("Nowhere")
    assert asked() == []
    ldu()
    nobody.details.ldu = "Weald"
    nobody.details.save()
    settle(nobody, TODAY)
    assert asked() == [("short", "Weald", TODAY)]
    assert asked(unknown) == []


def test_a_case_that_goes_to_another_ldu_is_asked_about_there_and_open_no_more_here(prison: Prison) -> None:
    ldu()
    ldu("Moor", "moor@probation.invalid")
    person = short_case()
    person.details.ldu = "Moor"
    person.details.save()
    settle(person, TODAY)
    assert asked() == [("short", "Weald", EVE), ("short", "Moor", TODAY)]
    assert CommunityRequest.objects.get(ldu__name="Weald").answer == "The case is with another LDU"


def test_dates_that_move_away_end_the_question(prison: Prison) -> None:
    ldu()
    person = short_case()
    person.sentences.update(crd=days(900))
    settle(person, TODAY)
    assert CommunityRequest.objects.get().answer == "The dates have moved: no COM is needed for now"


def test_an_override_tells_the_ldu_and_taken_back_tells_it_again(prison: Prison) -> None:
    ldu()
    person, homd, other = case(days(300)), StaffFactory(), StaffFactory()
    words = {"responsibility": "COM", "reason": "community", "because": "They know him."}
    row = ask_override(person=person, by=homd, at=NOW, **words)
    assert asked() == []
    decide_override(override=row.pk, confirmed=True, decision="", by=other, at=NOW)
    assert [one[0] for one in asked()] == ["override"]
    assert "COM responsible" in Message.objects.get().title
    end_override(override=ResponsibilityOverride.objects.get().pk, because="Done", by=homd, at=NOW)
    answers = list(CommunityRequest.objects.order_by("pk").values_list("answer", flat=True))
    assert answers == ["The decision was taken back", NO_ANSWER_NEEDED]


def refer(person: Person, by: Staff, on: int = 0) -> int:
    """An early allocation that the HOMD approved and that waits for the community."""
    stages = {"approved": True, "approved_by": StaffFactory(), "approved_at": NOW, "referred_by": by}
    referred = {"referred_at": NOW, "referred_to": "the gatekeeper", "assessed_by": by, "assessed_at": NOW, **stages}
    facts = {"prison": person.prison, "sentence": person.sentences.get(), "oasys_on": TODAY, "answers": {}}
    row = person.early_assessments.create(klass="automatic", policy="seed_2019", in_window=True, **facts, **referred)
    settle(person, days(on))
    return row.pk


def test_a_referral_that_nobody_answers_is_listed_however_far_off_the_handover_is(prison: Prison) -> None:
    ldu()
    person = case(days(300))
    assert list_counts(prison, TODAY)["all"] == 0
    refer(person, StaffFactory())
    counts = [list_counts(prison, days(number)) for number in (6, 7)]
    assert [(found["unanswered"], found["all"]) for found in counts] == [(0, 1), (1, 1)]


@pytest.mark.parametrize(
    ("asked", "open_for_a_week_on"),
    [
        ("2028-03-21T15:00", date(2028, 3, 28)),  # after 6 days and 23 hours: on the 26th the clocks went forward
        ("2028-10-23T00:00", date(2028, 10, 30)),  # after 7 days and an hour: on the 29th they went back
        ("2028-06-06T23:30", date(2028, 6, 13)),  # 22:30 UTC
        ("2028-06-07T00:30", date(2028, 6, 14)),  # 23:30 UTC, the day before
    ],
)
def test_a_week_without_an_answer_is_seven_days_of_the_calendar(
    prison: Prison, asked: str, open_for_a_week_on: date
) -> None:
    ldu()
    person, told = case(days(300)), {"question": "Is the address checked?", "by": StaffFactory(), "at": NOW}
    refer(person, StaffFactory())
    ask_for_information(person=case(days(300)), request_id=uuid4(), **told)
    CommunityRequest.objects.update(asked_at=in_utc(datetime.fromisoformat(asked)))
    eve = open_for_a_week_on - timedelta(days=1)
    assert [list_counts(prison, on)["unanswered"] for on in (eve, open_for_a_week_on)] == [0, 2]


def test_a_referral_for_early_allocation_is_told_until_it_is_decided(prison: Prison) -> None:
    ldu()
    person, by = case(days(300), com="Cam"), StaffFactory()
    row = refer(person, by)
    settle(person, TODAY)
    assert asked() == [("early", "Weald", TODAY)]
    decided = {"decision": "rejected", "decided_on": TODAY, "decided_by": "G. Keeper"}
    recorded = {"decision_recorded_by": by, "decision_recorded_at": NOW}
    person.early_assessments.filter(pk=row).update(**decided, **recorded)
    settle(person, TODAY)
    assert CommunityRequest.objects.get().answer == "The referral is decided or was taken back"


def test_asking_by_hand_asks_nothing_twice(prison: Prison) -> None:
    ldu()
    person = short_case()
    row = ask_community(person=person, kind="short", at=NOW)
    assert row == CommunityRequest.objects.get()
    assert ask_community(person=person, kind="early", at=NOW) is None


def test_an_answer_closes_what_is_open_and_names_the_com(prison: Prison) -> None:
    ldu()
    person, by = short_case(), StaffFactory()
    said = {"answer": "Cam Community has it.", "com_name": "Cam Community", "com_email": ""}
    assert record_answer(person=person, by=by, at=NOW, **said) == 1
    person.details.refresh_from_db()
    assert person.details.com_name == "Cam Community"
    with pytest.raises(RefusedError, match="No question"):
        record_answer(person=person, by=by, at=NOW, **said)


def on_roll(folder: Path, row: Raw, on: int) -> Person:
    take_in(folder, [row | SHORT], on=days(on), at=small_hours(days(on)))
    return him()


SHORT = {"sentenceStartDate": days(-20).isoformat(), "conditionalReleaseDate": days(100).isoformat()}
INTO_LEI = dict.fromkeys(("lastAdmissionDate", "lastMovementDate"), days(-20).isoformat())
INTO_MDI = dict.fromkeys(("lastAdmissionDate", "lastMovementDate"), days(-8).isoformat())


def asked_and_on_the_way(folder: Path) -> Person:
    """Asked about in LEI in three ways, ten days and longer ago; then on the way to another prison."""
    ldu()
    person = on_roll(folder, record(**INTO_LEI), -12)
    told = {"values": {"ldu": "Weald"}, "source": "nDelius", "as_at": days(-12)}
    record_details(person=person, by=Actor(job="test"), at=small_hours(days(-12)), **told)
    refer(person, StaffFactory(), on=-11)
    ask = {"question": "Where can he live?", "request_id": uuid4(), "by": StaffFactory()}
    ask_for_information(person=person, at=small_hours(days(-10)), **ask)
    return on_roll(folder, left(how="TRN", on=days(-9)), -9)


def unanswered(person: Person) -> list[str]:
    return list(person.community_requests.filter(answered_at=None).order_by("pk").values_list("kind", flat=True))


def test_a_day_between_prisons_ends_no_question(prison: Prison, tmp_path: Path) -> None:
    other = PrisonFactory(code="MDI")
    person = asked_and_on_the_way(tmp_path)
    assert unanswered(person) == ["short", "early", "info"]
    on_roll(tmp_path, record(prisonId="MDI", **INTO_MDI), -8)
    counts = list_counts(other, TODAY)
    assert (counts["pipeline"], counts["unanswered"], counts["all"]) == (1, 1, 1)
    night(TODAY, "MDI")
    assert unanswered(person) == ["short", "early", "info", "pipeline"]
    assert list_counts(prison, TODAY)["all"] == 0


@pytest.mark.parametrize("way", ["out of prison", "another sentence"])
def test_release_and_another_sentence_end_what_was_asked_before(prison: Prison, tmp_path: Path, way: str) -> None:
    person = asked_and_on_the_way(tmp_path)
    if way == "out of prison":
        on_roll(tmp_path, left(on=days(-8)), -8)
    else:
        person.sentences.update(closed_at=small_hours(days(-8)))
        settle(person, days(-8))
    answers = set(person.community_requests.values_list("answer", flat=True))
    assert answers == {"The sentence or the time in custody has ended"}


class Relay(EmailBackend):
    """Refuses one mailbox; so slow with another that the connection times out."""

    def send_messages(self, messages: Any) -> int:
        if messages[0].to == ["bad@probation.invalid"]:
            raise ConnectionRefusedError("550 no such mailbox")
        if messages[0].to == ["slow@probation.invalid"]:
            raise TimeoutError("timed out")
        return super().send_messages(messages)


def test_a_bad_mailbox_a_missing_ldu_and_a_slow_server_stop_nobody_elses_mail(prison: Prison, settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.handover.test_community.Relay"
    for name in ("bad", "slow", "good"):
        ldu(name.title(), f"{name}@probation.invalid")
        case(days(-2), ldu=name.title())
    case(days(-2), ldu="Missing")
    case(days(-2), ldu=None)
    night(TODAY)
    assert send_waiting(small_hours(TODAY) + timedelta(minutes=1)) == {"sent": 1, "queued": 2}
    assert [sent.to for sent in mail.outbox] == [["good@probation.invalid"]]
