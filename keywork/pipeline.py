"""Key work's steps of the pipeline: end allocations that facts have ended, and keep the sessions owed."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain
from typing import Any

from django.db import connection

from keywork.expected import passed_over, welcome
from keywork.models import EndKind, KeyWorkerAllocation
from keywork.owed import wanted
from keywork.rules import entitled
from keywork.situation import Held, read_held
from omic import duties
from omic.calendar import london_day
from omic.models import Obligation, ObligationKind, Role
from omic.obligations import Wanted, synchronise
from omic.reconcile import Window

Row = dict[str, Any]

# KW-14, KW-15, KW-16: who has left, is in hospital, of high complexity or held by somebody who is a key worker here no
# more has no key worker here; row and pointer end together. A role was lost when it ended, not when this was noticed.
_END_ALLOCATIONS = """
    WITH ending AS (
        SELECT a.id, lost.at AS lost_at,
            CASE WHEN EXISTS (SELECT FROM omic_personmerge m WHERE m.gone_id = p.id AND m.confirmed
                              AND m.undone_at IS NULL) THEN 'merged'
                 WHEN p.prison_id IS NULL THEN 'released'
                 WHEN p.prison_id <> a.prison_id THEN 'transferred'
                 WHEN p.presence = 'hospital' THEN 'hospital'
                 WHEN here.estate = 'women' AND p.complexity = 'high' THEN 'complexity'
                 WHEN lost.posted IS NOT TRUE THEN 'role_lost' END AS kind
        FROM keywork_keyworkerallocation a
        JOIN omic_person p ON p.id = a.person_id
        LEFT JOIN omic_prison here ON here.code = p.prison_id
        CROSS JOIN LATERAL (
            SELECT bool_or(t.starts_on <= %(on)s AND (t.ends_on IS NULL OR t.ends_on > %(on)s)) AS posted,
                   max(t.ends_on) FILTER (WHERE t.ends_on <= %(on)s)::timestamp AT TIME ZONE 'Europe/London' AS at
            FROM omic_posting t
            WHERE t.staff_id = a.staff_id AND t.prison_id = a.prison_id AND t.role = 'key_worker'
        ) lost
        WHERE a.person_id = ANY(%(people)s) AND a.ended_at IS NULL
    )
    UPDATE keywork_keyworkerallocation a SET ended_kind = e.kind, ended_because = %(words)s::jsonb ->> e.kind,
        ended_at = greatest(CASE e.kind WHEN 'role_lost' THEN coalesce(e.lost_at, %(at)s) ELSE %(at)s END, a.started_at)
    FROM ending e WHERE e.id = a.id AND e.kind IS NOT NULL
"""
# Nobody stands in for a key worker who is there no more: what is owed now is another one.
_END_COVERS = """
    UPDATE omic_cover c SET ends_on = greatest(c.starts_on, %(on)s), ended_because = 'There is no key worker to cover'
    FROM omic_person p
    WHERE p.id = c.person_id AND p.id = ANY(%(people)s) AND c.role = 'key_worker'
      AND (c.ends_on IS NULL OR c.ends_on > greatest(c.starts_on, %(on)s))
      AND (p.key_worker_id IS NULL OR p.prison_id IS DISTINCT FROM c.prison_id)
"""
# Nobody need be told any more who the key worker is who is it no more.
_TOLD_NO_MORE = """
    UPDATE omic_obligation o SET state = 'void', closed_at = %(at)s, closed_because = 'Another key worker, or none'
    FROM keywork_keyworkerallocation a
    WHERE o.person_id = ANY(%(people)s) AND o.kind = 'tell_key_worker' AND o.closed_at IS NULL
      AND a.person_id = o.person_id AND o.slot = 'allocation-' || a.id AND a.ended_at IS NOT NULL
"""
_POINT = """
    UPDATE omic_person p SET key_worker_id = a.staff_id
    FROM omic_person q LEFT JOIN keywork_keyworkerallocation a ON a.person_id = q.id AND a.ended_at IS NULL
    WHERE q.id = p.id AND p.id = ANY(%(people)s) AND p.key_worker_id IS DISTINCT FROM a.staff_id
