"""Asking the community for information: once a press, answered by itself, and no end of what else is asked (HO-35)."""

from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from handover.community_answers import record_answer
from handover.community_information import ask_for_information
from handover.community_lists import list_counts
from handover.duty_actions import RefusedError
from handover.models import CommunityRequest
from omic.models import Message, Person, Prison, Role
from omic.outbox import send_waiting
from tests.cast import Cast
from tests.factories import NOW, TODAY, PrisonFactory, StaffFactory, days
from tests.handover.community import STEPS, case, ldu, name_com, night, settle, short_case
from tests.nights import small_hours

QUESTION = "Is the address in Harbour Street checked?"


@pytest.fixture
def prison(db: None, settings: Any) -> Prison:
    settings.RECONCILE_STEPS, settings.NIGHTLY_STEPS, settings.NIGHTLY_EXTRAS = STEPS, [], []
    return PrisonFactory(code="LEI")


def ask(person: Person, **facts: Any) -> CommunityRequest:
    facts = {"request_id": uuid4(), "by": StaffFactory(email="pat@prison.invalid"), "at": NOW} | facts
    return ask_for_information(person=person, question=QUESTION, **facts)


def test_ho35_a_press_asks_once_and_the_email_says_who_asks_what(prison: Prison) -> None:
    ldu()
    person, press = case(days(300)), uuid4()
    assert ask(person, request_id=press) == ask(person, request_id=press)
    ask(person)
    assert send_waiting(NOW) == {"sent": 2}
    body = Message.objects.order_by("pk")[0].body
    assert QUESTION in body and "pat@prison.invalid" in body and person.surname not in body


@pytest.mark.parametrize(("name", "words"), [(None, "No LDU is recorded"), ("Moor", "add it on the LDUs page")])
def test_without_a_mailbox_it_is_refused_with_what_to_do(prison: Prison, name: str | None, words: str) -> None:
    with pytest.raises(RefusedError, match=words):
        ask(case(days(300), ldu=name))
    assert not Message.objects.exists()


def test_a_com_who_is_named_does_not_answer_it_and_a_week_without_an_answer_needs_somebody(prison: Prison) -> None:
    ldu()
    person = case(days(300))
    row = ask(person)
    assert {key: count for key, count in list_counts(prison, TODAY).items() if count} == {"all": 1}
    name_com(person, "Cam", on=days(1))
    settle(person, days(7))
    assert list_counts(prison, days(8))["unanswered"] == 1
    record_answer(person=person, answer="It is.", com_name="", com_email="", by=StaffFactory(), at=NOW)
    row.refresh_from_db()
    assert row.answer == "It is." and not any(list_counts(prison, days(8)).values())


def test_it_is_answered_without_answering_for_a_com_and_puts_no_reminder_off(prison: Prison, settings: Any) -> None:
    settings.NIGHTLY_EXTRAS = ["handover.community_night.write_to_community"]
    ldu()
    person = case(days(-3))
    night(TODAY)
    row = ask(person, at=small_hours(days(5)))
    night(days(7))
    assert CommunityRequest.objects.filter(kind="chaser").count() == 1
    told = {"answer": "It is.", "com_name": "", "com_email": "", "by": StaffFactory(), "at": small_hours(days(8))}
    assert record_answer(person=person, questions=[row.pk], **told) == 1
    assert set(CommunityRequest.objects.filter(answered_at=None).values_list("kind", flat=True)) == {
        "pipeline", "chaser"
    }  # fmt: skip


def test_it_is_asked_from_the_case_and_shown_there_and_in_the_history(cast: Cast, prison: Prison) -> None:
    ldu()
    person = short_case(pom=cast.of(Role.POM))
    client = cast.client(Role.POM)
    page, address = (reverse(f"handover:{name}", args=["LEI", person.ref]) for name in ("case", "community-ask"))
    assert address in client.get(page).content.decode()
    typed = {"question": QUESTION, "request_id": str(uuid4())}
    assert client.post(address, typed).status_code == 302
    assert "Information asked of Weald" in client.get(page).content.decode()
    answers = reverse("handover:community-answer", args=["LEI", person.ref])
    assert "Which questions does it answer?" in client.get(answers).content.decode()
    row = CommunityRequest.objects.get(kind="info")
    client.post(answers, {"questions": [row.pk], "answer": "It is.", "com_name": "", "com_email": ""})
    assert "It is." in client.get(page).content.decode()
    history = cast.client(Role.HOMD).get(reverse("case-history", args=["LEI", person.ref])).content.decode()
    assert "Email to Weald: Information asked for" in history and "Waiting to be sent" in history
    assert cast.client(Role.CASE_ADMINISTRATOR).get(address).status_code == 403
    assert cast.stranger.get(address).status_code == 404
