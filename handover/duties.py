"""Handover's last step of the pipeline: the OMU's timetable as duties that open, move, are met and go void."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any

from django.db import connection

from handover.duties_by_fact import BY_FACT, BY_HAND, LATER, undated
from handover.timetable import Task
from handover.timetable.policy import NUMBERS, Cause, Kind, Missing, Owner, State
from handover.timetable_cases import DutyCase, read_duties
from omic.calendar import london_day
from omic.models import Obligation, ObligationKind, ObligationState
from omic.obligations import Wanted, synchronise
from omic.policy import steps_as_json
from omic.reconcile import Window

Row = dict[str, Any]
Standing = dict[int, set[tuple[str, str]]]
# XC-12 is a cadence of key work, which keeps the strongest one of each week (XC-13).
KINDS = tuple(ObligationKind(kind) for kind in Kind if kind != Kind.TRANSITION_KEY_WORK)
ALL_KINDS = tuple(dict.fromkeys((*KINDS, *BY_FACT, *BY_HAND)))
STILL_MISSING = "Still missing: "  # what the last step of a duty begins with that waits for more than its owner
MISSING_WORDS = {
    Missing.POM_ASSIGNED: "a POM",
    Missing.KEY_WORKER_ASSIGNED: "a key worker",
    Missing.KEY_WORKER_CONTACT: "the key worker’s first contact",
    Missing.POM: "the POM’s meeting",
    Missing.KEY_WORKER: "the key worker’s meeting",
    Missing.RATIONALE: "a written rationale",
}
# Counted from something that was recorded: the next one is owed however long ago that was.
COUNTED = (Cause.OASYS, Cause.EVENT, Cause.CONTACT, Cause.REVIEW)
# What the facts show to be done or not needed closes the open duty, and never opens one.
_CLOSE = """
    UPDATE omic_obligation o
    SET state = d.state, closed_at = %(at)s, closed_because = d.because, steps = coalesce(d.steps, o.steps),
        met_at = CASE d.state WHEN 'met' THEN %(at)s END
    FROM jsonb_to_recordset(%(done)s::jsonb)
        AS d(person_id bigint, kind text, slot text, state text, because text, steps jsonb)
    WHERE o.person_id = d.person_id AND o.kind = d.kind AND o.slot = d.slot AND o.closed_at IS NULL
"""
# What a fact alone has closed is owed again when that fact is no more. An OASys is a fact whoever recorded it with the
# duty, and so is an assessment for early allocation (EA-20 to EA-22): the duties it met bear its moments and its staff.
# What somebody said was done stays done until they take it back.
_REOPEN = """
    UPDATE omic_obligation o
    SET state = 'open', met_at = NULL, closed_at = NULL, closed_by_id = NULL, closed_because = ''
    FROM jsonb_to_recordset(%(owed)s::jsonb) AS d(person_id bigint, kind text, slot text)
    WHERE o.person_id = d.person_id AND o.kind = d.kind AND o.slot = d.slot
      AND (o.state = 'waived' OR o.state = 'met' AND (
          o.closed_by_id IS NULL OR o.kind LIKE 'oasys%%' OR EXISTS (
              SELECT FROM handover_earlyassessment e
              WHERE e.person_id = o.person_id AND e.withdrawn_at IS NOT NULL AND o.kind LIKE 'ea%%review'
                AND (o.met_at, o.closed_by_id) IN ((e.assessed_at, e.assessed_by_id),
                    (e.approved_at, e.approved_by_id), (e.referred_at, e.referred_by_id))
                AND NOT EXISTS (
                    SELECT FROM handover_earlyassessment later
                    WHERE later.sentence_id = e.sentence_id AND later.id > e.id AND later.withdrawn_at IS NULL))))
