"""A step of the pipeline: what was done for a handover counts no more when that handover came to nothing.

So it is when responsibility goes back to the POM (a date moves, an override ends, parole is refused), when the date
moves off the work lists again, and when the sentence ends. The steps stay, with when and why.
"""

from collections.abc import Collection, Sequence

from django.db import connection

from handover.models import HandoverStep
from handover.policy import WORK_LISTS
from omic.audit import Actor
from omic.details import Statement, state_details
from omic.models import Person
from omic.reconcile import Window

BACK = "Responsibility went back to the POM"
MOVED = "The handover moved out of sight"
OVER = "The sentence ended"
SOURCE = "The handover it was for came to nothing"

_SENTENCE_ENDED = """
    UPDATE handover_handoverstep s SET ended_at = %(at)s, ended_because = %(over)s
    FROM omic_sentence z
    WHERE z.id = s.sentence_id AND z.closed_at IS NOT NULL AND s.person_id = ANY(%(people)s)
      AND s.ended_at IS NULL AND s.withdrawn_at IS NULL
    RETURNING s.person_id, s.kind
"""
# Each answer that stood since the step was recorded is asked how it was on its last day. A date itself belongs to the
# later state (HO-13); eight weeks ahead a handover comes onto the lists (HO-24).
_WENT_BACK = """
    WITH was AS (
        SELECT s.id,
               bool_or(h.fixed IN ('COM', 'POM_WITH_COM') OR h.start_on <= d.last_on) AS with_com,
               bool_or(h.handover_on <= d.last_on + %(ahead)s) AS on_lists
        FROM handover_handoverstep s
        JOIN handover_handoverdetermination h ON h.person_id = s.person_id AND h.sentence_id = s.sentence_id
            AND h.superseded_at > s.recorded_at
        CROSS JOIN LATERAL (SELECT (h.superseded_at AT TIME ZONE 'Europe/London')::date AS last_on) d
        WHERE s.person_id = ANY(%(people)s) AND s.ended_at IS NULL AND s.withdrawn_at IS NULL
        GROUP BY s.id
    )
    UPDATE handover_handoverstep s SET ended_at = %(at)s,
        ended_because = CASE WHEN was.with_com THEN %(back)s ELSE %(moved)s END
    FROM was, handover_handoverdetermination now
    WHERE was.id = s.id AND now.person_id = s.person_id AND now.sentence_id = s.sentence_id
      AND now.superseded_at IS NULL AND (now.fixed = 'POM' OR now.start_on > %(on)s)
      AND (was.with_com OR was.on_lists AND (now.fixed = 'POM' OR now.handover_on > %(on)s + %(ahead)s))
    RETURNING s.person_id, s.kind
"""


def end_steps(people: Sequence[int], window: Window) -> dict[str, int]:
    """End the steps of `people` whose handover came to nothing; run after responsibility is determined."""
    scope = {
        "people": list(people),
        "at": window.at,
        "on": window.on,
        "ahead": WORK_LISTS.upcoming_days,
        "over": OVER,
        "back": BACK,
        "moved": MOVED,
    }
    ended: list[tuple[int, str]] = []
    with connection.cursor() as cursor:
        for statement in (_SENTENCE_ENDED, _WENT_BACK):
            cursor.execute(statement, scope)
            ended += cursor.fetchall()
    _judge_anew({person for person, kind in ended if kind == HandoverStep.Kind.OASYS_NOT_NEEDED}, window)
    return {"handover_steps_ended": len(ended)}


def _judge_anew(people: Collection[int], window: Window) -> None:
    """HO-32: the judgement that no OASys is needed was about the handover that came to nothing."""
    statement = Statement(SOURCE, window.on, Actor(job="reconcile"), window.at)
    told = {"handover_oasys_not_needed": False, "handover_oasys_reason": None}
    for person in Person.objects.filter(pk__in=people, details__handover_oasys_not_needed=True):
        state_details(person, told, statement, deliberate=True)
