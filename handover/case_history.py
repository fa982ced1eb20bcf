"""What case history tells of responsibility and handover."""

from collections.abc import Iterator

from handover.models import Responsibility
from handover.policy import reason_words
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
        yield Event(row.determined_at, "rule", title, reason_words(row.reason, row.policy))


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


def forms(person: Person) -> Iterator[Event]:
    """Decisions that a handover is held in another form than the rule gives."""
    for row in person.handover_forms.select_related("decided_by"):
        yield Event(
            row.decided_at, "rule", f"Handed over by decision: {row.get_form_display()}", row.because, row.decided_by
        )


def steps(person: Person) -> Iterator[Event]:
    """Steps of a handover: taken, taken back, and counting no more. What was said stands with the step."""
    for row in person.handover_steps.select_related("recorded_by", "withdrawn_by"):
        words = row.get_kind_display()
        yield Event(row.recorded_at, "duty", f"{words}: {day(row.done_on)}", "", row.recorded_by)
        if row.withdrawn_at:
            title = f"{words}: recorded in error"
            yield Event(row.withdrawn_at, "duty", title, row.withdrawn_because, row.withdrawn_by or "")
        if row.ended_at:
            yield Event(row.ended_at, "duty", f"{words}: counts no more", row.ended_because)


def oasys(person: Person) -> Iterator[Event]:
    """Completed OASys assessments as they were recorded, and taken back."""
    for row in person.oasys.select_related("recorded_by", "withdrawn_by"):
        words = f"OASys of {day(row.completed_on)}: {row.get_kind_display().lower()}, layer {row.layer}"
        yield Event(row.recorded_at, "details", words, f"Source: {row.source}", row.recorded_by or "")
        if row.withdrawn_at:
            title = f"{words}: taken back"
            yield Event(row.withdrawn_at, "details", title, row.withdrawn_because, row.withdrawn_by or "")


def reports(person: Person) -> Iterator[Event]:
    """Handover reports that were sent, and drafts as they were last saved."""
    for row in person.handover_reports.select_related("written_by"):
        if row.sent_at:
            yield Event(row.sent_at, "duty", "Handover report kept as it was sent", "", row.written_by)
        else:
            yield Event(row.written_at, "duty", "Handover report: draft saved", "", row.written_by)


def sending_notes(person: Person) -> Iterator[Event]:
    """Notes from prison to prison: written, and read."""
    for row in person.sending_notes.select_related("stay__prison", "written_by", "read_by"):
        yield Event(row.written_at, "duty", f"Note from {row.stay.prison} to the next prison", "", row.written_by)
        if row.read_at:
            yield Event(row.read_at, "duty", f"Note from {row.stay.prison}: read", "", row.read_by or "")
