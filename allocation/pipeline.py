"""Allocation's steps of the pipeline: end allocations that facts have ended, and keep the duty to allocate a POM."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import F, FilteredRelation, OuterRef, Q, Subquery

from allocation.ended import tell_ended
from allocation.models import PomAllocation
from allocation.rules import NEEDS_POM, needs_pom, waiting_since
from omic.calendar import london_day
from omic.models import ObligationKind, Person, Role
from omic.obligations import Wanted, synchronise
from omic.reconcile import Window

Row = dict[str, Any]

# AL-01: a POM belongs to a prison. Restricted patients stay with the prison that supports them, and keep theirs.
_END_ALLOCATIONS = """
    UPDATE allocation_pomallocation a SET ended_at = greatest(%(at)s, a.started_at),
        ended_because = CASE WHEN EXISTS (SELECT FROM omic_personmerge m
                                          WHERE m.gone_id = p.id AND m.confirmed AND m.undone_at IS NULL)
                             THEN 'Merged'
                             WHEN p.legal_status = 'DEAD' THEN 'Died'
                             WHEN p.prison_id IS NULL THEN 'Released' ELSE 'Transferred' END
    FROM omic_person p
    WHERE p.id = a.person_id AND p.id = ANY(%(people)s) AND a.ended_at IS NULL
      AND p.prison_id IS DISTINCT FROM a.prison_id
    RETURNING a.id
"""
# XC-10: who was expected keeps the POM they already know. `omic.arrivals` closes the expectation afterwards.
_WELCOME = """
    INSERT INTO allocation_pomallocation
        (person_id, prison_id, staff_id, part, pom_type, recommended_type, started_at, started_by_id, started_because,
         note, ended_because)
    SELECT p.id, p.prison_id, e.pom_id, 'primary', '', '', %(at)s, e.recorded_by_id, 'Expected arrival', '', ''
    FROM omic_expectedarrival e
    JOIN omic_person p ON p.id = e.person_id AND p.prison_id = e.prison_id
    WHERE p.id = ANY(%(people)s) AND e.closed_at IS NULL AND e.pom_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM allocation_pomallocation a
                      WHERE a.person_id = p.id AND a.part = 'primary' AND a.ended_at IS NULL)
"""
_POINT = """
    UPDATE omic_person p SET pom_id = a.staff_id
    FROM omic_person q
    LEFT JOIN allocation_pomallocation a ON a.person_id = q.id AND a.part = 'primary' AND a.ended_at IS NULL
    WHERE q.id = p.id AND p.id = ANY(%(people)s) AND p.pom_id IS DISTINCT FROM a.staff_id
"""

# Who stood in for the POM of somebody who has left stands in no more, even when they come back.
_COVER_NO_MORE = """
    UPDATE omic_cover c SET ends_on = greatest(c.starts_on, %(on)s), ended_because = 'Left the prison'
    FROM omic_person p
    WHERE p.id = c.person_id AND p.id = ANY(%(people)s) AND c.role = 'pom'
      AND (c.ends_on IS NULL OR c.ends_on > greatest(c.starts_on, %(on)s))
      AND p.prison_id IS DISTINCT FROM c.prison_id
"""
# AL-05: what was agreed beyond the usual ends with the stay in which it was, so that it does not stand again when
# somebody comes back. A merge is no end: then the number that stayed says where they are.
_EXTRA_NO_MORE = """
    WITH about AS (
        SELECT e.id, coalesce(m.kept_id, e.person_id) AS person_id, m.id IS NOT NULL AS merged
        FROM allocation_extraresource e
        LEFT JOIN omic_personmerge m ON m.gone_id = e.person_id AND m.confirmed AND m.undone_at IS NULL
        WHERE e.ends_on IS NULL OR e.ends_on > greatest(e.starts_on, %(on)s)
    )
    UPDATE allocation_extraresource e SET ends_on = greatest(e.starts_on, %(on)s), ended_because = 'Left the prison'
    FROM about JOIN omic_person p ON p.id = about.person_id
    WHERE e.id = about.id AND p.id = ANY(%(people)s)
      AND (p.prison_id IS DISTINCT FROM e.prison_id
           OR NOT about.merged AND p.arrived_on > (e.decided_at AT TIME ZONE 'Europe/London')::date)
"""
# Nobody need be told any more who the POM is who is it no more.
_TOLD_NO_MORE = """
    UPDATE omic_obligation o SET state = 'void', closed_at = %(at)s, closed_because = 'Another POM, or none'
    FROM allocation_pomallocation a
    WHERE o.person_id = ANY(%(people)s) AND o.kind = 'tell_pom' AND o.closed_at IS NULL
      AND a.person_id = o.person_id AND o.slot = 'allocation-' || a.id AND a.ended_at IS NOT NULL
