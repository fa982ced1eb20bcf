"""Who in the demonstration gets the nightly compliance email."""

from omic.demo.places import Demonstration
from omic.models import Posting, Recipient, Role
from omic.outbox import MailKind


def approve_recipients(demo: Demonstration) -> dict[str, int]:
    """Safer Custody's shared mailbox in each prison, approved by its Governor."""
    governors = Posting.objects.filter(role=Role.GOVERNOR, prison__fictional=True).order_by("staff_id")
    approved_by = {posting.prison_id: posting.staff_id for posting in governors}
    rows = [
        Recipient(
            prison_id=place.code,
            kind=MailKind.COMPLIANCE,
            email=f"safer.custody@{place.code.lower()}.example",
            starts_on=demo.since,
            approved_by_id=approved_by[place.code],
            approved_at=demo.at,
        )
        for place in demo.places
    ]
    Recipient.objects.bulk_create(rows)
    return {"Recipients of the nightly email": len(rows)}
