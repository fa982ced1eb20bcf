"""Sessions and entries: logged once, corrected by amendments, never changed."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from keywork.actions.lockdown import follow_at_level_4
from keywork.actions.refusals import RefusedError, SameSessionError
from keywork.models import PlanTarget, SessionNote, TargetReview
from keywork.notes import TEXTS, Record, nomis_text, record_of
from keywork.rules import policy_on
from omic import duties, obligations
from omic.calendar import london_day
from omic.contacts import record_deed, take_back
from omic.formats import day, moment
from omic.models import NOMIS_TYPES, Contact, ContactKind, ExpectedArrival, Person, Prison, Staff, Stay
from omic.reconcile import lock, reconcile, window_of

SAME_HOUR = timedelta(hours=1)


@transaction.atomic
def log_session(
    *,
    person: Person,
    prison: Prison,
    record: Record,
    request_id: UUID,
    by: Staff,
    at: datetime,
    another: bool = False,
    theirs: tuple[date, date] | None = None,
) -> Contact:
    """Save a session (KA/KS) or an entry (KA/KE); a session meets what is owed on its day at once.

    The same `request_id` a second time gives the first contact back. `another` says that a session within the same
    hour is a different one; `theirs` are the first and the last day on which the person was theirs, when they are it
    no more. Raises RefusedError for another day, a time to come, or when the person was not in `prison` that day nor
    expected there (XC-10); SameSessionError for a second session within the hour.
    """
    lock([person.pk])
    if saved := Contact.objects.filter(request_id=request_id).first():
        return _saved_before(saved, person=person, record=record, by=by)
    if theirs:
        _check_theirs(person, record, *theirs)
    _check(person, prison, record, at=at, another=another)
    contact = _write(person=person, prison=prison, record=record, request_id=request_id, by=by, at=at)
    _note(contact, record)
    _review_targets(contact, record)
    if record.risk_information:
        _tell_omu(contact, record.risk_information, at=at)
    _settle(contact, at)
    record_deed(by, "log_session", at, contact)
    return contact


@transaction.atomic
def amend_session(
    *,
    contact: Contact,
    record: Record,
    because: str,
    request_id: UUID,
    by: Staff,
    at: datetime,
    another: bool = False,
) -> Contact:
    """Correct a saved session or entry by a new contact that amends it; everything may change but the person.

    Raises what `log_session` raises, and RefusedError when somebody has corrected it already.
    """
    lock([contact.person_id])
    if saved := Contact.objects.filter(request_id=request_id).first():
        return _saved_before(saved, person=contact.person, record=record, by=by)
    old = _current(contact)
    _check(old.person, old.prison, record, at=at, another=another, besides=old.pk)
    _supersede(old, at=at)
    new = _write(
        person=old.person,
        prison=old.prison,
        record=record,
        request_id=request_id,
        by=by,
        at=at,
        amends=old,
        amended_because=because,
    )
    _note(new, record)
    _review_targets(new, record)
    _correct_risk(old, new, record.risk_information, because=because, at=at)
    _follow(new, at, since=min(old.on, new.on))
    record_deed(by, "amend_session", at, new, amends=old.pk)
    return new


@transaction.atomic
def withdraw_session(*, contact: Contact, because: str, request_id: UUID, by: Staff, at: datetime) -> Contact:
    """Mark a session or entry as recorded in error: it no longer counts, and what it met is owed again.

    What stands on NOMIS already needs a word there, so then the correction goes on the list of what to enter.
    """
    lock([contact.person_id])
    if saved := Contact.objects.filter(request_id=request_id, amends=contact).first():
        return saved
    old = _current(contact)
    new = take_back(
        old,
        what=f"The {old.get_kind_display().lower()}",
        nomis_type=NOMIS_TYPES[ContactKind.ENTRY],
        because=because,
        request_id=request_id,
        by=by,
        at=at,
    )
    _correct_risk(old, new, "", because=because, at=at)
    _follow(new, at, since=old.on)
    record_deed(by, "withdraw_session", at, new, amends=old.pk)
    return new


def _settle(contact: Contact, at: datetime) -> None:
    """What the contact meets is met; at level 4 it also ends the checks that stood in its place."""
    obligations.settle([contact.person_id])
    follow_at_level_4(contact.prison, [contact.person_id], at=at, since=london_day(contact.at))


def _follow(contact: Contact, at: datetime, *, since: date) -> None:
    """What a contact met that stands no more is owed again, unless it would not be owed by now.

    As a week's check that a session waived before she was checked daily.
    """
    reconcile([contact.person_id], window_of(london_day(at), at, since=since))


def _check(
    person: Person, prison: Prison, record: Record, *, at: datetime, another: bool, besides: int | None = None
) -> None:
    """Raise RefusedError unless such a contact can have happened."""
    if record.at > at:
        raise RefusedError("Date and time must not be in the future", "at")
    _check_present(person, prison, london_day(record.at))
    if record.kind == ContactKind.SESSION and not another:
        near = Contact.objects.current().filter(person=person, kind=ContactKind.SESSION)
        near = near.filter(at__gt=record.at - SAME_HOUR, at__lt=record.at + SAME_HOUR).exclude(pk=besides)
        if same := near.select_related("by").order_by("at").first():
            raise SameSessionError(same)


def _check_theirs(person: Person, record: Record, first: date, last: date) -> None:
    if not first <= london_day(record.at) <= last:
        raise RefusedError(f"{person.name} was yours from {day(first)} to {day(last)}", "at")


def _check_present(person: Person, prison: Prison, on: date) -> None:
    stays = Stay.objects.filter(person=person, prison=prison)
    if stays.covering(on).exists() or _was_expected(person, prison, on):
        return
    first = stays.order_by("arrived_on").first()
    if first and on < first.arrived_on:
        raise RefusedError(f"Date and time must not be before {person.name} arrived, on {day(first.arrived_on)}", "at")
    raise RefusedError(f"{person.name} was not in this prison on {day(on)}", "at")


def _was_expected(person: Person, prison: Prison, on: date) -> bool:
    """XC-10: before the arrival the key worker is in contact already; afterwards that contact may be written up."""
    expected = ExpectedArrival.objects.filter(person=person, prison=prison)
    return expected.filter(Q(closed_at__isnull=True) | Q(closed_at__date__gte=on, recorded_at__date__lte=on)).exists()


def _write(*, person: Person, prison: Prison, record: Record, **rest: Any) -> Contact:
    return Contact.objects.create(
        person=person,
        prison=prison,
        kind=record.kind,
        at=record.at,
        minutes=record.minutes,
        text=nomis_text(record),
        nomis_type=NOMIS_TYPES[record.kind],
        recorded_at=rest.pop("at"),
        **rest,
    )


def _note(contact: Contact, record: Record) -> None:
    contact.session_note = SessionNote.objects.create(
        contact=contact,
        person=contact.person,
        prison=contact.prison,
        mode=record.mode,
        contact_minutes=record.contact_minutes,
        prompts=dict(record.prompts),
        **{name: getattr(record, name) for name in TEXTS},
    )


def _review_targets(contact: Contact, record: Record) -> None:
    """What was said of the person's own targets; a correction says it again, and what it replaces counts no more."""
    asked = {review.target for review in record.reviews}
    own = PlanTarget.objects.filter(pk__in=asked, plan__person=contact.person_id) if asked else ()
    if len(own) < len(asked):
        raise RefusedError("A target that you wrote about is not one of this person’s")
    TargetReview.objects.bulk_create(
        TargetReview(
            target_id=review.target,
            contact=contact,
            state=review.state,
            words=review.words,
            reviewed_by=contact.by,
            reviewed_at=contact.recorded_at,
        )
        for review in record.reviews
    )


