"""What wellbeing carries over when two prison numbers turn out to be one person: nobody falls off a roster by it."""

from datetime import date, datetime, timedelta

from django.db.models import Q

from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.models import Obligation, ObligationKind, ObligationState, Person, Staff
from omic.models.obligation import ObligationQuerySet
from wellbeing.actions.cohorts import newest_decision
from wellbeing.cohorts import watched_since
from wellbeing.models import Cohort, CohortDecision, Referral

ONE_DAY = timedelta(days=1)


def carry_over(*, gone: Person, kept: Person, by: Staff, at: datetime) -> None:
    """Let the number that stays have the decision about checks, and the open referrals, of the one that goes.

    Each is written anew, by whom and why as before; the record under `gone` stays. A decision of the number that stays
    gives way only to daily checks. A step down goes along with its own day, so that its watch ends when it would have,
    and the talk after it once (WB-11, WB-14). Call it inside the merge's transaction.
    """
    decision, own = newest_decision(gone), newest_decision(kept)
    down = _step_down_to_carry(gone, kept, on=london_day(at))
    wanted = decision and (own is None or (own.cohort, decision.cohort) == (Cohort.WEEKLY, Cohort.DAILY))
    if down:
        _carry_step_down(down, kept)
        wanted = wanted or newest_decision(kept) != own
    if decision and wanted:
        _carry_decision(decision, kept, at=at)
    referrals = list(Referral.objects.filter(person=gone, decision=None))
    for row in referrals:
        row.pk, row.person = None, kept
        row.save(force_insert=True)
    if wanted or down or referrals:
        detail = {"gone": gone.prison_number, "decision": bool(wanted), "referrals": len(referrals)}
        detail["step_down"] = bool(down)
        audit.record(by=Actor(staff=by), action="carry_over_checks", at=at, prison=kept.prison, person=kept, **detail)


def _step_down_to_carry(gone: Person, kept: Person, *, on: date) -> CohortDecision | None:
    """The last step down of the number that goes, while it is watched or still to be told.

    None where she has been checked daily since, under either number: that ends the talk, and a later step down has a
    watch of its own.
    """
    decisions = CohortDecision.objects.standing()
    down = decisions.filter(person=gone, stepped_down=True).order_by("-starts_on", "-pk").first()
    if down is None or not (down.starts_on >= watched_since(on) or _talk(down).demanding().exists()):
        return None
    later = Q(person=kept) | Q(person=gone, pk__gt=down.pk)
    if decisions.filter(later, cohort=Cohort.DAILY, starts_on__gte=down.starts_on).exists():
        return None
    before = decisions.filter(person=kept, starts_on__lt=down.starts_on).order_by("-starts_on", "-pk").first()
    return None if before and before.cohort == Cohort.DAILY else down


def _carry_step_down(down: CohortDecision, kept: Person) -> None:
    talk = _talk(down).filter(state=ObligationState.MET).first()
    down.pk, down.person = None, kept
    down.save(force_insert=True)
    if talk:  # she was told once: the pipeline finds this duty met and opens no other
        talk.pk, talk.person, talk.prison, talk.slot = None, kept, kept.prison, f"decision-{down.pk}"
        talk.wing = kept.wing
        talk.save(force_insert=True)


def _talk(down: CohortDecision) -> ObligationQuerySet:
    talks = Obligation.objects.filter(person=down.person, kind=ObligationKind.STEP_DOWN_TALK)
    return talks.filter(slot=f"decision-{down.pk}")


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
