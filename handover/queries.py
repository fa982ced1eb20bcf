"""Handover's questions to the database, each defined once: the lists, their counts, and the handovers by week."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Count, Exists, F, FilteredRelation, OuterRef, Prefetch, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, TruncDate

from handover.duty_rows import omu_duties
from handover.models import (
    HandoverDetermination,
    HandoverStep,
    Responsibility,
    ResponsibilityOverride,
    responsibility_on,
)
from handover.policy import WORK_LISTS, Reason
from omic.calendar import LONDON, week_start
from omic.counting import kept, tally
from omic.models import Obligation, ObligationKind, Prison
from omic.models.obligation import ObligationQuerySet
from omic.models.person import PersonQuerySet
from omic.releases import with_release

UPCOMING = timedelta(days=WORK_LISTS.upcoming_days)
EVERYBODY = Q()
# One meaning everywhere: a COM is known by name or by email.
COM_KNOWN = Q(details__com_name__gt="") | Q(details__com_email__gt="")
# The OMU's duties about a handover, whoever owes them. OA-13 stands in the handover OASys's place with parole.
ABOUT_HANDOVER = Q(
    kind__in=[
        ObligationKind.HANDOVER,
        ObligationKind.OASYS_HANDOVER,
        ObligationKind.OASYS_PRE_RELEASE,
        ObligationKind.EA_TRANSFER,
        ObligationKind.EA_MAPPA_REFERRAL,
        ObligationKind.PRE_RELEASE_BOARD,
        ObligationKind.SENDING_NOTE,
    ]
) | Q(kind=ObligationKind.OASYS_PAROLE, rule="OA-13")


@dataclass(frozen=True, slots=True)
class HandoverList:
    """One list of sentenced people: what it holds (`where`, for a day) in the words that stand above it."""

    key: str
    title: str
    definition: str
    empty: str
    sort: str
    where: Callable[[date], Q]


def duties() -> ObligationQuerySet:
    """Every duty to hand a case over."""
    return Obligation.objects.filter(kind=ObligationKind.HANDOVER)


def late_duties(on: date) -> ObligationQuerySet:
    """Every duty about a handover that is overdue on a day, the longest overdue first."""
    late: ObligationQuerySet = omu_duties(Obligation.objects.filter(ABOUT_HANDOVER)).overdue(on)
    return late.order_by("due_on", "pk")


def _owing(rows: ObligationQuerySet) -> Q:
    return Q(pk__in=rows.values("person"))


_STEPS = HandoverStep.objects.counting()
LISTS = (
    HandoverList(
        key="upcoming",
        title="Upcoming handovers",
        definition="The handover date lies within the next 8 weeks, today included, and nobody has recorded the "
        "handover yet.",
        empty="No handover falls due within the next 8 weeks.",
        sort="handover",
        where=lambda on: _owing(duties().due_between(on, on + UPCOMING)),
    ),
    HandoverList(
        key="in-progress",
        title="Handovers in progress",
        definition="The COM supports already, or is named, or a step toward the handover is recorded; the handover "
        "date has not passed, and nobody has recorded the handover yet.",
        empty="No handover is in progress: no COM supports or is named, and no step is taken, ahead of a handover "
        "date.",
        sort="handover",
        where=lambda on: (
            _owing(duties().demanding().filter(due_on__gte=on))
            & (Q(handover__start_on__lte=on) | COM_KNOWN | Q(pk__in=_STEPS.values("person")))
        ),
    ),
    HandoverList(
        key="overdue",
        title="Overdue duties",
        definition="A duty about the handover is overdue: recording it, the OASys before it or before release, the "
        "transfer or the MAPPA referral of an early allocation, or a pre-release board or report.",
        empty="No duty about a handover is overdue. That is good.",
        sort="late",
        where=lambda on: _owing(late_duties(on).order_by()),
    ),
    HandoverList(
        key="no-com",
        title="COM allocation overdue",
        definition="The COM has been responsible for 48 hours or more, and neither name nor email of a COM is "
        "recorded.",
        empty="Every case that has been the COM’s for 48 hours has a COM named. That is good.",
        sort="com-since",
        where=lambda on: (
            Q(responsibility=Responsibility.COM, com_leads_since__lte=on - timedelta(days=WORK_LISTS.com_days))
            & ~COM_KNOWN
        ),
    ),
    HandoverList(
        key="com-needed",
        title="COM needed",
        definition="The POM is responsible and the COM supports, today, and neither name nor email of a COM is "
        "recorded.",
        empty="Every case in which the COM supports has a COM named. That is good.",
        sort="handover",
        where=lambda _on: Q(responsibility=Responsibility.POM_WITH_COM) & ~COM_KNOWN,
    ),
    HandoverList(
        key="unknown-date",
        title="Handover date unknown",
        definition="No handover date can be worked out and nothing else decides: a release or parole date is not "
        "known, an additional indeterminate sentence keeps the case with the POM, or there is no answer yet.",
        empty="Every case of the POM’s has a handover date. That is good.",
        sort="name",
        where=lambda _on: (
            Q(handover__fixed=Responsibility.POM) & ~Q(handover__reason=Reason.OVERRIDDEN)
            | Q(handover__fixed=None, handover__handover_on=None)
        ),
    ),
    HandoverList(
        key="overridden",
        title="Overridden",
        definition="A HOMD has decided who is responsible and a second person has confirmed it, or is still to: until "
        "then the computed answer stands.",
        empty="Nobody’s responsibility is overridden.",
        sort="name",
        where=lambda _on: Q(override__id__isnull=False),
    ),
    HandoverList(
        key="everyone",
        title="Everyone sentenced",
        definition="Everyone here under sentence, each with who is responsible today. Nobody is in none of the lists.",
        empty="Nobody here is under sentence.",
        sort="name",
        where=lambda _on: Q(),
    ),
)
LIST_BY_KEY = {row.key: row for row in LISTS}


def with_handover(people: PersonQuerySet, on: date) -> PersonQuerySet:
    """The sentenced among `people`, with their dates, who is responsible on the day, tier, and the open duty's day.

    `com_since` is the first day of the COM's part, `com_leads_since` that of responsibility: the same where the COM
    leads and no dates decide. `release_on` is the release that lists show (see omic.releases).
    """
    rows = people.sentenced().annotate(
        handover=FilteredRelation(
            "handoverdeterminations", condition=Q(handoverdeterminations__superseded_at__isnull=True)
        ),
        tier=FilteredRelation("tierdeterminations", condition=Q(tierdeterminations__superseded_at__isnull=True)),
        current=FilteredRelation("sentences", condition=Q(sentences__closed_at__isnull=True)),
        override=FilteredRelation(
            "responsibility_overrides",
            condition=Q(responsibility_overrides__ended_at__isnull=True)
            & ~Q(responsibility_overrides__confirmed=False),
        ),
        duty=FilteredRelation(
            "obligations", condition=Q(obligations__kind=ObligationKind.HANDOVER, obligations__closed_at__isnull=True)
        ),
    )
    return with_release(rows, on=on).annotate(
        handover_on=F("handover__handover_on"),
        reason=F("handover__reason"),
        by_policy=F("handover__policy"),
        responsibility=responsibility_on(on, "handover__"),
        letter=F("tier__letter"),
        owed_by=F("duty__due_on"),
        com_since=Case(
            When(handover__fixed=Responsibility.POM_WITH_COM, then=_answered_since()),
            default=_com_since("handover__start_on"),
        ),
        com_leads_since=_com_since("handover__handover_on"),
        override_asks=F("override__responsibility"),
        override_confirmed=F("override__confirmed"),
    )


# The COM's by what came of a parole review, years into a sentence (PA-05, HO-23).
_BY_REVIEW = (Reason.PAROLE_WINDOW, Reason.PAROLE_MAPPA_2_3)


def _answered_since() -> Coalesce:
    """The day of the first of those answers about the sentence that all name who is named now, whatever the dates."""
    about = HandoverDetermination.objects.filter(person=OuterRef("pk"), sentence=OuterRef("handover__sentence"))
    others = HandoverDetermination.objects.filter(person=OuterRef("person"), pk__gt=OuterRef("pk"))
    others = others.exclude(fixed=OuterRef(OuterRef("handover__fixed")))
    run = about.filter(~Exists(others), fixed=OuterRef("handover__fixed")).order_by("pk")
    return Coalesce(Subquery(run.values("determined_on")[:1]), "handover__determined_on")


def _com_since(day_of_dates: str) -> Case:
    """The day that dates give; by decision or a review, the day of that; of a recall, the return; else the start."""
    returned_on = TruncDate("current__returned_at", tzinfo=LONDON)
    fixed = Coalesce(
        Case(When(current__recalled=True, then=returned_on)), "current__started_on", "reception_on", "arrived_on"
    )
    decided = Q(handover__fixed=Responsibility.COM, handover__reason=Reason.OVERRIDDEN)
    return Case(
        When(handover__handover_on__isnull=False, then=F(day_of_dates)),
        When(decided, then=TruncDate("override__decided_at", tzinfo=LONDON)),
        When(handover__fixed=Responsibility.COM, handover__reason__in=_BY_REVIEW, then=_answered_since()),
        When(handover__fixed=Responsibility.COM, then=fixed),
    )


def with_progress(people: PersonQuerySet, on: date) -> PersonQuerySet:
    """People of a list with how many `steps` count toward their handover, and the duties that are `late`."""
    counting = HandoverStep.objects.counting().filter(person=OuterRef("pk")).order_by()
    late = late_duties(on)
    oldest = late.filter(person=OuterRef("pk")).values("due_on")[:1]
    steps = counting.values("person").annotate(number=Count("pk")).values("number")
    rows = people.annotate(steps=Coalesce(Subquery(steps), 0), late_since=Subquery(oldest))
    return rows.prefetch_related(Prefetch("obligations", queryset=late, to_attr="late"))


def with_overrides(people: PersonQuerySet) -> PersonQuerySet:
    """People with the `overrides` of each that stand or wait, one at most, and who asked for them and decided."""
    rows = ResponsibilityOverride.objects.open().select_related("asked_by", "decided_by")
    return people.prefetch_related(Prefetch("responsibility_overrides", queryset=rows, to_attr="overrides"))


@kept
def list_counts(
    prison: Prison, on: date, lists: tuple[HandoverList, ...] = LISTS, among: Q = EVERYBODY
) -> QuerySet[Any]:
    """The length of every list, or of some, in a prison or `among` some of its people, in one query."""
    return tally(with_handover(prison.people.filter(among), on), **{row.key: row.where(on) for row in lists})


@dataclass(frozen=True, slots=True)
class Week:
    """The handovers due in the week that starts on `start`, as far as it lies in the next 8 weeks."""

    start: date
    count: int


def by_week(people: PersonQuerySet, on: date) -> list[Week]:
    """The upcoming handovers of `people` by week, weeks without one included: together they are the upcoming list."""
    ahead = duties().due_between(on, on + UPCOMING).filter(person__in=people.sentenced().order_by())
    counts = Counter(week_start(due_on) for due_on in ahead.values_list("due_on", flat=True))
    first, last = week_start(on), week_start(on + UPCOMING)
    starts = (first + timedelta(days=day) for day in range(0, (last - first).days + 1, 7))
    return [Week(start, counts[start]) for start in starts]
