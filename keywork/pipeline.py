"""Key work's steps of the pipeline: end allocations that facts have ended, and keep the sessions owed."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db import connection

from keywork.models import KeyWorkerAllocation
from keywork.rules import KeyWorkFacts, PriorityFacts, Spell, entitled, priority_groups, sessions_owed
from omic import duties
from omic.calendar import london_day, month_bounds, week_start
from omic.models import (
    Alert,
    ContactKind,
    Estate,
    Obligation,
    ObligationKind,
    ObligationState,
    Posting,
    Presence,
    Role,
    Stay,
)
from omic.obligations import Wanted, synchronise
from omic.reconcile import Window

Row = dict[str, Any]

# KW-14, KW-15: who has left, is in hospital or of high complexity has no key worker here; row and pointer end together.
_END_ALLOCATIONS = """
    UPDATE keywork_keyworkerallocation a SET ended_at = greatest(%(at)s, a.started_at),
        ended_because = CASE WHEN p.prison_id IS NULL THEN 'Released'
                             WHEN p.prison_id <> a.prison_id THEN 'Transferred'
                             WHEN p.presence = 'hospital' THEN 'In hospital as a restricted patient'
                             ELSE 'Complexity of need is high' END
    FROM omic_person p
    LEFT JOIN omic_prison here ON here.code = p.prison_id
    WHERE p.id = a.person_id AND p.id = ANY(%(people)s) AND a.ended_at IS NULL
      AND (p.prison_id IS DISTINCT FROM a.prison_id OR p.presence = 'hospital'
           OR (here.estate = 'women' AND p.complexity = 'high'))
"""
# XC-10: who was expected keeps the key worker they already know. `omic.arrivals` closes the expectation afterwards.
_WELCOME = """
    INSERT INTO keywork_keyworkerallocation
        (person_id, prison_id, staff_id, started_at, started_by_id, started_because, ended_because)
    SELECT p.id, p.prison_id, e.key_worker_id, %(at)s, e.recorded_by_id, 'Expected arrival', ''
    FROM omic_expectedarrival e
    JOIN omic_person p ON p.id = e.person_id AND p.prison_id = e.prison_id
    JOIN omic_prison here ON here.code = p.prison_id
    WHERE p.id = ANY(%(people)s) AND e.closed_at IS NULL AND e.key_worker_id IS NOT NULL
      AND p.presence <> 'hospital' AND (here.estate <> 'women' OR p.complexity IS DISTINCT FROM 'high')
      AND NOT EXISTS (SELECT FROM keywork_keyworkerallocation a WHERE a.person_id = p.id AND a.ended_at IS NULL)
"""
_POINT = """
    UPDATE omic_person p SET key_worker_id = a.staff_id
    FROM omic_person q LEFT JOIN keywork_keyworkerallocation a ON a.person_id = q.id AND a.ended_at IS NULL
    WHERE q.id = p.id AND p.id = ANY(%(people)s) AND p.key_worker_id IS DISTINCT FROM a.staff_id
"""


def settle_holders(people: Sequence[int], window: Window) -> dict[str, int]:
    """End key worker allocations of people who left this prison or may not have one, and follow with the pointer."""
    scope = {"people": list(people), "at": window.at}
    counts = {}
    steps = (
        ("key_workers_ended", _END_ALLOCATIONS),
        ("key_workers_welcomed", _WELCOME),
        ("key_worker_pointers", _POINT),
    )
    with connection.cursor() as cursor:
        for name, statement in steps:
            cursor.execute(statement, scope)
            counts[name] = cursor.rowcount
    return counts


_FACTS = (
    "pk", "person_id", "prison_id", "prison__estate", "arrived_on", "left_on", "person__prison_id",
    "person__complexity", "person__presence", "person__key_worker_id", "person__wing_id", "person__details__rosh",
    "person__earliest_release_on",
)  # fmt: skip
_PRIORITY_ALERTS = ("HA", "XTACT")  # an open ACCT; a TACT conviction


class Held(NamedTuple):
    """One person's stays in one prison that reach into the window, oldest first, and what follows from them."""

    stays: list[Row]
    facts: KeyWorkFacts
    groups: tuple[str, ...]

    @property
    def last(self) -> Row:
        return self.stays[-1]

    @property
    def here(self) -> bool:
        """Whether this prison is the one that holds the person now."""
        return self.last["prison_id"] == self.last["person__prison_id"]


def open_obligations(people: Sequence[int], window: Window) -> dict[str, int]:
    """The key work sessions owed in every week or month that the window touches, and the key workers to identify."""
    held = _held(people, window)
    over = _slots_that_are_over(people, window)
    wanted = [duty for one in held for duty in _sessions(one, window, over)]
    wanted += _key_workers_to_identify(people, held, window)
    counts = synchronise(
        wanted,
        people=people,
        kinds=[ObligationKind.KEY_WORK_SESSION, ObligationKind.ALLOCATE_KEY_WORKER],
        first=window.first,
        last=window.last,
        on=window.on,
        at=window.at,
        void_because="No longer owed here",
    )
    return counts | {"risk_handed_over": duties.follow_pom(people)}


def _held(people: Sequence[int], window: Window) -> list[Held]:
    since = min(week_start(window.first), month_bounds(window.first)[0])
    stays = Stay.objects.filter(person__in=people, arrived_on__lte=window.last).exclude(left_on__lt=since)
    by_prison: dict[tuple[int, str], list[Row]] = defaultdict(list)
    for row in stays.order_by("person", "arrived_on").values(*_FACTS):
        by_prison[row["person_id"], row["prison_id"]].append(row)
    alerts = _priority_alerts(people)
    return [Held(rows, _facts(rows), _groups(rows[-1], alerts, window.on)) for rows in by_prison.values()]


