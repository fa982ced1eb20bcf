"""What every app does with contacts alike: taking one back, and keeping in the audit who wrote what."""

from datetime import datetime
from typing import Any
from uuid import UUID

from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.formats import moment
from omic.models import Contact, ContactKind, Person, Staff, under_any_number
from omic.models.contact import ContactQuerySet


def contacts_of(person: Person) -> ContactQuerySet:
    """The contacts with somebody, also under numbers that were merged into theirs; amended ones as well."""
    found: ContactQuerySet = Contact.objects.filter(under_any_number(person))
    return found


def take_back(
    old: Contact, *, what: str, nomis_type: str, because: str, request_id: UUID, by: Staff, at: datetime
) -> Contact:
    """Mark a contact that stands as recorded in error, by a contact that amends it; `what` names it in words.

    What stands on NOMIS already needs a word there, so then the new one bears `nomis_type` and is on the list of what
    to enter. Call it inside the writer's transaction, with the person locked; what was met is the caller's to settle.
    """
    Contact.objects.filter(pk=old.pk).update(superseded_at=at)
    return Contact.objects.create(
        person=old.person,
        prison=old.prison,
        kind=ContactKind.DELETED,
        at=old.at,
        by=by,
        text=f"{what} by {old.by} of {moment(old.at)} was recorded in error: {because}",
        nomis_type=nomis_type if hasattr(old, "nomis_entry") else "",
        recorded_at=at,
        request_id=request_id,
        amends=old,
        amended_because=because,
    )


def record_deed(by: Staff, action: str, at: datetime, contact: Contact, **detail: Any) -> None:
    """Keep that `by` wrote a contact: which, of what kind, about whom and on which day."""
    audit.record(
        by=Actor(staff=by),
        action=action,
        at=at,
        prison=contact.prison,
        person=contact.person,
        contact=contact.pk,
        kind=contact.kind,
        on=london_day(contact.at).isoformat(),
        **detail,
    )
