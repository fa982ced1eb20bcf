"""The outbox: an email is a row, written in the transaction that causes it and sent from here, one a transaction.

A row's key names its mail for good. The mail's Message-ID and Date come from the row alone, so that a mail that is
sent again, because the sender died before it could mark the row, is the same mail byte for byte, and a receiver can
drop it. Nothing is marked as sent before it was.
"""

import hashlib
from collections import Counter
from datetime import date, datetime, timedelta
from email.utils import format_datetime, parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import models, transaction

from omic.calendar import london_day
from omic.models import Ldu, Message, Posting, Prison, Recipient


class MailKind(models.TextChoices):
    """The emails that the product writes. Each goes only to addresses that are approved, asked again at sending."""

    COMPLIANCE = "compliance", "Nightly compliance email"
    ALLOCATION = "allocation", "POM allocation"
    KEY_WORK = "key_work", "Key worker allocation"
    ACCESS = "access", "Closed notes read with a reason"
    HANDOVER = "handover", "Handover reminder"
    COMMUNITY = "community", "To the community"


# What goes to one member of staff at their own address: their posting in the prison is the approval.
TO_STAFF = (MailKind.ALLOCATION, MailKind.KEY_WORK, MailKind.ACCESS, MailKind.HANDOVER)

# A relay that is down for a night is waited for: a minute, two, four …, then hourly, for a little over a day.
FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=1)
ATTEMPTS = 30


def queue_message(
    *, prison: Prison, on: date, kind: MailKind, recipient: str, about: str = "", title: str, body: str, at: datetime
) -> bool:
    """Write the email into the outbox, in the caller's transaction. False when its key is there already: it stays.

    The key is prison, London day, kind, recipient and `about` (the obligation or person it is about, where one is).
    """
    key = {"prison": prison, "on": on, "kind": kind, "recipient": recipient, "about": about}
    words = {"title": title, "body": body, "created_at": at, "next_attempt_at": at}
    return Message.objects.get_or_create(**key, defaults=words)[1]


def send_waiting(at: datetime) -> Counter[str]:
    """Send what waits at `at`, each in a transaction of its own. Counts by the state that a message then has.

    Any number of senders may work at once. The lock on a message's row is the sender's lease: it lasts as long as
    the sender lives, at most `EMAIL_TIMEOUT` for each exchange with the relay, and ends with it.
    """
    counts: Counter[str] = Counter()
    while state := _send_one(at):
        counts[state] += 1
    return counts


@transaction.atomic
def _send_one(at: datetime) -> str:
    """The state of the message that was taken; empty when none waits. One that fails waits beyond `at`."""
    waiting = Message.objects.filter(state=Message.State.QUEUED, next_attempt_at__lte=at)
    message = waiting.order_by("next_attempt_at", "pk").select_for_update(skip_locked=True).first()
    if message is None:
        return ""
    if not approved(message, on=london_day(at)):
        message.state = Message.State.WITHHELD
    else:
        _attempt(message, at)
    message.save(update_fields=["state", "attempts", "next_attempt_at", "last_error", "sent_at"])
    return message.state


def approved(message: Message, *, on: date) -> bool:
    """Whether the message's address is still approved for its kind on a day (H7: asked again at sending).

    Staff by their posting in the prison, the community by the mailbox of an LDU, all others by the prison's own list.
    """
    if message.kind in TO_STAFF:
        posted = Posting.objects.filter(prison=message.prison_id, staff__email=message.recipient)
        return posted.on(on).exists()
    if message.kind == MailKind.COMMUNITY:
        return Ldu.objects.on(on).filter(email=message.recipient).exists()
    recipients = Recipient.objects.filter(prison=message.prison_id, kind=message.kind, email=message.recipient)
    return recipients.approved(on).exists()


def _attempt(message: Message, at: datetime) -> None:
    message.attempts += 1
    try:
        as_email(message).send()
    except Exception as error:  # whatever a backend raises for one mail must not stop the others
        message.last_error = f"{type(error).__name__}: {error}"[:500]
        message.next_attempt_at = at + min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(message.attempts - 1, 10))
        if message.attempts >= ATTEMPTS:
            message.state = Message.State.FAILED
    else:
        message.state, message.sent_at, message.last_error = Message.State.SENT, at, ""


def as_email(message: Message) -> EmailMessage:
    """The mail as its reader gets it."""
    headers = {"Message-ID": message_id(message), "Date": format_datetime(message.created_at)}
    return EmailMessage(message.title, message.body, to=[message.recipient], headers=headers)


def message_id(message: Message) -> str:
    """The same for the same key, always, and of no other: what a receiver drops a repeat by."""
    key = ("outbox", message.prison_id, message.on.isoformat(), message.kind, message.recipient, message.about)
    digest = hashlib.sha256("\n".join(key).encode()).hexdigest()[:40]
    return f"<{digest}@{parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition('@')[2]}>"
