"""At level 4 what a session, an absence or cover changes is what people are owed: then the pipeline follows at once.

Level 4 counts wherever it governs a day that checks stand for: in the rest of a week in which it ended (ED-11), and
from a day in the next fortnight on, though another level is in force today.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q

from keywork.regime import dated_levels
from keywork.situation import is_locked
from omic.calendar import london_day
from omic.models import Cover, Prison, Role, Staff
from omic.reconcile import Window, lock, reconcile, window_of


def hold_people_of(staff: Staff, prison: Prison, *, at: datetime) -> list[int]:
    """Those of a key worker, and those for whom they stand in; nobody where level 4 does not count.

    Locked before the key worker is, as an allocation does.
    """
    on = london_day(at)
    if not _counts(prison, window_of(on, at)):
        return []
    covers = Cover.objects.filter(person=OuterRef("pk"), prison=prison, staff=staff, role=Role.KEY_WORKER)
    covered = Exists(covers.exclude(ends_on__lte=on))
    people = prison.people.filter(Q(covered) | Q(key_worker=staff)).order_by("pk")
    return lock(list(people.values_list("pk", flat=True)))


def follow_at_level_4(prison: Prison, people: Sequence[int], *, at: datetime, since: date | None = None) -> None:
    """Let the duties of `people` follow, whom the caller has locked (ED-08); without level 4 there is nothing to do."""
    window = window_of(london_day(at), at, since=since)
    if people and _counts(prison, window):
        reconcile(people, window)


def _counts(prison: Prison, window: Window) -> bool:
    levels = {} if prison.women else dated_levels([prison.pk])
    return any(is_locked(one, window) for one in levels.values())
