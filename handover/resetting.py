"""A step of the pipeline: what was done for a handover counts no more when that handover came to nothing.

So it is when responsibility goes back to the POM (a date moves, an override ends, parole is refused), when the date
moves off the work lists again, and when the sentence ends. The steps stay, with when and why. A second sentence begins
without the COM of the first.
"""

from collections.abc import Collection, Sequence

from django.db import connection
from django.db.models import Exists, F, OuterRef, Subquery

from handover.community_cases import COM_FIELDS
from handover.policy import WORK_LISTS
from omic.audit import Actor
from omic.details import Statement, state_details
from omic.models import DetailEntry, Person, Sentence
from omic.reconcile import Window

BACK = "Responsibility went back to the POM"
MOVED = "The handover moved out of sight"
OVER = "The sentence ended"
SOURCE = "The handover it was for came to nothing"
SENTENCE_SOURCE = "The sentence it was for ended"

# What was done for a handover: the steps that count, and the judgement that no OASys is needed (HO-32), wherever it was
# recorded: about the sentence that was served then. Each answer that stood since is asked how it was on its last day. A
# date itself belongs to the later state (HO-13); eight weeks ahead a handover comes onto the lists (HO-24).
_END = """
    WITH work AS (
        SELECT s.id AS step, s.person_id, s.sentence_id, s.recorded_at
        FROM handover_handoverstep s
        WHERE s.person_id = ANY(%(people)s) AND s.ended_at IS NULL AND s.withdrawn_at IS NULL
        UNION ALL
        SELECT NULL, c.person_id, served.id, judged.recorded_at
        FROM omic_casedetails c
        CROSS JOIN LATERAL (
            SELECT e.recorded_at FROM omic_detailentry e
            WHERE e.person_id = c.person_id AND e.field = 'handover_oasys_not_needed'
            ORDER BY e.as_at DESC, e.id DESC LIMIT 1
        ) judged
        CROSS JOIN LATERAL (
            SELECT z.id FROM omic_sentence z
            WHERE z.person_id = c.person_id AND (z.closed_at IS NULL OR z.closed_at > judged.recorded_at)
            ORDER BY z.id LIMIT 1
        ) served
        WHERE c.person_id = ANY(%(people)s) AND c.handover_oasys_not_needed
    ), nothing AS (
        SELECT w.step, w.person_id, CASE WHEN z.closed_at IS NOT NULL THEN %(over)s
                                         WHEN was.with_com THEN %(back)s ELSE %(moved)s END AS because
        FROM work w
        JOIN omic_sentence z ON z.id = w.sentence_id
        LEFT JOIN handover_handoverdetermination now
            ON now.person_id = w.person_id AND now.sentence_id = w.sentence_id AND now.superseded_at IS NULL
        CROSS JOIN LATERAL (
            SELECT bool_or(h.fixed IN ('COM', 'POM_WITH_COM') OR h.start_on <= d.last_on) AS with_com,
                   bool_or(h.handover_on <= d.last_on + %(ahead)s) AS on_lists
            FROM handover_handoverdetermination h
            CROSS JOIN LATERAL (SELECT (h.superseded_at AT TIME ZONE 'Europe/London')::date AS last_on) d
            WHERE h.person_id = w.person_id AND h.sentence_id = w.sentence_id AND h.superseded_at > w.recorded_at
        ) was
        WHERE z.closed_at IS NOT NULL OR (now.fixed = 'POM' OR now.start_on > %(on)s)
            AND (was.with_com OR was.on_lists AND (now.fixed = 'POM' OR now.handover_on > %(on)s + %(ahead)s))
    ), ended AS (
        UPDATE handover_handoverstep s SET ended_at = %(at)s, ended_because = n.because
        FROM nothing n WHERE n.step = s.id
    )
    SELECT person_id, step FROM nothing
"""


def end_steps(people: Sequence[int], window: Window) -> dict[str, int]:
    """End what was done for a handover of `people` that came to nothing; run after responsibility is determined."""
    scope = {
        "people": list(people),
        "at": window.at,
        "on": window.on,
        "ahead": WORK_LISTS.upcoming_days,
        "over": OVER,
        "back": BACK,
        "moved": MOVED,
    }
    with connection.cursor() as cursor:
        cursor.execute(_END, scope)
        nothing = cursor.fetchall()
    judged = [person for person, step in nothing if step is None]
    _judge_anew(judged, window)
    counts = {"handover_steps_ended": len(nothing) - len(judged), "oasys_to_judge_anew": len(judged)}
    return counts | {"coms_ended": _end_coms(people, window)}


def _judge_anew(people: Collection[int], window: Window) -> None:
    """HO-32: the judgement that no OASys is needed was about the handover that came to nothing."""
    statement = Statement(SOURCE, window.on, Actor(job="reconcile"), window.at)
    told = {"handover_oasys_not_needed": False, "handover_oasys_reason": None}
    for person in Person.objects.filter(pk__in=people):
        state_details(person, told, statement, deliberate=True)


def _end_coms(people: Sequence[int], window: Window) -> int:
    """A COM is named for a sentence. One who was named for an earlier one is named no more; how many.

    Whoever was named since the earlier one closed, or as at a day of the present one, is this sentence's.
    """
    named = DetailEntry.objects.filter(person=OuterRef("person"), field__in=COM_FIELDS).order_by("-as_at", "-pk")
    present = Sentence.objects.filter(person__in=people, closed_at=None).annotate(
        com_as_at=Subquery(named.values("as_at")[:1]), com_recorded_at=Subquery(named.values("recorded_at")[:1])
    )
    earlier = Sentence.objects.filter(person=OuterRef("person"), closed_at__gte=OuterRef("com_recorded_at"))
    rows = list(present.filter(Exists(earlier), started_on__gt=F("com_as_at")).select_related("person"))
    for sentence in rows:
        statement = Statement(SENTENCE_SOURCE, sentence.started_on, Actor(job="reconcile"), window.at)
        state_details(sentence.person, dict.fromkeys(COM_FIELDS), statement, deliberate=True)
    return len(rows)
