"""Tonight's email of a prison, or, in words, why there is none. Its absence must show (H8)."""

from dataclasses import dataclass
from datetime import date, datetime

from omic.formats import clock, moment
from omic.models import Message, Prison, Run
from omic.nightly import JOB, hour_of
from omic.outbox import MailKind


@dataclass(frozen=True, slots=True)
class Tonight:
    """The messages of the night that ended this morning; `why` says why one or all are missing, `doubts` what the
    email could not confirm."""

    messages: tuple[Message, ...]
    why: tuple[str, ...]
    doubts: tuple[str, ...]


def tonight(prison: Prison, *, on: date, at: datetime) -> Tonight:
    """How the night of `on` and its compliance email stand at `at`."""
    run = prison.runs.filter(job=JOB, on=on).first()
    messages = tuple(prison.messages.filter(kind=MailKind.COMPLIANCE, on=on).order_by("recipient"))
    addresses = prison.recipients.filter(kind=MailKind.COMPLIANCE).approved(on).count()
    doubts = tuple(run.coverage.get("doubts", ())) if run else ()
    return Tonight(messages, tuple(_reasons(run, messages, addresses, on, at)), doubts)


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
    return found
