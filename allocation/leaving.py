"""Parts beside other POMs that stay with somebody who is away, leaves or is posted here no more."""

from datetime import date, datetime
from uuid import uuid4

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from allocation.caseload import posted_poms
from allocation.coworking import Part, end_share
from allocation.models import PomAbsence, PomAllocation
from allocation.refusals import RefusedError
from omic.models import Prison, Staff


def open_shares(prison: Prison) -> QuerySet[PomAllocation]:
    """Co-working and case management support in a prison that has not ended."""
    return PomAllocation.objects.open().filter(prison=prison).exclude(part=Part.PRIMARY)


def shares_left(prison: Prison, *, on: date) -> QuerySet[PomAllocation]:
    """The open parts of those who are away, leaving or posted here as a POM no longer."""
    away = Exists(PomAbsence.objects.on(on).gone().filter(prison=prison, staff=OuterRef("staff")))
    posted = Exists(posted_poms(prison, on=on).filter(staff=OuterRef("staff")))
    return open_shares(prison).filter(away | ~posted)


@transaction.atomic
def end_shares(*, staff: Staff, prison: Prison, reason: str, by: Staff, at: datetime) -> int:
    """End every part of somebody beside other POMs here, for one reason; each POM gets one email. Says how many.

    In id order, so that two who end many queue. Of what somebody else ended meanwhile nothing is left to do.
    """
    ended, batch = 0, uuid4().hex[:20]
    for share in open_shares(prison).filter(staff=staff).select_related("person", "prison").order_by("person_id"):
        try:
            end_share(allocation=share, reason=reason, batch=batch, by=by, at=at)
        except RefusedError:
            continue
        ended += 1
    return ended
