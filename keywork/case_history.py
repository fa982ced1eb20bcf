"""What case history tells of key workers."""

from collections.abc import Iterator

from omic.case_history import Event
from omic.models import Person


def key_workers(person: Person) -> Iterator[Event]:
    """Allocations, their ends, and why."""
    for row in person.key_worker_allocations.select_related("staff", "started_by", "ended_by"):
        why = row.started_because or row.get_started_kind_display()
        yield Event(row.started_at, "holder", f"Key worker: {row.staff}", why, row.started_by or "")
        if row.ended_at:
            title = f"Key worker no longer: {row.staff}"
            yield Event(row.ended_at, "holder", title, row.ended_because, row.ended_by or "")
