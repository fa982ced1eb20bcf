"""Who was owed which wellbeing check, and what came of it: counted in SQL from the raw facts, by nobody's rules.

Nothing of the product is asked here: not its rules, not its duties.
"""

from datetime import date, timedelta
from typing import NamedTuple

from django.db import connection

SUNDAY = 6


class Counted(NamedTuple):
    """A check owed: to whom, where, of which kind, its first and its last day, and what came of it so far."""

    person: int
    prison: str
    kind: str
    opens_on: date
    due_on: date
    state: str
    overdue: bool


# --- women: pure arithmetic of the facts that stand now (WB-03 to WB-06); a day in hospital from night to night is none

_WOMEN = """
    day AS (SELECT generate_series(%(first)s::date, %(last)s::date, interval '1 day')::date AS d),
    here AS (
        SELECT DISTINCT s.person_id, s.prison_id, d FROM omic_stay s
        JOIN omic_prison p ON p.code = s.prison_id AND p.estate = 'women'
        JOIN day ON d >= s.arrived_on AND d <= coalesce(s.left_on, 'infinity')
        WHERE NOT EXISTS (SELECT FROM omic_dayout o WHERE o.person_id = s.person_id
                          AND o.prison_id = s.prison_id AND o."on" = d
                          AND o.withdrawn_at IS NULL)
          AND NOT EXISTS (SELECT FROM kept_hospital k WHERE k.person_id = s.person_id AND k.prison_id = s.prison_id
                          AND (k.d = day.d - 1 AND day.d <= %(on)s AND EXISTS (
                                   SELECT FROM kept_hospital l WHERE l.person_id = k.person_id
                                   AND l.prison_id = k.prison_id AND l.d = day.d)
                               OR k.d = %(on)s AND day.d > %(on)s))
    ),
    whole AS (
        SELECT DISTINCT h.person_id, h.prison_id, h.d FROM here h JOIN omic_stay s
            ON s.person_id = h.person_id AND s.prison_id = h.prison_id
            AND h.d > s.arrived_on AND h.d < coalesce(s.left_on, 'infinity')
    ),
    cohort AS (
        SELECT h.*, date_trunc('week', d)::date AS monday, coalesce((
            SELECT c.cohort FROM wellbeing_cohortdecision c
            WHERE c.person_id = h.person_id AND c.withdrawn_at IS NULL
              AND CASE WHEN c.prison_id = h.prison_id THEN c.starts_on + (
                  c.cohort = 'weekly' AND EXISTS (
                      SELECT FROM wellbeing_cohortdecision b WHERE b.person_id = c.person_id AND b.withdrawn_at IS NULL
                      AND b.stepped_down AND b.starts_on = c.starts_on AND b.id <= c.id))::int <= h.d ELSE EXISTS (
                  SELECT FROM omic_stay s WHERE s.person_id = h.person_id AND s.prison_id = h.prison_id
                  AND s.arrived_on BETWEEN c.starts_on AND h.d) END
            ORDER BY c.starts_on DESC, c.id DESC LIMIT 1), 'weekly') AS cohort
        FROM here h
    ),
    women AS (
        SELECT person_id, prison_id, 'daily_check' AS kind, d AS opens_on, d AS due_on
        FROM cohort WHERE cohort = 'daily'
        UNION ALL
        SELECT w.person_id, w.prison_id, 'weekly_check', greatest(w.monday, (
                   SELECT min(s.arrived_on) FROM omic_stay s
                   WHERE s.person_id = w.person_id AND s.prison_id = w.prison_id
                     AND s.arrived_on <= w.monday + 6 AND coalesce(s.left_on, 'infinity') >= w.monday)),
               w.monday + 6
        FROM (SELECT DISTINCT ON (person_id, prison_id, monday) * FROM cohort
              ORDER BY person_id, prison_id, monday, d DESC) w
        WHERE w.cohort <> 'daily'
          AND EXISTS (SELECT FROM whole o WHERE o.person_id = w.person_id AND o.prison_id = w.prison_id
                      AND o.d BETWEEN w.monday AND w.monday + 6)
          AND NOT EXISTS (SELECT FROM omic_prisonsetting r WHERE r.prison_id = w.prison_id AND r.kind = 'rolled_out'
                          AND r.value = 'yes' AND r.starts_on <= w.monday
                          AND (r.ends_on IS NULL OR r.ends_on > w.monday))
    )"""

