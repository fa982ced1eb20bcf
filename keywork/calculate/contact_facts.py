"""How the calculator kind `contact` reads its facts, and what the rules take from them."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple

from keywork.calculate.readers import list_of
from keywork.policy import Group, Level, Why
from keywork.rules import (
    Engagement,
    KeyWorkFacts,
    LevelFrom,
    PriorityFacts,
    Spell,
    Suspension,
    Transition,
    Trigger,
)
from omic.calculator import (
    COMMON,
    BadFactsError,
    Reader,
    day,
    moment,
    one_of,
    record,
    several_of,
    text,
    whole,
    yes_no,
)
from omic.calendar import london_day

MINUTES = whole(0, 24 * 60)
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


class SessionNote(NamedTuple):
    """A key work note: a session (KA/KS) counts, an entry does not. `minutes` is the whole time, None where unknown."""

    on: date
    is_session: bool
    minutes: int | None


def monday(value: object) -> date:
    """The first day of a week."""
    read = day(value)
    if read.weekday() != 0:
        raise ValueError("must be a Monday")
    return read


def month(value: object) -> date:
    """The first day of a month written 2026-03."""
    if not isinstance(value, str) or not _MONTH.fullmatch(value):
        raise ValueError("must be a month like 2026-03")
    return day(f"{value}-01")


def dated(readers: Mapping[str, Reader], made: Callable[[dict[str, Any]], Any]) -> Reader:
    """A reader of objects with the fact `on`, or of bare dates that stand for one with nothing else."""
    fields = record(readers)

    def read(value: object) -> Any:
        known = {"on": day(value)} if isinstance(value, str) else fields(value)
        if "on" not in known:
            raise ValueError("must say on which day")
        return made(known)

    return read


def _session(known: dict[str, Any]) -> SessionNote:
    return SessionNote(known["on"], known.get("type", "session") == "session", known.get("minutes"))


def suspension(value: object) -> Suspension:
    """A suspension (ED-09); the reason is kept beside it and decides nothing."""
    known = _SUSPENSION(value)
    first, last = known.get("from"), known.get("to")
    if first is not None and last is not None and last < first:
        raise ValueError(f"ends on {last}, before it starts")
    return Suspension(first, last, known.get("approved_by", "").strip())


_SESSION_FIELDS: dict[str, Reader] = {
    "on": day,
    "type": one_of("session", "entry"),
    "minutes": MINUTES,
    "mode": one_of("face_to_face", "cell_door", "in_cell_phone", "other"),
}
_SUSPENSION = record({"from": day, "to": day, "approved_by": text, "reason": text})

PLACE: dict[str, Reader] = {
    "estate": one_of("men_closed", "men_open", "women"),
    "regime_level": whole(1, 4),
    "level_4_from": day,
    "week_start": monday,
    "month": month,
    "frequency": one_of("weekly", "fortnightly"),
    "prison_function": one_of("long_term_training", "other"),
    "pgd_approved": yes_no,
    "here_from": day,
    "here_to": day,
    "out_on": list_of(day),
}
PERSON: dict[str, Reader] = {
    "legal_status": one_of("sentenced", "remand", "civil", "immigration"),
    "complexity": one_of("low", "medium", "high"),
    "cohort": one_of("daily", "weekly"),
    "youth_arrived_at": moment,
    "planning_meeting_on": day,
    "closure_meeting_on": day,
}
PRIORITY: dict[str, Reader] = {
    "priority_groups": several_of(*Group),
    "acct": one_of("open", "post_closure", "closed"),
    "acct_kept": yes_no,
    "rosh": one_of("very_high", "high", "medium", "low"),
    "release_on": day,
    "irmm_weeks": whole(0, 5000),
    "tact": yes_no,
    "extremist_concern": yes_no,
    "pathfinder_recommends": yes_no,
    "pathfinder_months": whole(0, 1200),
    "shielding": yes_no,
    "local_group": yes_no,
    "pgd_agreed": yes_no,
}
CONTACT: dict[str, Reader] = {
    "sessions": list_of(dated(_SESSION_FIELDS, _session)),
    "checks": list_of(day),
    "pom_engagements": list_of(
        dated({"on": day, "minutes": MINUTES}, lambda known: Engagement(known["on"], known.get("minutes")))
    ),
    "key_work_not_possible_from": day,
    "no_key_worker_from": day,
    "previous_week_missed": yes_no,
    "suspensions": list_of(suspension),
}
READERS = COMMON | PLACE | PERSON | PRIORITY | CONTACT


def check_facts(known: dict[str, Any]) -> None:
    """Facts that cannot be true together. Raises BadFactsError."""
    start, end = known.get("here_from"), known.get("here_to")
    if start is not None and end is not None and end < start:
        raise BadFactsError({"here_to": f"is before the arrival, {start}"})


def priority_facts_of(known: dict[str, Any]) -> PriorityFacts:
    """What the priority groups are computed from."""
    acct = known.get("acct")
    return PriorityFacts(
        acct_open=acct == "open",
        acct_post_closure=acct == "post_closure",
        acct_kept=known.get("acct_kept"),
        rosh=known.get("rosh"),
        release_on=known.get("release_on"),
        irmm_weeks=known.get("irmm_weeks"),
        tact=known.get("tact", False),
        extremist_concern=known.get("extremist_concern", False),
        pathfinder_recommends=known.get("pathfinder_recommends", False),
        pathfinder_months=known.get("pathfinder_months"),
        shielding=known.get("shielding", False),
        local_group=known.get("local_group", False),
        pgd_agreed=known.get("pgd_agreed", False),
        stated=known.get("priority_groups", ()),
    )


def facts_of(known: dict[str, Any], *, priority: bool, fortnightly: bool, today: date) -> KeyWorkFacts:
    """The person in their prison: here throughout unless it says otherwise, with the sessions held by today."""
    transition = _transition(known)
    arrived = known.get("here_from", date.min)
    if transition is not None:
        arrived = max(arrived, transition.arrived_on)
    sessions = (note.on for note in known.get("sessions", ()) if note.is_session)
    return KeyWorkFacts(
        estate=known.get("estate", "men_closed"),
        complexity=known.get("complexity"),
        spells=(Spell(arrived, known.get("here_to")),),
        out_on=frozenset(known.get("out_on", ())),
        priority=priority,
        fortnightly=fortnightly,
        cohort=known.get("cohort"),
        transition=transition,
        triggers=tuple(_triggers(known)),
        sessions_on=tuple(on for on in sessions if on <= today),
    )


def _transition(known: dict[str, Any]) -> Transition | None:
    """XC-12: ended by the sentence planning meeting, or on remand by the transition closure meeting."""
    arrived_at = known.get("youth_arrived_at")
    if arrived_at is None:
        return None
    meeting = "closure_meeting_on" if known.get("legal_status") == "remand" else "planning_meeting_on"
    return Transition(london_day(arrived_at), known.get(meeting))


def _triggers(known: dict[str, Any]) -> list[Trigger]:
    """The mark, (a) and (b) of ED-08; a week missed opens on the Monday of the week asked about."""
    dates = {
        Why.NOT_POSSIBLE: known.get("key_work_not_possible_from"),
        Why.NO_KEY_WORKER: known.get("no_key_worker_from"),
        Why.WEEK_MISSED: known.get("week_start") if known.get("previous_week_missed") else None,
    }
    return [Trigger(why, on) for why, on in dates.items() if on is not None]


def levels_of(known: dict[str, Any], first: date) -> tuple[LevelFrom, ...]:
    """The levels from a period's first day on: the one stated for that day, and level 4 from when it came in."""
    strict_from = known.get("level_4_from")
    stated = known.get("regime_level")
    if strict_from is not None and strict_from <= first:
        stated = Level.LOCKDOWN
    levels = [] if stated is None else [LevelFrom(first, Level(stated))]
    if strict_from is not None and strict_from > first:
        levels.append(LevelFrom(strict_from, Level.LOCKDOWN))
    return tuple(levels)
