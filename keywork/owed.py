"""What each person is owed in key work, said as the duties that the pipeline keeps."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain
from typing import Any

from django.db.models import Q

from keywork.months import given_months
from keywork.policy import HIGH_COMPLEXITY, Basis, Kind, Period
from keywork.regime import Fortnightly
from keywork.rules import (
    KeyWorkFacts,
    LevelFrom,
    Owed,
    days_here,
    level_of_month,
    level_of_week,
    month_cadence,
    policy_on,
    week_cadence,
)
from keywork.situation import Held, Recorded, groups_on
from omic.calendar import month_bounds, week_start
from omic.models import ContactKind, Estate, Obligation, ObligationKind, ObligationState, Role
from omic.obligations import Wanted
from omic.policy import Outcome
from omic.reconcile import Window

WEEK, ONE_DAY = timedelta(days=7), timedelta(days=1)
# A check of a Monday has a week's slot, so it says nothing about the week.
PERIODS = (ObligationKind.KEY_WORK_SESSION, ObligationKind.KEY_WORK_FLOOR, ObligationKind.POM_ENGAGEMENT)
KINDS = (*PERIODS, ObligationKind.DAILY_CHECK)
Over = Mapping[tuple[int, str, str], tuple[str, ...]]  # the priority groups of what is over, by person, kind and slot
# The slot, the rule's answer, one of the things it owes, and the priority groups of the period.
Answer = tuple[str, Outcome[tuple[Owed, ...]], Owed, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One person in one prison, with what decides what they are owed in the days of the window."""

    held: Held
    recorded: Recorded
    window: Window
    over: Over
    given: Mapping[tuple[int, str], bool]  # months of which the POM's time was given, and whether mostly high

    @property
    def key(self) -> tuple[int, str]:
        """The person and the prison."""
        return self.held.last["person_id"], self.held.last["prison_id"]

    @property
    def levels(self) -> Sequence[LevelFrom]:
        """The prison's regime levels."""
        return self.recorded.levels.get(self.key[1], ())

    @property
    def times(self) -> Sequence[Fortnightly]:
        """When key work goes by the fortnight there."""
        return self.recorded.fortnightly.get(self.key[1], ())

    @property
    def first(self) -> date:
        """The first day of the window that they can be owed anything for."""
        return max(self.window.first, self.held.stays[0]["arrived_on"])

    @property
    def settled(self) -> date:
        """The last day whose checks stand as they stood: yesterday, or the day on which they left the prison."""
        gone = self.held.last["left_on"] == self.window.on
        return self.window.on if gone else self.window.on - ONE_DAY

    def slot(self, name: object) -> str:
        """The slot of a period or day in this prison."""
        return f"{name}@{self.key[1]}"

    def groups(self, slot: str, last: date) -> tuple[str, ...]:
        """The priority groups of a period: those it was owed for, of one that is over those of its last day, of any
        other today's.
        """
        was = (self.over.get((self.held.last["person_id"], kind, slot)) for kind in PERIODS)
        known = next((one for one in was if one is not None), None)
        if known is not None:
            return known
        is_over = last < self.window.on and self.levels
        return groups_on(self.held.last, self.recorded, last) if is_over else self.held.groups

    def groups_of_week(self, slot: str, monday: date) -> tuple[str, ...]:
        """As `groups`; of a week to come those of its Monday. And with those that begin by the Sunday: no job may run
        on the day on which they do.
        """
        sunday = monday + WEEK - ONE_DAY
        if sunday < self.window.on:
            return self.groups(slot, sunday)
        groups = self.groups_on(monday) if monday > self.window.on else self.held.groups
        begun = (one.starts_on for _, one in self.recorded.decisions.get(self.key[0], ()))
        days = [*(day for day in begun if max(monday, self.window.on) < day < sunday), sunday]
        return tuple(dict.fromkeys(chain(groups, *(self.groups_on(day) for day in days))))

    def groups_on(self, day: date) -> tuple[str, ...]:
        """The priority groups on a day to come, by what is known today: what begins and what ends."""
        return groups_on(self.held.last, self.recorded, day)

    def facts(self, slot: str, last: date, groups: tuple[str, ...], *, fortnightly: bool) -> KeyWorkFacts:
        """What is over is judged by stays, its groups and its last day's hospital: other facts are known for today,
        not for then.
        """
        facts = self.held.facts
        if last < self.window.on and last in self.recorded.hospital.get(self.key, ()):
            facts = replace(facts, in_hospital=True)
        stood = {kind for kind in PERIODS if (self.held.last["person_id"], kind, slot) in self.over}
        alone = stood == {ObligationKind.POM_ENGAGEMENT}
        high = alone or self.given.get((self.held.last["person_id"], slot), ObligationKind.POM_ENGAGEMENT in stood)
        if stood:
            facts = replace(facts, complexity=HIGH_COMPLEXITY if high else None, in_hospital=False)
        elif high:  # of a month that goes on: given, and mostly of high complexity
            facts = replace(facts, complexity=HIGH_COMPLEXITY)
        if (facts.priority, facts.fortnightly) != (bool(groups), fortnightly):
            facts = replace(facts, priority=bool(groups), fortnightly=fortnightly)
        return facts