"""


def settle_holders(people: Sequence[int], window: Window) -> dict[str, int]:
    """End key worker allocations of people who left, may not have one or lost theirs, and follow with the pointer.

    Who was expected keeps the key worker they already know, if that one may be given them still (XC-10).
    """
    words = json.dumps(dict(EndKind.choices))
    scope = {"people": list(people), "at": window.at, "on": window.on, "words": words}
    ended = _run(scope, ("key_workers_ended", _END_ALLOCATIONS))
    welcomed = {"key_workers_welcomed": welcome(people, window)}
    following = (("key_worker_pointers", _POINT), ("told_no_more", _TOLD_NO_MORE), ("covers_ended", _END_COVERS))
    return ended | welcomed | _run(scope, *following)


def _run(scope: dict[str, Any], *statements: tuple[str, str]) -> dict[str, int]:
    counts = {}
    with connection.cursor() as cursor:
        for name, statement in statements:
            cursor.execute(statement, scope)
            counts[name] = cursor.rowcount
    return counts


def open_obligations(people: Sequence[int], window: Window) -> dict[str, int]:
    """The key work sessions owed in every week or month that the window touches, and the key workers to identify."""
    held, recorded = read_held(people, window)
    counts = synchronise(
        chain(wanted(held, recorded, window), _key_workers_to_identify(people, held, window)),
        people=people,
        kinds=[
            ObligationKind.KEY_WORK_SESSION,
            ObligationKind.KEY_WORK_FLOOR,
            ObligationKind.POM_ENGAGEMENT,
            ObligationKind.ALLOCATE_KEY_WORKER,
        ],
        first=window.first,
        last=window.last,
        on=window.on,
        at=window.at,
        void_because="No longer owed here",
    )
    _say_why_nobody(people, window)
    return counts | {"risk_handed_over": duties.follow_pom(people)}


def _key_workers_to_identify(people: Sequence[int], held: list[Held], window: Window) -> Iterator[Wanted]:
    """KW-16: one duty for each person who is to have a key worker and has none."""
    present = [one for one in held if one.here and one.last["left_on"] is None]
    latest = {row.person_id: row for row in _latest_allocations(people)}
    for one in present:
        row, right = one.last, entitled(one.facts, on=window.on, level=one.level)
        if not right.value or row["person__key_worker_id"]:
            continue
        slot, since = _cause(row, latest.get(row["person_id"]))
        yield Wanted(
            person_id=row["person_id"],
            prison_id=row["prison_id"],
            kind=ObligationKind.ALLOCATE_KEY_WORKER,
            slot=slot,
            owner_role=Role.KEY_WORK_MANAGER,
            owner_id=None,
            wing_id=row["person__wing_id"],
            priority_groups=one.groups,
            opens_on=since,
            due_on=None,
            rule="KW-16",
            policy=right.policy,
            steps=tuple((step.rule_id, step.found) for step in right.steps),
        )


def _say_why_nobody(people: Sequence[int], window: Window) -> None:
    """On the duty to find a key worker: why it is not the one with whom somebody was expected."""
    for person, because in passed_over(people, window).items():
        waits = Obligation.objects.demanding().filter(person=person, kind=ObligationKind.ALLOCATE_KEY_WORKER)
        waits.update(note=because)


def _latest_allocations(people: Sequence[int]) -> Sequence[KeyWorkerAllocation]:
    rows = KeyWorkerAllocation.objects.filter(person__in=people)
    return list(rows.order_by("person_id", "-started_at", "-id").distinct("person_id"))


def _cause(row: Row, allocation: KeyWorkerAllocation | None) -> tuple[str, date]:
    """What made a key worker wanting, as the slot, and since when: the arrival, or the end of the one before."""
    if allocation is None or allocation.prison_id != row["prison_id"]:
        return f"stay-{row['pk']}", row["arrived_on"]
    ended_on = london_day(allocation.ended_at or allocation.started_at)
    if ended_on < row["arrived_on"]:
        return f"stay-{row['pk']}", row["arrived_on"]
    return f"after-{allocation.pk}", ended_on
