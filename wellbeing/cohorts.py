"""What the pages about daily and weekly checks ask of the database, each question once (WB-03 to WB-05, WB-11)."""

from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    CharField,
    Count,
    DateField,
    Exists,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce

from keywork.regime import level_on
from omic.models import (
    SIGHTINGS,
    Contact,
    Obligation,
    ObligationKind,
    ObligationState,
    Person,
    Prison,
    SettingKind,
)
from omic.models.obligation import ObligationQuerySet
from wellbeing.actions.cohorts import newest_decision
from wellbeing.models import Cohort, CohortDecision, SelfHarmIncident
from wellbeing.notes import OUTCOMES
from wellbeing.rules import policy_on

ONE_DAY, WEEK = timedelta(days=1), timedelta(days=7)
CHECKS = (ObligationKind.DAILY_CHECK, ObligationKind.WEEKLY_CHECK)
SHOWN = 5  # decisions, and checks, beside the form


def with_cohort(people: QuerySet[Person], *, on: date) -> QuerySet[Person]:
    """People with what one must know to decide how often they are checked.

    `cohort` today, `decided` (whether by anybody), `review_on`: the day on which the next review is due, `priority`:
    the groups, `last_seen_at`, `checks_owed` and `checks_done` of the seven days before today, `harmed`: incidents
    of the days of the watch, `stepped_down_on` in these days, `untold`: whether they must still be told so (WB-11).
    `standing` holds the decision that stands, `reviews` the open reviews, oldest first.
    """
    decisions = CohortDecision.objects.standing().filter(person=OuterRef("pk"), starts_on__lte=on)
    latest = decisions.order_by("-starts_on", "-pk")
    down = latest.filter(stepped_down=True, starts_on__gte=watched_since(on))
    reviews = _duties(ObligationKind.COHORT_REVIEW).demanding().order_by("due_on", "pk")
    checks = _duties(*CHECKS).owed(on - WEEK, on - ONE_DAY)
    seen = Contact.objects.current().filter(person=OuterRef("pk"), kind__in=SIGHTINGS).order_by("-at")
    return people.annotate(
        cohort=Coalesce(Subquery(latest.values("cohort")[:1]), Value(Cohort.WEEKLY.value)),
        decided=Exists(decisions),
        review_on=Subquery(reviews.values("due_on")[:1], output_field=DateField()),
        priority=Subquery(reviews.values("priority_groups")[:1], output_field=ArrayField(CharField())),
        last_seen_at=Subquery(seen.values("at")[:1]),
        checks_owed=_count(checks),
        checks_done=_count(checks.delivered()),
        harmed=_count(recent_self_harm(on).filter(person=OuterRef("pk"))),
        stepped_down_on=Subquery(down.values("starts_on")[:1], output_field=DateField()),
        untold=Exists(_duties(ObligationKind.STEP_DOWN_TALK).demanding()),
    ).prefetch_related(_standing(on), _reviews())


def _duties(*kinds: ObligationKind) -> ObligationQuerySet:
    return Obligation.objects.filter(person=OuterRef("pk"), prison=OuterRef("prison"), kind__in=kinds)


def _count(rows: QuerySet[Any]) -> Coalesce:
    number = rows.order_by().values("person").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(number, output_field=IntegerField()), 0)


def _standing(on: date) -> Prefetch:
    rows = CohortDecision.objects.standing().filter(starts_on__lte=on).select_related("decided_by")
    newest = rows.order_by("person_id", "-starts_on", "-pk").distinct("person_id")
    return Prefetch("cohort_decisions", queryset=newest, to_attr="standing")


def _reviews() -> Prefetch:
    rows = Obligation.objects.demanding().filter(kind=ObligationKind.COHORT_REVIEW).order_by("due_on", "pk")
    return Prefetch("obligations", queryset=rows, to_attr="reviews")


def watched_since(on: date) -> date:
    """Whoever stepped down on this day or later is watched on `on` (WB-14)."""
    return on - timedelta(days=policy_on(on).watch_days)


def recent_self_harm(on: date) -> QuerySet[SelfHarmIncident]:
    """Incidents of the last days, as many as a watch has; today's included."""
    return SelfHarmIncident.objects.standing().filter(on__gte=watched_since(on), on__lte=on)


# --- which of the people `with_cohort` stand on which list -----------------------------------------------------------


def to_review(people: QuerySet[Person], *, on: date) -> QuerySet[Person]:
    """Those whose review is due today, or was before."""
    return people.filter(review_on__lte=on)


def daily(people: QuerySet[Person]) -> QuerySet[Person]:
    """Those who are checked every day (WB-04)."""
    return people.filter(cohort=Cohort.DAILY)


def stepped_down(people: QuerySet[Person]) -> QuerySet[Person]:
    """Those who stepped down within the days of the watch (WB-14), or must still be told that they did (WB-11)."""
    return people.filter(Q(stepped_down_on__isnull=False) | Q(untold=True))


# --- one woman -------------------------------------------------------------------------------------------------------


def known_about(person: Person, prison: Prison, *, on: date) -> dict[str, Any]:
    """What is known of a woman to decide by: reviews, decisions, referrals, checks, self-harm, level."""
    decisions = person.cohort_decisions.select_related("decided_by", "prison", "withdrawn_by").order_by("-pk")
    checks = Contact.objects.current().filter(person=person, kind__in=OUTCOMES).select_related("by")
    referrals = person.check_referrals.filter(decision=None).select_related("referred_by", "prison")
    return {
        "present": newest_decision(person),
        "reviews": list(person.obligations.demanding().filter(kind=ObligationKind.COHORT_REVIEW).order_by("due_on")),
        "decisions": list(decisions[:SHOWN]),
        "referrals": list(referrals),
        "checks": list(checks.order_by("-at", "-pk")[:SHOWN]),
        "self_harm": list(recent_self_harm(on).filter(person=person).order_by("-on")),
        "level_since": _level_since(person, prison, on),
    }


def talk_with(person: Person, prison: Prison) -> Obligation | None:
    """The newest talk after a step down that stands, done or not (WB-11)."""
    talks = prison.obligations.filter(person=person, kind=ObligationKind.STEP_DOWN_TALK).select_related("closed_by")
    return talks.exclude(state=ObligationState.VOID).order_by("-pk").first()


def _level_since(person: Person, prison: Prison, on: date) -> Any:
    """The regime level, if it has changed since the last decision: then checks are reviewed (WB-05, ED-11)."""
    level, last = level_on(prison, on), newest_decision(person)
    changed = level is not None and (last is None or level.starts_on > last.starts_on)
    return level if changed else None


def is_rolled_out(prison: Prison, on: date) -> bool:
    """Whether the prison says that OMiC is fully rolled out: then nobody owes weekly checks (WB-05)."""
    return prison.settings.filter(kind=SettingKind.ROLLED_OUT, value="yes").in_force(on).exists()
