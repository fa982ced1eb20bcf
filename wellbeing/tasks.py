"""The bells of the night and of the rosters' copies. They ring every few minutes, whatever there is to do."""

from celery import shared_task

from omic import clock
from omic.calendar import london_day
from omic.models import Prison
from omic.nightly import prisons_waiting, run_night
from wellbeing import paper

BELL_SECONDS = 600  # a call that no worker took before the next bell is not needed


@shared_task
def ring_nightly() -> int:
    """Ask for the night of every prison whose run of today is not done; how many were asked for."""
    waiting = prisons_waiting(clock.now())
    for prison in waiting:
        settle_night.apply_async((prison.pk,), expires=BELL_SECONDS)
    return len(waiting)


@shared_task
def settle_night(code: str) -> None:
    """Today's night of one prison. A task of its own, so that one prison's trouble is not another's."""
    at = clock.now()
    run_night(Prison.objects.get(pk=code), on=london_day(at), at=at)


@shared_task
def ring_rosters() -> int:
    """Ask for the copy of every prison that has none of this hour, and delete old ones; how many were asked for."""
    at = clock.now()
    waiting = paper.prisons_without_a_copy(at)
    for prison in waiting:
        keep_roster.apply_async((prison.pk,), expires=BELL_SECONDS)
    paper.forget_copies(at=at)
    return len(waiting)


@shared_task
def keep_roster(code: str) -> None:
    """The copy of one prison, as of now (H16)."""
    paper.keep_roster(Prison.objects.get(pk=code), at=clock.now())
