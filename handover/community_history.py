"""What case history tells of the community: what an LDU was asked about somebody, and what it answered."""

from collections.abc import Iterator

from handover.models import CommunityRequest
from omic.case_history import Event
from omic.formats import day, moment
from omic.models import Person


def requests(person: Person) -> Iterator[Event]:
    """Each email that put a question to an LDU, and its end."""
    for row in person.community_requests.select_related("ldu", "answer_recorded_by", "message"):
        words = row.get_kind_display()
        yield Event(row.asked_at, "email", f"Email to {row.ldu}: {words}", _said(row))
        if row.answered_at and row.answered_at != row.asked_at:
            yield Event(row.answered_at, "email", f"{row.ldu}, {words}", row.answer, row.answer_recorded_by or "")


def _said(row: CommunityRequest) -> str:
    """From when a COM was said to be needed, and what became of the email."""
    needed = f"A COM is needed from {day(row.com_from_on)}. " if row.com_from_on else ""
    sent_at = row.message.sent_at
    return f"{needed}{f'Sent on {moment(sent_at)}' if sent_at else row.message.get_state_display()}"
