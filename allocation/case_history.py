"""What case history tells of POMs, their cover, extra resource, complexity of need, case notes and victim liaison."""

from collections.abc import Iterator

from allocation.models import PomAllocation
from omic.access import Action
from omic.calendar import london_midnight
from omic.case_history import Event
from omic.formats import day
from omic.models import Person, Role


def poms(person: Person) -> Iterator[Event]:
    """Allocations of every part, their ends, and why."""
    for row in person.pom_allocations.select_related("staff", "started_by", "ended_by"):
        part = row.get_part_display()
        yield Event(row.started_at, "holder", f"{part}: {row.staff}", _advised(row), row.started_by or "")
        if row.ended_at:
            title = f"{part} no longer: {row.staff}"
            yield Event(row.ended_at, "holder", title, row.ended_because, row.ended_by or "")


def _advised(row: PomAllocation) -> str:
    """Why, and where a POM of another type was recommended, that it went against that (TI-14)."""
    if not row.pom_type or not row.recommended_type or row.pom_type == row.recommended_type:
        return row.started_because
    given, advised = row.get_pom_type_display(), row.get_recommended_type_display()
    return f"Against the recommendation: a {given} where a {advised} was recommended. {row.started_because}"


def notes(person: Person) -> Iterator[Event]:
    """That case notes were written and corrected, and how far each reaches. What one says stands with it."""
    for row in person.case_notes.select_related("by"):
        what = "Case note corrected" if row.amends_id else "Case note written"
        title = f"{what}: {row.get_level_display().lower()}"
        yield Event(row.at, "note", title, "", row.by, needs=Action.SEE_NOTES)


LIAISON = {
    "record_victim_liaison": "Victim liaison officer recorded",
    "change_victim_liaison": "Victim liaison officer changed",
    "end_victim_liaison": "Victim liaison officer ended",
}


def victim_liaison(person: Person) -> Iterator[Event]:
    """When a victim liaison officer was recorded, changed and ended, never who: by need alone, not to be disclosed."""
    for deed in person.audit_events.filter(action__in=LIAISON).select_related("staff"):
        text = "Not to be disclosed to the person"
        yield Event(deed.at, "details", LIAISON[deed.action], text, deed.staff or "", needs=Action.VICTIM_LIAISON)


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
