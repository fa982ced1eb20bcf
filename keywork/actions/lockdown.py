"""At level 4 what a session, an absence or cover changes is what people are owed: then the pipeline follows at once."""

from collections.abc import Sequence
from datetime import date, datetime

from keywork.regime import locked_down
from omic.calendar import london_day
from omic.models import Prison, Staff
from omic.reconcile import lock, reconcile, window_of


def hold_people_of(staff: Staff, prison: Prison, *, at: datetime) -> list[int]:
    """The people of a key worker, locked before the key worker is, as an allocation does; below level 4 nobody."""
    if not locked_down(prison, on=london_day(at)):
        return []
    return lock(list(prison.people.filter(key_worker=staff).order_by("pk").values_list("pk", flat=True)))


def follow_at_level_4(prison: Prison, people: Sequence[int], *, at: datetime, since: date | None = None) -> None:
    """Let the duties of `people` follow, whom the caller has locked (ED-08); below level 4 there is nothing to do."""
    if people and locked_down(prison, on=london_day(at)):
        reconcile(people, window_of(london_day(at), at, since=since))
