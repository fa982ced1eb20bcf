"""What case history tells of responsibility and handover."""

from collections.abc import Iterator

from handover.models import Responsibility
from handover.policy import REASONS
from omic.case_history import Event
from omic.formats import day
from omic.models import Person


def responsibility(person: Person) -> Iterator[Event]:
    """Each answer about responsibility and handover dates, with its reason."""
    for row in person.handoverdeterminations.all():
        if row.handover_on:
            title = f"Handover on {day(row.handover_on)}, COM supports from {day(row.start_on)}"
        else:
            title = Responsibility(row.fixed).label if row.fixed else "No case responsibility"
        yield Event(row.determined_at, "rule", title, REASONS.get(row.reason, row.reason.replace("_", " ")))


def overrides(person: Person) -> Iterator[Event]:
    """Overrides of responsibility: asked for, decided, ended."""
    for row in person.responsibility_overrides.select_related("asked_by", "decided_by", "ended_by"):
        words = row.get_responsibility_display()
        yield Event(row.asked_at, "rule", f"Override asked for: {words}", row.because, row.asked_by)
        if row.decided_at:
            verdict = "confirmed" if row.confirmed else "refused"
            yield Event(row.decided_at, "rule", f"Override {verdict}: {words}", row.decision, row.decided_by)
        if row.ended_at:
            yield Event(row.ended_at, "rule", f"Override ended: {words}", row.ended_because, row.ended_by or "")
