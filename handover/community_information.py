"""Asking the community for information about one person, before or beside a COM (HO-35)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from handover.casework_actions import locked_case
from handover.community import Question, write
from handover.community_cases import CommunityCase, community_cases, mailboxes
from handover.community_mails import information_letter
from handover.duty_actions import RefusedError
from handover.models import CommunityRequest
from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.models import Ldu, Person, Staff

Kind = CommunityRequest.Kind
NO_LDU = "No LDU is recorded: have it entered in the case details first"
UNKNOWN = (
    "No LDU named {name} has a mailbox here: have a HOMS or case administrator add it on the LDUs page, or correct the "
    "name in the case details"
)


@transaction.atomic
def ask_for_information(
    *, person: Person, question: str, request_id: UUID, by: Staff, at: datetime
) -> CommunityRequest:
    """Ask the mailbox of the person's LDU for information, in `question`'s words; what is sent twice is asked once.

    Raises RefusedError where the person serves no sentence here, where no LDU is recorded, and where none of its name
    has a mailbox.
    """
    person, _ = locked_case(person)
    asked = person.community_requests.filter(kind=Kind.INFORMATION, slot=f"press-{request_id}")
    if known := asked.first():
        return known
    on = london_day(at)
    case = next(iter(community_cases(Person.objects.filter(pk=person.pk), on)), None)
    if case is None or person.prison is None:
        raise RefusedError(f"{person.name} serves no sentence here")
    ldu = _ldu(case, mailboxes([case], on).get(case.ldu))
    asks = Question(case, Kind.INFORMATION, f"press-{request_id}")
    letter = information_letter(case, question, by)
    write(person.prison, ldu, [asks], letter, about=f"information:{request_id}", on=on, at=at)
    row = asked.get()
    deed = {"action": "ask_for_information", "prison": person.prison, "person": person, "ldu": ldu.name}
    audit.record(by=Actor(staff=by), at=at, request=row.pk, **deed)
    return row


def _ldu(case: CommunityCase, ldu: Ldu | None) -> Ldu:
    """Raises RefusedError where nobody can be written to."""
    if not case.ldu:
        raise RefusedError(NO_LDU)
    if ldu is None:
        raise RefusedError(UNKNOWN.format(name=case.ldu))
    return ldu
