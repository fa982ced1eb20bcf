"""Casework in the database: steps that settle their duties, what is taken back, the form, the report."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from handover.actions import record_handover
from handover.casework_actions import decide_form, take_back_step
from handover.duty_actions import RefusedError, open_duty
from handover.models import HandoverReport, HandoverStep
from handover.report_actions import (
    ReportConflictError,
    changed_since,
    save_report,
    send_report,
    sending_of,
    taken_back,
)
from handover.report_text import STEPS as RECORDED
from handover.report_text import THE_CASE, read
from handover.timetable.casework import Item
from omic.formats import day
from omic.models import AuditEvent, CaseDetails, ObligationKind, Person, Role
from tests.cast import Cast
from tests.factories import NOW, TODAY, days
from tests.handover.casework import MEETING, Kind, case, first, follow, stands, take

pytestmark = pytest.mark.django_db
TEXTS = {"done_in_custody": "A course", "still_to_do": "Housing", "risks": "Alcohol", "release_needs": "A hostel"}


def duty(person: Person, kind: str) -> Any:
    return person.obligations.exclude(state="void").get(kind=kind)


def steps(person: Person) -> list[str]:
    return [step.kind for step in HandoverStep.objects.counting().filter(person=person)]


def board(cast: Cast, person: Person) -> Any:
    facts = {"due_on": None, "note": "", "key": uuid4(), "by": cast.of(Role.POM), "at": NOW}
    return open_duty(person=person, kind=ObligationKind.PRE_RELEASE_BOARD, **facts)


def save(cast: Cast, person: Person, version: int, role: Role = Role.POM, **texts: str) -> HandoverReport:
    return save_report(person=person, texts=TEXTS | texts, version=version, by=cast.of(role), at=NOW)


def send(cast: Cast, person: Person, version: int, **facts: Any) -> HandoverReport:
    facts = {"to": "Cam", "sent_on": TODAY, "request_id": uuid4(), "completes": False} | facts
    return send_report(person=person, version=version, by=cast.of(Role.POM), at=NOW, **facts)


def test_an_oasys_reviewed_is_the_fact_that_meets_the_duty(cast: Cast) -> None:
    person = case(cast)
    assert first(person) == Item.OASYS
    take(cast, person, Kind.OASYS_REVIEWED)
    assert duty(person, "oasys_handover").state == "met"
    assert person.oasys.get().kind == "handover"
    assert first(person) == Item.COM_NAMED


def test_one_that_was_recorded_with_the_duty_is_not_asked_again(cast: Cast) -> None:
    person = case(cast)
    step = take(cast, person, Kind.OASYS_REVIEWED)
    HandoverStep.objects.filter(pk=step.pk).delete()
    assert first(person) == Item.COM_NAMED


def test_an_oasys_too_early_to_count_is_refused_and_leaves_nothing(cast: Cast) -> None:
    person = case(cast)
    with pytest.raises(RefusedError, match="too early to count"):
        take(cast, person, Kind.OASYS_REVIEWED, done_on=days(-150))
    assert steps(person) == [] and not person.oasys.exists()


def test_judged_unnecessary_waives_the_duty_and_states_the_fact_until_it_is_taken_back(cast: Cast) -> None:
    person = case(cast)
    step = take(cast, person, Kind.OASYS_NOT_NEEDED, texts={"note": "Assessed in October"})
    facts = CaseDetails.objects.get(person=person)
    assert (facts.handover_oasys_not_needed, facts.handover_oasys_reason) == (True, "Assessed in October")
    assert duty(person, "oasys_handover").state == "waived"
    with pytest.raises(RefusedError, match="recorded this already"):
        take(cast, person, Kind.OASYS_REVIEWED)
    take_back_step(step=step, because="Another person", by=cast.of(Role.POM), at=NOW)
    assert duty(person, "oasys_handover").state == "open"
    assert first(person) == Item.OASYS and steps(person) == []


def test_with_parole_the_parole_oasys_cannot_be_left_out(cast: Cast) -> None:
    person = case(cast)
    person.sentences.update(ped=days(280))
    follow(person)
    with pytest.raises(RefusedError, match="parole OASys"):
        take(cast, person, Kind.OASYS_NOT_NEEDED)


def test_a_meeting_may_complete_the_handover(cast: Cast) -> None:
    person = case(cast)
    take(cast, person, Kind.MEETING, texts=MEETING, completes=True, done_on=days(-1))
    assert (duty(person, "handover").state, duty(person, "handover").met_at.date()) == ("met", days(-1))
    assert {Item.MEETING, Item.RECORDED} <= {line.item for line in stands(person).outcome.value.lines if line.done}


def test_the_handover_that_a_meeting_completed_is_owed_again_when_it_is_taken_back(cast: Cast) -> None:
    person = case(cast)
    step = take(cast, person, Kind.MEETING, texts=MEETING, completes=True, done_on=days(-1))
    take_back_step(step=step, because="Another person", by=cast.of(Role.POM), at=NOW)
    assert duty(person, "handover").state == "open"
    step = take(cast, person, Kind.MEETING, texts=MEETING)
    record_handover(person=person, on=TODAY, note="By phone", by=cast.of(Role.POM), at=NOW)
    take_back_step(step=step, because="Another person", by=cast.of(Role.POM), at=NOW)
    assert duty(person, "handover").state == "met", "what was recorded beside it stays"


def test_a_form_sent_twice_is_one_step_and_visits_are_counted(cast: Cast) -> None:
    person, key = case(cast), uuid4()
    for _ in range(2):
        take(cast, person, Kind.COM_VISIT, request_id=key)
    take(cast, person, Kind.COM_VISIT)
    assert stands(person).visits == 2


@pytest.mark.parametrize(("done_on", "words"), [(days(1), "today or in the past"), (days(-191), "sentence began")])
def test_a_day_that_cannot_be_is_refused(cast: Cast, done_on: Any, words: str) -> None:
    with pytest.raises(RefusedError, match=words):
        take(cast, case(cast), Kind.LICENCE, done_on=done_on)


def test_nothing_is_recorded_of_somebody_who_has_left_or_serves_no_sentence(cast: Cast) -> None:
    person = case(cast)
    person.sentences.update(closed_at=NOW)
    with pytest.raises(RefusedError, match="serves no sentence here"):
        take(cast, person, Kind.LICENCE)


def test_the_board_meets_the_duty_that_was_opened_for_it_and_owes_it_again_when_taken_back(cast: Cast) -> None:
    person = case(cast)
    board(cast, person)
    step = take(cast, person, Kind.RELEASE_REPORT)
    assert duty(person, "pre_release_board").state == "met"
    take_back_step(step=step, because="It was put off", by=cast.of(Role.POM), at=NOW)
    assert duty(person, "pre_release_board").state == "open"
    assert AuditEvent.objects.filter(action="take_back_handover_step").count() == 1


def test_another_form_by_decision_stands_with_its_reason(cast: Cast) -> None:
    person = case(cast)
    for form in ("report", "meeting", "report"):
        decide_form(person=person, form=form, because="The COM is ill", by=cast.of(Role.POM), at=NOW)
    found = stands(person)
    assert (found.outcome.value.form, found.decision.because) == ("report", "The COM is ill")
    assert "by the rule: meeting" in found.outcome.steps[0].found


def test_the_report_of_another_form_leaves_board_and_oasys_owed(cast: Cast) -> None:
    person = case(cast)
    board(cast, person)
    take(cast, person, Kind.MEETING, texts=MEETING)
    decide_form(person=person, form="report", because="The COM is ill", by=cast.of(Role.POM), at=NOW)
    save(cast, person, 0)
    send(cast, person, 1)
    assert duty(person, "pre_release_board").state == "open"
    lines = {line.item: (line.done, line.asked) for line in stands(person).outcome.value.lines}
    assert lines[Item.MEETING] == (True, False), "what was recorded stays in sight"
    assert {lines[item] for item in (Item.OASYS, Item.MAPPA_SCREEN, Item.RELEASE_REPORT)} == {(False, True)}
    take_back_step(step=person.handover_steps.get(kind="report"), because="Not sent", by=cast.of(Role.POM), at=NOW)
    assert duty(person, "pre_release_board").state == "open"


def test_work_begins_before_an_oasys_that_is_due_before_the_handover(cast: Cast) -> None:
    person = case(cast, crd=days(500))
    person.obligations.filter(kind="oasys_handover").update(due_on=days(56))
    found = stands(person)
    assert (found.outcome.reason, found.outcome.value.begins_on, first(person)) == ("under_way", TODAY, Item.OASYS)
    person.obligations.filter(kind="oasys_handover").update(due_on=days(57))
    assert (stands(person).outcome.reason, first(person)) == ("not_yet", "")


def test_a_draft_that_somebody_else_saved_is_not_overwritten(cast: Cast) -> None:
    person = case(cast)
    save(cast, person, 0)
    save(cast, person, 1, Role.HOMD, risks="None")
    with pytest.raises(ReportConflictError) as conflict:
        save(cast, person, 1, risks="Drugs")
    stands_now = conflict.value.report
    assert (stands_now.written_by, stands_now.version) == (cast.of(Role.HOMD), 2)
    assert changed_since(stands_now, TEXTS | {"risks": "Drugs"}) == [("Risks, and what keeps them low", "None")]


def test_a_draft_that_somebody_else_sent_is_not_begun_anew(cast: Cast) -> None:
    person = case(cast)
    save(cast, person, 0)
    sent = send(cast, person, 1)
    for act in (save, send):
        with pytest.raises(ReportConflictError, match="has sent this report") as conflict:
            act(cast, person, 1)
        assert conflict.value.report == sent
    assert HandoverReport.objects.count() == 1


def test_a_report_that_is_sent_stays_as_it_was_and_is_a_step(cast: Cast) -> None:
    person = case(cast, crd=days(100), provider="crc")
    board(cast, person)
    save(cast, person, 0)
    key = uuid4()
    sent = [send(cast, person, 1, request_id=key, completes=True) for _ in range(2)]
    assert sent[0] == sent[1] and "Alcohol" in sent[0].sent_text and "Marlowe" in sent[0].sent_text
    assert steps(person) == ["report"]
    assert {duty(person, kind).state for kind in ("handover", "pre_release_board")} == {"met"}
    save(cast, person, 0, risks="Something new")
    assert "Something new" not in HandoverReport.objects.get(pk=sent[0].pk).sent_text
    with pytest.raises(RefusedError, match="recorded this already"):
        send(cast, person, 1)


def test_a_report_with_a_part_left_empty_is_not_sent(cast: Cast) -> None:
    person = case(cast)
    save(cast, person, 0, still_to_do=" ", risks="")
    with pytest.raises(RefusedError, match="“What is still to do”, “Risks, and what keeps them low”"):
        send(cast, person, 1)
    assert steps(person) == []


def test_a_report_tells_the_case_as_it_was_when_it_was_sent(cast: Cast) -> None:
    person = case(cast, rosh="high", mappa_level=2, com_name="Cam Community", ldu="Leeds LDU")
    take(cast, person, Kind.OASYS_REVIEWED)
    save(cast, person, 0)
    sent = send(cast, person, 1)
    CaseDetails.objects.update(rosh="low")
    found = {section.heading: section for section in read(HandoverReport.objects.get(pk=sent.pk).sent_text)}
    facts = dict(found[THE_CASE].rows)
    assert (facts["RoSH"], facts["MAPPA"], facts["LDU"]) == ("High", "Level 2", "Leeds LDU")
    assert (facts["COM"], facts["Handover date"]) == ("Cam Community", "10 December 2026")
    assert "CRD 10 August 2027" in facts["Dates of release"] and "18 November 2026" in facts["Last OASys"]
    assert f"Sent to Cam on {day(TODAY)}" in found[""].text
    assert "OASys reviewed" in found[RECORDED].text and found["Risks, and what keeps them low"].text == "Alcohol"


def test_a_report_whose_sending_was_taken_back_may_be_gone_on_with(cast: Cast) -> None:
    person = case(cast)
    save(cast, person, 0)
    sent = send(cast, person, 1)
    assert taken_back(person) is None and sending_of(sent) == stands(person).sent[0].step
    take_back_step(step=person.handover_steps.get(), because="Not sent", by=cast.of(Role.POM), at=NOW)
    assert taken_back(person) == sent
    assert stands(person).sent[0].step.withdrawn_because == "Not sent"


def test_nothing_written_or_another_version_is_not_sent(cast: Cast) -> None:
    person = case(cast)
    with pytest.raises(RefusedError, match="write the report first"):
        send(cast, person, 0)
    save(cast, person, 0)
    with pytest.raises(ReportConflictError):
        send(cast, person, 7)
    assert steps(person) == []


def test_the_table_lets_no_meeting_look_one_way_only(cast: Cast) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        take(cast, case(cast), Kind.MEETING, texts=MEETING | {"looking_back": ""})


def test_an_import_of_the_com_is_not_asked_again(cast: Cast) -> None:
    person = case(cast, com_email="cam@probation.invalid")
    take(cast, person, Kind.OASYS_REVIEWED)
    assert first(person) == Item.COM_CONTACT
