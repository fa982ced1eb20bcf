"""The nightly email's figures of safety: missed checks, who has no place on a roster, step-downs, self-harm, NOMIS.

Counts only, each by the definition of the page that it can be looked up on.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q

from omic.models import ObligationKind, ObligationState, Presence, Prison, Suspension
from omic.models.obligation import ObligationQuerySet
from omic.reconcile import AHEAD
from wellbeing import cohorts
from wellbeing.missed import entered_late_on, missed, missed_lately
from wellbeing.models import Cohort
from wellbeing.roster import CHECKS
from wellbeing.self_harm import Week, stepped_down, weeks

ONE_DAY, WEEK = timedelta(days=1), timedelta(days=7)
UNDECIDED = "stay-"  # how the review of somebody begins about whom nothing was ever decided (WB-03)


@dataclass(frozen=True, slots=True)
class Missed:
    """Checks of days that are over: how many were owed, how many nobody made, of how many people, on how many days."""

    owed: int
    missed: int
    people: int
    days: int


@dataclass(frozen=True, slots=True)
class SafetyFigures:
    """What the email says of checks and self-harm. `harm` are the last whole week and the one that is running."""

    yesterday: Missed
    late: int  # checks that were entered late yesterday
    week: Missed
    longest: int  # missed checks of whoever was missed most in the days that the list looks at
    priority: int
    priority_without: int
    without_wing: int
    undecided: int
    reviews_late: int
    stepped_down: int
    on_watch: int
    harm: tuple[Week, ...]
    not_on_nomis: int
    oldest_not_on_nomis: date | None
    suspended: tuple[Suspension, ...]


def safety_figures(prison: Prison, *, on: date, first: date, last: date) -> SafetyFigures:
    """The figures as of the night of `on`; sessions of people in a priority group of the period `first` to `last`."""
    in_priority = _in_priority(prison, first, last)
    seen = set(in_priority.delivered().values_list("person_id", flat=True))
    everyone = set(in_priority.values_list("person_id", flat=True))
    waiting = prison.contacts.not_yet_on_nomis().order_by("at")
    by_person = missed_lately(prison, on).order_by().values_list("person_id", flat=True)
    counts = Counter(by_person).values()
    reviews = prison.obligations.filter(kind=ObligationKind.COHORT_REVIEW)
    oldest = waiting.values_list("on", flat=True).first()
    return SafetyFigures(
        yesterday=_missed(prison, on - ONE_DAY, on - ONE_DAY),
        late=entered_late_on(prison, on - ONE_DAY),
        week=_missed(prison, on - WEEK, on - ONE_DAY),
        longest=max(counts, default=0),
        priority=len(everyone),
        priority_without=len(everyone - seen),
        without_wing=_without_wing(prison, on),
        undecided=reviews.demanding().filter(slot__startswith=UNDECIDED).count(),
        reviews_late=reviews.overdue(on).count(),
        stepped_down=stepped_down(prison, on - WEEK, on - ONE_DAY).values("person").distinct().count(),
        on_watch=cohorts.stepped_down(cohorts.with_cohort(prison.people.all(), on=on)).count() if prison.women else 0,
        harm=tuple(weeks(prison, on=on, number=2)),
        not_on_nomis=waiting.count(),
        oldest_not_on_nomis=oldest,
        suspended=tuple(_suspended(prison, on)),
    )


def _in_priority(prison: Prison, first: date, last: date) -> ObligationQuerySet:
    """The sessions owed in a period to people who were in a priority group when they were."""
    sessions: ObligationQuerySet = prison.obligations.filter(kind=ObligationKind.KEY_WORK_SESSION).owed(first, last)
    return sessions.exclude(priority_groups=[])


def _missed(prison: Prison, first: date, last: date) -> Missed:
    rows = missed(prison, first, last).order_by()
    return Missed(
        owed=prison.obligations.filter(kind__in=CHECKS).owed(first, last).count(),
        missed=rows.count(),
        people=rows.values("person").distinct().count(),
        days=rows.values("due_on").distinct().count(),
    )


def _to_check(prison: Prison, on: date) -> ObligationQuerySet:
    """The checks that stand from `on` as far ahead as duties are made."""
    rows: ObligationQuerySet = prison.obligations.filter(kind__in=CHECKS, due_on__range=(on, on + AHEAD))
    return rows.exclude(state=ObligationState.VOID)


def _without_wing(prison: Prison, on: date) -> int:
    """People to be checked who are on no wing's roster, because no wing is known."""
    due = _to_check(prison, on).filter(person=OuterRef("pk"))
    return prison.people.filter(Exists(due), wing=None).count()


def without_checks(prison: Prison, on: date) -> int:
    """Women here for whom no check stands that each of them is owed in the days ahead.

    Who is to be checked daily is owed a daily one (WB-04), the others a week's until OMiC is rolled out (WB-05). More
    than none means that duties were never made, or were lost: then no list of checks is whole (H1, H9).
    """
    if not prison.women:
        return 0
    checks = _to_check(prison, on).filter(person=OuterRef("pk"))
    here = cohorts.with_cohort(prison.people.exclude(presence=Presence.HOSPITAL), on=on)
    without = Q(cohort=Cohort.DAILY) & ~Exists(checks.filter(kind=ObligationKind.DAILY_CHECK))
    if not cohorts.is_rolled_out(prison, on):
        without |= ~Exists(checks)
    return here.filter(without).count()


def checks_stand(prison: Prison, on: date) -> bool:
    """Whether anybody here is to be checked at all, so that a roster is needed."""
    return _to_check(prison, on).exists()


def _suspended(prison: Prison, on: date) -> list[Suspension]:
    rows = prison.suspensions.binding().filter(starts_on__lte=on, ends_on__gte=on - ONE_DAY)
    return list(rows.select_related("wing").order_by("starts_on", "pk"))
