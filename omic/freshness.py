"""How old what is known of a prison's people is: everything of the roll, alerts included, is as old as the roll."""

from datetime import datetime

from django.db.models import OuterRef, Q, Subquery

from omic.calendar import london_day, london_midnight
from omic.models import Prison, RollImport


def roll_as_of(prison: Prison, *, at: datetime | None = None) -> datetime | None:
    """The moment as of which the full roll taken in last, by `at` if given, speaks; None where there never was one.

    Any other file may leave people out without a word. A file says no more today than when its content first came here,
    in whatever import: taken in again it is as old as it was (H3). One that counts as an earlier day than it came on is
    of no later than that day's beginning.
    """
    rolls = prison.imports.filter(kind=RollImport.Kind.ROLL, state=RollImport.State.DONE, snapshot=True)
    if at is not None:
        rolls = rolls.filter(started_at__lte=at)
    same = RollImport.objects.filter(
        Q(prison=prison) | Q(prison=None), kind=OuterRef("kind"), file_digest=OuterRef("file_digest")
    )
    came = Subquery(same.order_by("started_at").values("started_at")[:1])
    newest = rolls.order_by("-started_at", "-pk").values_list("on", came).first()
    if newest is None:
        return None
    on, first = newest
    return min(first, london_midnight(on)) if on < london_day(first) else first


def acct_as_of(prison: Prison, *, at: datetime | None = None) -> datetime | None:
    """The moment as of which it is known who has an ACCT; None where no full roll was ever imported (H3)."""
    return roll_as_of(prison, at=at)
