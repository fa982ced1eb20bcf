"""What case history tells of parole reviews, and of when somebody recalled returned."""

from collections.abc import Iterator
from datetime import datetime

from omic.case_history import Event
from omic.formats import day, moment
from omic.models import Person


def reviews(person: Person) -> Iterator[Event]:
    """Parole reviews as they were last recorded, and taken back."""
    for row in person.parole_reviews.select_related("recorded_by", "withdrawn_by"):
        known_by = f" on {day(row.target_hearing_on)}" if row.target_hearing_on else ""
        outcome = f": {row.get_outcome_display().lower()} on {day(row.outcome_on)}" if row.outcome else ""
        words = f"Parole hearing{known_by}{outcome}"
        yield Event(row.recorded_at, "rule", words, f"Source: {row.source}", row.recorded_by or "")
        if row.withdrawn_at:
            yield Event(row.withdrawn_at, "rule", f"{words}: taken back", row.withdrawn_because, row.withdrawn_by or "")


def returns(person: Person) -> Iterator[Event]:
    """The hours of return that were entered after a recall."""
    for row in person.audit_events.filter(action="record_return").select_related("staff"):
        returned_at = datetime.fromisoformat(row.detail["returned_at"])
        yield Event(row.at, "rule", f"Returned on {moment(returned_at)}", row.detail["because"], row.staff or "")
