"""What was recorded already, or by somebody else meanwhile: no page overwrites or drops it unsaid."""

from datetime import date

from omic.formats import day, moment
from omic.models import OasysAssessment, ParoleReview, Person


class RecordedError(Exception):
    """Something else stands; the message says what, who recorded it and when. `field` is what it is said at."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


def reviews_seen(person: Person) -> str:
    """The parole reviews that a page shows, each with its version, for a hidden field of its form."""
    rows = person.parole_reviews.standing().order_by("pk").values_list("pk", "version")
    return " ".join(f"{pk}:{version}" for pk, version in rows)


def check_review(
    person: Person,
    *,
    seen: str,
    target_hearing_on: date | None,
    outcome: str = "",
    outcome_on: date | None = None,
    received_on: date | None = None,
) -> None:
    """Raises RecordedError where another outcome of this review was recorded after the page was shown (`seen`).

    Call it with the person locked.
    """
    if not outcome or target_hearing_on is None:
        return  # without a hearing date the day of the outcome names the review
    rows = person.parole_reviews.standing().exclude(outcome="").select_related("recorded_by")
    review = rows.filter(target_hearing_on=target_hearing_on).first()
    if review is None or f"{review.pk}:{review.version}" in seen.split():
        return
    received = received_on or review.received_on
    if (review.outcome, review.outcome_on, review.received_on) != (outcome, outcome_on, received):
        raise RecordedError(_of_review(review), "outcome")


def _of_review(review: ParoleReview) -> str:
    said = f"{review.get_outcome_display()}, on {day(review.outcome_on)}"
    return (
        f"{review.recorded_by or review.source} recorded the outcome of this hearing on {moment(review.recorded_at)}: "
        f"{said}. Nothing of yours is saved yet: check what you typed and save again"
    )


def check_oasys(person: Person, *, layer: int, kind: str, completed_on: date, completed_by: str) -> None:
    """Raises RecordedError where this assessment is known as completed by somebody else."""
    same = person.oasys.standing().filter(layer=layer, kind=kind, completed_on=completed_on)
    rows = same.exclude(completed_by=completed_by)
    if (row := rows.select_related("recorded_by").first()) is not None:
        raise RecordedError(_of_oasys(row), "completed_by")


def _of_oasys(row: OasysAssessment) -> str:
    return (
        f"{row.recorded_by or row.source} recorded this assessment on {moment(row.recorded_at)} as completed by "
        f"{row.completed_by.upper() or 'nobody named'}. A recorded assessment is not changed: nothing was saved"
    )
