"""POM engagements: logged once, corrected by amendments, never changed (WB-02, WB-06, AL-12).

An engagement is a contact of the kernel and nothing more: whatever reads it (a woman's weekly check, the POM's next
contact) finds it there.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from allocation.refusals import RefusedError
from omic import audit, obligations
from omic.audit import Actor
from omic.calendar import london_day
from omic.contacts import take_back
from omic.formats import day, moment
from omic.models import NOMIS_TYPES, Contact, ContactKind, Person, Prison, Staff, Stay
from omic.reconcile import LOOK_BACK, lock, reconcile, window_of
from omic.sharing import correct_share, share, shared_in


@dataclass(frozen=True, slots=True)
class Engagement:
    """What a POM and somebody did together: when it began, how many minutes it took, and what it was.

    `shared` are the words that residential staff are to read (WB-13); empty where nothing is for them.
    """

    at: datetime
    minutes: int
    text: str
    shared: str = ""


@transaction.atomic
def log_engagement(
    *, person: Person, prison: Prison, said: Engagement, request_id: UUID, by: Staff, at: datetime
) -> Contact:
    """Save an engagement (OMIC/OPE). It waives the weekly check of its week and is the POM's contact at once.

    What is `shared` is the wing's to read from now on.

    The same `request_id` a second time gives the first contact back. Raises RefusedError for a time to come or long
    gone, and when the person was not here then.
    """
    lock([person.pk])
    if saved := Contact.objects.filter(request_id=request_id).first():
        return _saved_before(saved, person, said, by=by)
    _check_time(person, prison, said.at, at=at)
    contact = _write(person, prison, said, request_id=request_id, by=by, at=at)
    if said.shared:
        share(contact, said.shared, at=at)
    _follow(contact, by, at, "log_engagement")
    return contact


@transaction.atomic
def amend_engagement(
    *, contact: Contact, said: Engagement, because: str, request_id: UUID, by: Staff, at: datetime
) -> Contact:
    """Correct an engagement by a new contact that amends it; everything may change but the person.

    Raises what `log_engagement` raises, and RefusedError when somebody has corrected it already.
    """
    lock([contact.person_id])
    if saved := Contact.objects.filter(request_id=request_id).first():
        return _saved_before(saved, contact.person, said, by=by)
    old = _current(contact)
    if said.at != old.at:
        _check_time(old.person, old.prison, said.at, at=at)
    Contact.objects.filter(pk=old.pk).update(superseded_at=at)
    amends = {"amends": old, "amended_because": because}
    new = _write(old.person, old.prison, said, request_id=request_id, by=by, at=at, **amends)
    correct_share(old, new, said.shared, at=at)
    _follow(new, by, at, "amend_engagement", amends=old.pk)
    return new


@transaction.atomic
def withdraw_engagement(*, contact: Contact, because: str, request_id: UUID, by: Staff, at: datetime) -> Contact:
    """Mark an engagement as recorded in error: what it waived or met is owed again, and what it shared was wrong.

    What stands on NOMIS already needs a word there, so then the correction goes on the list of what to enter.
    """
    lock([contact.person_id])
    if saved := Contact.objects.filter(request_id=request_id, amends=contact).first():
        return saved
    new = take_back(
        _current(contact),
        what="The POM engagement",
        nomis_type=NOMIS_TYPES[ContactKind.ENGAGEMENT],
        because=because,
        request_id=request_id,
        by=by,
        at=at,
    )
    correct_share(contact, new, "", at=at)
    _follow(new, by, at, "withdraw_engagement", amends=contact.pk)
    return new


def said_of(contact: Contact) -> Engagement:
    """What a saved engagement says, with what was shared of it."""
    duty = shared_in(contact)
    return Engagement(contact.at, contact.minutes or 0, contact.text, duty.note if duty else "")


def _write(
    person: Person, prison: Prison, said: Engagement, *, request_id: UUID, by: Staff, at: datetime, **amends: Any
) -> Contact:
    return Contact.objects.create(
        person=person,
        prison=prison,
        kind=ContactKind.ENGAGEMENT,
        at=said.at,
        minutes=said.minutes,
        by=by,
        text=said.text,
        nomis_type=NOMIS_TYPES[ContactKind.ENGAGEMENT],
        recorded_at=at,
        request_id=request_id,
        **amends,
    )


def _check_time(person: Person, prison: Prison, when: datetime, *, at: datetime) -> None:
    """Raise RefusedError unless the person was here then, within what a write still settles."""
    if when > at:
        raise RefusedError("Date and time must not be in the future", field="at")
    on = london_day(when)
    if london_day(at) - on > LOOK_BACK:
        raise RefusedError(f"Date and time must be within the last {LOOK_BACK // timedelta(days=1)} days", field="at")
    if not Stay.objects.filter(person=person, prison=prison).covering(on).exists():
        raise RefusedError(f"{person.name} was not in this prison on {day(on)}", field="at")


def _saved_before(saved: Contact, person: Person, said: Engagement, *, by: Staff) -> Contact:
    """The contact of a repeated save; refused when what came the second time is something else."""
    same = (saved.person_id, saved.by_id, saved.kind) == (person.pk, by.pk, ContactKind.ENGAGEMENT)
    if same and said_of(saved) == said:
        return saved
    raise RefusedError("This was saved before you changed it. Open the saved engagement and correct it there")


def _current(contact: Contact) -> Contact:
    """The contact as it stands now; refused when it stands no more."""
    contact = Contact.objects.select_related("person", "prison", "by").get(pk=contact.pk)
    if contact.superseded_at:
        raise RefusedError(f"Somebody has corrected this already, on {moment(contact.superseded_at)}")
    if contact.kind != ContactKind.ENGAGEMENT:
        raise RefusedError("Only a POM engagement can be corrected here")
    return contact


def _follow(contact: Contact, by: Staff, at: datetime, action: str, **detail: Any) -> None:
    """What it waives or meets, however old, and the dates that are counted from it."""
    obligations.settle([contact.person_id])
    reconcile([contact.person_id], window_of(london_day(at), at))
    on: date = london_day(contact.at)
    actor = Actor(staff=by)
    facts = {"contact": contact.pk, "on": on.isoformat(), **detail}
    audit.record(by=actor, action=action, at=at, prison=contact.prison, person=contact.person, **facts)
