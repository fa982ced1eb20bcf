"""Wellbeing's rules. Pure: facts in, answers out; no clock, no database.

What a check of each cohort owes is key work's rule (`week_cadence`); here is who is in which cohort on which day, when
that is reviewed, and when self-harm calls for attention.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

from keywork.policy import DAILY_COHORT, Kind
from keywork.rules import KeyWorkFacts, Owed, WeekLevel, days_here, week_cadence
from omic.policy import Outcome, Step, in_force
from wellbeing.policy import VERSIONS, WellbeingPolicy

WEEK, ONE_DAY = timedelta(days=7), timedelta(days=1)
NO_LEVEL = WeekLevel(None, date.min)  # regime levels do not govern women's checks (ED-15)
CENTS = Decimal("0.01")


def policy_on(on: date) -> WellbeingPolicy:
    """The version in force on a day; earlier days read as the first."""
    return in_force(VERSIONS, on) or VERSIONS[0]


class CohortFrom(NamedTuple):
    """From a day on a woman's cohort, "daily" or "weekly", until the next."""

    from_on: date
    cohort: str


def cohort_on(decided: Sequence[CohortFrom], on: date) -> str | None:
    """The cohort on a day: of the decisions that have begun the last; None where nothing was decided, which is weekly.

    `decided` is in the order of days, and of one day in the order in which it was decided.
    """
    begun = [one.cohort for one in decided if one.from_on <= on]
    return begun[-1] if begun else None


def checks_of_week(
    facts: KeyWorkFacts, decided: Sequence[CohortFrom], *, monday: date, rolled_out: bool
) -> Iterator[tuple[Owed, Outcome[tuple[Owed, ...]]]]:
    """The checks that a woman is owed in the week from `monday`: what is owed, and the rule's whole answer.

    Each day has the check of the cohort that day (WB-04). The week's check is owed if the cohort is weekly on her last
    day here in it, until OMiC is fully rolled out (WB-05).
    """
    here = days_here(facts, first=monday, last=monday + WEEK - ONE_DAY)
    if not here:
        return
    daily = tuple(day for day in here if cohort_on(decided, day) == DAILY_COHORT)
    if daily:
        outcome = week_cadence(replace(facts, cohort=DAILY_COHORT), week_start=monday, level=NO_LEVEL)
        for owed in outcome.value:
            if owed.kind == Kind.DAILY_CHECK:
                yield replace(owed, due_on=daily, opens_on=daily[0], closes_on=daily[-1], count=len(daily)), outcome
    if not rolled_out and here[-1] not in daily:
        outcome = week_cadence(replace(facts, cohort=None), week_start=monday, level=NO_LEVEL)
        for owed in outcome.value:
            if owed.kind == Kind.WEEKLY_CHECK:
                yield owed, outcome


@dataclass(frozen=True, slots=True)
class Alert:
    """What a prison has set for the alert of self-harm: either of the two raises it."""

    deviations: int
    people_above: int


@dataclass(frozen=True, slots=True)
class SelfHarmWeek:
    """How many people harmed themselves in a period, and how often; two figures that are never one (WB-14)."""

    people: int
    incidents: int


@dataclass(frozen=True, slots=True)
class Compared:
    """A period beside the weeks before it: the means of both figures, and which of the two lie above theirs."""

    week: SelfHarmWeek
    mean_people: Decimal | None
    mean_incidents: Decimal | None
    limit_people: Decimal | None
    limit_incidents: Decimal | None
    above_mean: tuple[str, ...]
    alert: tuple[str, ...]


def count_incidents(incidents: Sequence[tuple[str, date, int]], *, first: date, last: date) -> SelfHarmWeek:
    """People and incidents of the days `first` to `last`, both included, from (person, day, how often)."""
    inside = [(person, count) for person, on, count in incidents if first <= on <= last]
    people = {person for person, count in inside if count}
    return SelfHarmWeek(people=len(people), incidents=sum(count for _, count in inside))


def compare(
    week: SelfHarmWeek, history: Sequence[SelfHarmWeek], *, alert: Alert, policy: WellbeingPolicy
) -> Outcome[Compared]:
    """A week beside the mean of up to `past_weeks` weeks before it, newest last (WB-14).

    The alert is raised by a figure above its mean and `deviations` standard deviations (of those weeks as a whole
    population), or by `people_above` more people than their mean. Without a past there is nothing to compare with.
    """
    past = list(history)[-policy.past_weeks :]
    people, incidents = [one.people for one in past], [one.incidents for one in past]
    raised = [
        name
        for name, figure, series in (("people", week.people, people), ("incidents", week.incidents, incidents))
        if past and _above(figure, series, alert.deviations)
    ]
    if past and "people" not in raised and week.people * len(past) - sum(people) >= alert.people_above * len(past):
        raised.insert(0, "people")
    compared = Compared(
        week=week,
        mean_people=_mean(people),
        mean_incidents=_mean(incidents),
        limit_people=_limit(people, alert.deviations),
        limit_incidents=_limit(incidents, alert.deviations),
        above_mean=tuple(
            name
            for name, figure, series in (("people", week.people, people), ("incidents", week.incidents, incidents))
            if series and figure * len(series) > sum(series)
        ),
        alert=tuple(raised),
    )
    found = f"{week.people} people, {week.incidents} incidents; {len(past)} weeks before"
    return Outcome(compared, "alert" if raised else "no_alert", policy.id, (Step("WB-14", found),))


def _mean(series: Sequence[int]) -> Decimal | None:
    if not series:
        return None
    return (Decimal(sum(series)) / len(series)).quantize(CENTS, ROUND_HALF_EVEN)


def _above(figure: int, series: Sequence[int], deviations: int) -> bool:
    """Whether figure > mean + deviations × standard deviation, in whole numbers: no rounding decides an alert."""
    number, total = len(series), sum(series)
    above = figure * number - total  # number × (figure - mean)
    spread = number * sum(one * one for one in series) - total * total  # number² × variance
    return above > 0 and above * above > deviations * deviations * spread


def _limit(series: Sequence[int], deviations: int) -> Decimal | None:
    if not series:
        return None
    number, total = len(series), sum(series)
    spread = Decimal(number * sum(one * one for one in series) - total * total).sqrt()
    return ((total + deviations * spread) / number).quantize(CENTS, ROUND_HALF_EVEN)
