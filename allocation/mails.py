"""What POMs are told by email. No mail names anybody: its link opens the person for those who may see them."""

from datetime import date, datetime

from django.conf import settings

from allocation.models import PomAllocation
from omic.models import Prison, Staff
from omic.outbox import MailKind, queue_message


def mail_about(
    allocation: PomAllocation, *, to: Staff, title: str, opening: str, on: date, at: datetime, batch: str = ""
) -> None:
    """One email about an allocation that has begun or ended; of a batch the one that its first allocation writes."""
    state = "ended" if allocation.ended_at else "begun"
    page = "cases/mine" if batch else f"people/{allocation.person.ref}"
    about = f"{state}:{batch or allocation.pk}"
    mail_pom(to, allocation.prison, about=about, title=title, opening=opening, page=page, on=on, at=at)


def mail_pom(
    to: Staff, prison: Prison, *, about: str, title: str, opening: str, page: str, on: date, at: datetime
) -> None:
    """One email to a POM at their own address; none where there is none. `about` tells mails of one day apart."""
    if not to.email:
        return
    link = f"{settings.SITE_URL}/prisons/{prison.code}/{page}/"
    queue_message(
        prison=prison,
        on=on,
        kind=MailKind.ALLOCATION,
        recipient=to.email,
        about=about,
        title=f"{prison.name}: {title}",
        body=f"{opening} in {prison.name}.\n\nSign in to see who, and what is due:\n{link}\n",
        at=at,
    )
