"""On which evenings people were in hospital as restricted patients: of the past, by the history of what rolls said."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from django.db import connection

from omic.models import Presence

ONE_DAY = timedelta(days=1)
Key = tuple[int, str]  # a person and a prison
# Every time in hospital: its first day, the day of what was known next, if anything, and whether they were elsewhere.
_TIMES = """
    WITH concerned AS MATERIALIZED (
        SELECT DISTINCT pgh_obj_id FROM omic_personevent WHERE pgh_obj_id = ANY(%s) AND presence = %s
    ), said AS (
        SELECT e.pgh_obj_id, e.prison_id, e.presence, e.pgh_id,
               (e.pgh_created_at AT TIME ZONE 'Europe/London')::date AS day,
               (lag(e.presence) OVER known, lag(e.prison_id) OVER known)
                   IS DISTINCT FROM (e.presence::varchar, e.prison_id::varchar) AS turned
        FROM omic_personevent e JOIN concerned USING (pgh_obj_id)
        WINDOW known AS (PARTITION BY e.pgh_obj_id ORDER BY e.pgh_id)
    ), turns AS (
        SELECT *, lead(day) OVER next AS until, lead(prison_id) OVER next IS DISTINCT FROM prison_id AS left_it
        FROM said WHERE turned WINDOW next AS (PARTITION BY pgh_obj_id ORDER BY pgh_id)
    )
    SELECT pgh_obj_id, prison_id, day, until, left_it FROM turns WHERE presence = %s AND prison_id IS NOT NULL
"""


def evenings_in_hospital(people: Sequence[int], *, first: date, before: date) -> Mapping[Key, frozenset[date]]:
    """The days from `first` to the one before `before`, on whose evening each was in hospital, by the prison then.

    Who left the prison from hospital was there on that day too. One query; nobody is named who never was in hospital.
    """
    found: dict[Key, set[date]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(_TIMES, [list(people), str(Presence.HOSPITAL), str(Presence.HOSPITAL)])
        for person, prison, day, until, left in cursor.fetchall():
            ends = before if until is None else until + ONE_DAY if left else until
            found[person, prison].update(_days(max(day, first), min(ends, before)))
    return {key: frozenset(days) for key, days in found.items()}


def whole_days_of(evenings: frozenset[date]) -> frozenset[date]:
    """Of those days the ones that began in hospital too: out of the prison all day."""
    return frozenset(day for day in evenings if day - ONE_DAY in evenings)


def _days(first: date, until: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((until - first).days))
