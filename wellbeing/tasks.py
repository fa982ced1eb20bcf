"""The bell of the night. It rings every few minutes; the run ledger knows whether there is anything to do."""

from celery import shared_task

from omic import clock
from omic.calendar import london_day
from omic.models import Prison
from omic.nightly import prisons_waiting, run_night

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
