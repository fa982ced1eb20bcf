"""What wellbeing carries over when two prison numbers turn out to be one person: nobody falls off a roster by it."""

from datetime import datetime, timedelta

from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.models import Person, Staff
from wellbeing.actions.cohorts import newest_decision
from wellbeing.models import Cohort, CohortDecision, Referral

ONE_DAY = timedelta(days=1)


def carry_over(*, gone: Person, kept: Person, by: Staff, at: datetime) -> None:
    """Let the number that stays have the decision about checks, and the open referrals, of the one that goes.

    Each is written anew, by whom and why as before; the record under `gone` stays. A decision of the number that stays
    gives way only to daily checks. Call it inside the merge's transaction.
    """
    decision, own = newest_decision(gone), newest_decision(kept)
    wanted = decision and (own is None or (own.cohort, decision.cohort) == (Cohort.WEEKLY, Cohort.DAILY))
    if decision and wanted:
        _carry_decision(decision, kept, at=at)
    referrals = list(Referral.objects.filter(person=gone, decision=None))
    for row in referrals:
        row.pk, row.person = None, kept
        row.save(force_insert=True)
    if wanted or referrals:
        detail = {"gone": gone.prison_number, "decision": bool(wanted), "referrals": len(referrals)}
        audit.record(by=Actor(staff=by), action="carry_over_checks", at=at, prison=kept.prison, person=kept, **detail)


def _carry_decision(decision: CohortDecision, kept: Person, *, at: datetime) -> None:
    """From today, until the review that was planned, or until tomorrow where that is past."""
    on = london_day(at)
    CohortDecision.objects.create(
        person=kept,
        prison=decision.prison,
        cohort=decision.cohort,
        because=decision.because,
        starts_on=on,
        next_review_on=max(decision.next_review_on, on + ONE_DAY),
        groups=decision.groups,
        decided_by=decision.decided_by,
        decided_at=at,
    )
