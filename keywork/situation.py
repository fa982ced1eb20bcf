"""What key work knows of each person: stays, regime level, priority groups and what opens checks, for many at once."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import Q

from keywork import regime
from keywork.gaps import gaps_of
from keywork.hospital import evenings_in_hospital, whole_days_of
from keywork.policy import Level, Why
from keywork.priority import ALERTS, priority_facts
from keywork.regime import Decision, Fortnightly
from keywork.rules import (
    KeyWorkFacts,
    LevelFrom,
    Spell,
    Transition,
    Trigger,
    level_on,
    lockdowns,
    priority_groups,
)
from keywork.rules.priority import HIGH_ROSH
from omic.calendar import month_bounds, week_start
from omic.models import (
    Alert,
    Contact,
    ContactKind,
    DayOut,
    ExpectedArrival,
    LegalStatus,
    Obligation,
    ObligationKind,
    ObligationState,
    Presence,
    Stay,
)
from omic.reconcile import Window

Row = dict[str, Any]
# What somebody can be asked for by the week or the month, before the fact is known.
_STAYS = (
    "pk", "person_id", "prison_id", "prison__estate", "arrived_on", "left_on", "person__prison_id",
    "person__complexity", "person__presence", "person__key_worker_id", "person__pom_id", "person__wing_id",
    "person__details__rosh", "person__earliest_release_on", "person__legal_status",
    "person__details__planning_meeting_on", "person__details__closure_meeting_on",
)  # fmt: skip
_ALERT = ("person_id", "code", "starts_on")
WEEK, ONE_DAY = timedelta(days=7), timedelta(days=1)
# A suspension excuses a miss (ED-09), but nobody was seen all the same: the check, its fallback, is owed (ED-08), and
# excused with it where the suspension says so.
WITHOUT = (ObligationState.OPEN, ObligationState.MISSED, ObligationState.EXCEPTED)
_ON_REMAND = (LegalStatus.REMAND, LegalStatus.CONVICTED_UNSENTENCED)


class Held(NamedTuple):
    """One person's stays in one prison that reach into the window, oldest first, and what follows from them."""

    stays: list[Row]
    facts: KeyWorkFacts
    groups: tuple[str, ...]
    level: Level | None

    @property
    def last(self) -> Row:
        return self.stays[-1]

    @property
    def here(self) -> bool:
        """Whether this prison is the one that holds the person now."""
        return self.last["prison_id"] == self.last["person__prison_id"]


@dataclass(slots=True)
class Recorded:
    """What is recorded about prisons and people, each read once for all."""

    levels: dict[str, tuple[LevelFrom, ...]]
    fortnightly: dict[str, tuple[Fortnightly, ...]]
    alerts: dict[tuple[int, str], date]  # since when, by person and code
    decisions: Mapping[int, Sequence[tuple[str, Decision]]]  # by group, those of today and what is planned
    youth: set[tuple[int, str]]
    out: Mapping[tuple[int, str], frozenset[date]]  # whole days out, by person and the prison they were out of
    hospital: Mapping[tuple[int, str], frozenset[date]]  # evenings in hospital up to today, by person and prison
    triggers: dict[tuple[int, str], list[Trigger]] = field(default_factory=lambda: defaultdict(list))
    sessions: dict[tuple[int, str], list[date]] = field(default_factory=lambda: defaultdict(list))


def read_held(people: Sequence[int], window: Window) -> tuple[list[Held], Recorded]:
    """Everybody's stays in the window with the facts that key work is owed by, in a dozen queries at most."""
    since = min(week_start(window.first) - WEEK, month_bounds(window.first)[0])  # a fortnight began a week before
    rows = Stay.objects.filter(person__in=people, arrived_on__lte=window.last).exclude(left_on__lt=since)
    stays: dict[tuple[int, str], list[Row]] = defaultdict(list)
    for row in rows.order_by("person", "arrived_on").values(*_STAYS):
        stays[row["person_id"], row["prison_id"]].append(row)
    recorded = _recorded(people, {prison for _, prison in stays}, window)
    groups = {key: groups_on(rows[-1], recorded, window.on) for key, rows in stays.items()}
    _read_fallback(stays, groups, recorded, window)
    return [_held(rows, groups[key], recorded, window) for key, rows in stays.items()], recorded


def _recorded(people: Sequence[int], prisons: Collection[str], window: Window) -> Recorded:
    active = Alert.objects.filter(person__in=people, code__in=ALERTS, ends_on__isnull=True)
    since = month_bounds(window.first - WEEK)[0]
    hospital = evenings_in_hospital(people, first=since - ONE_DAY, before=window.on + ONE_DAY)
    # One that is open is closed by the last step of the pipeline, once the person has come.
    arrived = ExpectedArrival.objects.filter(Q(closed_at=None) | Q(closed_because="Arrived"), person__in=people)
    return Recorded(
        levels=regime.dated_levels(prisons),
        fortnightly=regime.binding_fortnights(prisons, window.on),
        alerts={(person, code): begun or date.min for person, code, begun in active.values_list(*_ALERT)},
        decisions=regime.decisions_from(people, window.on, window.last),
        youth=set(arrived.values_list("person_id", "prison_id")),
        out=_days_out(people, hospital, since),
        hospital=hospital,
    )


