"""Writes the audit: who did what to whom, in the transaction of the deed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from omic.models import AuditEvent, Person, Prison, Staff


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a member of staff, or a named job or command where no person does."""

    staff: Staff | None = None
    job: str = ""

    def __post_init__(self) -> None:
        if self.staff is None and not self.job:
            raise ValueError("An action needs an actor: a member of staff or the name of a job.")


def record(
    *,
    by: Actor,
    action: str,
    at: datetime,
    prison: Prison | None = None,
    person: Person | None = None,
    **detail: Any,
) -> AuditEvent:
    """Keep that `by` did `action` at `at`; `detail` must be plain JSON and holds no free text of notes."""
    return AuditEvent.objects.create(
        at=at, staff=by.staff, job=by.job, action=action, prison=prison, person=person, detail=detail
    )


def record_export(request: Any, name: str, kind: str, rows: int) -> None:
    """Keep that a list was taken away as a file: `on_export=partial(record_export, request, "overdue-key-work")`."""
    record(
        by=Actor(staff=request.user),
        action="export",
        at=request.now,
        prison=request.prison,
        list=name,
        format=kind,
        rows=rows,
    )