def wanted(held: Sequence[Held], recorded: Recorded, window: Window) -> Iterator[Wanted]:
    """Every session and floor owed in the weeks and months that the window touches, and the months' time with POMs."""
    over = _slots_that_are_over([one.last["person_id"] for one in held], window)
    given = given_months(held, window.first)
    for one in held:
        asked = Asked(one, recorded, window, over, given)
        for answer in chain(_of_weeks(asked), _of_months(asked)):
            yield from _duties(asked, answer)


def fallback_checks(held: Sequence[Held], recorded: Recorded, window: Window) -> Iterator[Wanted]:
    """ED-08: the daily checks of men's prisons at level 4; those of women's prisons are wellbeing's own."""
    men = [one for one in held if one.facts.estate != Estate.WOMEN]
    over = _slots_that_are_over([one.last["person_id"] for one in men], window) if men else {}
    checks: dict[tuple[int, str], list[str]] = defaultdict(list)
    for person, kind, slot in over:
        if kind == ObligationKind.DAILY_CHECK:
            checks[person, slot.partition("@")[2]].append(slot)
    for one in men:
        asked = Asked(one, recorded, window, over, {})
        for answer in _of_weeks(asked) if one.facts.triggers else ():  # without one no week owes a check
            yield from _checks(asked, answer)
        yield from _checks_that_stood(asked, checks[one.last["person_id"], one.last["prison_id"]])


def _slots_that_are_over(people: Sequence[int], window: Window) -> Over:
    """The priority groups of every session and floor that was owed by a day before today, by person and slot.

    And of every check up to today: whoever has left keeps today's.
    """
    rows = Obligation.objects.filter(person__in=people, kind__in=KINDS, due_on__gte=window.first)
    rows = rows.filter(Q(due_on__lt=window.on) | Q(kind=ObligationKind.DAILY_CHECK, due_on=window.on))
    rows = rows.exclude(state=ObligationState.VOID)
    found = rows.values_list("person_id", "kind", "slot", "priority_groups")
    return {(person, kind, slot): tuple(groups) for person, kind, slot, groups in found}


def _of_weeks(asked: Asked) -> Iterator[Answer]:
    first = week_start(asked.first)
    monday = _fortnight_of(first, asked.times) or first  # a fortnight that is in its second week is owed still
    while monday <= asked.window.last:
        slot, begins = asked.slot(monday), _fortnight_of(monday, asked.times)
        groups = asked.groups_of_week(slot, monday)
        facts = asked.facts(slot, monday + WEEK - ONE_DAY, groups, fortnightly=begins is not None)
        outcome = week_cadence(facts, week_start=monday, level=level_of_week(asked.levels, week_start=monday))
        for owed in outcome.value:
            if begins == monday if owed.period == Period.FORTNIGHT else monday >= first:
                yield slot, outcome, owed, groups
        monday += WEEK


