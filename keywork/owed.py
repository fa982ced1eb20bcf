"""What each person is owed in key work, said as the duties that the pipeline keeps."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from keywork.policy import Basis, Kind, Period
from keywork.regime import Fortnightly
from keywork.rules import KeyWorkFacts, LevelFrom, Owed, level_of_month, level_of_week, month_cadence, week_cadence
from keywork.situation import Held, Recorded
from omic.calendar import month_bounds, week_start
from omic.models import ContactKind, Estate, Obligation, ObligationKind, ObligationState, Role
from omic.obligations import Wanted
from omic.policy import Outcome
from omic.reconcile import Window

WEEK, ONE_DAY = timedelta(days=7), timedelta(days=1)
KINDS = (ObligationKind.KEY_WORK_SESSION, ObligationKind.KEY_WORK_FLOOR, ObligationKind.DAILY_CHECK)
Over = Mapping[tuple[int, str, str], tuple[str, ...]]  # the priority groups of what is over, by person, kind and slot
Answer = tuple[str, Outcome[tuple[Owed, ...]], Owed]  # the slot, the rule's answer and one of the things it owes


def wanted(held: Sequence[Held], recorded: Recorded, window: Window) -> Iterator[Wanted]:
    """Every session, floor and daily check owed in the weeks and months that the window touches."""
    over = _slots_that_are_over([one.last["person_id"] for one in held], window)
    for one in held:
        levels = recorded.levels.get(one.last["prison_id"], ())
        times = recorded.fortnightly.get(one.last["prison_id"], ())
        for period in (_of_weeks, _of_months):
            for slot, outcome, owed in period(one, levels, times, window, over):
                yield from _duties(one, slot, outcome, owed, window, over)


def _slots_that_are_over(people: Sequence[int], window: Window) -> Over:
    """The priority groups of every session, floor and check that was owed by a day before today, by person and slot."""
    rows = Obligation.objects.filter(person__in=people, kind__in=KINDS)
    rows = rows.filter(due_on__gte=window.first, due_on__lt=window.on).exclude(state=ObligationState.VOID)
    found = rows.values_list("person_id", "kind", "slot", "priority_groups")
    return {(person, kind, slot): tuple(groups) for person, kind, slot, groups in found}


def _of_weeks(
    held: Held, levels: Sequence[LevelFrom], times: Sequence[Fortnightly], window: Window, over: Over
) -> Iterator[Answer]:
    monday = week_start(max(window.first, held.stays[0]["arrived_on"]))
    while monday <= window.last:
        slot, begins = f"{monday}@{held.last['prison_id']}", _fortnight_of(monday, times)
        facts = _as_it_was(held, over, slot, fortnightly=begins is not None)
        outcome = week_cadence(facts, week_start=monday, level=level_of_week(levels, week_start=monday))
        for owed in outcome.value:
            if owed.period != Period.FORTNIGHT or begins == monday:
                yield slot, outcome, owed
        monday += WEEK


def _of_months(
    held: Held, levels: Sequence[LevelFrom], times: Sequence[Fortnightly], window: Window, over: Over
) -> Iterator[Answer]:
    month, last = month_bounds(max(window.first, held.stays[0]["arrived_on"]))
    while month <= window.last:
        slot = f"{month:%Y-%m}@{held.last['prison_id']}"
        facts = _as_it_was(held, over, slot, fortnightly=_mostly_fortnightly(month, last, times))
        outcome = month_cadence(facts, month=month, level=level_of_month(levels, month=month))
        for owed in outcome.value:
            yield slot, outcome, owed
        month, last = month_bounds(last + ONE_DAY)


def _fortnight_of(monday: date, times: Sequence[Fortnightly]) -> date | None:
    """The Monday on which the fortnight of a week begins, where key work goes by the fortnight then."""
    for starts_on, ends_on in times:
        if starts_on <= monday and (ends_on is None or monday < ends_on):
            return monday - timedelta(days=(monday - starts_on).days % 14)
    return None


def _mostly_fortnightly(first: date, last: date, times: Sequence[Fortnightly]) -> bool:
    """A month under both frequencies follows the one with more days, on a tie the weekly one."""
    days = sum(
        (min(last, (ends_on or date.max) - ONE_DAY) - max(first, starts_on)).days + 1
        for starts_on, ends_on in times
        if starts_on <= last and (ends_on is None or ends_on > first)
    )
    return 2 * days > (last - first).days + 1


def _as_it_was(held: Held, over: Over, slot: str, *, fortnightly: bool) -> KeyWorkFacts:
    """What is over is judged by stays and the groups it was owed for: other facts are known for today, not for then."""
    was = (over.get((held.last["person_id"], kind, slot)) for kind in KINDS)
    groups = next((one for one in was if one is not None), None)
    if groups is not None:
        return replace(held.facts, complexity=None, in_hospital=False, priority=bool(groups), fortnightly=fortnightly)
    return replace(held.facts, fortnightly=fortnightly) if fortnightly else held.facts


def _duties(
    held: Held, slot: str, outcome: Outcome[tuple[Owed, ...]], owed: Owed, window: Window, over: Over
) -> Iterator[Wanted]:
    if owed.kind == Kind.SESSION:
        kind = ObligationKind.KEY_WORK_FLOOR if owed.basis == Basis.FLOOR else ObligationKind.KEY_WORK_SESSION
        was = over.get((held.last["person_id"], kind, slot))
        yield _duty(held, owed, kind, slot, outcome, groups=held.groups if was is None else was)
    elif owed.kind == Kind.DAILY_CHECK and held.facts.estate != Estate.WOMEN:
        for day in owed.due_on:
            named = f"{day}@{held.last['prison_id']}"
            # A check of a day that is over was never asked for, unless it stands already.
            if day >= window.on or (held.last["person_id"], ObligationKind.DAILY_CHECK, named) in over:
                one = replace(owed, opens_on=day, due_on=(day,), count=1)
                yield _duty(held, one, ObligationKind.DAILY_CHECK, named, outcome, groups=held.groups)


def _duty(
    held: Held, owed: Owed, kind: ObligationKind, slot: str, outcome: Outcome[Any], *, groups: tuple[str, ...]
) -> Wanted:
    row, check = held.last, kind == ObligationKind.DAILY_CHECK
    return Wanted(
        person_id=row["person_id"],
        prison_id=row["prison_id"],
        kind=kind,
        slot=slot,
        owner_role=Role.WING_OFFICER if check else Role.KEY_WORKER,
        owner_id=row["person__key_worker_id"] if held.here and not check else None,
        wing_id=row["person__wing_id"] if held.here else None,
        priority_groups=groups,
        opens_on=owed.opens_on,
        due_on=owed.due_on[-1],
        met_by=ContactKind.CHECK if check else ContactKind.SESSION,
        quantity=owed.count,
        basis=str(owed.basis),
        rule=owed.rule,
        policy=outcome.policy,
        steps=tuple((step.rule_id, step.found) for step in owed.steps),
    )
