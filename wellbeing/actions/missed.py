"""What was done about a missed check: a manager's words beside the miss, which stays what it is."""

from datetime import datetime

from django.db import transaction

from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.formats import moment
from omic.models import Obligation, Staff
from omic.reconcile import lock
from wellbeing.missed import missed_of


@transaction.atomic
def follow_up_missed(*, duty: Obligation, words: str, by: Staff, at: datetime) -> int:
    """Keep what was done about every check of this person missed lately that nobody has followed up.

    Where somebody has, the words follow theirs on `duty`. The same words of the same member of staff a second time
    change nothing. Returns how many missed checks now carry them.
    """
    lock([duty.person_id])
    duty.refresh_from_db()
    if duty.note.endswith(f"{by}: {words}"):
        return 0
    rows = [row for row in missed_of(duty, london_day(at)).select_for_update(of=("self",)) if not row.note]
    for row in rows or [duty]:
        row.note = "\n".join(filter(None, (row.note, f"{moment(at)}, {by}: {words}")))
        row.save(update_fields=["note"])
    kept = len(rows or [duty])
    audit.record(
        by=Actor(staff=by),
        action="follow_up_missed",
        at=at,
        prison=duty.prison,
        person=duty.person,
        duties=[row.pk for row in rows or [duty]],
    )
    return kept