# --- men: what was so on the evening of each day, kept from then on (ED-01, ED-08, ED-11) -----------------------------

_KEEP = """
    CREATE TEMPORARY TABLE IF NOT EXISTS kept_check (person_id bigint, prison_id text, d date);
    CREATE TEMPORARY TABLE IF NOT EXISTS kept_week (person_id bigint, prison_id text, monday date);
    CREATE TEMPORARY TABLE IF NOT EXISTS kept_hospital (person_id bigint, prison_id text, d date);
"""
_HOSPITAL = """
    INSERT INTO kept_hospital SELECT p.id, p.prison_id, %(on)s FROM omic_person p
    WHERE p.presence = 'hospital' AND p.prison_id IS NOT NULL AND p.id = ANY(coalesce(%(people)s, ARRAY[p.id]))
"""
_IN_HOSPITAL = """EXISTS (SELECT FROM kept_hospital e WHERE e.person_id = {who}.person_id
    AND e.prison_id = {who}.prison_id AND e.d = {day})"""
_STANDS = """NOT EXISTS (
    SELECT FROM omic_contact c WHERE c.person_id = h.person_id AND c.prison_id = h.prison_id AND c.kind = 'session'
    AND c.superseded_at IS NULL AND c."on" >= {since} AND c."on" < %(on)s)"""
_ABLE = """EXISTS (
    SELECT FROM (
        SELECT a.staff_id, (a.started_at AT TIME ZONE 'Europe/London')::date AS starts_on,
               (a.ended_at AT TIME ZONE 'Europe/London')::date AS ends_on
        FROM keywork_keyworkerallocation a WHERE a.person_id = h.person_id AND a.prison_id = h.prison_id
        UNION ALL
        SELECT v.staff_id, v.starts_on, v.ends_on FROM omic_cover v
        WHERE v.person_id = h.person_id AND v.prison_id = h.prison_id AND v.role = 'key_worker'
    ) w
    WHERE w.starts_on <= {day} AND coalesce(w.ends_on, 'infinity') > {day}
    AND EXISTS (
        SELECT FROM omic_posting o WHERE o.staff_id = w.staff_id AND o.prison_id = h.prison_id
        AND o.role = 'key_worker' AND o.starts_on <= {day} AND coalesce(o.ends_on, 'infinity') > {day})
    AND NOT EXISTS (
        SELECT FROM keywork_keyworkerabsence b JOIN keywork_keyworker k ON k.id = b.key_worker_id
        WHERE k.staff_id = w.staff_id AND k.prison_id = h.prison_id AND b.starts_on <= {day}
        AND (b.returns_on IS NULL OR b.returns_on > {day})))"""
# The level that governs a day: that of the Monday, from its own day on level 4 (ED-11).
_GOVERNS = """(SELECT CASE WHEN EXISTS (
        SELECT FROM level l WHERE l.prison_id = {prison} AND l.level = 4
        AND l.starts_on > date_trunc('week', {day}::timestamp)::date AND l.starts_on <= {day}) THEN 4 ELSE (
        SELECT l.level FROM level l WHERE l.prison_id = {prison}
        AND l.starts_on <= date_trunc('week', {day}::timestamp)::date ORDER BY l.starts_on DESC LIMIT 1) END)"""
_OUT = f"""(EXISTS (SELECT FROM omic_dayout o WHERE o.person_id = {{who}}.person_id
                AND o.prison_id = {{who}}.prison_id AND o."on" = {{day}} AND o.withdrawn_at IS NULL)
    OR {_IN_HOSPITAL} AND {_IN_HOSPITAL.replace("{day}", "{day}::date - 1")})"""
_LEVEL = """level AS (
        SELECT r.prison_id, r.level, r.starts_on FROM keywork_regimelevel r WHERE r.withdrawn_at IS NULL
    )"""
