"""ED-09: days in which what is missed counts as excepted. Asked for with a reason, approved by the Governor."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from keywork.actions.refusals import RefusedError
from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.formats import day, moment
from omic.models import ContactKind, ObligationState, Prison, Staff, Suspension, Wing
from omic.obligations import stamp_missed
from omic.reconcile import reconcile_in_batches, window_of
from omic.suspensions import in_words

MOST_DAYS = 28  # no document gives a length: what lasts longer is decided again
FURTHEST = timedelta(days=28)  # how far back, and how far ahead, it may begin
SUSPENDED = (ContactKind.SESSION, ContactKind.CHECK)
ENTERED = "Entered by the Governor"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be suspended from a day to a day, both included; without a wing in the whole prison."""

    covers: str
    wing: Wing | None
    starts_on: date
    ends_on: date
    because: str


@transaction.atomic
def ask_suspension(*, prison: Prison, asked: Asked, by: Staff, at: datetime) -> Suspension:
    """Ask the Governor for a suspension; nothing changes until it is approved.

    The same request of the same person a second time is the first one. Raises RefusedError.
    """
    _lock(prison)
    standing = prison.suspensions.filter(withdrawn_at__isnull=True).exclude(approved=False)
    standing = standing.filter(covers=asked.covers, wing=asked.wing)
    if same := standing.filter(asked_by=by, starts_on=asked.starts_on, ends_on=asked.ends_on).first():
        return same
    _check_days(asked, on=london_day(at))
    if other := standing.filter(starts_on__lte=asked.ends_on, ends_on__gte=asked.starts_on).first():
        raise RefusedError(f"This overlaps with another: {in_words(other)}. Withdraw that first", "starts_on")
    row: Suspension = prison.suspensions.create(
        covers=asked.covers,
        wing=asked.wing,
        starts_on=asked.starts_on,
        ends_on=asked.ends_on,
        because=asked.because,
        asked_by=by,
        asked_at=at,
    )
    _note("ask_suspension", row, by, at)
    return row


@transaction.atomic
def enter_suspension(*, prison: Prison, asked: Asked, by: Staff, at: datetime) -> Suspension:
    """The Governor asks and approves in one; both stand in the audit. Raises RefusedError."""
    row = ask_suspension(prison=prison, asked=asked, by=by, at=at)
    if row.approved:
        return row
    return decide_suspension(suspension=row, approved=True, decision=ENTERED, by=by, at=at)


@transaction.atomic
def decide_suspension(*, suspension: Suspension, approved: bool, decision: str, by: Staff, at: datetime) -> Suspension:
    """The Governor's answer. Approved, what was missed in it is excepted at once; nothing is deleted.

    Raises RefusedError when it was answered or withdrawn meanwhile, or asks for days that were reported long ago.
    """
    row = _locked(suspension)
    if row.withdrawn_at:
        raise RefusedError(f"This was withdrawn on {moment(row.withdrawn_at)}")
    if row.decided_by is not None:
        answer = "approved" if row.approved else "refused"
        raise RefusedError(f"{row.decided_by} {answer} this on {moment(row.decided_at)}")
    if approved and row.starts_on < london_day(at) - FURTHEST:
        raise RefusedError(f"It began more than {FURTHEST.days} days ago. Refuse it, and ask for later days")
    row.approved, row.decided_by, row.decided_at, row.decision = approved, by, at, decision
    row.save(update_fields=["approved", "decided_by", "decided_at", "decision"])
    _note("decide_suspension", row, by, at, approved=approved)
    if approved:
        _follow(row, at)
    return row


@transaction.atomic
def withdraw_suspension(*, suspension: Suspension, because: str, by: Staff, at: datetime) -> Suspension:
    """Take back a request, or what binds: then what was missed in it is missed again. Raises RefusedError."""
    row = _locked(suspension)
    if row.withdrawn_by is not None:
        raise RefusedError(f"{row.withdrawn_by} withdrew this on {moment(row.withdrawn_at)}")
    if row.approved is False:
        raise RefusedError("This was refused: there is nothing to withdraw")
    if row.ends_on < london_day(at) - FURTHEST:
        raise RefusedError(f"It ended on {day(row.ends_on)}, more than {FURTHEST.days} days ago, and stays as reported")
    row.withdrawn_by, row.withdrawn_at, row.withdrawn_because = by, at, because
    row.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_because"])
    _note("withdraw_suspension", row, by, at)
    if row.approved:
        _follow(row, at)
    return row


def _check_days(asked: Asked, *, on: date) -> None:
    if asked.ends_on < asked.starts_on:
        raise RefusedError("The last day must not be before the first", "ends_on")
    if (asked.ends_on - asked.starts_on).days >= MOST_DAYS:
        raise RefusedError(f"At most {MOST_DAYS} days at a time: what lasts longer is decided again", "ends_on")
    if not on - FURTHEST <= asked.starts_on <= on + FURTHEST:
        raise RefusedError(f"The first day must lie between {day(on - FURTHEST)} and {day(on + FURTHEST)}", "starts_on")


def _follow(row: Suspension, at: datetime) -> None:
    """Whoever was owed something here in its days, those who have left since included, follows at once."""
    owed = row.prison.obligations.filter(met_by__in=SUSPENDED, due_on__range=(row.starts_on, row.ends_on))
    owed = owed.exclude(state=ObligationState.VOID)
    if row.wing_id:
        owed = owed.filter(wing=row.wing_id)
    on = london_day(at)
    people = owed.order_by().values_list("person_id", flat=True).distinct()
    reconcile_in_batches(list(people), window_of(on, at, since=row.starts_on), cadence=True)
    stamp_missed(row.prison_id, on=on, at=at)


def _lock(prison: Prison) -> None:
    """One decision of a prison at a time; whoever only writes rows of this prison, a check say, need not wait."""
    Prison.objects.select_for_update(no_key=True).get(pk=prison.pk)


def _locked(suspension: Suspension) -> Suspension:
    rows = Suspension.objects.select_for_update(of=("self",))
    return rows.select_related("prison", "wing", "decided_by", "withdrawn_by").get(pk=suspension.pk)


def _note(action: str, row: Suspension, by: Staff, at: datetime, **detail: Any) -> None:
    days: dict[str, Any] = {"starts_on": row.starts_on.isoformat(), "ends_on": row.ends_on.isoformat()}
    audit.record(
        by=Actor(staff=by),
        action=action,
        at=at,
        prison=row.prison,
        suspension=row.pk,
        covers=row.covers,
        wing=row.wing.code if row.wing else "",
        **days,
        **detail,
    )
