"""Meetings at which the key worker is expected (KW-13), as duties: both towers open some, key work's page records all.

Who keeps the meeting's own facts opens the duty: key work the sentence planning meeting, by its planned day; whoever
keeps handovers the first introductory one of an indeterminate sentence or a determinate parole case.
"""

from dataclasses import dataclass
from datetime import date

from omic.models import ObligationKind, Person, Role
from omic.obligations import Wanted
from omic.policy import Step

RULE = "KW-13"
ATTENDED = (ObligationKind.PLANNING_MEETING, ObligationKind.FIRST_HANDOVER_MEETING)


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting to come about a person: what it is, the row that causes it (`slot`), since when it is expected.

    `planned_on` is its day, or None while it has none: then the duty waits without a date.
    """

    kind: ObligationKind
    slot: str
    opens_on: date
    planned_on: date | None
    found: str


def attendance_wanted(person: Person, meeting: Meeting, *, policy: str) -> Wanted | None:
    """The duty of the person's key worker to attend, for `omic.obligations.synchronise`; None where nobody is held.

    No document says what follows when they do not: the duty is due on the day of the meeting and asks on until
    somebody records that they attended, or why not. Without a key worker it is whoever becomes one.
    """
    if person.prison_id is None:
        return None
    return Wanted(
        person_id=person.pk,
        prison_id=person.prison_id,
        kind=meeting.kind,
        slot=meeting.slot,
        owner_role=Role.KEY_WORKER,
        owner_id=person.key_worker_id,
        wing_id=person.wing_id,
        opens_on=meeting.opens_on,
        due_on=meeting.planned_on,
        rule=RULE,
        policy=policy,
        steps=(Step(RULE, meeting.found),),
    )