def _facts(rows: list[Row]) -> KeyWorkFacts:
    last = rows[-1]
    return KeyWorkFacts(
        estate=last["prison__estate"],
        complexity=last["person__complexity"],
        spells=tuple(Spell(row["arrived_on"], row["left_on"]) for row in rows),
        in_hospital=last["left_on"] is None and last["person__presence"] == Presence.HOSPITAL,
    )


def _priority_alerts(people: Sequence[int]) -> set[tuple[int, str]]:
    active = Alert.objects.filter(person__in=people, code__in=_PRIORITY_ALERTS, ends_on__isnull=True)
    return set(active.values_list("person_id", "code"))


def _groups(row: Row, alerts: set[tuple[int, str]], on: date) -> tuple[str, ...]:
    facts = PriorityFacts(
        acct_open=(row["person_id"], "HA") in alerts,
        rosh=row["person__details__rosh"],
        tact=(row["person_id"], "XTACT") in alerts,
        release_on=row["person__earliest_release_on"],
    )
    return priority_groups(facts, on=on).value


def _slots_that_are_over(people: Sequence[int], window: Window) -> set[tuple[int, str]]:
    """The person and slot of every session that was owed by a day before today."""
    rows = Obligation.objects.filter(person__in=people, kind=ObligationKind.KEY_WORK_SESSION)
    rows = rows.filter(due_on__gte=window.first, due_on__lt=window.on).exclude(state=ObligationState.VOID)
    return set(rows.values_list("person_id", "slot"))


def _sessions(held: Held, window: Window, over: set[tuple[int, str]]) -> Iterator[Wanted]:
    """What is over is judged by stays alone: complexity and hospital are known for today, not for then."""
    row = held.last
    then = replace(held.facts, complexity=None, in_hospital=False)
    first = max(window.first, held.stays[0]["arrived_on"])
    for day in _period_starts(held.facts.estate == Estate.WOMEN, first, window.last):
        slot = f"{day.isoformat()}@{row['prison_id']}"
        outcome = sessions_owed(then if (row["person_id"], slot) in over else held.facts, on=day)
        if outcome.value is None:
            continue
        yield Wanted(
            person_id=row["person_id"],
            prison_id=row["prison_id"],
            kind=ObligationKind.KEY_WORK_SESSION,
            slot=slot,
            owner_role=Role.KEY_WORKER,
            owner_id=row["person__key_worker_id"] if held.here else None,
            wing_id=row["person__wing_id"] if held.here else None,
            priority_groups=held.groups,
            opens_on=outcome.value.opens_on,
            due_on=outcome.value.due_on,
            met_by=ContactKind.SESSION,
            quantity=outcome.value.count,
            rule=outcome.steps[-1].rule_id,
            policy=outcome.policy,
            steps=tuple((step.rule_id, step.found) for step in outcome.steps),
        )


def _period_starts(women: bool, first: date, last: date) -> Iterator[date]:
    day = month_bounds(first)[0] if women else week_start(first)
    while day <= last:
        yield day
        day = month_bounds(day)[1] + timedelta(days=1) if women else day + timedelta(days=7)


def _key_workers_to_identify(people: Sequence[int], held: list[Held], window: Window) -> Iterator[Wanted]:
    """KW-16: one duty for each person who is to have a key worker and has none, or one who is posted here no more."""
    present = [one for one in held if one.here and one.last["left_on"] is None]
    postings = _key_worker_postings([one.last["person__key_worker_id"] for one in present])
    latest = {row.person_id: row for row in _latest_allocations(people)}
    for one in present:
        row, right = one.last, entitled(one.facts, on=window.on)
        allocation = latest.get(row["person_id"])
        gone_on = _gone_on(postings[row["person__key_worker_id"], row["prison_id"]], window.on)
        if not right.value or (row["person__key_worker_id"] and not gone_on):
            continue
        slot, since = _cause(row, allocation, gone_on)
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


def _latest_allocations(people: Sequence[int]) -> Sequence[KeyWorkerAllocation]:
    rows = KeyWorkerAllocation.objects.filter(person__in=people)
    return list(rows.order_by("person_id", "-started_at", "-id").distinct("person_id"))


def _key_worker_postings(staff: Sequence[int | None]) -> dict[tuple[int | None, str], list[tuple[date, date | None]]]:
    """The days from which and until which each key worker of the people was posted as one, by prison."""
    found: dict[tuple[int | None, str], list[tuple[date, date | None]]] = defaultdict(list)
    rows = Posting.objects.filter(role=Role.KEY_WORKER, staff__in=[one for one in staff if one])
    for staff_id, prison_id, starts_on, ends_on in rows.values_list("staff", "prison", "starts_on", "ends_on"):
        found[staff_id, prison_id].append((starts_on, ends_on))
    return found


def _gone_on(postings: list[tuple[date, date | None]], on: date) -> date | None:
    """The day from which none of the postings stands on `on`; None when one does, or there never was any."""
    if any(starts_on <= on and (ends_on is None or ends_on > on) for starts_on, ends_on in postings):
        return None
    return max((ends_on for _, ends_on in postings if ends_on and ends_on <= on), default=None)


def _cause(row: Row, allocation: KeyWorkerAllocation | None, gone_on: date | None) -> tuple[str, date]:
    """What made a key worker wanting, as the slot, and since when: the arrival, or the end of the one before."""
    if allocation is None or allocation.prison_id != row["prison_id"]:
        return f"stay-{row['pk']}", row["arrived_on"]
    ended_on = gone_on or london_day(allocation.ended_at or allocation.started_at)
    if ended_on < row["arrived_on"]:
        return f"stay-{row['pk']}", row["arrived_on"]
    return f"after-{allocation.pk}", ended_on
