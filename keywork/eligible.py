"""Who was to have a key worker on any past day, who had one, and how long newcomers waited.

Nothing is stored by the day: stays, the history of people's facts and allocations say it for every day there ever was,
so that a night that was missed loses nothing. A day is judged as it stood at its end, and days are London's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

from keywork.figures import mean_down
from keywork.periods import Period
from omic.calendar import exclusive_due
from omic.models import Estate, Prison

ONE_DAY = timedelta(days=1)
Params = list[Any]

# Rulebook 1, "Key work measures": everybody held here but women of high complexity (KW-15), restricted patients in
# hospital, and in open prisons everybody (ED-15). One row an unbroken time of eligibility, `to_on` not included. The
# history is gone through for those alone who were ever barred; what was first known of them is read as so before.
_ELIGIBLE = """
    WITH stays AS MATERIALIZED (
        SELECT person_id, arrived_on, coalesce(left_on, 'infinity') AS left_on FROM omic_stay
        WHERE prison_id = %s AND NOT %s
    ), concerned AS MATERIALIZED (
        SELECT DISTINCT e.pgh_obj_id AS person_id FROM omic_personevent e
        WHERE (e.presence = 'hospital' OR (%s AND e.complexity = 'high'))
          AND e.pgh_obj_id IN (SELECT person_id FROM stays)
    ), days AS (
        SELECT DISTINCT ON (person_id, day) person_id, day, barred FROM (
            SELECT e.pgh_obj_id AS person_id, e.pgh_id, (e.pgh_created_at AT TIME ZONE 'Europe/London')::date AS day,
                   e.presence = 'hospital' OR (%s AND e.complexity IS NOT DISTINCT FROM 'high') AS barred
            FROM omic_personevent e WHERE e.pgh_obj_id IN (SELECT person_id FROM concerned)
        ) e ORDER BY person_id, day, pgh_id DESC
    ), turns AS (
        SELECT person_id, day, barred, lag(day) OVER known IS NULL AS first,
               lag(barred) OVER known IS DISTINCT FROM barred AS turned
        FROM days WINDOW known AS (PARTITION BY person_id ORDER BY day)
    ), times AS (
        SELECT person_id, barred, CASE WHEN first THEN '-infinity' ELSE day END AS from_on,
               lead(day, 1, 'infinity') OVER (PARTITION BY person_id ORDER BY day) AS to_on
        FROM turns WHERE turned
    ), eligible AS MATERIALIZED (
        SELECT s.person_id, greatest(s.arrived_on, t.from_on) AS from_on, least(s.left_on, t.to_on) AS to_on
        FROM stays s LEFT JOIN times t ON t.person_id = s.person_id
        WHERE t.barred IS NOT TRUE AND greatest(s.arrived_on, t.from_on) < least(s.left_on, t.to_on)
    )
"""
_ON_DAY = f"{_ELIGIBLE} SELECT person_id FROM eligible WHERE from_on <= %s AND to_on > %s"  # noqa: S608 - constants
_HELD_ON_DAY = f"""{_ON_DAY} AND person_id IN (
    SELECT a.person_id FROM keywork_keyworkerallocation a
    WHERE a.prison_id = %s AND a.started_at < %s AND (a.ended_at IS NULL OR a.ended_at >= %s)
)"""  # noqa: S608
_DAYS = f"""{_ELIGIBLE}
    SELECT person_id, sum(least(to_on, %s) - greatest(from_on, %s))::int FROM eligible
    WHERE from_on < %s AND to_on > %s GROUP BY 1
"""  # noqa: S608


def _prison(prison: Prison) -> Params:
    return [prison.pk, prison.estate == Estate.MEN_OPEN, prison.women, prison.women]


def on_day(prison: Prison, day: date) -> RawSQL:
    """The ids of the people who were to have a key worker at the end of `day`, for `pk__in`."""
    return RawSQL(_ON_DAY, [*_prison(prison), day, day])  # noqa: S611 - constant text, parameters apart


def with_key_worker(prison: Prison, day: date) -> RawSQL:
    """Of those, the ids of the people who had one."""
    ends_at = exclusive_due(day)
    return RawSQL(_HELD_ON_DAY, [*_prison(prison), day, day, prison.pk, ends_at, ends_at])  # noqa: S611


def days_by_person(prison: Prison, period: Period) -> dict[int, int]:
    """For each person on how many days of the period they were to have a key worker; nobody with none."""
    after = period.last + ONE_DAY
    return dict(_rows(_DAYS, [*_prison(prison), after, period.first, after, period.first]))


def mean_eligible(prison: Prison, period: Period) -> int:
    """People to have a key worker on a mean day of the period, rounded down (the national service's)."""
    return sum(days_by_person(prison, period).values()) // period.days


# --- how long newcomers waited ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wait:
    """From the day somebody became eligible to the first allocation or session after it (row `pk`), `days` later."""

    pk: int
    since_on: date
    days: int


# The first of each time of eligibility, if it happened in the period and the time had begun in the 6 months before it.
_WAITS = """
    SELECT first.pk, e.from_on, first.day - e.from_on FROM eligible e CROSS JOIN LATERAL ({first}) first
    WHERE first.day <= e.to_on AND first.day BETWEEN %s AND %s AND e.from_on > first.day - interval '6 months'
      AND e.from_on > %s - interval '6 months' AND e.from_on <= %s ORDER BY 1
"""
_FIRST_ALLOCATION = """
    SELECT a.id AS pk, (a.started_at AT TIME ZONE 'Europe/London')::date AS day FROM keywork_keyworkerallocation a
    WHERE a.person_id = e.person_id AND a.prison_id = %s
      AND (a.started_at AT TIME ZONE 'Europe/London')::date >= e.from_on
    ORDER BY a.started_at, a.id LIMIT 1
"""
# By the day it happened, however late it was written up. Asked by the moment, so that the index of a person's contacts
# is read from there on and only as far as the first: over the days the planner goes through the prison's whole year.
_FIRST_SESSION = """
    SELECT c.id AS pk, c."on" AS day FROM omic_contact c
    WHERE c.person_id = e.person_id AND c.prison_id IS NOT DISTINCT FROM %s AND c.kind = 'session'
      AND c.superseded_at IS NULL AND c.at >= e.from_on::timestamp AT TIME ZONE 'Europe/London'
    ORDER BY c.at LIMIT 1
"""


def waits_for_key_worker(prison: Prison, period: Period) -> list[Wait]:
    """Newcomers whose first key worker here began in the period; `pk` is the allocation's."""
    return _waits(_FIRST_ALLOCATION, prison, period)


def waits_for_session(prison: Prison, period: Period) -> list[Wait]:
    """Newcomers whose first session here happened in the period; `pk` is the contact's."""
    return _waits(_FIRST_SESSION, prison, period)


def mean_days(waits: Iterable[Wait]) -> int | None:
    """The mean wait in days over people, rounded down; None when nobody waited."""
    days = [wait.days for wait in waits]
    return mean_down(Fraction(sum(days)), len(days))


def _waits(first: str, prison: Prison, period: Period) -> list[Wait]:
    sql, days = f"{_ELIGIBLE} {_WAITS.format(first=first)}", (period.first, period.last)
    return [Wait(*row) for row in _rows(sql, [*_prison(prison), prison.pk, *days, *days])]


def _rows(sql: str, params: Params) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
