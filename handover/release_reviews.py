"""Reviews of release after a recall (RC-05): when the next is due and whose it is, and the outcome of the hearing.

Our reading of RC-05: nobody gives these reviews an interval, so one is due only on the day that the last one set. It is
owed by whoever leads the case: the COM, of whom the rule says that they keep reviewing; the POM once a case has gone
back after the recall hearing (HO-08), with the COM taking part. The Board and executive release are two routes, and the
one does not answer for the other.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from handover.cases import before_this_return
from handover.models import ExecutiveReview
from handover.policy import Responsibility
from handover.timetable.policy import Owner
from handover.timetable_cases import DutyCase
from omic.details import Statement, newest, state_details
from omic.models import DetailEntry, ObligationKind, Sentence
from omic.obligations import Wanted

HEARD = "recall_hearing_outcome"
OF_THE_BOARD = "The Parole Board’s review of release (RC-05)"  # the source of what follows from these reviews
# A review that waits for an answer leaves what was known of the hearing.
HEARING_OUTCOMES: dict[str, str] = {
    ExecutiveReview.Outcome.RELEASE: "release",
    ExecutiveReview.Outcome.STAY: "not_release",
}


@dataclass(frozen=True, slots=True)
class Due:
    """The next review that a review set a day for, and whether there has been one by the same route since."""

    review: ExecutiveReview
    done: bool


def next_reviews(reviews: Iterable[ExecutiveReview]) -> Iterator[Due]:
    """Of one sentence's reviews, those that set a day for the next; what was taken back counts for nothing."""
    counting = sorted((row for row in reviews if row.withdrawn_at is None), key=lambda row: (row.reviewed_on, row.pk))
    for route in ExecutiveReview.Route:
        of_route = [row for row in counting if row.route == route]
        for review, later in pairwise([*of_route, None]):
            if review and review.next_review_on:
                yield Due(review, done=later is not None)


def read_reviews(cases: Sequence[DutyCase]) -> dict[int, list[ExecutiveReview]]:
    """The reviews of the sentences that people are recalled on now, since the return, by person."""
    recalled = {case.row["sentence__id"]: case.row for case in cases if case.row["sentence__recalled"]}
    found: dict[int, list[ExecutiveReview]] = {}
    for row in ExecutiveReview.objects.filter(sentence__in=recalled) if recalled else ():
        if not before_this_return(row.reviewed_on, recalled[row.sentence_id]["sentence__returned_at"]):
            found.setdefault(row.person_id, []).append(row)
    return found


def slot_of(review: ExecutiveReview) -> str:
    """The slot of the duty that a review opened."""
    return f"after-review-{review.pk}"


def review_duty(case: DutyCase, review: ExecutiveReview) -> Wanted:
    """The next review as a duty, from the day of the last one on."""
    with_pom = case.timetable.responsibility in (Responsibility.POM, Responsibility.POM_WITH_COM)
    owner = Owner.POM if with_pom else Owner.COM
    said = f"{review.get_route_display()}: reviewed on {review.reviewed_on}, the next by {review.next_review_on}"
    leads = "The POM leads, the COM takes part" if with_pom else "The COM leads"
    return Wanted(
        person_id=case.row["pk"],
        prison_id=case.row["prison_id"],
        kind=ObligationKind.RELEASE_REVIEW,
        slot=slot_of(review),
        owner_role=str(owner),
        owner_id=case.row["pom_id"] if with_pom else None,
        wing_id=case.row["wing_id"],
        opens_on=review.reviewed_on,
        due_on=review.next_review_on,
        with_roles=(str(Owner.COM),) if with_pom else (),
        rule="RC-05",
        policy=case.timetable.policy,
        steps=(("RC-05", said), ("RC-05", leads)),
    )


def state_hearing(sentence: Sentence, statement: Statement) -> None:
    """Bring the outcome of the recall hearing up to date with the Board's reviews; call it whenever one comes or goes.

    The latest word stands: of the Board's reviews, or what somebody or a file told of the hearing itself.
    """
    entries = list(DetailEntry.objects.filter(person=sentence.person_id, field=HEARD))
    told = newest(entry for entry in entries if entry.source != OF_THE_BOARD).get(HEARD)
    heard = _heard(sentence)
    if told and before_this_return(told.as_at, sentence.returned_at):
        told = None
    if heard and told and (told.as_at, told.recorded_at) > (heard.reviewed_on, heard.recorded_at):
        heard = None
    standing = newest(entries).get(HEARD)
    if heard is None and (standing is None or standing.source != OF_THE_BOARD):
        return
    value = HEARING_OUTCOMES[heard.outcome] if heard else told and told.value
    if standing is None or standing.value != value:
        # Not before what is known already: what followed from a review since taken back holds nothing up.
        as_at = max([entry.as_at for entry in entries] + ([heard.reviewed_on] if heard else []))
        follows = replace(statement, source=OF_THE_BOARD, as_at=as_at)
        state_details(sentence.person, {HEARD: value}, follows, deliberate=True)


def _heard(sentence: Sentence) -> ExecutiveReview | None:
    """The Board's latest review with an outcome."""
    board = sentence.executive_reviews.filter(route=ExecutiveReview.Route.BOARD, withdrawn_at=None)
    last = board.filter(outcome__in=HEARING_OUTCOMES).order_by("-reviewed_on", "-pk").first()
    # One of an earlier recall says nothing of this one.
    return None if last and before_this_return(last.reviewed_on, sentence.returned_at) else last