"""


def settle_holders(people: Sequence[int], window: Window) -> dict[str, int]:
    """End POM allocations of people who left this prison and tell their POMs, open those that awaited them, and follow
    with the pointer and what stood with the allocation."""
    scope = {"people": list(people), "at": window.at, "on": window.on}
    steps = (
        ("poms_welcomed", _WELCOME),
        ("pom_pointers", _POINT),
        ("pom_told_no_more", _TOLD_NO_MORE),
        ("pom_covers_ended", _COVER_NO_MORE),
        ("extra_resource_ended", _EXTRA_NO_MORE),
    )
    with connection.cursor() as cursor:
        cursor.execute(_END_ALLOCATIONS, scope)
        ended = [pk for (pk,) in cursor.fetchall()]
        counts = {"poms_ended": len(ended)}
        for name, statement in steps:
            cursor.execute(statement, scope)
            counts[name] = cursor.rowcount
    if ended:
        tell_ended(ended, on=window.on, at=window.at)
    return counts


_MEET = """
    UPDATE omic_obligation o SET state = 'met', met_at = a.started_at, closed_at = a.started_at,
        closed_by_id = a.started_by_id, closed_because = 'met'
    FROM allocation_pomallocation a
    WHERE o.person_id = ANY(%(people)s) AND o.kind = 'allocate_pom' AND o.closed_at IS NULL
      AND a.person_id = o.person_id AND a.prison_id = o.prison_id AND a.part = 'primary' AND a.ended_at IS NULL
"""
_FACTS = (
    "pk", "prison_id", "wing_id", "legal_status", "arrived_on", "stay_id", "sentenced_on", "last_id", "last_ended_at",
)  # fmt: skip


def open_obligations(people: Sequence[int], window: Window) -> dict[str, int]:
    """The duty to allocate a POM: open while somebody needs one, met by the allocation, void when they left (AL-01)."""
    with connection.cursor() as cursor:
        cursor.execute(_MEET, {"people": list(people)})
        met = cursor.rowcount
    counts = synchronise(
        [_wanted(row, window) for row in _without_pom(people)],
        people=people,
        kinds=[ObligationKind.ALLOCATE_POM],
        first=window.first,
        last=window.last,
        on=window.on,
        at=window.at,
        void_because="Left, or needs no POM",
    )
    return {"met": met, **counts}


def _without_pom(people: Sequence[int]) -> list[Row]:
    waiting = Person.objects.filter(pk__in=people, prison__isnull=False, pom__isnull=True, legal_status__in=NEEDS_POM)
    earlier = PomAllocation.objects.primary().filter(person=OuterRef("pk"), prison=OuterRef("prison"))
    last = earlier.filter(ended_at__isnull=False).order_by("-ended_at")
    return list(
        waiting.annotate(
            stay=FilteredRelation("stays", condition=Q(stays__left_on__isnull=True)),
            sentence=FilteredRelation("sentences", condition=Q(sentences__closed_at__isnull=True)),
        )
        .annotate(
            stay_id=F("stay__pk"),
            sentenced_on=F("sentence__started_on"),
            last_id=Subquery(last.values("pk")[:1]),
            last_ended_at=Subquery(last.values("ended_at")[:1]),
        )
        .values(*_FACTS)
    )


def _wanted(row: Row, window: Window) -> Wanted:
    outcome = needs_pom(row["legal_status"], on=window.on)
    ended_on = row["last_ended_at"] and london_day(row["last_ended_at"])
    here_before = ended_on is not None and ended_on >= row["arrived_on"]
    since = waiting_since(
        arrived_on=row["arrived_on"],
        sentenced_on=row["sentenced_on"],
        ended_on=ended_on if here_before else None,
        on=window.on,
    )
    return Wanted(
        person_id=row["pk"],
        prison_id=row["prison_id"],
        kind=ObligationKind.ALLOCATE_POM,
        slot=f"allocation-{row['last_id']}" if here_before else f"stay-{row['stay_id']}",
        owner_role=Role.HOMD,
        owner_id=None,
        wing_id=row["wing_id"],
        opens_on=since,
        due_on=None,
        rule=outcome.steps[-1].rule_id,
        policy=outcome.policy,
        steps=tuple((step.rule_id, step.found) for step in outcome.steps),
    )
