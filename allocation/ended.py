"""Cases that POMs had and have no more: they are told by email when people leave, and have them listed for a month."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

from django.db.models import QuerySet

from allocation.mails import mail_pom
from allocation.models import PomAllocation
from omic.calendar import london_midnight
from omic.formats import plural
from omic.models import Prison, Staff

MERGED = "Merged"  # why an allocation ended whose person is still here, under another number
LISTED = timedelta(days=28)


def tell_ended(allocations: Sequence[int], *, on: date, at: datetime) -> None:
    """One email to each POM whose part in cases has just ended because people left, however many did.

    Call it in the transaction that ends them: an end that is rolled back is told by nobody, and one that stands ends
    no second time.
    """
    rows = PomAllocation.objects.filter(pk__in=allocations).exclude(ended_because=MERGED)
    found = rows.select_related("staff", "prison").order_by("prison", "staff", "pk")
    for _, theirs in groupby(found, key=lambda row: (row.prison_id, row.staff_id)):
        ended = list(theirs)
        mail_pom(
            ended[0].staff,
            ended[0].prison,
            about=f"left:{ended[0].pk}",
            title=f"{plural(len(ended), 'case,cases')} of yours {'has' if len(ended) == 1 else 'have'} ended",
            opening=f"You have {plural(len(ended), 'case,cases')} fewer: people who are no longer held",
            page="cases/mine/ended",
            on=on,
            at=at,
        )


def ended_lately(staff: Staff, prison: Prison, *, on: date) -> QuerySet[PomAllocation]:
    """The parts in cases here that somebody has lost in the last four weeks."""
    rows = PomAllocation.objects.filter(staff=staff, prison=prison, ended_at__gte=london_midnight(on - LISTED))
    return rows.select_related("person")
