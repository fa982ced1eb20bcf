"""Handover's questions to the database, each defined once: the lists, their counts, and the handovers by week."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Case, Count, F, FilteredRelation, Q, When
from django.db.models.functions import Coalesce, TruncDate

from handover.models import Responsibility, responsibility_on
from handover.policy import WORK_LISTS, Reason
from omic.calendar import LONDON, week_start
from omic.models import Obligation, ObligationKind, Prison
from omic.models.obligation import ObligationQuerySet
from omic.models.person import PersonQuerySet

UPCOMING = timedelta(days=WORK_LISTS.upcoming_days)
# One meaning everywhere: a COM is known by name or by email.
COM_KNOWN = Q(details__com_name__gt="") | Q(details__com_email__gt="")


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


def _owing(rows: ObligationQuerySet) -> Q:
    return Q(pk__in=rows.values("person"))


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
        definition="The COM supports already, or is named, and the handover date has not passed.",
        empty="No handover is in progress: no COM supports or is named ahead of a handover date.",
        sort="handover",
        where=lambda on: (
            _owing(duties().demanding().filter(due_on__gte=on)) & (Q(handover__start_on__lte=on) | COM_KNOWN)
        ),
    ),
    HandoverList(
        key="overdue",
        title="Overdue handovers",
        definition="The handover date has passed and nobody has recorded the handover.",
        empty="No handover is overdue. That is good.",
        sort="handover",
        where=lambda on: _owing(duties().overdue(on)),
    ),
    HandoverList(
        key="no-com",
        title="No COM named",
        definition="The COM has had a part in the case, supporting or responsible, for 48 hours or more, and neither "
        "name nor email of a COM is recorded.",
        empty="Every case in which the COM has a part has a COM named. That is good.",
        sort="com-since",
        where=lambda on: Q(com_since__lte=on - timedelta(days=WORK_LISTS.com_days)) & ~COM_KNOWN,
    ),
    HandoverList(
        key="unknown-date",
        title="Handover date unknown",
        definition="The POM is responsible and no handover date can be worked out, because a release or parole date "
        "is not known.",
        empty="Every case of the POM’s has a handover date. That is good.",
        sort="name",
        where=lambda _on: (
            Q(handover__fixed=Responsibility.POM) & ~Q(handover__reason=Reason.OVERRIDDEN) | Q(handover__id=None)
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
)
LIST_BY_KEY = {row.key: row for row in LISTS}


def with_handover(people: PersonQuerySet, on: date) -> PersonQuerySet:
    """The sentenced among `people`, with their dates, who is responsible on the day, tier, and the open duty's day.

    `com_since` is the first day of the COM's part: support, or responsibility where no dates decide.
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
    return rows.annotate(
        handover_on=F("handover__handover_on"),
        reason=F("handover__reason"),
        responsibility=responsibility_on(on, "handover__"),
        letter=F("tier__letter"),
        owed_by=F("duty__due_on"),
        com_since=_com_since(),
        override_asks=F("override__responsibility"),
        override_confirmed=F("override__confirmed"),
    )


def _com_since() -> Case:
    returned_on = TruncDate("current__returned_at", tzinfo=LONDON)
    fixed = Coalesce(
        Case(When(current__recalled=True, then=returned_on)), "current__started_on", "reception_on", "arrived_on"
    )
    return Case(
        When(handover__start_on__isnull=False, then=F("handover__start_on")),
        When(handover__fixed=Responsibility.COM, then=fixed),
    )


def list_counts(people: PersonQuerySet, on: date) -> dict[str, int]:
    """The length of every list over people from `with_handover`, in one query."""
    return people.aggregate(**{row.key: Count("pk", filter=row.where(on), distinct=True) for row in LISTS})


@dataclass(frozen=True, slots=True)
class Week:
    """The handovers due in the week that starts on `start`, as far as it lies in the next 8 weeks."""

    start: date
    count: int


def by_week(prison: Prison, on: date) -> list[Week]:
    """The handovers of the upcoming list by week, weeks without one included: together they are the list."""
    ahead = duties().due_between(on, on + UPCOMING).filter(person__in=prison.people.sentenced())
    counts = Counter(week_start(due_on) for due_on in ahead.values_list("due_on", flat=True))
    first, last = week_start(on), week_start(on + UPCOMING)
    starts = (first + timedelta(days=day) for day in range(0, (last - first).days + 1, 7))
    return [Week(start, counts[start]) for start in starts]