def _saved_before(saved: Contact, *, person: Person, record: Record, by: Staff) -> Contact:
    """The contact of a repeated save; refused when what came the second time is something else."""
    same_author = (saved.person_id, saved.by_id, saved.kind) == (person.pk, by.pk, record.kind)
    if same_author and record_of(saved) == record:
        return saved
    raise RefusedError("This was saved before you changed it. Open the saved session and correct it there")


def _current(contact: Contact) -> Contact:
    """The contact as it stands now; refused when it stands no more."""
    contact = Contact.objects.select_related("person", "prison", "by").get(pk=contact.pk)
    if contact.superseded_at:
        raise RefusedError(f"Somebody has corrected this already, on {moment(contact.superseded_at)}")
    if contact.kind not in (ContactKind.SESSION, ContactKind.ENTRY):
        raise RefusedError("Only a session or an entry can be corrected here")
    return contact


def _supersede(contact: Contact, *, at: datetime) -> None:
    Contact.objects.filter(pk=contact.pk).update(superseded_at=at)


def _tell_omu(contact: Contact, text: str, *, at: datetime) -> None:
    """KW-10: a duty to read for the POM, without one for the HOMD; before an arrival for the POM assigned here."""
    person = contact.person
    prison, pom = person.prison or contact.prison, person.pom
    expected = ExpectedArrival.objects.filter(person=person, prison=contact.prison, closed_at=None)
    if person.prison_id != contact.prison_id and (arrival := expected.select_related("pom").first()):
        prison, pom = contact.prison, arrival.pom
    policy = policy_on(london_day(contact.at)).id
    duties.ask_to_read(contact=contact, text=text, prison=prison, pom=pom, policy=policy, at=at)


def _correct_risk(old: Contact, new: Contact, text: str, *, because: str, at: datetime) -> None:
    """What was not read yet is replaced; what was read already is told again, if it has changed or was wrong."""
    before = old.session_note.risk_information
    duty = duties.duty_to_read(old)
    unread = duty is not None and duty.closed_at is None
    if duty is not None and unread:
        duties.withdraw(duty, because="The session was corrected", at=at)
    if text and (unread or text != before):
        _tell_omu(new, text, at=at)
    elif before and not text and not unread:
        _tell_omu(new, f"Withdrawn ({because}). It had said: {before}", at=at)
