"""The figures of key work over a period: one definition of each, for every page, prison, wing and worker. Pure.

*Owed* and *delivered* are counted rows and add up at every level. *Projected* and the delivery rate against it are the
national service's, comparable with other prisons, for an establishment alone, and never summed.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor

from keywork.policy import RULES
from omic.policy import Cite, Rule, Source, registry

KEYWORKER_API = Source(
    title="Key worker service (national service)",
    issuer="Ministry of Justice",
    dated="read at August 2026",
    address="https://github.com/ministryofjustice/keyworker-api",
)
# The national measures have no id of their own in any document; this is their source's.
MEASURES = Rule(
    "E-KW",
    "Projected sessions are the people eligible on a mean day, times the days of the period, by the frequency in "
    "weeks, rounded down; the delivery rate is the sessions recorded against them.",
    Cite(KEYWORKER_API, "PrisonStatsService, Statistic: figures of a period"),
)
RULES_BY_ID = registry((*RULES, MEASURES))
# Duties in these states ask nothing of a rate: superseded, not owed after all, or inside an approved suspension.
NOT_OWED = ("void", "waived", "excepted")


def mean_down(total: Fraction, count: int) -> int | None:
    """The mean over the days that are known, rounded down; None when none is."""
    return floor(total / count) if count else None


def days_in(first: date, last: date) -> int:
    """Days from `first` to `last`, both included."""
    return (last - first).days + 1


def projected_sessions(eligible: int | None, *, days: int, frequency_weeks: int) -> int | None:
    """Sessions that the national service projects for `eligible` people over `days`; None when they are unknown."""
    return None if eligible is None else eligible * days // (7 * frequency_weeks)


def rate(part: int | None, whole: int | None) -> Decimal | None:
    """`part` of `whole` in per cent with two decimals, half to even; over 100 stands.

    None when either is unknown or the whole is nothing: no rate. Nothing of something is 0.
    """
    if part is None or not whole:
        return None
    hundredths = round(Fraction(10_000 * part, whole))
    return Decimal(hundredths) / 100


def owed_and_delivered(states: Iterable[str]) -> tuple[int, int]:
    """Of duties that fell due in a period, by their states: how many were owed, and how many of them were met."""
    owed = [state for state in states if state not in NOT_OWED]
    return len(owed), owed.count("met")