def _of_months(asked: Asked) -> Iterator[Answer]:
    month, last = month_bounds(asked.first)
    while month <= asked.window.last:
        slot = asked.slot(f"{month:%Y-%m}")
        groups = asked.groups(slot, last)
        facts = asked.facts(slot, last, groups, fortnightly=_mostly_fortnightly(month, last, asked.times))
        outcome = month_cadence(facts, month=month, level=level_of_month(asked.levels, month=month))
        for owed in outcome.value:
            yield slot, outcome, owed, groups
        month, last = month_bounds(last + ONE_DAY)


def _fortnight_of(monday: date, times: Sequence[Fortnightly]) -> date | None:
    """The Monday on which the fortnight of a week begins, where key work goes by the fortnight then."""
    for time in times:
        if time.holds(monday):
            return monday - timedelta(days=(monday - time.starts_on).days % 14)
    return None


def _mostly_fortnightly(first: date, last: date, times: Sequence[Fortnightly]) -> bool:
    """A month under both frequencies follows the one with more days, on a tie the weekly one."""
    days = sum(
        (min(last, (ends_on or date.max) - ONE_DAY) - max(first, starts_on)).days + 1
        for starts_on, ends_on in times
        if starts_on <= last and (ends_on is None or ends_on > first)
    )
    return 2 * days > (last - first).days + 1


def _duties(asked: Asked, answer: Answer) -> Iterator[Wanted]:
    slot, outcome, owed, groups = answer
    if owed.kind == Kind.SESSION:
        kind = ObligationKind.KEY_WORK_FLOOR if owed.basis == Basis.FLOOR else ObligationKind.KEY_WORK_SESSION
        yield _duty(asked.held, owed, kind, slot, outcome, groups=groups)
    elif owed.kind == Kind.POM_MINUTES:
        yield _with_the_pom(asked.held, owed, slot, outcome, groups)


def _with_the_pom(held: Held, owed: Owed, slot: str, outcome: Outcome[Any], groups: tuple[str, ...]) -> Wanted:
    """WB-02: the month's minutes with her POM, which take the place of key work."""
    return replace(
        _duty(held, owed, ObligationKind.POM_ENGAGEMENT, slot, outcome, groups=groups),
        owner_role=Role.POM,
        owner_id=held.last["person__pom_id"] if held.here else None,
        met_by=ContactKind.ENGAGEMENT,
        unit="minutes",
    )


def _checks(asked: Asked, answer: Answer) -> Iterator[Wanted]:
    _slot, outcome, owed, groups = answer
    if owed.kind == Kind.DAILY_CHECK:
        for day in owed.due_on:
            # Of a day that is over, what stands stands.
            if asked.settled < day <= asked.window.last and asked.groups_on(day):
                one = replace(owed, opens_on=day, due_on=(day,), count=1)
                yield _duty(asked.held, one, ObligationKind.DAILY_CHECK, asked.slot(day), outcome, groups=groups)


def _checks_that_stood(asked: Asked, slots: Sequence[str]) -> Iterator[Wanted]:
    """A check of a day that is over stays owed for that day, whatever has changed since; not if they were not here.

    A day on which they left is over, in that prison: nobody can give there what a later fact would ask for.
    """
    row = asked.held.last
    for slot in slots:
        day = date.fromisoformat(slot.partition("@")[0])
        if day <= asked.settled and days_here(asked.held.facts, first=day, last=day):
            yield Wanted(
                person_id=row["person_id"],
                prison_id=row["prison_id"],
                kind=ObligationKind.DAILY_CHECK,
                slot=slot,
                owner_role=Role.WING_OFFICER,
                owner_id=None,
                opens_on=day,
                due_on=day,
                met_by=ContactKind.CHECK,
                rule="ED-08",
                policy=policy_on(day).id,
            )


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
