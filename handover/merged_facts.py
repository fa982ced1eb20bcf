"""The facts that a merge carries over: completed OASys assessments and parole reviews, of whichever sentence.

Each is stated anew of the number that stays, with the merge as its source; what is known of it already stands as it is.
When the merge is undone, what nobody has worked on since was never said of that number: it goes without a trace that
would keep a file from stating the same of it.
"""

from collections.abc import Iterator

from django.db.models import QuerySet

from handover.merged_source import stated_by_merge
from handover.oasys_actions import open_again
from omic.details import Statement, state_oasys
from omic.formats import plural
from omic.models import OasysAssessment, ParoleReview, Person, PersonMerge
from omic.parole_reviews import give_back, state_parole_review

_OASYS = ("layer", "kind", "completed_on", "completed_by")
_REVIEW = ("target_hearing_on", "outcome", "outcome_on", "received_on")
_STATED = (*_REVIEW, "source", "recorded_at", "recorded_by_id")


def carry_facts(*, gone: Person, kept: Person, statement: Statement) -> dict[str, int]:
    """State of `kept` what is known of `gone`; how many were news. An outcome asks the COM again, as ever (PA-05)."""
    oasys = gone.oasys.standing().values(*_OASYS)
    reviews = gone.parole_reviews.standing().order_by("outcome_on", "pk").values(*_REVIEW)
    return {
        "oasys": sum(state_oasys(kept, statement, **facts) for facts in oasys),
        "reviews": sum(
            state_parole_review(kept, statement, **facts)
            for facts in reviews
            if not same_review(kept, facts).exclude(outcome="").exists()
        ),
    }


def same_review(person: Person, facts: dict[str, object]) -> QuerySet[ParoleReview]:
    """The person's own review of the same hearing, else of the same day of an outcome."""
    known_by = "target_hearing_on" if facts["target_hearing_on"] else "outcome_on"
    rows: QuerySet[ParoleReview] = person.parole_reviews.standing().filter(target_hearing_on=facts["target_hearing_on"])
    return rows.filter(**{known_by: facts[known_by]})


def take_facts_back(merge: PersonMerge, statement: Statement) -> dict[str, int]:
    """Take from the number that stayed what it was told by the merge, less what was worked on since; how many."""
    reviews, oasys = list(_reviews(merge)), list(_oasys(merge))
    for assessment in oasys:
        open_again(assessment)
        assessment.delete()
    for review in reviews:
        _take_review_back(review)
    if reviews:
        give_back(merge.kept, statement)
    return {"oasys": len(oasys), "reviews": len(reviews)}


def facts_carried(merge: PersonMerge) -> Iterator[str]:
    """In words, each with what becomes of it when the merge is undone."""
    kept, gone = merge.kept.prison_number, merge.gone.prison_number
    if found := _oasys(merge).count():
        yield f"{plural(found, 'OASys assessment,OASys assessments')}. Under {gone} alone again"
    if found := _reviews(merge).count():
        yield f"{plural(found, 'parole review,parole reviews')}. Under {gone} alone again"
    if found := _worked_on(merge).count():
        words = f"{plural(found, 'parole review,parole reviews')} with something recorded since the merge"
        yield f"{words}. Stays under {kept}: look through it, what came of {gone} is about somebody else"


def _oasys(merge: PersonMerge) -> QuerySet[OasysAssessment]:
    by_merge = {"source": stated_by_merge(merge.gone), "recorded_at": merge.decided_at}
    rows: QuerySet[OasysAssessment] = merge.kept.oasys.standing().filter(**by_merge)
    return rows


def _reviews(merge: PersonMerge) -> QuerySet[ParoleReview]:
    """As the merge left them: whoever states something else of one becomes its source."""
    by_merge = {"source": stated_by_merge(merge.gone), "recorded_at": merge.decided_at}
    rows: QuerySet[ParoleReview] = merge.kept.parole_reviews.standing().filter(**by_merge)
    return rows


def _worked_on(merge: PersonMerge) -> QuerySet[ParoleReview]:
    by_merge = {"source": stated_by_merge(merge.gone), "recorded_at": merge.decided_at}
    told = ParoleReview.pgh_event_model.objects.filter(**by_merge)  # type: ignore[attr-defined]
    rows: QuerySet[ParoleReview] = merge.kept.parole_reviews.standing().filter(pk__in=told.values("pgh_obj"))
    return rows.exclude(**by_merge)


def _take_review_back(review: ParoleReview) -> None:
    """One that the number that stayed had without the outcome is again as it was."""
    said = ParoleReview.pgh_event_model.objects.filter(pgh_obj=review)  # type: ignore[attr-defined]
    before = said.filter(version=review.version - 1).values(*_STATED).first()
    if before is None:
        review.delete()
        return
    for name, value in before.items():
        setattr(review, name, value)
    review.version += 1
    review.save()
