"""The key worker of somebody who is expected: the gate of any allocation, when recorded and on arrival (XC-10)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db.models import F

from keywork.actions.key_workers import (
    Choice,
    Decision,
    Held,
    announce,
    bar_to_key_work,
    free_worker,
    give,
    hold,
    lock_staff,
)
from keywork.actions.refusals import RefusedError
from keywork.models import StartKind
from keywork.placing import not_to_be_paired, pair_hindrance
from keywork.staffing import hindrance, with_capacity
from omic.calendar import london_day
from omic.models import ExpectedArrival, Person, Prison, Staff
from omic.reconcile import Window


def refusal(*, person: Person, prison: Prison, staff: Staff, at: datetime) -> str:
    """Why `staff` may not be the key worker of somebody who will come; "" when they may.

    Training, absence, the ceiling and do-not-pair as for whoever is here (KW-03, KW-06); an expected arrival takes a
    place. Where they will live is not known yet, so wings do not matter. Call it inside the transaction of the save.
    """
    lock_staff([staff.pk])
    on = london_day(at)
    worker = with_capacity(prison, on=on).filter(pk=staff.pk).first()
    if worker is None:
        return f"{staff} is not posted here as a key worker today"
    pair = pair_hindrance(person, worker, forbidden=not_to_be_paired(prison), locked=False)
    return bar_to_key_work(person, prison) or hindrance(worker, on=on) or pair


def welcome(people: Sequence[int], window: Window) -> int:
    """Make the key workers of those who have arrived really theirs, with all that a new allocation brings.

    Whoever may not be given them any more is passed over: then the person waits for a key worker like anybody else.
    """
    return sum(len(_welcome(rows, decision)) for rows, decision in _arrived(people, window))


def passed_over(people: Sequence[int], window: Window) -> dict[int, str]:
    """Why those who have just arrived, by id, did not get the key worker they were expected with."""
    found = {}
    for rows, decision in _arrived(people, window):
        held = _held(rows, decision)
        for choice in _choices(rows, held):
            try:
                free_worker(choice, decision, held)
            except RefusedError as error:
                found[choice.person] = f"Expected with another key worker: {error}"
    return found


def _welcome(rows: Sequence[ExpectedArrival], decision: Decision) -> list[int]:
    held, begun = _held(rows, decision), []
    for choice in _choices(rows, held):
        try:
            begun.append(give(choice, decision, held))
        except RefusedError:
            continue
    announce(begun, decision)
    return [allocation.person_id for allocation in begun]


def _arrived(people: Sequence[int], window: Window) -> Iterator[tuple[list[ExpectedArrival], Decision]]:
    """Who has come of those expected with a key worker, by prison and by who recorded it; first recorded, first placed.

    `omic.arrivals` closes the expectation once the pipeline is through.
    """
    found: dict[tuple[Prison, Staff], list[ExpectedArrival]] = defaultdict(list)
    rows = ExpectedArrival.objects.filter(person__in=people, closed_at=None, key_worker__isnull=False)
    for row in (
        rows.filter(prison=F("person__prison")).select_related("prison", "recorded_by").order_by("recorded_at", "pk")
    ):
        found[row.prison, row.recorded_by].append(row)
    for (prison, by), arrivals in found.items():
        yield arrivals, Decision(prison, by, window.at)


def _held(rows: Sequence[ExpectedArrival], decision: Decision) -> Held:
    """Everything to judge by. The place that an expectation took is free for the allocation that follows it."""
    held = hold([_choice(row) for row in rows], decision)
    for row in rows:
        if worker := held.workers.get(row.key_worker_id):  # type: ignore[arg-type]
            worker.load -= 1
    return held


def _choices(rows: Sequence[ExpectedArrival], held: Held) -> list[Choice]:
    return [_choice(row) for row in rows if row.person_id not in held.current]


def _choice(row: ExpectedArrival) -> Choice:
    staff: int = row.key_worker_id  # type: ignore[assignment]
    return Choice(row.person_id, staff, None, StartKind.EXPECTED, "Expected arrival")
