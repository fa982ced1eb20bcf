"""Who was owed which wellbeing check, and what came of it: counted in SQL from the raw facts, by nobody's rules.

Nothing of the product is asked here: not its rules, not its duties. The one exception is ED-08's week that closed
without the session it owed, which is read from the sessions that were owed.
"""

from datetime import date, timedelta
from typing import NamedTuple

from django.db import connection


class Counted(NamedTuple):
    """A check owed: to whom, where, of which kind, its first and its last day, and what came of it so far."""

    person: int
    prison: str
    kind: str
    opens_on: date
    due_on: date
    state: str
    overdue: bool


# --- women: pure arithmetic of the facts that stand now (WB-03 to WB-06) ----------------------------------------------

_WOMEN = """
    day AS (SELECT generate_series(%(first)s::date, %(last)s::date, interval '1 day')::date AS d),
    here AS (
        SELECT DISTINCT s.person_id, s.prison_id, d FROM omic_stay s
        JOIN omic_prison p ON p.code = s.prison_id AND p.estate = 'women'
        JOIN day ON d >= s.arrived_on AND d <= coalesce(s.left_on, 'infinity')
        WHERE NOT EXISTS (SELECT FROM omic_dayout o WHERE o.person_id = s.person_id
                          AND o.prison_id = s.prison_id AND o."on" = d
                          AND o.withdrawn_at IS NULL)
    ),
    whole AS (
        SELECT DISTINCT h.person_id, h.prison_id, h.d FROM here h JOIN omic_stay s
            ON s.person_id = h.person_id AND s.prison_id = h.prison_id
            AND h.d > s.arrived_on AND h.d < coalesce(s.left_on, 'infinity')
    ),
    cohort AS (
        SELECT h.*, date_trunc('week', d)::date AS monday, coalesce((
            SELECT c.cohort FROM wellbeing_cohortdecision c
            WHERE c.person_id = h.person_id AND c.withdrawn_at IS NULL AND c.starts_on <= h.d
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
"""
_STANDS = """NOT EXISTS (
    SELECT FROM omic_contact c WHERE c.person_id = h.person_id AND c.prison_id = h.prison_id AND c.kind = 'session'
    AND c.superseded_at IS NULL AND c."on" >= {since} AND c."on" < %(on)s)"""
_ABLE = """EXISTS (
    SELECT FROM keywork_keyworkerallocation a WHERE a.person_id = h.person_id AND a.prison_id = h.prison_id
    AND (a.started_at AT TIME ZONE 'Europe/London')::date <= {day}
    AND (a.ended_at IS NULL OR (a.ended_at AT TIME ZONE 'Europe/London')::date > {day})
    AND NOT EXISTS (
        SELECT FROM keywork_keyworkerabsence b JOIN keywork_keyworker k ON k.id = b.key_worker_id
        WHERE k.staff_id = a.staff_id AND k.prison_id = a.prison_id AND b.starts_on <= {day}
        AND (b.returns_on IS NULL OR b.returns_on > {day})))"""
_ENDED = """EXISTS (
    SELECT FROM keywork_keyworkerallocation a WHERE a.person_id = h.person_id AND a.prison_id = h.prison_id
    AND (a.ended_at AT TIME ZONE 'Europe/London')::date = {day})"""
_MEN = f"""
    WITH level AS (
        SELECT r.prison_id, r.level, r.starts_on FROM keywork_regimelevel r
        WHERE r.withdrawn_at IS NULL AND r.starts_on <= %(on)s
    ), locked AS (
        SELECT p.code, (SELECT max(l.starts_on) FROM level l WHERE l.prison_id = p.code AND l.level = 4) AS since
        FROM omic_prison p WHERE p.estate = 'men_closed' AND (
            4 = (SELECT l.level FROM level l WHERE l.prison_id = p.code
                 AND l.starts_on <= date_trunc('week', %(on)s::date)::date ORDER BY l.starts_on DESC LIMIT 1)
            OR EXISTS (SELECT FROM level l WHERE l.prison_id = p.code AND l.level = 4
                       AND l.starts_on > date_trunc('week', %(on)s::date)::date))
    ), h AS (
        SELECT s.person_id, s.prison_id, max(s.arrived_on) AS arrived_on, max(k.since) AS since
        FROM omic_stay s JOIN locked k ON k.code = s.prison_id
        WHERE s.arrived_on <= %(on)s AND coalesce(s.left_on, 'infinity') >= %(on)s
          AND NOT EXISTS (SELECT FROM omic_dayout o WHERE o.person_id = s.person_id
                          AND o.prison_id = s.prison_id AND o."on" = %(on)s
                          AND o.withdrawn_at IS NULL)
          AND EXISTS (SELECT FROM omic_alert a WHERE a.person_id = s.person_id AND a.code = 'HA' AND a.ends_on IS NULL
                      AND a.starts_on <= %(on)s)
        GROUP BY 1, 2
    )
    INSERT INTO kept_check
    SELECT h.person_id, h.prison_id, %(on)s FROM h WHERE
        EXISTS (SELECT FROM keywork_notpossible n WHERE n.person_id = h.person_id AND n.prison_id = h.prison_id
                AND n.withdrawn_at IS NULL AND n.from_on <= %(on)s AND {_STANDS.format(since="n.from_on")})
        OR EXISTS (SELECT FROM omic_obligation o WHERE o.person_id = h.person_id AND o.prison_id = h.prison_id
                   AND o.kind = 'key_work_session' AND o.basis = 'owed' AND o.state IN ('open', 'missed', 'excepted')
                   AND o.due_on < %(on)s AND {_STANDS.format(since="o.due_on + 1")})
        OR EXISTS (SELECT FROM (
                       SELECT generate_series(greatest(h.arrived_on, h.since), %(on)s::date, '1 day')::date AS d) t
                   WHERE NOT {_ABLE.format(day="t.d")} AND {_STANDS.format(since="t.d")}
                     AND (t.d = greatest(h.arrived_on, h.since) OR {_ABLE.format(day="t.d - 1")}
                          OR {_ENDED.format(day="t.d")}))
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


def keep_men(on: date) -> None:
    """Note on the evening of a day who in men's prisons was owed a daily check on it: later facts open none."""
    with connection.cursor() as cursor:
        cursor.execute(_KEEP)
        cursor.execute(_MEN, {"on": on})


def counted(on: date, *, first: date, last: date) -> set[Counted]:
    """Every check whose last day lies between two days, as it stands on a day. `last` is a Sunday, or weeks are cut."""
    with connection.cursor() as cursor:
        cursor.execute(_KEEP)
        cursor.execute(_ANSWER, {"on": on, "first": first - timedelta(days=first.weekday()), "last": last})
        rows = (Counted(*row) for row in cursor.fetchall())
        return {row for row in rows if first <= row.due_on}
