"""The nightly compliance email to Safer Custody: the last step of the night (see omic/nightly.py)."""

from django.conf import settings

from omic.calendar import london_day
from omic.freshness import roll_as_of
from omic.ledger import Coverage
from omic.nightly import Night
from omic.outbox import MailKind, queue_message
from wellbeing import letter
from wellbeing.doubts import doubts
from wellbeing.figures import figures


def write_email(night: Night) -> Coverage:
    """Queue tonight's email to every approved recipient; answer what it doubts and to how many it goes."""
    prison, at = night.prison, night.at
    counted = figures(prison, on=night.on)
    found, caught_up, roll = doubts(prison, counted, at=at), night.caught_up, roll_as_of(prison)
    body = letter.body(
        prison,
        counted,
        on=night.on,
        at=at,
        roll_at=roll,
        doubts=found,
        caught_up=caught_up,
        link=f"{settings.SITE_URL}/prisons/{prison.pk}/",
    )
    title = letter.subject(prison, on=night.on, doubts=found)
    addresses = prison.recipients.filter(kind=MailKind.COMPLIANCE).approved(london_day(at))
    for address in addresses.values_list("email", flat=True):
        queue_message(
            prison=prison, on=night.on, kind=MailKind.COMPLIANCE, recipient=address, title=title, body=body, at=at
        )
    return {
        "complete": not found,
        "doubts": list(found),
        "recipients": len(addresses),
        "caught_up": [on.isoformat() for on in caught_up],
    }
