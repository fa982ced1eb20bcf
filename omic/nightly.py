"""The night: everybody of a prison reconciled, missed duties stamped, flags raised and taken down, the night told.

Every step is idempotent and counted in the transaction of its work, so that a night that dies anywhere is simply run
again and ends the same. Nights that did not run are caught up by the next one, in order and under their own dates.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial

import pghistory
from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import Exists, OuterRef
from django.utils.module_loading import import_string

from omic import ledger
from omic.calendar import LONDON, in_utc, london_day
from omic.drift import reconcile_everyone
from omic.flags import raise_flags
from omic.formats import day
from omic.models import Flag, Person, Prison, Recipient, Run
from omic.obligations import stamp_missed
from omic.reconcile import window_of

JOB = "nightly"
logger = logging.getLogger(__name__)


class LaterNightError(Exception):
    """The night asked for was not run, and a later one is done; the message is fit to show."""


@dataclass(frozen=True, slots=True)
class Night:
    """One night of one prison: the London day `on`, settled at the moment `at`, and its row in the ledger."""

    prison: Prison
    on: date
    at: datetime
    run: Run

    @property
    def caught_up(self) -> list[date]:
        """The nights lost before this one, which it has caught up; in order."""
        runs = self.prison.runs.filter(job=JOB, coverage__caught_up_on=self.on.isoformat())
        return list(runs.order_by("on").values_list("on", flat=True))


# What settings.NIGHTLY_STEPS name: called when the flags stand, in the transaction that ends the run. What they answer
# is the run's coverage.
LastStep = Callable[[Night], ledger.Coverage]


def run_night(prison: Prison, *, on: date, at: datetime) -> Run | None:
    """Run, or finish, the night of `on`, after the nights lost before it. A night that is done is left alone.

    None when another process is at work on the prison's night. Raises LaterNightError when `on` was not run and a
    later night is done: what was flagged then can no longer be told.
    """
    with ledger.alone(JOB, prison) as got:
        if not got:
            return None
        if not ledger.done_on(JOB, prison, on=on):
            _refuse_the_past(prison, on)
            with pghistory.context(job=JOB, night=on.isoformat()):
                _settle_and_tell(Night(prison, on, at, ledger.begin(JOB, prison, on=on, at=at)))
        return prison.runs.get(job=JOB, on=on)


def prisons_of_the_night(on: date) -> list[Prison]:
    """Prisons with somebody to settle or to tell: people held, an open flag, or an address that waits for the email.

    A prison whose people have all vanished is among them, because its email has to say so.
    """
    here = {"prison": OuterRef("pk")}
    people, flags = Person.objects.filter(**here), Flag.objects.filter(**here, closed_on__isnull=True)
    addresses = Recipient.objects.approved(on).filter(**here)
    return list(Prison.objects.filter(Exists(people) | Exists(flags) | Exists(addresses)).order_by("code"))


def prisons_waiting(at: datetime) -> list[Prison]:
    """The prisons whose night of today is not done, once London's clock has reached the hour of the night."""
    on = london_day(at)
    if at < hour_of(on):
        return []
    return [prison for prison in prisons_of_the_night(on) if not ledger.done_on(JOB, prison, on=on)]


def hour_of(on: date) -> datetime:
    """The moment at which the night of `on` should run."""
    return in_utc(datetime.combine(on, time(settings.NIGHTLY_HOUR), tzinfo=LONDON))


def _refuse_the_past(prison: Prison, on: date) -> None:
    last = ledger.last_done(JOB, prison)
    if last and last > on:
        raise LaterNightError(
            f"{prison}: the night of {day(on)} was not run, and that of {day(last)} is done. "
            "A night cannot be run after a later one."
        )


def _settle_and_tell(night: Night) -> None:
    lost = ledger.lost(JOB, night.prison, before=night.on)
    window = window_of(night.on, night.at, since=min(lost, default=None))
    reconcile_everyone(night.prison, night.run, window, last_done=ledger.last_done(JOB, night.prison))
    for lost_day in lost:
        ledger.patiently(partial(_catch_up, night, lost_day))
    ledger.patiently(partial(_tell, night))


@transaction.atomic
def _catch_up(night: Night, on: date) -> None:
    """A lost night: stamps and flags as of the hour it should have run. It has no email; tonight's speaks for it."""
    run = ledger.begin(JOB, night.prison, on=on, at=night.at)
    _flag(night.prison, run, on=on, seen_at=hour_of(on))
    ledger.finish(run, coverage={"caught_up_on": night.on.isoformat()}, at=night.at)


@transaction.atomic
def _tell(night: Night) -> None:
    """Stamps, flags, the last steps and the end of the run, all or nothing: what is told is what stands.

    But what the night also writes, beside Safer Custody's email, never keeps that from being told.
    """
    seen_at = night.at if night.on >= london_day(night.at) else hour_of(night.on)
    _flag(night.prison, night.run, on=night.on, seen_at=seen_at)
    coverage: dict[str, object] = {}
    for name in settings.NIGHTLY_STEPS:
        coverage.update(import_string(name)(night))
    failed = {name: words for name in settings.NIGHTLY_EXTRAS if (words := _attempt(name, night, coverage))}
    ledger.finish(night.run, coverage=coverage | ({"failed": failed} if failed else {}), at=night.at)


def _attempt(name: str, night: Night, coverage: dict[str, object]) -> str:
    """Do one of the extra steps; what went wrong, in words, once all it had written is undone. A lock is waited for."""
    try:
        with transaction.atomic():
            coverage.update(import_string(name)(night))
    except OperationalError:
        raise
    except Exception as error:  # whatever it is, the night has to end
        logger.exception("%s failed in the night of %s, %s", name, night.on, night.prison)
        return f"{type(error).__name__}: {error}"[:500]
    return ""


def _flag(prison: Prison, run: Run, *, on: date, seen_at: datetime) -> None:
    counts = raise_flags(prison.pk, on=on, seen_at=seen_at)
    counts["stamped"] = stamp_missed(prison.pk, on=on, at=seen_at)
    ledger.add(run, counts)
