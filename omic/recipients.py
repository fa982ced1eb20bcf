"""The addresses that a prison has approved for an email, and who approved and ended them."""

from datetime import datetime

from django.db import transaction

from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.models import Prison, Recipient, Staff
from omic.outbox import MailKind


class AlreadyApprovedError(Exception):
    """The address is approved for this email today; the message is fit to show."""


@transaction.atomic
def approve_recipient(*, prison: Prison, kind: MailKind, email: str, by: Staff, at: datetime) -> Recipient:
    """From today the address receives the email. Raises AlreadyApprovedError."""
    Prison.objects.select_for_update().get(pk=prison.pk)
    approved = prison.recipients.filter(kind=kind).approved(london_day(at))
    if approved.filter(email__iexact=email).exists():
        raise AlreadyApprovedError("This address is approved already")
    recipient = prison.recipients.create(
        kind=kind, email=email, starts_on=london_day(at), approved_by=by, approved_at=at
    )
    _record("approve_recipient", recipient, by, at)
    return recipient


@transaction.atomic
def end_recipient(*, recipient: Recipient, by: Staff, at: datetime) -> None:
    """From now on nothing is sent to the address, what waits for it included. Ended already: nothing happens."""
    held = Recipient.objects.select_for_update().get(pk=recipient.pk)
    if held.ends_on is None:
        held.ends_on = max(london_day(at), held.starts_on)
        held.save(update_fields=["ends_on"])
        _record("end_recipient", held, by, at)


def _record(action: str, recipient: Recipient, by: Staff, at: datetime) -> None:
    audit.record(
        by=Actor(staff=by), action=action, at=at, prison=recipient.prison, kind=recipient.kind, email=recipient.email
    )