"""


def keep_timetable(people: Sequence[int], window: Window) -> dict[str, int]:
    """Keep the duties of the OMU's timetable, and those without a date, for those of `people` who are held.

    A duty that fell due before anything of the person was recorded here opens only where it is counted from something
    recorded, or from a recall of these days: of all others nobody can say whether they were done.
    """
    cases = list(read_duties(people, window.on))
    standing = _standing(people)
    others = undated(cases, window.on)
    done = chain(_alldone_by_facts(cases, standing), others.done)
    owed = chain(_all_owed(cases), (_row(duty) for duty in others.wanted))
    settled = _settle(done, owed, window.at)  # before anything goes void: what was done is met, not void
    wanted = (duty for case in cases for duty in wanted_duties(case, standing[case.row["pk"]]))
    counts = synchronise(
        chain(wanted, others.wanted),
        people=[case.row["pk"] for case in cases],
        kinds=ALL_KINDS,
        first=date.min,
        last=date.max,
        on=window.on,
        at=window.at,
        void_because="The facts do not ask for it any more",
    )
    return counts | {"timetable_settled": settled}


def _standing(people: Sequence[int]) -> Standing:
    """The duties that there are, open or closed, by person: what stands in a slot stays there."""
    duties = Obligation.objects.filter(person__in=people, kind__in=KINDS).exclude(state=ObligationState.VOID)
    found: Standing = defaultdict(set)
    for person, kind, slot in duties.values_list("person_id", "kind", "slot"):
        found[person].add((kind, slot))
    return found


def _alldone_by_facts(cases: Sequence[DutyCase], standing: Standing) -> Iterator[Row]:
    return (row for case in cases for row in done_by_facts(case, standing[case.row["pk"]]))


def _all_owed(cases: Sequence[DutyCase]) -> Iterator[Row]:
    return (row for case in cases for row in _owed(case))


def _row(duty: Wanted) -> Row:
    return {"person_id": duty.person_id, "kind": duty.kind, "slot": duty.slot}


def _settle(done: Iterable[Row], owed: Iterable[Row], at: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE, {"at": at, "done": json.dumps(list(done))})
        settled = cursor.rowcount
        cursor.execute(_REOPEN, {"owed": json.dumps(list(owed))})
        return settled + int(cursor.rowcount)


def done_by_facts(case: DutyCase, standing: set[tuple[str, str]]) -> Iterator[Row]:
    """What the facts show to be done, and whatever was counted from something older than what is known now."""
    for task in case.timetable.tasks:
        if task.state is not State.OPEN:
            steps = steps_as_json(task.steps)
            because = {"state": task.state, "because": task.steps[-1].found[:200], "steps": steps}
            yield _key(case, task.kind, case.slot(task)) | because
    for kind, slot in standing:
        if case.is_past(slot):
            yield _key(case, kind, slot) | {"state": State.MET, "because": LATER}


def _owed(case: DutyCase) -> Iterator[Row]:
    """What the facts show not to be done. One parole OASys serves a round of parole, whose date moves with the day."""
    for task in case.timetable.tasks:
        if task.state is State.OPEN and task.cause != Cause.PAROLE:
            yield _key(case, task.kind, case.slot(task))


def _key(case: DutyCase, kind: str, slot: str) -> Row:
    return {"person_id": case.row["pk"], "kind": str(kind), "slot": slot}


def wanted_duties(case: DutyCase, standing: set[tuple[str, str]]) -> Iterator[Wanted]:
    """What is owed: where it stands already, or is open and ours to open."""
    for task in case.timetable.tasks:
        slot = case.slot(task)
        stands = (str(task.kind), slot) in standing
        if task.kind in KINDS and (stands or (task.state is State.OPEN and _is_ours(case, task))):
            yield _duty(case, task, slot)


def _is_ours(case: DutyCase, task: Task) -> bool:
    """RC-01 is for every recall: of somebody on a roll days after the return it is owed late, while RC-02 would be."""
    due_on = _due_day(task)
    if task.cause == Cause.RECALL and task.caused_on:
        due_on = task.caused_on + timedelta(days=NUMBERS.recall_meeting_days)
    return task.cause in COUNTED or due_on is None or due_on >= case.known_since


def _due_day(task: Task) -> date | None:
    return london_day(task.due_at) if task.due_at else task.due_on


def _duty(case: DutyCase, task: Task, slot: str) -> Wanted:
    row, due_on = case.row, _due_day(task)
    begun = task.opens_on or task.caused_on or case.known_since
    arrival = case.recorded.arrival
    ahead = task.cause == Cause.TRANSFER and arrival is not None and arrival.prison_id != row["prison_id"]
    waits_in = arrival.prison_id if ahead and arrival else None
    return Wanted(
        person_id=row["pk"],
        prison_id=waits_in or row["prison_id"],
        kind=ObligationKind(task.kind),
        slot=slot,
        owner_role=str(task.owner),
        owner_id={Owner.POM: row["pom_id"], Owner.KEY_WORKER: row["key_worker_id"]}.get(task.owner),
        wing_id=None if waits_in else row["wing_id"],
        opens_on=min(begun, due_on) if due_on else begun,
        due_on=due_on,
        due_at=task.due_at,
        until_on=task.until,
        with_roles=tuple(map(str, task.with_)),
        rule=task.rule,
        policy=case.timetable.policy,
        steps=(*((step.rule_id, step.found) for step in task.steps), *_missing_step(task)),
    )


def _missing_step(task: Task) -> Iterator[tuple[str, str]]:
    if task.missing:
        yield task.rule, STILL_MISSING + ", ".join(MISSING_WORDS[code] for code in task.missing)


def missing_of(duty: Obligation) -> str:
    """What still has to be there before the duty is met, in words; empty where nothing is named."""
    found: str = duty.steps[-1][1] if duty.steps else ""
    return found.removeprefix(STILL_MISSING) if found.startswith(STILL_MISSING) else ""
