"""What case history tells of POMs and complexity of need."""

from collections.abc import Iterator

from omic.case_history import Event
from omic.models import Person


def poms(person: Person) -> Iterator[Event]:
    """Allocations of every part, their ends, and why."""
    for row in person.pom_allocations.select_related("staff", "started_by", "ended_by"):
        part = row.get_part_display()
        yield Event(row.started_at, "holder", f"{part}: {row.staff}", row.started_because, row.started_by or "")
        if row.ended_at:
            title = f"{part} no longer: {row.staff}"
            yield Event(row.ended_at, "holder", title, row.ended_because, row.ended_by or "")


def complexity(person: Person) -> Iterator[Event]:
    """Screenings of complexity of need."""
    for row in person.complexity_screenings.select_related("screened_by"):
        title = f"Complexity of need: {row.get_level_display().lower()}"
        yield Event(row.screened_at, "details", title, row.because, row.screened_by)
