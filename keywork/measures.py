"""What key work was owed and given in a prison over a period, asked of the database: a few set-based queries each.

One `Scope` says of whom and when. A figure and the list it opens ask the same question: `DUTIES` and `CONTACTS` are the
only definitions of what counts, so that key workers add up to wings and wings to the prison.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import Concat, TruncMonth, TruncWeek

from keywork import regime
from keywork.periods import Period
from keywork.policy import Basis
from keywork.rules import full_time, level_on
from omic.calendar import add_months, month_bounds, week_start
from omic.models import Contact, ContactKind, Obligation, ObligationKind, ObligationState, Prison
from omic.models.obligation import ObligationQuerySet

NONE = 0  # in place of a wing or a key worker: what belongs to none
ONE_DAY = timedelta(days=1)
BARS, MOST_BARS = 12, 53  # weeks or months of a chart


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose figures, over which days, seen on the day `on`. `wing` and `worker` are ids, `NONE`, or None for all.

    `cases`: only of people held here who have a POM now, the OMU's cases.
    """

    prison: Prison
    period: Period
    on: date
    wing: int | None = None
    worker: int | None = None
    cases: bool = False

    @property
    def whole(self) -> bool:
        """Whether these are the whole prison's figures."""
        return self.wing is None and self.worker is None and not self.cases

    def over(self, period: Period) -> "Scope":
        """The same question about other days."""
        return replace(self, period=period)


# --- duties ----------------------------------------------------------------------------------------------------------


def _outcomes(on: date) -> dict[str, Q]:
    """What became of duties that fell due, each in exactly one of these, with or without the night's stamp."""
    met, to_come = Q(state=ObligationState.MET), Q(state=ObligationState.OPEN, due_on__gte=on)
    short = {basis: ~met & ~to_come & Q(basis=basis) for basis in (Basis.TARGET, Basis.WHERE_POSSIBLE)}
    return {
        "delivered": met,
        "below_target": short[Basis.TARGET],
        "where_possible": short[Basis.WHERE_POSSIBLE],
        "breaches": ~met & ~to_come & ~Q(basis__in=short),
        "to_come": to_come,
    }


# Figure: the kind of duty, and which of its outcomes; all of them where none is named. The floor stands apart (ED-05).
DUTIES: dict[str, tuple[ObligationKind, str]] = {
    "owed": (ObligationKind.KEY_WORK_SESSION, ""),
    **{
        name: (ObligationKind.KEY_WORK_SESSION, name)
        for name in ("delivered", "below_target", "where_possible", "breaches", "to_come")
    },
    "floor_owed": (ObligationKind.KEY_WORK_FLOOR, ""),
    "floor_met": (ObligationKind.KEY_WORK_FLOOR, "delivered"),
    "floor_missed": (ObligationKind.KEY_WORK_FLOOR, "breaches"),
    "floor_to_come": (ObligationKind.KEY_WORK_FLOOR, "to_come"),
}
Tally = dict[str, int]


def fell_due(scope: Scope) -> ObligationQuerySet:
    """Sessions and floors that fell due: of the wing and the key worker that they had when they did."""
    kinds = (ObligationKind.KEY_WORK_SESSION, ObligationKind.KEY_WORK_FLOOR)
    rows = scope.prison.obligations.filter(kind__in=kinds)
    rows = rows.owed(scope.period.first, scope.period.last)
    if scope.wing is not None:
        rows = rows.filter(wing=scope.wing) if scope.wing else rows.filter(wing=None)
    if scope.worker is not None:
        rows = rows.filter(owner=scope.worker) if scope.worker else rows.filter(owner=None)
    return rows.filter(_is_case(scope, "person__"))


def _is_case(scope: Scope, path: str) -> Q:
    return Q(**{f"{path}prison": scope.prison, f"{path}pom__isnull": False}) if scope.cases else Q()


def duties(scope: Scope, figure: str) -> QuerySet[Obligation]:
    """The duties that a figure of `DUTIES` counts."""
    kind, outcome = DUTIES[figure]
    rows = fell_due(scope).filter(kind=kind)
    return rows.filter(_outcomes(scope.on)[outcome]) if outcome else rows


@dataclass(frozen=True, slots=True)
class Part:
    """The duties of one wing or one key worker; `pk` is `NONE` for those that have none."""

    pk: int
    name: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Duties:
    """What fell due in a scope, whole and by wing and key worker; each of the two adds up to the whole."""

    whole: Tally
    wings: tuple[Part, ...]
    workers: tuple[Part, ...]


def tallies(scope: Scope) -> Duties:
    """Every figure of `DUTIES`, counted in one query."""
    outcomes = _outcomes(scope.on)
    counts = {
        name: Count("pk", filter=Q(kind=kind) & (outcomes[outcome] if outcome else Q()))
        for name, (kind, outcome) in DUTIES.items()
    }
    by = {"wing_name": F("wing__code"), "worker_name": Concat("owner__surname", Value(", "), "owner__forename")}
    rows: list[dict[str, Any]] = list(fell_due(scope).order_by().values("wing_id", "owner_id", **by).annotate(**counts))  # type: ignore[arg-type]
    return Duties(
        whole=_sum(rows),
        wings=_parts(rows, "wing_id", "wing_name", "No wing"),
        workers=_parts(rows, "owner_id", "worker_name", "No key worker"),
    )