# Who is in a priority group: an ACCT is open, a decision says so, or it is four weeks before the release of somebody
# whose risk of serious harm is high, two months before that of a terrorist (PG-1, PG-2, PG-3a, PG-4).
_PRIORITY = """(
    EXISTS (SELECT FROM omic_alert a WHERE a.person_id = s.person_id AND a.code = 'HA' AND a.ends_on IS NULL
            AND a.starts_on <= %(on)s)
    OR EXISTS (SELECT FROM keywork_prioritydecision d WHERE d.person_id = s.person_id AND d."group" = 'shielding'
               AND d.included AND d.withdrawn_at IS NULL AND d.starts_on <= %(on)s
               AND (d.ends_on IS NULL OR d.ends_on > %(on)s))
    OR EXISTS (SELECT FROM omic_person p JOIN omic_casedetails c ON c.person_id = p.id
               WHERE p.id = s.person_id AND c.rosh IN ('high', 'very_high')
               AND %(on)s::date BETWEEN p.earliest_release_on - 28 AND p.earliest_release_on)
    OR EXISTS (SELECT FROM omic_person p JOIN omic_alert a ON a.person_id = p.id
               WHERE p.id = s.person_id AND a.code = 'XTACT' AND a.ends_on IS NULL AND a.starts_on <= %(on)s
               AND %(on)s::date BETWEEN p.earliest_release_on - interval '2 months' AND p.earliest_release_on))"""
# On a Sunday evening: who was owed the week's session if they were here for four whole days of it.
_WEEK = f"""
    INSERT INTO kept_week
    SELECT DISTINCT s.person_id, s.prison_id, %(on)s::date - 6 FROM omic_stay s
    JOIN omic_prison p ON p.code = s.prison_id AND p.estate = 'men_closed'
    WHERE s.arrived_on <= %(on)s AND coalesce(s.left_on, 'infinity') >= %(on)s::date - 6 AND {_PRIORITY}
      AND NOT {_IN_HOSPITAL.format(who="s", day="%(on)s")}
"""
# ED-08 b: a week at level 4, 3 or 2 that closed without a session.
_CLOSED = f"""EXISTS (
    SELECT FROM kept_week k WHERE k.person_id = h.person_id AND k.prison_id = h.prison_id AND k.monday + 6 < %(on)s
    AND {_GOVERNS.format(prison="k.prison_id", day="(k.monday + 6)")} IN (4, 3, 2)
    AND 4 <= (
        SELECT count(DISTINCT t.d) FROM generate_series(k.monday, k.monday + 6, interval '1 day') AS t(d)
        JOIN omic_stay s ON s.person_id = k.person_id AND s.prison_id = k.prison_id
             AND t.d > s.arrived_on AND t.d < coalesce(s.left_on, 'infinity')
        WHERE NOT {_OUT.format(who="k", day="t.d")})
    AND {_STANDS.format(since="k.monday")})"""
_MEN = f"""
    WITH {_LEVEL}, h AS (
        SELECT s.person_id, s.prison_id, max(s.arrived_on) AS arrived_on
        FROM omic_stay s JOIN omic_prison p ON p.code = s.prison_id AND p.estate = 'men_closed'
        WHERE s.arrived_on <= %(on)s AND coalesce(s.left_on, 'infinity') > %(on)s AND {_PRIORITY}
          AND s.person_id = ANY(coalesce(%(people)s, ARRAY[s.person_id]))
          AND NOT {_OUT.format(who="s", day="%(on)s")} AND NOT {_IN_HOSPITAL.format(who="s", day="%(on)s")}
          AND {_GOVERNS.format(prison="s.prison_id", day="%(on)s::date")} = 4
        GROUP BY 1, 2
    )
    INSERT INTO kept_check
    SELECT h.person_id, h.prison_id, %(on)s FROM h WHERE
        EXISTS (SELECT FROM keywork_notpossible n WHERE n.person_id = h.person_id AND n.prison_id = h.prison_id
                AND n.withdrawn_at IS NULL AND n.from_on <= %(on)s AND {_STANDS.format(since="n.from_on")})
        OR {_CLOSED}
        OR EXISTS (SELECT FROM (
                       SELECT generate_series(h.arrived_on, %(on)s::date, '1 day')::date AS d) t
                   WHERE {_GOVERNS.format(prison="h.prison_id", day="t.d")} = 4
                     AND NOT {_ABLE.format(day="t.d")} AND {_STANDS.format(since="t.d")}
                     AND (t.d = h.arrived_on OR {_ABLE.format(day="t.d - 1")}
                          OR EXISTS (SELECT FROM level l WHERE l.prison_id = h.prison_id AND l.level = 4
                                     AND l.starts_on = t.d)))
"""
_MEN_OWED = """
    men AS (
        SELECT k.person_id, k.prison_id, 'daily_check' AS kind, k.d AS opens_on, k.d AS due_on FROM kept_check k
        WHERE k.d >= %(first)s
          AND EXISTS (SELECT FROM omic_stay s WHERE s.person_id = k.person_id AND s.prison_id = k.prison_id
                      AND k.d >= s.arrived_on AND k.d <= coalesce(s.left_on, 'infinity'))
          AND NOT EXISTS (SELECT FROM omic_dayout o WHERE o.person_id = k.person_id
                          AND o.prison_id = k.prison_id AND o."on" = k.d
                          AND o.withdrawn_at IS NULL)
    )"""

