"""Obligations as the pipeline keeps them: wanted rows are synchronised, contacts settle them, the night stamps them.

Everything here is set-based and idempotent: what is already so is not written again.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from omic.calendar import exclusive_due
from omic.models import ContactKind, Obligation, ObligationKind
from omic.models.obligation import INSTANT


@dataclass(frozen=True, slots=True)
class Wanted:
    """One duty as a rule wants it to stand. `due_on` is the last day in time, or None where the rulebook gives none."""

    person_id: int
    prison_id: str
    kind: ObligationKind
    slot: str
    owner_role: str
    owner_id: int | None
    opens_on: date
    due_on: date | None
    rule: str
    policy: str
    wing_id: int | None = None
    priority_groups: tuple[str, ...] = ()
    met_by: ContactKind | str = ""
    waived_by: tuple[ContactKind, ...] = ()
    quantity: int = 1
    unit: str = "contacts"
    basis: str = "owed"
    steps: tuple[tuple[str, str], ...] = ()
    with_roles: tuple[str, ...] = ()
    until_on: date | None = None
    due_at: datetime | None = None  # the last moment in time, of a duty counted in hours; `due_on` is its day

    @property
    def due_before(self) -> datetime | None:
        """The first moment that is too late."""
        if self.due_at is not None:
            return self.due_at + INSTANT
        return None if self.due_on is None else exclusive_due(self.due_on)


# The columns of `Wanted` as Postgres reads them from JSON, with the instant behind the due day.
_COLUMNS = {
    "person_id": "bigint",
    "prison_id": "text",
    "kind": "text",
    "slot": "text",
    "owner_role": "text",
    "owner_id": "bigint",
    "opens_on": "date",
    "due_on": "date",
    "due_before": "timestamptz",
    "wing_id": "bigint",
    "priority_groups": "varchar[]",
    "met_by": "text",
    "waived_by": "varchar[]",
    "quantity": "smallint",
    "unit": "text",
    "basis": "text",
    "rule": "text",
    "policy": "text",
    "steps": "jsonb",
    "with_roles": "varchar[]",
    "until_on": "date",
}
_KEY = ("person_id", "kind", "slot")
_MOVING = tuple(name for name in _COLUMNS if name not in _KEY)
_SAME = "o.person_id = w.person_id AND o.kind = w.kind AND o.slot = w.slot AND o.state <> 'void'"
# Who left and is back before the period is over is owed it again, in the same slot.
_BACK = """(o.closed_because = 'left' AND o.state IN ('missed', 'not_met') AND o.due_on >= %(on)s
           AND p.prison_id = w.prison_id)"""
FITS = 20_000  # duties that Postgres hashes with the memory that it is given as it comes
# One statement and no temporary table, which would cost a single person more than all the rest. Postgres counts the
# elements of an array before it plans, not the rows of one JSON text: a prison's first duties take 0.2 s so, not 7.
# What is void is found by NOT IN, which it hashes while that fits its memory. The three parts write different rows.
_SYNCHRONISE = f"""
    WITH wanted AS MATERIALIZED (
        SELECT w.* FROM unnest(%(wanted)s::json[]) AS one(duty),
            json_to_record(duty) AS w({", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())})
    ), void AS (
        UPDATE omic_obligation o SET state = 'void', met_at = NULL, closed_at = %(at)s, closed_because = %(because)s
        WHERE o.person_id = ANY(%(people)s) AND o.kind = ANY(%(kinds)s)
          AND o.state IN ('open', 'missed', 'not_met', 'excepted')
          AND (o.closed_at IS NULL OR o.closed_because IN ('left', 'later contact', 'excepted', 'the month is over'))
          AND (o.due_on IS NULL OR o.due_on >= %(first)s) AND o.opens_on <= %(last)s
          AND (o.person_id, o.kind, o.slot) NOT IN (SELECT person_id, kind, slot FROM wanted)
        RETURNING 1
    ), moved AS (
        UPDATE omic_obligation o SET {", ".join(f"{name} = w.{name}" for name in _MOVING)}, closed_at = NULL,
            state = CASE WHEN {_BACK} THEN 'open' ELSE o.state END,
            closed_because = CASE WHEN {_BACK} THEN '' ELSE o.closed_because END
        FROM wanted w JOIN omic_person p ON p.id = w.person_id
        WHERE {_SAME} AND ({_BACK} OR o.closed_at IS NULL AND (o.met_by = '' OR o.due_on >= %(on)s)
            AND ({", ".join(f"o.{name}" for name in _MOVING)})
                IS DISTINCT FROM ({", ".join(f"w.{name}" for name in _MOVING)}))
        RETURNING 1
    ), opened AS (
        INSERT INTO omic_obligation ({", ".join(_COLUMNS)}, done, state, note, created_at, closed_because)
        SELECT {", ".join(f"w.{name}" for name in _COLUMNS)}, 0, 'open', '', %(at)s, ''
        FROM wanted w WHERE NOT EXISTS (SELECT FROM omic_obligation o WHERE {_SAME})
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM opened), (SELECT count(*) FROM moved), (SELECT count(*) FROM void)
"""  # noqa: S608 - names of columns from the constant above


def _as_json(duty: Wanted) -> str:
    # Not `asdict`: it copies deeply, which costs a prison's year five seconds.
    return json.dumps({name: getattr(duty, name) for name in _COLUMNS}, default=lambda value: value.isoformat())


def synchronise(
    wanted: Iterable[Wanted],
    *,
    people: Sequence[int],
    kinds: Sequence[ObligationKind],
    first: date,
    last: date,
    on: date,
    at: datetime,
    void_because: str,
) -> dict[str, int]:
    """Make the duties of `kinds` of `people` that lie in `first`…`last` be exactly `wanted`.

    Missing ones open; demanding ones move with their facts (due day, owner, wing), but a contact duty whose last day
    has passed stays with whoever owed it. What nobody wants any more goes void with the reason, also what was missed,
    excepted or left behind: then a fact that was told late has shown that it was never owed. What was met stays met.
    Who came back in time is owed again. Call it inside a transaction.
    """
    scope: dict[str, Any] = {"people": list(people), "kinds": [str(kind) for kind in kinds]}
    scope |= {"first": first, "last": last, "on": on, "at": at, "because": void_because}
    scope["wanted"] = [_as_json(duty) for duty in wanted]
    with connection.cursor() as cursor:
        if len(scope["wanted"]) > FITS:
            cursor.execute("SET LOCAL work_mem = '256MB'")
        cursor.execute(_SYNCHRONISE, scope)
        opened, moved, void = cursor.fetchone()
        return {"opened": opened, "moved": moved, "void": void}


_LINKS = """
    SELECT o.id AS obligation_id, c.id AS contact_id,
           CASE WHEN c.kind <> o.met_by THEN 0
                WHEN o.unit = 'minutes' THEN coalesce(c.minutes, 0) ELSE 1 END AS quantity,
           CASE WHEN c.kind = o.met_by THEN 'counts' ELSE 'waives' END AS effect
    FROM omic_obligation o
    JOIN omic_contact c ON c.person_id = o.person_id AND c.prison_id IS NOT DISTINCT FROM o.prison_id
        AND (c.kind = o.met_by OR c.kind = ANY(o.waived_by))
        AND c."on" >= o.opens_on AND c.at < o.due_before AND c.superseded_at IS NULL
    WHERE o.person_id = ANY(%(people)s) AND o.met_by <> '' AND o.state <> 'void'
      AND o.due_on >= %(first)s AND o.opens_on <= %(last)s
"""
_UNLINK = f"""
    DELETE FROM omic_obligationcontact l USING omic_obligation o
    WHERE o.id = l.obligation_id AND o.person_id = ANY(%(people)s) AND o.met_by <> ''
      AND o.due_on >= %(first)s AND o.opens_on <= %(last)s
      AND NOT EXISTS (SELECT FROM ({_LINKS}) k WHERE k.obligation_id = l.obligation_id AND k.contact_id = l.contact_id)
"""  # noqa: S608
_LINK = f"""
    INSERT INTO omic_obligationcontact (obligation_id, contact_id, quantity, effect)
    SELECT obligation_id, contact_id, quantity, effect FROM ({_LINKS}) k
    ON CONFLICT (obligation_id, contact_id) DO UPDATE SET quantity = EXCLUDED.quantity
    WHERE omic_obligationcontact.quantity <> EXCLUDED.quantity
"""  # noqa: S608
# A missed contact stops demanding when a later one of its kind is held here; it stays missed, because figures count it.
# What was left behind by a move stays so: nobody can give it any more. Minutes do not carry over into another month.
# Joins run along keys from the duties outward, so that a fresh database without statistics is as quick as any other;
# the prison is compared with IS NOT DISTINCT FROM, which no index serves, so that contacts are found by their person.
_SETTLE = """
    WITH counted AS (
        SELECT o.id, o.quantity, c.at, l.effect, sum(l.quantity) OVER (PARTITION BY o.id ORDER BY c.at, c.id) AS so_far
        FROM omic_obligation o
        LEFT JOIN omic_obligationcontact l ON l.obligation_id = o.id
        LEFT JOIN omic_contact c ON c.id = l.contact_id
        WHERE o.person_id = ANY(%(people)s) AND o.met_by <> ''
          AND (o.state IN ('open', 'met', 'missed', 'not_met', 'excepted')
               OR o.state = 'waived' AND o.waived_by <> '{}')
          AND o.due_on >= %(first)s AND o.opens_on <= %(last)s
    ), met AS (
        SELECT id, coalesce(max(so_far), 0) AS done, min(at) FILTER (WHERE so_far >= quantity) AS met_at,
               min(at) FILTER (WHERE effect = 'waives') AS waived_at
        FROM counted GROUP BY id
    ), settled AS MATERIALIZED (
        SELECT m.id, m.done, m.met_at, CASE WHEN m.met_at IS NULL THEN m.waived_at END AS waived_at,
               CASE WHEN coalesce(m.met_at, m.waived_at) IS NULL AND o.unit <> 'minutes'
                         AND o.closed_because NOT IN ('left', 'excepted') THEN (
                   SELECT min(later.at) FROM omic_contact later
                   WHERE later.person_id = o.person_id AND later.prison_id IS NOT DISTINCT FROM o.prison_id
                     AND later.kind = o.met_by AND later.at >= o.due_before AND later.superseded_at IS NULL
               ) END AS later_at
        FROM met m JOIN omic_obligation o ON o.id = m.id
    ), answer AS (
        SELECT s.id, s.done, s.met_at,
               CASE WHEN s.met_at IS NOT NULL THEN 'met' WHEN s.waived_at IS NOT NULL THEN 'waived'
                    WHEN o.state IN ('met', 'waived') THEN 'open' ELSE o.state END AS state,
               CASE WHEN coalesce(s.met_at, s.waived_at, s.later_at) IS NOT NULL
                    THEN coalesce(s.met_at, s.waived_at, s.later_at)
                    WHEN o.closed_because IN ('met', 'waived', 'later contact') AND o.state <> 'excepted' THEN NULL
                    ELSE o.closed_at END AS closed_at,
               CASE WHEN s.met_at IS NOT NULL THEN 'met'
                    WHEN s.waived_at IS NOT NULL THEN 'waived'
                    WHEN s.later_at IS NOT NULL THEN 'later contact'
                    WHEN o.closed_because IN ('met', 'waived', 'later contact')
                    THEN CASE WHEN o.state = 'excepted' THEN 'excepted' ELSE '' END
                    ELSE o.closed_because END AS closed_because
        FROM settled s JOIN omic_obligation o ON o.id = s.id
    )
    UPDATE omic_obligation o
    SET done = a.done, state = a.state, met_at = a.met_at, closed_at = a.closed_at, closed_because = a.closed_because
    FROM answer a
    WHERE a.id = o.id AND (o.done, o.state, o.met_at, o.closed_at, o.closed_because)
        IS DISTINCT FROM (a.done, a.state, a.met_at, a.closed_at, a.closed_because)
"""


def settle(people: Sequence[int], *, first: date = date.min, last: date = date.max) -> int:
    """Recompute which contacts meet which duties of `people`, and the states that follow. Returns the rows changed.

    Contact duties alone are settled so (those with `met_by`); a corrected contact un-meets what it met.
    """
    scope: dict[str, Any] = {"people": list(people), "first": first, "last": last}
    with connection.cursor() as cursor:
        cursor.execute(_UNLINK, scope)
        cursor.execute(_LINK, scope)
        cursor.execute(_SETTLE, scope)
        return int(cursor.rowcount)


# Not given in time: a shortfall where the policy says "where possible", else a breach.
_SHORT = "CASE WHEN basis IN ('where_possible', 'target') THEN 'not_met' ELSE 'missed' END"
# XC-10: what a prison owes somebody it expects stays with it while they are still elsewhere.
NOT_EXPECTED = """NOT EXISTS (
    SELECT FROM omic_expectedarrival e
    WHERE e.person_id = p.id AND e.prison_id = o.prison_id AND e.closed_at IS NULL AND e.recorded_at <= o.created_at)"""
# Of an earlier stay in the same prison: whoever is back is owed it no more, as if they had not come back.
_OF_EARLIER_STAY = """o.due_on < p.arrived_on AND (
    SELECT s.left_on FROM omic_stay s
    WHERE s.person_id = o.person_id AND s.prison_id = o.prison_id AND s.arrived_on <= o.due_on
    ORDER BY s.arrived_on DESC LIMIT 1) IS NOT NULL"""
_LEFT = f"""
    UPDATE omic_obligation o
    SET state = CASE WHEN o.state = 'open' THEN {_SHORT} ELSE o.state END, closed_at = %(at)s, closed_because = 'left'
    FROM omic_person p
    WHERE p.id = o.person_id AND p.id = ANY(%(people)s) AND o.met_by <> '' AND o.closed_at IS NULL
      AND (p.prison_id IS DISTINCT FROM o.prison_id AND {NOT_EXPECTED} OR {_OF_EARLIER_STAY})
"""  # noqa: S608
_FOLLOW = f"""
    UPDATE omic_obligation o SET prison_id = p.prison_id FROM omic_person p
    WHERE p.id = o.person_id AND o.person_id = ANY(%(people)s) AND o.met_by = '' AND o.closed_at IS NULL
      AND p.prison_id IS NOT NULL AND p.prison_id <> o.prison_id AND {NOT_EXPECTED}
"""  # noqa: S608
RELEASED = "released"  # held nowhere: out, or between two prisons, of which the next may find it owed again
_RELEASED = f"""
    UPDATE omic_obligation o SET state = 'void', closed_at = %(at)s, closed_because = '{RELEASED}' FROM omic_person p
    WHERE p.id = o.person_id AND p.id = ANY(%(people)s) AND o.met_by = '' AND o.closed_at IS NULL
      AND p.prison_id IS NULL AND {NOT_EXPECTED}
"""  # noqa: S608


def follow_moves(people: Sequence[int], *, at: datetime) -> dict[str, int]:
    """The OMU's duties belong to the person: they move along with them, and end where no prison holds them."""
    return _run({"followed": _FOLLOW, "released": _RELEASED}, people, at)


def leave_behind(people: Sequence[int], *, at: datetime) -> dict[str, int]:
    """Contacts still owed by a prison that the person has left cannot be given any more: missed, and closed.

    Also where they are back by now: what reopens of the time before they went (a check taken back, a suspension
    withdrawn) stands as if it had never been met or excepted.
    """
    return _run({"left": _LEFT}, people, at)


def _run(statements: dict[str, str], people: Sequence[int], at: datetime) -> dict[str, int]:
    counts = {}
    with connection.cursor() as cursor:
        for name, statement in statements.items():
            cursor.execute(statement, {"people": list(people), "at": at})
            counts[name] = cursor.rowcount
    return counts


# ED-09: which binding suspension the last day of a session or check lies in. One taken back lets go of it again.
_SUSPEND = f"""
    WITH now AS (
        SELECT o.id, (
            SELECT min(s.id) FROM omic_suspension s
            WHERE s.prison_id = o.prison_id AND s.approved AND s.withdrawn_at IS NULL
              AND o.due_on BETWEEN s.starts_on AND s.ends_on AND (s.wing_id IS NULL OR s.wing_id = o.wing_id)
              AND s.covers IN ('all', CASE o.met_by WHEN 'session' THEN 'key_work' ELSE 'checks' END)
        ) AS suspension_id
        FROM omic_obligation o
        WHERE o.person_id = ANY(%(people)s) AND o.met_by IN ('session', 'check') AND o.state <> 'void'
          AND o.due_on >= %(first)s
    )
    UPDATE omic_obligation o SET suspension_id = n.suspension_id,
        state = CASE WHEN o.state <> 'excepted' OR n.suspension_id IS NOT NULL THEN o.state
                     WHEN o.closed_because = 'left' THEN {_SHORT} ELSE 'open' END,
        closed_at = CASE WHEN o.closed_because = 'excepted' AND n.suspension_id IS NULL THEN NULL ELSE o.closed_at END,
        closed_because = CASE WHEN o.closed_because = 'excepted' AND n.suspension_id IS NULL THEN ''
                              ELSE o.closed_because END
    FROM now n WHERE n.id = o.id AND o.suspension_id IS DISTINCT FROM n.suspension_id
    RETURNING o.created_at < %(at)s
"""  # noqa: S608


def follow_suspensions(people: Sequence[int], *, first: date, at: datetime) -> int:
    """Which duties of `people`, due from a day on, lie inside a binding suspension (ED-09).

    Returns the rows changed, less those opened at this same moment.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SUSPEND, {"people": list(people), "first": first, "at": at})
        return sum(stood for (stood,) in cursor.fetchall())


_STAMP = f"""
    UPDATE omic_obligation SET
        state = CASE WHEN suspension_id IS NOT NULL THEN 'excepted' ELSE {_SHORT} END,
        closed_at = CASE WHEN suspension_id IS NOT NULL OR unit = 'minutes' THEN coalesce(closed_at, %(at)s)
                         ELSE closed_at END,
        closed_because = CASE WHEN suspension_id IS NOT NULL AND closed_because = '' THEN 'excepted'
                              WHEN unit = 'minutes' AND closed_because = '' THEN 'the month is over'
                              ELSE closed_because END
    WHERE prison_id = %(prison)s AND met_by <> '' AND due_on < %(on)s
      AND (state = 'open' OR state IN ('missed', 'not_met') AND suspension_id IS NOT NULL)
"""  # noqa: S608


def stamp_missed(prison_id: str, *, on: date, at: datetime) -> int:
    """The stamp on contact duties whose last day has passed: missed, or excepted. Every count is true without it.

    Minutes do not carry over into another month (WB-02): nobody is asked for them any more.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STAMP, {"prison": prison_id, "on": on, "at": at})
        return int(cursor.rowcount)


def meet(obligation: Obligation, *, by: Any, at: datetime, because: str = "") -> None:
    """Mark a duty that no contact meets (something read, something decided) as met by a member of staff."""
    obligation.state, obligation.met_at, obligation.closed_at = "met", at, at
    obligation.closed_by, obligation.closed_because = by, because or "met"
    obligation.save(update_fields=["state", "met_at", "closed_at", "closed_by", "closed_because"])
