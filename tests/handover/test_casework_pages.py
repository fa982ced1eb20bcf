"""The page of one handover and its forms: who opens them, what they say, and what a conflict shows."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from handover.models import FormDecision, HandoverReport, HandoverStep
from omic.models import AuditEvent, Person, Role
from tests.cast import Cast
from tests.factories import NOW, TODAY, StaffFactory, days
from tests.handover.casework import MEETING, Kind, case, follow, take

pytestmark = pytest.mark.django_db


def url(person: Person, name: str = "case", *args: Any, code: str = "LEI") -> str:
    return reverse(f"handover:{name}", args=[code, person.ref, *args])


def read(cast: Cast, person: Person, role: Role = Role.POM, name: str = "case", *args: Any) -> str:
    return cast.client(role).get(url(person, name, *args)).content.decode()


def post(cast: Cast, person: Person, name: str, *args: Any, role: Role = Role.POM, **typed: Any) -> Any:
    facts = {"done_on": TODAY.isoformat(), "request_id": str(uuid4())} | typed
    return cast.client(role).post(url(person, name, *args), facts)


def texts(**typed: str) -> dict[str, str]:
    return {
        "done_in_custody": "A course",
        "still_to_do": "Housing",
        "risks": "Alcohol",
        "release_needs": "A hostel",
    } | typed


SEES = (Role.POM, Role.HOMD, Role.HOMS, Role.CASE_ADMINISTRATOR, Role.GOVERNOR)


@pytest.mark.parametrize("role", [*SEES, Role.KEY_WORKER, Role.SAFER_CUSTODY])
def test_who_sees_a_case_and_who_works_on_it(cast: Cast, role: Role) -> None:
    person = case(cast)
    answer = cast.client(role).get(url(person))
    assert answer.status_code == (200 if role in SEES else 403)
    works = role in (Role.POM, Role.HOMD)
    assert ("Record the review" in answer.content.decode()) == works
    assert cast.client(role).get(url(person, "step-meeting")).status_code == (200 if works else 403)


def test_another_prison_and_anonymous(cast: Cast, client: Client) -> None:
    person = case(cast)
    for name in ("case", "step-meeting", "form-decision", "report", "report-send"):
        assert cast.stranger.get(url(person, name)).status_code == 404
        assert cast.stranger.get(url(person, name, code="MDI")).status_code == 404
        assert client.get(url(person, name)).status_code == 302


def test_another_poms_case_is_not_worked_on(cast: Cast) -> None:
    person = case(cast)
    Person.objects.filter(pk=person.pk).update(pom=StaffFactory())
    assert cast.client(Role.POM).get(url(person)).status_code == 200
    assert post(cast, person, "step-licence").status_code == 403
    assert post(cast, person, "report", **texts(), version=0).status_code == 403


def test_the_page_says_form_why_and_what_is_first(cast: Cast) -> None:
    person = case(cast)
    page = read(cast, person)
    assert "Handover meeting" in page and "form: meeting" in page and "10 December 2026" in page
    assert page.count('role="button"') == 1, "one primary button"
    assert page.index("First") < page.index("To do")
    assert AuditEvent.objects.filter(action="see_handover", person=person).exists()


def test_somebody_without_a_sentence_has_no_handover_to_work_on(cast: Cast) -> None:
    person = cast.person(legal_status="REMAND")
    assert "No sentence is being served" in read(cast, person, Role.HOMD)
    assert post(cast, person, "step-licence", role=Role.HOMD).status_code == 302
    assert cast.client(Role.HOMD).get(url(person, "report")).status_code == 302


def test_a_meeting_is_recorded_shown_and_taken_back(cast: Cast) -> None:
    person = case(cast)
    page = post(cast, person, "step-meeting", attendees="Pat", looking_back="", looking_forward="A hostel")
    assert "Enter looking back" in page.content.decode() and "A hostel" in page.content.decode()
    assert post(cast, person, "step-meeting", **MEETING).status_code == 302
    page = read(cast, person)
    assert "A course" in page and "Pat Offender" in page
    step = HandoverStep.objects.get()
    assert post(cast, person, "step-take-back", step.pk, reason="").status_code == 200
    assert post(cast, person, "step-take-back", step.pk, reason="Another person").status_code == 302
    assert "Taken back" in read(cast, person) and "Another person" in read(cast, person)


def test_later_only_the_homd_takes_back(cast: Cast) -> None:
    person = case(cast)
    step = take(cast, person, Kind.LICENCE, at=NOW - timedelta(days=1), done_on=days(-1))
    assert post(cast, person, "step-take-back", step.pk, reason="Error").status_code == 403
    assert post(cast, person, "step-take-back", step.pk, role=Role.HOMD, reason="Error").status_code == 302


def test_a_refusal_stands_on_the_form_with_what_was_typed(cast: Cast) -> None:
    person = case(cast)
    take(cast, person, Kind.LICENCE)
    page = post(cast, person, "step-licence", note="Went through them all").content.decode()
    assert "has recorded this already" in page and "Went through them all" in page


def test_another_form_is_decided_with_a_reason(cast: Cast) -> None:
    person = case(cast)
    assert post(cast, person, "form-decision", form="report", because="").status_code == 200
    assert post(cast, person, "form-decision", form="report", because="The COM is ill").status_code == 302
    assert FormDecision.objects.get().because == "The COM is ill"
    assert "Handover report sent" in read(cast, person) and "The COM is ill" in read(cast, person)


def test_a_conflict_shows_both_and_saving_again_is_a_choice(cast: Cast) -> None:
    person = case(cast)
    assert post(cast, person, "report", **texts(), version=0).status_code == 302
    post(cast, person, "report", **texts(risks="None at all"), version=1, role=Role.HOMD)
    answer = post(cast, person, "report", **texts(risks="Drugs"), version=1)
    page = answer.content.decode()
    assert "has saved this report since you opened it" in page
    assert "None at all" in page and "Drugs" in page and 'name="version" value="2"' in page
    assert HandoverReport.objects.get().risks == "None at all"
    assert post(cast, person, "report", **texts(risks="Drugs"), version=2).status_code == 302


def test_whoever_typed_while_it_was_sent_sees_what_was_sent(cast: Cast) -> None:
    person = case(cast)
    post(cast, person, "report", **texts(), version=0)
    post(cast, person, "report-send", to="Cam", version=1)
    page = post(cast, person, "report", **texts(risks="Drugs"), version=1).content.decode()
    assert "has sent this report since you opened it. What you typed is not saved" in page
    assert "What was sent on" in page and "Drugs" in page and "Alcohol" in page


def test_the_report_is_printed_sent_and_frozen(cast: Cast) -> None:
    person = case(cast)
    assert post(cast, person, "report-send").status_code == 302, "nothing to send"
    post(cast, person, "report", **texts(), version=0)
    report = HandoverReport.objects.get()
    assert "A draft" in read(cast, person, Role.POM, "report-print", report.pk)
    typed = {"to": "Cam Community", "version": report.version, "completes": "on"}
    assert post(cast, person, "report-send", **typed).status_code == 302
    page = read(cast, person, Role.HOMS, "report-print", report.pk)
    assert "As it was sent" in page and "Alcohol" in page and "Sent to Cam Community" in page
    assert page.index("The case") < page.index("RoSH") < page.index('<h2 class="govuk-heading-m">Risks')
    assert person.obligations.get(kind="handover").state == "met"
    assert AuditEvent.objects.filter(action="see_handover_report").count() == 2


def test_a_report_taken_back_is_told_as_that_and_its_words_are_kept(cast: Cast) -> None:
    person = case(cast)
    post(cast, person, "report", **texts(), version=0)
    post(cast, person, "report-send", to="Cam", version=1)
    assert "Sent to Cam on 18 November 2026" in read(cast, person)
    post(cast, person, "step-take-back", person.handover_steps.get().pk, reason="It was never sent")
    page = read(cast, person)
    assert "Recorded as sent on 18 November 2026" in page and "Sent to Cam on" not in page
    assert "It was recorded as sent on" in read(cast, person, Role.POM, "report-print", HandoverReport.objects.get().pk)
    page = read(cast, person, Role.POM, "report")
    assert "Alcohol" in page and "was taken back" in page


def test_what_was_done_for_a_handover_that_came_to_nothing_is_shown(cast: Cast) -> None:
    person = case(cast)
    take(cast, person, Kind.COM_CONTACT)
    person.sentences.update(crd=days(2000))
    follow(person, after=1)
    page = read(cast, person)
    assert "What counts no more" in page and "The handover moved out of sight" in page


def test_history_tells_of_steps_forms_reports_and_notes(cast: Cast) -> None:
    person = case(cast)
    post(cast, person, "step-meeting", **MEETING)
    post(cast, person, "form-decision", form="report", because="The COM is ill")
    post(cast, person, "report", **texts(), version=0)
    page = cast.client(Role.HOMD).get(reverse("case-history", args=["LEI", person.ref])).content.decode()
    for words in ("Handover meeting held: 18 November 2026", "Handed over by decision", "draft saved"):
        assert words in page


def test_as_many_queries_for_twenty_steps_as_for_two(cast: Cast) -> None:
    person = case(cast)

    def queries() -> int:
        client = cast.client(Role.POM)
        with CaptureQueriesContext(connection) as captured:
            client.get(url(person))
        return len(captured)

    take(cast, person, Kind.COM_VISIT)
    take(cast, person, Kind.COM_CONTACT)
    few = queries()
    for _ in range(9):
        take(cast, person, Kind.COM_VISIT)
        take(cast, person, Kind.COM_CONTACT)
    assert queries() == few


def test_the_lists_open_the_case_and_a_pom_turns_to_their_own(cast: Cast) -> None:
    person = case(cast)
    address = reverse("handover:upcoming", args=["LEI"])
    page = cast.client(Role.POM).get(address)
    assert url(person) in page.content.decode() and "Week by week" in page.content.decode()
    mine = page.context["whose"][0][1]
    assert cast.client(Role.POM).get(mine).context["list"].count == 1
    assert [bar.count for bar in page.context["chart"].bars if bar.count] == [1]
    week = next(bar.url for bar in page.context["chart"].bars if bar.count)
    assert cast.client(Role.POM).get(week).context["list"].count == 1
    assert cast.client(Role.HOMD).get(address).context["whose"] == []
