"""What case history tells of POMs, their cover, extra resource and complexity of need."""

from collections.abc import Iterator

from omic.calendar import london_midnight
from omic.case_history import Event
from omic.formats import day
from omic.models import Person, Role


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


def covers(person: Person) -> Iterator[Event]:
    """Who stood in for a POM, from when until when, and why it ended early where somebody said so."""
    for row in person.covers.filter(role=Role.POM).select_related("staff", "recorded_by"):
        until = f" until {day(row.ends_on)}" if row.ends_on else ""
        title = f"{row.staff} stands in for the POM from {day(row.starts_on)}{until}"
        yield Event(row.recorded_at, "holder", title, row.because, row.recorded_by)
        if row.ended_because and row.ends_on:
            title = f"{row.staff} no longer stands in for the POM"
            yield Event(london_midnight(row.ends_on), "holder", title, row.ended_because)


def extra_resource(person: Person) -> Iterator[Event]:
    """What was agreed beyond the usual, and what was weighed (AL-05)."""
    for row in person.extra_resources.select_related("decided_by"):
        said = f"{row.because} Weighed: {row.weighed}"
        yield Event(row.decided_at, "details", f"Extra resource: {row.what}", said, row.decided_by)
        if row.ended_because and row.ends_on:
            title = f"Extra resource no longer: {row.what}"
            yield Event(london_midnight(row.ends_on), "details", title, row.ended_because)
