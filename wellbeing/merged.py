"""What wellbeing carried over in a merge, for whoever decides whether to undo it."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q

from omic.formats import day, plural
from omic.models import PersonMerge
from wellbeing.models import CohortDecision, Referral


def carried(merge: PersonMerge) -> Iterator[str]:
    """In words. Nobody falls off a roster by paperwork: what was given stays until somebody decides (WB-03)."""
    kept = merge.kept.prison_number
    theirs = CohortDecision.objects.filter(
        person=merge.gone, decided_by=OuterRef("decided_by"), decided_at=OuterRef("decided_at")
    )
    given = Q(decided_at=merge.decided_at) | Exists(theirs)
    for row in CohortDecision.objects.standing().filter(given, person=merge.kept):
        review = f"stays under {kept} until the review on {day(row.next_review_on)}"
        yield f"{row.get_cohort_display()} checks, decided under {merge.gone.prison_number}: {review}"
    same = Referral.objects.filter(
        person=merge.gone, referred_by=OuterRef("referred_by"), referred_at=OuterRef("referred_at")
    )
    if open_ones := Referral.objects.filter(Exists(same), person=merge.kept, decision=None).count():
        yield f"{plural(open_ones, 'referral,referrals')} for daily checks: to be answered under both numbers"