def tallies_of(scope: Scope, periods: Iterable[Period], figures: Iterable[str]) -> list[Tally]:
    """Some figures of `DUTIES` in each of several periods, which lie in the scope's own, counted in one query."""
    periods, figures, outcomes = tuple(periods), tuple(figures), _outcomes(scope.on)
    counts = {
        f"{figure}_{number}": Count("pk", filter=Q(kind=kind, due_on__range=(period.first, period.last)) & of)
        for number, period in enumerate(periods)
        for figure in figures
        for kind, of in [(DUTIES[figure][0], outcomes.get(DUTIES[figure][1], Q()))]
    }
    found = fell_due(scope).order_by().aggregate(**counts)
    return [{figure: found[f"{figure}_{number}"] for figure in figures} for number in range(len(periods))]


def _sum(rows: Iterable[dict[str, Any]]) -> Tally:
    rows = list(rows)
    return {name: sum(row[name] for row in rows) for name in DUTIES}


def _parts(rows: list[dict[str, Any]], key: str, name: str, without: str) -> tuple[Part, ...]:
    """By name, and what has none last."""
    names = {row[key]: row[name] for row in rows}
    found = [
        Part(pk or NONE, names[pk] if pk else without, _sum(row for row in rows if row[key] == pk)) for pk in names
    ]
    return tuple(sorted(found, key=lambda part: (part.pk == NONE, part.name)))


# --- contacts --------------------------------------------------------------------------------------------------------


def _contacts(scope: Scope) -> QuerySet[Contact]:
    """Sessions and entries on the day they happened, of any author; a check is neither (WB-08)."""
    rows = scope.prison.contacts.current().happened(scope.period.first, scope.period.last)
    rows = rows.filter(kind__in=(ContactKind.SESSION, ContactKind.ENTRY))
    if scope.worker is not None:
        rows = rows.filter(by=scope.worker) if scope.worker else rows.none()
    return rows.filter(lives(scope, "person__"))


def lives(scope: Scope, path: str = "") -> Q:
    """Of people by the wing where they live now: where they lived then is not asked. Also whether they have a POM."""
    case = _is_case(scope, path)
    if scope.wing is None:
        return case
    if scope.wing:
        return case & Q(**{f"{path}wing": scope.wing})
    return case & (Q(**{f"{path}wing": None}) | ~Q(**{f"{path}prison": scope.prison}))


def _short(scope: Scope) -> Q:
    """ED-06: sessions of less than the full time that the prison's level asked for on their day."""
    prison, period = scope.prison, scope.period
    levels = regime.dated_levels([prison.pk]).get(prison.pk, ())
    times = _fortnightly(scope)
    turns = {day for one in levels for day in (one.from_on,)} | {day for time in times for day in time if day}
    starts = sorted({period.first, *(day for day in turns if period.first < day <= period.last)})
    found = Q(pk__in=[])
    for start, after in pairwise([*starts, period.last + ONE_DAY]):
        level, fortnightly = level_on(levels, start), any(time.holds(start) for time in times)
        if full := full_time(estate=prison.estate, on=start, level=level, fortnightly=fortnightly):
            found |= Q(on__gte=start, on__lt=after, minutes__lt=full)
    return found


def _fortnightly(scope: Scope) -> tuple[regime.Fortnightly, ...]:
    return regime.binding_fortnights([scope.prison.pk], scope.period.last).get(scope.prison.pk, ())


def frequency_weeks(scope: Scope) -> int:
    """How many weeks one session is for, on the last day of the period (KW-04)."""
    return 2 if any(time.holds(scope.period.last) for time in _fortnightly(scope)) else 1


# Figure: which contacts it counts.
CONTACTS: dict[str, Callable[[Scope], Q]] = {
    "sessions": lambda _: Q(kind=ContactKind.SESSION),
    "entries": lambda _: Q(kind=ContactKind.ENTRY),
    "short": lambda scope: Q(kind=ContactKind.SESSION) & _short(scope),
}


def contacts(scope: Scope, figure: str) -> QuerySet[Contact]:
    """The contacts that a figure of `CONTACTS` counts."""
    return _contacts(scope).filter(CONTACTS[figure](scope))


def contact_counts(scope: Scope) -> Tally:
    """Every figure of `CONTACTS`, and `people_seen`, those with a session."""
    counts = {name: Count("pk", filter=of(scope)) for name, of in CONTACTS.items()}
    seen = Count("person", filter=CONTACTS["sessions"](scope), distinct=True)
    return _contacts(scope).aggregate(**counts, people_seen=seen)


# --- over time -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bar:
    """The sessions that fell due in the week (women's prisons: month) that begins on `first`, and those delivered."""

    first: date
    owed: int
    delivered: int


def bars(scope: Scope) -> list[Bar]:
    """The weeks of the period, at least the twelve up to its end, at most a year's; in women's prisons months."""
    starts = list(_starts(scope))
    unit: Any = TruncMonth("due_on") if scope.prison.women else TruncWeek("due_on")
    rows = duties(scope.over(Period(starts[0], scope.period.last)), "owed").order_by()
    met = Count("pk", filter=_outcomes(scope.on)["delivered"])
    found = {start: tuple(counts) for start, *counts in rows.values_list(unit).annotate(Count("pk"), met=met)}
    return [Bar(start, *found.get(start, (0, 0))) for start in starts]


def _starts(scope: Scope) -> list[date]:
    first, last = scope.period.first, scope.period.last
    if scope.prison.women:
        step: Callable[[date, int], date] = add_months
        first, last = month_bounds(first)[0], month_bounds(last)[0]
    else:
        step = lambda day, number: day + timedelta(weeks=number)  # noqa: E731
        first, last = week_start(first), week_start(last)
    starts = [step(last, -number) for number in range(MOST_BARS)]
    return [start for number, start in enumerate(starts) if start >= first or number < BARS][::-1]
