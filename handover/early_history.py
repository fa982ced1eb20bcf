"""What case history tells of early allocation, and of decisions around a recall."""

from collections.abc import Iterator

from omic.case_history import Event
from omic.formats import day
from omic.models import Person


def early_allocation(person: Person) -> Iterator[Event]:
    """Each assessment, and what became of it."""
    named = ("assessed_by", "approved_by", "referred_by", "decision_recorded_by", "withdrawn_by")
    for row in person.early_assessments.select_related(*named):
        words = "Early allocation"
        yield Event(row.assessed_at, "rule", f"{words} assessed: {row.get_klass_display()}", "", row.assessed_by)
        if row.approved_at:
            verdict = "approved" if row.approved else "refused"
            yield Event(row.approved_at, "rule", f"{words} {verdict} by the HOMD", row.approval, row.approved_by)
        if row.referred_at:
            yield Event(row.referred_at, "rule", f"{words} referred", f"To {row.referred_to}", row.referred_by)
        if row.decision_recorded_at:
            title = f"{words} {row.get_decision_display().lower()} on {day(row.decided_on)}"
            by = row.decision_recorded_by
            yield Event(row.decision_recorded_at, "rule", title, f"By {row.decided_by}. {row.decision_words}", by)
        if row.withdrawn_at:
            yield Event(row.withdrawn_at, "rule", f"{words} taken back", row.withdrawn_because, row.withdrawn_by)


def recall(person: Person) -> Iterator[Event]:
    """Where somebody recalled was sent by decision, and the reviews of their re-release."""
    for row in person.function_decisions.select_related("decided_by"):
        how = ", as the rule advises" if row.function == row.advised else " by decision"
        title = f"Recalled: to {row.get_function_display().lower()}{how}"
        yield Event(row.decided_at, "rule", title, row.because, row.decided_by)
    for row in person.executive_reviews.select_related("recorded_by", "withdrawn_by"):
        title = f"{row.get_route_display()}: reviewed on {day(row.reviewed_on)}, {row.get_outcome_display().lower()}"
        yield Event(row.recorded_at, "rule", title, row.note, row.recorded_by)
        if row.withdrawn_at:
            yield Event(row.withdrawn_at, "rule", f"{title}: taken back", row.withdrawn_because, row.withdrawn_by)
