"""The outbox: each email once, to an address that is approved when it leaves, and whatever fails is tried and shown."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from omic.models import Message, Prison, Recipient
from omic.outbox import ATTEMPTS, LONGEST_DELAY, MailKind, as_email, message_id, queue_message, send_waiting
from omic.tasks import send_outbox
from tests.factories import NOW, TODAY, PostingFactory, PrisonFactory, days
from tests.nights import EQUALITY, SAFER, approve

pytestmark = pytest.mark.django_db
BAD = "bad@prison.invalid"
MINUTE = timedelta(minutes=1)


class Relay(EmailBackend):
    """Takes every mail but those to one address."""

    def send_messages(self, messages: Any) -> int:
        if messages[0].to == [BAD]:
            raise ConnectionRefusedError("550 no such mailbox")
        return super().send_messages(messages)


@pytest.fixture
def prison(settings: Any) -> Prison:
    settings.EMAIL_BACKEND = "tests.omic.test_outbox.Relay"
    prison = PrisonFactory(code="LEI")
    approve(prison, SAFER, EQUALITY, BAD)
    return prison


def queue(prison: Prison, recipient: str = SAFER, **changes: Any) -> Message:
    given = {"on": TODAY, "kind": MailKind.COMPLIANCE, "title": "Night", "body": "Counts", "at": NOW} | changes
    queue_message(prison=prison, recipient=recipient, **given)
    return Message.objects.get(prison=prison, recipient=recipient, on=given["on"], about=given.get("about", ""))


def test_a_message_is_written_once(prison: Prison) -> None:
    words = {"on": TODAY, "kind": MailKind.COMPLIANCE, "recipient": SAFER, "at": NOW}
    assert queue_message(prison=prison, title="First", body="", **words)
    assert not queue_message(prison=prison, title="Second", body="", **words)
    assert Message.objects.get().title == "First"


def test_what_waits_is_sent_once(prison: Prison) -> None:
    message = queue(prison)
    assert send_waiting(NOW) == {"sent": 1}
    assert send_waiting(NOW) == {}
    message.refresh_from_db()
    assert (message.state, message.sent_at, message.attempts) == ("sent", NOW, 1)
    assert [(sent.to, sent.subject, sent.body) for sent in mail.outbox] == [([SAFER], "Night", "Counts")]


def test_the_task_sends(prison: Prison, frozen: datetime) -> None:
    queue(prison)
    assert send_outbox() == {"sent": 1}


def test_a_bad_address_stops_nobody(prison: Prison) -> None:
    bad = queue(prison, BAD, at=NOW - MINUTE)
    queue(prison)
    assert send_waiting(NOW) == {"queued": 1, "sent": 1}
    bad.refresh_from_db()
    assert bad.last_error == "ConnectionRefusedError: 550 no such mailbox"


def test_a_subject_of_two_lines_stops_nobody(prison: Prison) -> None:
    queue(prison, title="Night\nBcc: all", at=NOW - MINUTE)
    queue(prison, EQUALITY)
    assert send_waiting(NOW) == {"queued": 1, "sent": 1}


def test_tries_grow_apart_until_a_day_has_gone(prison: Prison) -> None:
    message, waits = queue(prison, BAD), []
    while message.state == "queued":
        at = message.next_attempt_at
        send_waiting(at)
        message.refresh_from_db()
        waits.append(message.next_attempt_at - at)
    assert message.state == "failed"
    assert len(waits) == ATTEMPTS
    assert waits[:4] == [MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE]
    assert waits[10] == LONGEST_DELAY
    assert timedelta(hours=24) < sum(waits[:-1], timedelta()) < timedelta(hours=26)


def test_a_relay_that_is_down_for_a_night_loses_nothing(prison: Prison) -> None:
    queue(prison, BAD)
    for minute in range(0, 12 * 60, 5):
        send_waiting(NOW + minute * MINUTE)
    Message.objects.update(recipient=SAFER)  # the relay is back
    assert send_waiting(NOW + timedelta(hours=13)) == {"sent": 1}


@pytest.mark.parametrize(
    "change",
    [{"ends_on": TODAY}, {"kind": "other"}, {"prison_id": "MDI"}, {"starts_on": days(1)}],
    ids=["ended today", "another email", "another prison", "not yet"],
)
def test_an_address_no_longer_approved_is_not_written_to(prison: Prison, change: dict[str, Any]) -> None:
    PrisonFactory(code="MDI")
    message = queue(prison)
    Recipient.objects.filter(email=SAFER).update(**change)
    assert send_waiting(NOW) == {"withheld": 1}
    message.refresh_from_db()
    assert (message.state, message.sent_at, mail.outbox) == ("withheld", None, [])


@pytest.mark.parametrize(("ends_on", "state"), [(None, "sent"), (days(1), "sent"), (TODAY, "withheld")])
def test_what_goes_to_staff_needs_their_posting(prison: Prison, ends_on: Any, state: str) -> None:
    posting = PostingFactory(prison=prison, ends_on=ends_on)
    queue(prison, posting.staff.email, kind=MailKind.ALLOCATION)
    assert send_waiting(NOW) == {state: 1}


def test_the_key_is_the_message_id_and_the_date_is_the_rows(prison: Prison) -> None:
    message = queue(prison)
    other = [queue(prison, EQUALITY), queue(prison, on=days(1)), queue(prison, about="person-7")]
    assert len({message_id(each) for each in (message, *other)}) == 4
    sent = as_email(message).message()
    assert sent["Message-ID"] == message_id(message)
    assert sent["Date"] == "Wed, 18 Nov 2026 10:00:00 +0000"
