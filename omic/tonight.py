"""Tonight's email of a prison, or, in words, why there is none. Its absence must show (H8)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings

from omic.calendar import LONDON, in_utc, london_day
from omic.formats import clock, moment, plural
from omic.models import Message, Prison, Run
from omic.nightly import JOB, hour_of
from omic.outbox import MailKind

UNSENT = (Message.State.QUEUED, Message.State.FAILED)  # what its reader should have and has not


@dataclass(frozen=True, slots=True)
class Tonight:
    """The messages of the night that ended this morning; `why` says why one or all are missing, `doubts` what the
    email could not confirm, `absent` the night whose email should be here by now and is not."""

    messages: tuple[Message, ...]
    why: tuple[str, ...]
    doubts: tuple[str, ...]
    absent: date | None


def tonight(prison: Prison, *, on: date, at: datetime) -> Tonight:
    """How the night of `on` and its compliance email stand at `at`."""
    run = prison.runs.filter(job=JOB, on=on).first()
    messages = tuple(prison.messages.filter(kind=MailKind.COMPLIANCE, on=on).order_by("recipient"))
    addresses = prison.recipients.filter(kind=MailKind.COMPLIANCE).approved(on).count()
    doubts = tuple(run.coverage.get("doubts", ())) if run else ()
    return Tonight(messages, tuple(_reasons(run, messages, addresses, on, at)), doubts, absent(prison, at=at))


def due_by(on: date) -> datetime:
    """The moment by which the email of the night of `on` should have arrived."""
    return in_utc(datetime.combine(on, time(settings.EMAIL_BY_HOUR), tzinfo=LONDON))


def absent(prison: Prison, *, at: datetime) -> date | None:
    """The newest night whose email should have arrived by `at` and has not reached every address; None if it has.

    That the row is written is not enough: it must have left. A lost night has no email of its own; the one after it
    speaks for it. A prison that holds nobody and has never had a night misses nothing.
    """
    on = london_day(at)
    night = on if at >= due_by(on) else on - timedelta(days=1)
    messages = prison.messages.filter(kind=MailKind.COMPLIANCE, on__gte=night)
    if messages.filter(state=Message.State.SENT).exists() and not messages.filter(on=night, state__in=UNSENT).exists():
        return None
    began = prison.people.exists() or prison.runs.filter(job=JOB).exists() or prison.recipients.exists()
    return night if began else None


def _reasons(run: Run | None, messages: tuple[Message, ...], addresses: int, on: date, at: datetime) -> list[str]:
    found = []
    if not addresses:
        found.append("Nobody is approved to receive it: HOMS approves addresses below.")
    if run is None:
        hour = clock(hour_of(on))
        found.append(f"The night runs at {hour}." if at < hour_of(on) else f"The run of {hour} has not begun.")
    elif run.state != Run.State.DONE:
        found.append(f"The run began on {moment(run.started_at)} and has not finished.")
    elif addresses and not messages:
        found.append("Nobody was approved to receive it when the run finished.")
    waiting = sum(message.state in UNSENT for message in messages)
    if waiting and at >= due_by(on):
        reached = plural(waiting, "address,addresses")
        found.append(f"It should have arrived by {clock(due_by(on))} and has not reached {reached}.")
    return found
