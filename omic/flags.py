"""Flags: what the night raises about a duty, once, and takes down when it is over.

Which duties are overdue is a question with one answer on every screen, with or without a flag; the flag is the record
that somebody was told, and since when.
"""

from collections import Counter
from datetime import date, datetime
from typing import Any

from django.db import connection

from omic.models import ObligationKind
from omic.reconcile import LOOK_BACK

# Kinds whose coming is announced. The app that opens such a duty says from when: its `opens_on` (HO-24: 8 weeks).
ANNOUNCED = (ObligationKind.HANDOVER,)

# The flags that a night wants: `seen_at` is the moment it looks from, so that a lost night finds what it would have
# found. A duty that was closed later was still asking then.
_WANTED = """
    WITH wanted AS (
        SELECT o.id AS obligation_id, 'overdue' AS kind FROM omic_obligation o
        WHERE o.prison_id = %(prison)s AND o.state <> 'void' AND o.suspension_id IS NULL AND o.owner_role <> 'omic'
          AND (o.due_on < %(on)s OR o.due_on = %(on)s AND o.due_before <= %(seen_at)s)
          AND (o.closed_at IS NULL OR o.closed_at > %(seen_at)s)
        UNION ALL
        SELECT o.id, 'upcoming' FROM omic_obligation o
        WHERE o.prison_id = %(prison)s AND o.state <> 'void' AND o.kind = ANY(%(announced)s)
          AND %(on)s BETWEEN o.opens_on AND o.due_on AND (o.closed_at IS NULL OR o.closed_at > %(seen_at)s)
    )
"""
_CLOSE = f"""{_WANTED}
    UPDATE omic_flag f SET closed_on = %(on)s FROM omic_obligation o
    WHERE o.id = f.obligation_id AND o.prison_id = %(prison)s AND f.closed_on IS NULL
      AND NOT EXISTS (SELECT FROM wanted w WHERE w.obligation_id = f.obligation_id AND w.kind = f.kind)
    RETURNING 'flags_closed'
"""  # noqa: S608 - the constant above
_REOPEN = f"""{_WANTED}
    UPDATE omic_flag f SET closed_on = NULL FROM wanted w
    WHERE w.obligation_id = f.obligation_id AND w.kind = f.kind AND f.closed_on IS NOT NULL
    RETURNING 'flags_reopened'
"""  # noqa: S608
_OPEN = f"""{_WANTED}
    INSERT INTO omic_flag (obligation_id, prison_id, kind, first_flagged_on)
    SELECT w.obligation_id, %(prison)s, w.kind, %(on)s FROM wanted w
    WHERE NOT EXISTS (SELECT FROM omic_flag f WHERE f.obligation_id = w.obligation_id AND f.kind = w.kind)
    ORDER BY w.obligation_id, w.kind
    ON CONFLICT DO NOTHING
    RETURNING 'flagged_' || kind
"""  # noqa: S608
# What was missed and asked no more before any night looked: as when the next check was made soon after midnight. It was
# on every list and in every count, so that it was raised stands too, and that it was over with it.
_PASSED = """
    INSERT INTO omic_flag (obligation_id, prison_id, kind, first_flagged_on, closed_on)
    SELECT o.id, o.prison_id, 'overdue', %(on)s, %(on)s FROM omic_obligation o
    WHERE o.prison_id = %(prison)s AND o.state IN ('open', 'missed', 'not_met') AND o.suspension_id IS NULL
      AND o.due_on >= %(on)s::date - %(look_back)s AND o.due_before <= o.closed_at AND o.closed_at <= %(seen_at)s
      AND NOT EXISTS (SELECT FROM omic_flag f WHERE f.obligation_id = o.id AND f.kind = 'overdue')
    ORDER BY o.id
    ON CONFLICT DO NOTHING
    RETURNING 'flagged_overdue'
"""
# The OMU's duties move along with the person, and their flags with them.
_FOLLOW = """
    UPDATE omic_flag f SET prison_id = o.prison_id FROM omic_obligation o
    WHERE o.id = f.obligation_id AND o.prison_id = %(prison)s AND f.prison_id <> o.prison_id
    RETURNING 'flags_followed'
"""


def raise_flags(prison_id: str, *, on: date, seen_at: datetime) -> Counter[str]:
    """Make the open flags of a prison those of the night of `on`, as it looked at `seen_at`. Set-based, idempotent.

    New ones were first flagged on `on`. Those that are over close on `on`: the duty is closed, or it is overdue and
    no longer upcoming, or its date has moved away. One that is back opens again and keeps its first day. A miss that
    was over before the night looked has one that is closed already.
    """
    scope: dict[str, Any] = {
        "prison": prison_id,
        "on": on,
        "seen_at": seen_at,
        "announced": [str(kind) for kind in ANNOUNCED],
        "look_back": LOOK_BACK.days,
    }
    counts: Counter[str] = Counter()
    with connection.cursor() as cursor:
        for statement in (_FOLLOW, _CLOSE, _REOPEN, _OPEN, _PASSED):
            cursor.execute(statement, scope)
            counts.update(name for (name,) in cursor.fetchall())
    return counts