# --- both: what came of it (WB-01, WB-06, ED-09) ----------------------------------------------------------------------

_CONTACT = """EXISTS (
    SELECT FROM omic_contact c WHERE c.person_id = w.person_id AND c.prison_id = w.prison_id
    AND c.superseded_at IS NULL AND c.kind IN ({kinds})
    AND (c.at AT TIME ZONE 'Europe/London')::date {when})"""
_INSIDE = "BETWEEN w.opens_on AND w.due_on"
_ANSWER = f"""
    WITH {_WOMEN}, {_MEN_OWED}, wanted AS (SELECT * FROM women UNION ALL SELECT * FROM men), w AS (
        SELECT w.*,
            {_CONTACT.format(kinds="'check'", when=_INSIDE)} AS met,
            w.kind = 'weekly_check' AND {_CONTACT.format(kinds="'session', 'engagement'", when=_INSIDE)} AS waived,
            {_CONTACT.format(kinds="'check'", when="> w.due_on")} AS later,
            EXISTS (SELECT FROM omic_suspension s WHERE s.prison_id = w.prison_id AND s.approved
                    AND s.withdrawn_at IS NULL AND w.due_on BETWEEN s.starts_on AND s.ends_on
                    AND s.covers IN ('all', 'checks')) AS suspended,
            (SELECT s.left_on IS NOT NULL FROM omic_stay s WHERE s.person_id = w.person_id
             AND s.prison_id = w.prison_id AND s.arrived_on <= w.due_on
             ORDER BY s.arrived_on DESC LIMIT 1) AS gone
        FROM wanted w
    )
    SELECT person_id, prison_id, kind, opens_on, due_on,
           CASE WHEN met THEN 'met' WHEN waived THEN 'waived'
                WHEN suspended AND due_on < %(on)s THEN 'excepted'
                WHEN due_on < %(on)s OR gone THEN 'missed' ELSE 'open' END,
           NOT met AND NOT waived AND NOT suspended AND NOT later AND NOT gone AND due_on < %(on)s
    FROM w
"""


def forget() -> None:
    """Before another year."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS kept_check, kept_week, kept_hospital")


def keep(on: date, people: list[int] | None = None) -> None:
    """Note of an evening who is in hospital, and who in men's prisons was owed a check that day: later facts open none.

    Whoever leaves in the day is noted (`people`) before they go: what happens afterwards opens nothing in that prison.
    """
    with connection.cursor() as cursor:
        cursor.execute(_KEEP)
        cursor.execute(_HOSPITAL, {"on": on, "people": people})
        cursor.execute(_MEN, {"on": on, "people": people})
        if people is None and on.weekday() == SUNDAY:
            cursor.execute(_WEEK, {"on": on})


def counted(on: date, *, first: date, last: date) -> set[Counted]:
    """Every check whose last day lies between two days, as it stands on a day. `last` is a Sunday, or weeks are cut."""
    with connection.cursor() as cursor:
        cursor.execute(_KEEP)
        cursor.execute(_ANSWER, {"on": on, "first": first - timedelta(days=first.weekday()), "last": last})
        rows = (Counted(*row) for row in cursor.fetchall())
        return {row for row in rows if first <= row.due_on}
