"""ACCT data that are too old turn to "treat as open": whoever may have one is to be checked today (H3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet

from keywork.priority import OPEN_ACCT, POST_CLOSURE
from omic.calendar import london_day
from omic.formats import moment, plural
from omic.freshness import acct_as_of
from omic.models import Alert, ObligationKind, Person, Prison
from wellbeing.lines import RosterRow
from wellbeing.roster import Place, homes_of, lines_without_duty, people_of
from wellbeing.rules import policy_on

ACCTS = (OPEN_ACCT, POST_CLOSURE)
ENDED_WITHIN = timedelta(days=7)  # as long as one that was closed may have been opened again, unknown here
EVER = "It is not known who has an ACCT: no full roll was imported. Treat as open"


@dataclass(frozen=True, slots=True)
class AcctAge:
    """As of when it is known who has an ACCT, and whether that is too long ago."""

    as_of: datetime | None
    stale: bool
    words: str


def acct_age(prison: Prison, *, at: datetime) -> AcctAge:
    """How old a prison's ACCT data are at `at`. Too old is as many hours as the installation, else the policy, says."""
    as_of = acct_as_of(prison)
    if as_of is None:
        return AcctAge(None, True, EVER)
    hours = settings.ACCT_MAX_AGE_HOURS or policy_on(london_day(at)).acct_hours
    age = at - as_of
    old = plural(age // timedelta(hours=1), "hour,hours")
    words = f"ACCT data are {old} old, of {moment(as_of)}"
    stale = age >= timedelta(hours=hours)
    return AcctAge(as_of, stale, f"{words}: treat as open" if stale else words)


def may_have_acct(people: QuerySet[Person], on: date) -> QuerySet[Person]:
    """Whoever has an ACCT open or in post-closure, or had until a week ago."""
    alerts = Alert.objects.filter(Q(ends_on=None) | Q(ends_on__gte=on - ENDED_WITHIN), code__in=ACCTS)
    return people.filter(pk__in=alerts.values("person"))


def treat_as_open(
    prison: Prison,
    rows: Iterable[RosterRow],
    *,
    on: date,
    at: datetime,
    wing: Place = None,
    people: QuerySet[Person] | None = None,
) -> list[RosterRow]:
    """Lines for those who may have an ACCT and are due no check of their own on the day, beside the roster's `rows`.

    A live question: no duty is made. Done is who was checked that day all the same. Five queries.
    """
    here = people_of(prison, wing, people)
    # A week's check that was met or waived days ago is no check of this day (H3).
    due = {row.person.pk for row in rows if row.out or (row.due_by == on and (row.left or _is_daily(row)))}
    may = list(may_have_acct(here, on).exclude(pk__in=due).select_related("wing"))
    return lines_without_duty(may, homes_of(here), prison=prison, on=on, at=at)


def _is_daily(row: RosterRow) -> bool:
    return row.duty is not None and row.duty.kind == ObligationKind.DAILY_CHECK
