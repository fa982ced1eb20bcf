"""ACCT data that are too old turn to "treat as open": whoever may have one is to be checked today (H3)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet

from keywork.priority import OPEN_ACCT, POST_CLOSURE
from omic.calendar import exclusive_due, london_day
from omic.formats import moment, plural
from omic.freshness import acct_as_of
from omic.models import (
    Alert,
    Contact,
    ContactKind,
    DayOut,
    ObligationKind,
    ObligationState,
    Person,
    Prison,
    Stay,
)
from wellbeing.lines import RosterRow
from wellbeing.roster import CHECKS, Place, homes_of, lines_without_duty, people_of
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
    """How old a prison's ACCT data were at `at`. How old is too old the installation says, else the policy."""
    as_of = acct_as_of(prison, at=at)
    if as_of is None:
        return AcctAge(None, True, EVER)
    age = at - as_of
    old = plural(age // timedelta(hours=1), "hour,hours")
    words = f"ACCT data are {old} old, of {moment(as_of)}"
    stale = at >= as_of + longest(at)
    return AcctAge(as_of, stale, f"{words}: treat as open" if stale else words)


def longest(at: datetime) -> timedelta:
    """How old ACCT data may be."""
    return timedelta(hours=settings.ACCT_MAX_AGE_HOURS or policy_on(london_day(at)).acct_hours)


def may_have_acct(people: QuerySet[Person], on: date) -> QuerySet[Person]:
    """Whoever has an ACCT open or in post-closure, or had until a week ago; as it was known on the day."""
    alerts = Alert.objects.filter(Q(ends_on=None) | Q(ends_on__gte=on - ENDED_WITHIN), code__in=ACCTS)
    return people.filter(pk__in=alerts.filter(first_seen_at__lt=exclusive_due(on)).values("person"))


def may_have_acct_unchecked(people: QuerySet[Person], prison: Prison, on: date) -> QuerySet[Person]:
    """Of `people` those to check on a day as if their ACCT were open, because no check of their own falls due on it.

    A week's check that was met or waived days ago is no check of that day (H3).
    """
    due = prison.obligations.filter(kind__in=CHECKS, due_on=on).exclude(state=ObligationState.VOID)
    done_before = Q(kind=ObligationKind.WEEKLY_CHECK, state__in=(ObligationState.MET, ObligationState.WAIVED))
    out = DayOut.objects.standing().filter(prison=prison, on=on)
    may = may_have_acct(people, on).exclude(pk__in=due.exclude(done_before).values("person"))
    return may.exclude(pk__in=out.values("person"))


def treat_as_open(
    prison: Prison, *, on: date, at: datetime, wing: Place = None, people: QuerySet[Person] | None = None
) -> list[RosterRow]:
    """Lines for those who may have an ACCT and are due no check of their own on the day, beside the roster's.

    A live question: no duty is made. Done is who was checked that day all the same. Six queries.
    """
    here = people_of(prison, wing, people)
    may = list(may_have_acct_unchecked(here, prison, on).select_related("wing"))
    return lines_without_duty(may, homes_of(here), prison=prison, on=on, at=at)


def left_unseen(prison: Prison, on: date, *, at: datetime) -> QuerySet[Person]:
    """Who was to be checked on a day as if their ACCT were open, and has no check of that day; as it stands at `at`.

    Nobody where the data were not too old: for a day that is over, by its end, and of those who were here to its end.
    They have no duty, so that no count of checks holds them: they are counted and named by themselves.
    """
    if not acct_age(prison, at=min(at, exclusive_due(on))).stale:
        return Person.objects.none()
    here = prison.people.all()
    if on < london_day(at):
        stays = Stay.objects.filter(prison=prison).covering(on).exclude(left_on=on)
        here = Person.objects.filter(pk__in=stays.values("person"))
    checked = Contact.objects.current().filter(prison=prison, kind=ContactKind.CHECK, on=on)
    return may_have_acct_unchecked(here, prison, on).exclude(pk__in=checked.values("person"))
