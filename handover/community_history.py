"""What case history tells of the community: what an LDU was asked about somebody, and what it answered."""

from collections.abc import Iterator

from omic.case_history import Event
from omic.models import Person


def requests(person: Person) -> Iterator[Event]:
    """Each question to an LDU, and its end."""
    for row in person.community_requests.select_related("ldu", "answer_recorded_by"):
        words = row.get_kind_display()
        yield Event(row.asked_at, "rule", f"Asked {row.ldu}: {words}")
        if row.answered_at and row.answered_at != row.asked_at:
            yield Event(row.answered_at, "rule", f"{row.ldu}, {words}", row.answer, row.answer_recorded_by or "")