def _days_out(
    people: Sequence[int], hospital: Mapping[tuple[int, str], frozenset[date]], since: date
) -> dict[tuple[int, str], frozenset[date]]:
    """As recorded, and whole days in hospital."""
    found: dict[tuple[int, str], set[date]] = defaultdict(set)
    rows = DayOut.objects.standing().filter(person__in=people, on__gte=since)
    for person, prison, on in rows.values_list("person_id", "prison_id", "on"):
        found[person, prison].add(on)
    for key, evenings in hospital.items():
        found[key] |= whole_days_of(evenings)
    return {key: frozenset(days) for key, days in found.items()}


def groups_on(row: Row, recorded: Recorded, on: date) -> tuple[str, ...]:
    """The priority groups on a day, by what stands now or is planned: what has ended by now is not known."""
    person = row["person_id"]
    decided = recorded.decisions.get(person, ())
    begun = [(code, recorded.alerts[person, code]) for code in ALERTS if (person, code) in recorded.alerts]
    if not begun and not decided and row["person__details__rosh"] not in HIGH_ROSH:
        return ()  # nothing that any group asks about, as of most people
    facts = priority_facts(
        alerts={code for code, since in begun if since <= on},
        rosh=row["person__details__rosh"],
        release_on=row["person__earliest_release_on"],
        decisions={group: one for group, one in decided if one.starts_on <= on and on < (one.ends_on or date.max)},
        on=on,
    )
    return tuple(str(group) for group in priority_groups(facts, on=on).value)


def _held(rows: list[Row], groups: tuple[str, ...], recorded: Recorded, window: Window) -> Held:
    last = rows[-1]
    key = last["person_id"], last["prison_id"]
    facts = KeyWorkFacts(
        estate=last["prison__estate"],
        complexity=last["person__complexity"],
        spells=tuple(Spell(row["arrived_on"], row["left_on"]) for row in rows),
        in_hospital=last["left_on"] is None and last["person__presence"] == Presence.HOSPITAL,
        out_on=recorded.out.get(key, frozenset()),
        priority=bool(groups),
        transition=_transition(last) if key in recorded.youth else None,
        triggers=tuple(recorded.triggers.get(key, ())),
        sessions_on=tuple(recorded.sessions.get(key, ())),
    )
    return Held(rows, facts, groups, level_on(recorded.levels.get(last["prison_id"], ()), window.on))


def _transition(row: Row) -> Transition:
    """XC-12: until the first sentence planning meeting, on remand until the transition's closure meeting."""
    remand = row["person__legal_status"] in _ON_REMAND
    until = row["person__details__closure_meeting_on" if remand else "person__details__planning_meeting_on"]
    return Transition(row["arrived_on"], until)


# --- level 4: when daily checks take the place of key work (ED-08) ----------------------------------------------------


def _read_fallback(
    stays: dict[Any, list[Row]], groups: dict[Any, tuple[str, ...]], recorded: Recorded, window: Window
) -> None:
    """What opens daily checks, for the priority people of prisons that are at level 4 in the window. Else no query."""
    locked = {prison: lockdowns(levels) for prison, levels in recorded.levels.items() if is_locked(levels, window)}
    rows = {
        key: stay[-1]
        for key, stay in stays.items()
        if key[1] in locked and (groups[key] or _joins_one(stay[-1], recorded, window))
    }
    if not rows:
        return
    people = [person for person, _ in rows]
    held = Contact.objects.current().filter(person__in=people, kind=ContactKind.SESSION)
    for person, prison, on in held.values_list("person_id", "prison_id", "on"):
        recorded.sessions[person, prison].append(on)
    marks, gaps = regime.not_possible_marks(people), gaps_of(rows, locked, window.last)
    missed = _weeks_missed(people, recorded.sessions, window.last)
    for key in rows:
        causes = ((Why.NO_KEY_WORKER, gaps), (Why.WEEK_MISSED, missed))
        recorded.triggers[key] += marks.get(key, ())
        recorded.triggers[key] += [Trigger(why, on) for why, days in causes for on in days.get(key, ())]


def _joins_one(row: Row, recorded: Recorded, window: Window) -> bool:
    """Whether somebody in no priority group comes into one in the window: none that hangs off a date is shorter."""
    begun = [one.starts_on for _, one in recorded.decisions.get(row["person_id"], ()) if one.starts_on > window.on]
    return any(groups_on(row, recorded, day) for day in (*begun, window.last))


def is_locked(levels: Sequence[LevelFrom], window: Window) -> bool:
    """Whether level 4 governs a day of the window (ED-11)."""
    return any(time.first <= window.last and time.until > window.first for time in lockdowns(levels))


def _weeks_missed(
    people: Sequence[int], sessions: Mapping[tuple[int, str], Sequence[date]], last: date
) -> dict[tuple[int, str], list[date]]:
    """The day after each week that closed without the session it owed, with or without the night's stamp.

    So does a week to come, up to `last`, as long as its session is not held: the checks that follow it stand ahead of
    their days, because no job may run on that Monday. A week that this very pass has found owed is not settled yet, so
    the sessions held are asked too.
    """
    rows = Obligation.objects.filter(person__in=people, kind=ObligationKind.KEY_WORK_SESSION, basis="owed")
    rows = rows.filter(due_on__lt=last, state__in=WITHOUT).order_by("due_on")
    found: dict[tuple[int, str], list[date]] = defaultdict(list)
    for person, prison, opens_on, due_on in rows.values_list("person_id", "prison_id", "opens_on", "due_on"):
        if not any(opens_on <= day <= due_on for day in sessions.get((person, prison), ())):
            found[person, prison].append(due_on + ONE_DAY)
    return found
