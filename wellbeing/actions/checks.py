"""Wellbeing checks: recorded once, each a contact of its own, taken back with a reason, never changed."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from keywork.actions.refusals import RefusedError
from keywork.actions.sessions import SAME_HOUR
from keywork.priority import OPEN_ACCT
from omic import audit, obligations
from omic.audit import Actor
from omic.calendar import london_day
from omic.contacts import record_deed, take_back
from omic.formats import clock, day, moment
from omic.models import (
    NOMIS_TYPES,
    SIGHTINGS,
    Alert,
    Contact,
    ContactKind,
    DayOut,
    ObligationKind,
    Person,
    Prison,
    Staff,
    Stay,
)
from omic.reconcile import LOOK_BACK, lock, reconcile, window_of
from wellbeing.acct import acct_age, may_have_acct
from wellbeing.models import CheckNote
from wellbeing.notes import OUTCOMES, CheckRecord, nomis_text, record_of
from wellbeing.roster import expected_by

NEEDS_IDENTITY = (ContactKind.CHECK, ContactKind.SEEN, ContactKind.DECLINED)
FURTHEST_BACK = LOOK_BACK  # as far as a write settles what was owed


@transaction.atomic
def record_check(
    *,
    person: Person,
    prison: Prison,
    record: CheckRecord,
    request_id: UUID,
    by: Staff,
    at: datetime,
    entered_by: Staff | None = None,
    another: bool = False,
) -> Contact:
    """Save a check, or that somebody was only seen, declined, was not available or did not answer.

    Only a whole check meets what is owed on its day (WB-01). `by` is who went to see the person, `entered_by` who types
    it in from paper. The same `request_id` a second time gives the first contact back; another officer's check of the
    same person is a second contact, and neither overwrites the other. One of the same kind by the same officer within
    the hour is refused as saved already, unless `another` says that it is a different one. Raises RefusedError.
    """
    lock([person.pk])
    if saved := Contact.objects.filter(request_id=request_id).select_related("check_note").first():
        return _saved_before(saved, person=person, record=record, by=by)
    person.refresh_from_db()
    _check_time(person, prison, record.at, at=at)
    _check_words(person, prison, record, at=at)
    if not another:
        _refuse_same(person, record, by, entered_by)
    late = record.from_paper or london_day(record.at) < london_day(at)
    contact = Contact.objects.create(
        person=person,
        prison=prison,
        kind=record.kind,
        at=record.at,
        by=by,
        text=nomis_text(record, late_at=at if late else None),
        nomis_type=NOMIS_TYPES.get(record.kind, ""),
        recorded_at=at,
        request_id=request_id,
    )
    _note(contact, record, late=late, entered_by=entered_by)
    obligations.settle([person.pk])
    record_deed(entered_by or by, "record_check", at, contact)
    return contact


@transaction.atomic
def undo_check(*, contact: Contact, because: str, request_id: UUID, by: Staff, at: datetime) -> Contact:
    """Take a check back as recorded in error: what it met is owed again. Raises RefusedError when it stands no more."""
    lock([contact.person_id])
    if saved := Contact.objects.filter(request_id=request_id, amends=contact).first():
        return saved
    old = Contact.objects.select_related("person", "prison", "by").get(pk=contact.pk)
    if old.kind not in OUTCOMES:
        raise RefusedError("Only what a roster recorded can be taken back here")
    if old.superseded_at:
        raise RefusedError(f"Somebody has taken this back already, on {moment(old.superseded_at)}")
    new = take_back(
        old,
        what=old.get_kind_display(),
        nomis_type=NOMIS_TYPES[ContactKind.CHECK],
        because=because,
        request_id=request_id,
        by=by,
        at=at,
    )
    # Not only settled: what it met may never have been owed, as when she was stepped down later that day.
    reconcile([old.person_id], window_of(london_day(at), at, since=london_day(old.at)))
    record_deed(by, "undo_check", at, new, amends=old.pk)
    return new


@transaction.atomic
def record_day_out(
    *, person: Person, prison: Prison, on: date, why: str, may_past: bool, by: Staff, at: datetime
) -> DayOut:
    """That somebody is, or was, out for a whole day: its check is not owed, and it is no whole day here (rulebook 0).

    A day that is over takes somebody who oversees missed checks (`may_past`): it takes a miss away. So does today from
    the hour by which checks are expected, for who is owed a daily one: it would go unseen and unmissed. Raises
    RefusedError for either, when they were not held here, are out that day already, or were seen here.
    """
    lock([person.pk])
    if on < london_day(at) and not may_past:
        raise RefusedError("A day that is over is recorded by a manager or Safer Custody", "on")
    if not may_past and (late := _why_too_late(person, prison, on, at=at)):
        raise RefusedError(late, "on")
    if not Stay.objects.filter(person=person, prison=prison).covering(on).exists():
        raise RefusedError(f"{person.name} was not in this prison on {day(on)}", "on")
    if person.days_out.standing().filter(on=on).exists():
        raise RefusedError(f"{person.name} is recorded as out on {day(on)} already", "on")
    checks = Contact.objects.current().filter(person=person, prison=prison, on=on, kind__in=SIGHTINGS)
    if seen := checks.select_related("by").first():
        raise RefusedError(f"{seen.by} saw {person.name} here on {day(on)} at {clock(seen.at)}", "on")
    out = DayOut.objects.create(person=person, prison=prison, on=on, why=why, recorded_by=by, recorded_at=at)
    _follow_day(out, by, at, "record_day_out", why=why)
    return out


@transaction.atomic
def withdraw_day_out(*, out: DayOut, because: str, by: Staff, at: datetime) -> None:
    """Take a day out back: what was owed on it is owed again. Raises RefusedError when it was taken back already."""
    lock([out.person_id])
    rows = DayOut.objects.standing().filter(pk=out.pk)
    if not rows.update(withdrawn_by=by, withdrawn_at=at, withdrawn_because=because):
        raise RefusedError("Somebody has taken this back already")
    _follow_day(out, by, at, "withdraw_day_out", because=because)


def _why_too_late(person: Person, prison: Prison, on: date, *, at: datetime) -> str:
    """Why a day out of today would hide a daily check that is late already; empty where it would not."""
    expected = expected_by(prison, on)
    if on != london_day(at) or at < expected:
        return ""
    if not person.obligations.filter(prison=prison, kind=ObligationKind.DAILY_CHECK, due_on=on).demanding().exists():
        return ""
    late = f"{person.name} was to be checked by {clock(expected)} and nobody has"
    return f"{late}. From then on a day out of today is recorded by a manager or Safer Custody"


def _follow_day(out: DayOut, by: Staff, at: datetime, action: str, **detail: Any) -> None:
    reconcile([out.person_id], window_of(london_day(at), at, since=out.on))
    audit.record(
        by=Actor(staff=by), action=action, at=at, prison=out.prison, person=out.person, on=out.on.isoformat(), **detail
    )


def _check_time(person: Person, prison: Prison, when: datetime, *, at: datetime) -> None:
    if when > at:
        raise RefusedError("Date and time must not be in the future", "at")
    on = london_day(when)
    if london_day(at) - on > FURTHEST_BACK:
        raise RefusedError(f"Date and time must be within the last {FURTHEST_BACK.days} days", "at")
    if not Stay.objects.filter(person=person, prison=prison).covering(on).exists():
        raise RefusedError(f"{person.name} was not in this prison on {day(on)}", "at")
    if person.days_out.standing().filter(prison=prison, on=on).exists():
        raise RefusedError(f"{person.name} is recorded as out all day on {day(on)}. Take the day out back first", "at")


def _check_words(person: Person, prison: Prison, record: CheckRecord, *, at: datetime) -> None:
    """Raise RefusedError unless the record says all that its kind must say."""
    if record.kind in NEEDS_IDENTITY and not record.identified:
        raise RefusedError(f"Say how you made sure that this was {person.name}", "identified")
    if record.kind == ContactKind.CHECK:
        if not record.spoken_to:
            raise RefusedError("A check needs a conversation. Who was only seen is recorded as seen", "spoken_to")
        if not record.family:
            raise RefusedError("Say whether there is contact with family or friends", "family")
        if not record.understood:
            raise RefusedError("Say whether the information given is understood", "understood")
    if record.kind == ContactKind.UNAVAILABLE and not record.away:
        raise RefusedError(f"Say where {person.name} was", "away")
    if record.concern and not record.told:
        raise RefusedError("Say to whom you passed the concern on", "told")
    if record.concern and record.acct_entry is None and (why := _why_acct(person, prison, at=at)):
        raise RefusedError(f"{why}. Say whether the concern is in it", "acct_entry")


def _refuse_same(person: Person, record: CheckRecord, by: Staff, entered_by: Staff | None) -> None:
    """Raise RefusedError where the officer has saved the same within the hour: a page in two tabs, or paper as well."""
    near = Contact.objects.current().filter(person=person, by=by, kind=record.kind)
    if same := near.filter(at__gt=record.at - SAME_HOUR, at__lt=record.at + SAME_HOUR).order_by("at").first():
        saved = f"“{same.get_kind_display()}” by {by if entered_by else 'you'} at {clock(same.at)} is saved already"
        raise RefusedError(
            f"{saved}. Tick “Another one” if they were seen again; if not, nothing is left to do", "another"
        )


def _why_acct(person: Person, prison: Prison, *, at: datetime) -> str:
    """Why a concern belongs into somebody's ACCT document: one is open, or is treated as open (H3); empty if not."""
    if Alert.objects.filter(person=person, code=OPEN_ACCT, ends_on=None).exists():
        return f"{person.name} has an open ACCT"
    may_have = may_have_acct(Person.objects.filter(pk=person.pk), london_day(at))
    if acct_age(prison, at=at).stale and may_have.exists():
        return f"{person.name} may have an open ACCT: what is known is too old, so treat it as open"
    return ""


def _note(contact: Contact, record: CheckRecord, *, late: bool, entered_by: Staff | None) -> None:
    person = contact.person
    # Where somebody lives is known for now: not where they were on a day that is over, or before a move.
    known = london_day(contact.at) == london_day(contact.recorded_at) and person.prison_id == contact.prison_id
    said = {name: getattr(record, name) for name in CheckRecord.__slots__ if name not in ("kind", "at")}
    contact.check_note = CheckNote.objects.create(
        contact=contact,
        person=person,
        prison=contact.prison,
        wing_id=person.wing_id if known else None,
        location=person.cell if known else "",
        late=late,
        entered_by=entered_by,
        **said,
    )


def _saved_before(saved: Contact, *, person: Person, record: CheckRecord, by: Staff) -> Contact:
    """The contact of a repeated save; refused when what came the second time is something else."""
    same = (saved.person_id, saved.by_id, saved.kind) == (person.pk, by.pk, record.kind)
    if same and record_of(saved) == record:
        return saved
    raise RefusedError("This was saved before you changed it. Take the saved check back to record another")
