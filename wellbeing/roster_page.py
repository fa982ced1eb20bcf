"""What the page of one roster shows: lines to tick, who was seen, and what must be known of the data behind it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from omic import suspensions
from omic.access import Action
from omic.formats import day, london
from omic.http import PrisonRequest
from omic.models import Prison, Suspension, Wing
from wellbeing.acct import acct_age, treat_as_open
from wellbeing.lines import RosterRow, State
from wellbeing.places import day_of, place_of
from wellbeing.roster import NO_WING, expected_by, homes_of, lines_without_duty, made_until, read_roster
from wellbeing.roster_forms import SHIFTS, RowForm
from wellbeing.ticking import Line, Ticks

ONE_DAY = timedelta(days=1)
HOURS = {"early": range(7, 13), "late": range(13, 21), "night": (*range(21, 24), *range(7))}


@dataclass(frozen=True, slots=True)
class Asked:
    """The place, day and shift that an address asks for."""

    place: Wing | Literal["none"]
    on: date
    shift: str


def asked_for(request: PrisonRequest, wing: str) -> Asked:
    """What the address asks for; a shift that there is not is the whole day."""
    shift = request.GET.get("shift", "")
    return Asked(place_of(request, wing), day_of(request), shift if shift in dict(SHIFTS) else "")


def page_of(request: PrisonRequest, asked: Asked, typed: Sequence[RowForm]) -> dict[str, Any]:
    """The page's context. `typed` are the lines that were not saved: they are shown as they were left."""
    prison, on, at = request.prison, asked.on, request.now
    rows = read_roster(prison, on=on, at=at, wing=asked.place)
    age, today = acct_age(prison, at=at), on == request.on
    also = treat_as_open(prison, on=on, at=at, wing=asked.place) if today and age.stale else []
    apart = {row.person.pk for row in also}
    listed = [row for row in rows.rows if row.person.pk not in apart]
    may_record = request.standing.may(Action.RECORD_CHECK)
    live = today and may_record
    lines = _lines(listed, typed, on) if live else []
    extra = _lines(also, typed, on) if live else []
    stray = _strays(request, [*lines, *extra], typed)
    expected = expected_by(prison, on)
    return {
        "lines": [*stray, *lines],
        "extra": extra,
        "form": Ticks([*stray, *lines, *extra]),
        "left": [row for row in listed if row.left],
        "also": [row for row in also if row.left],
        "done": [row for row in [*listed, *also] if row.state == State.DONE and in_shift(row, asked)],
        "count_done": sum(row.state == State.DONE for row in [*listed, *also]),
        "missed": [row for row in listed if row.state == State.MISSED],
        "settled": [row for row in listed if row.state not in (State.OWED, State.DONE, State.MISSED)],
        "others": len(set(rows.homes) - {row.person.pk for row in [*listed, *also]}),
        "live": live,
        "may_undo": may_record and on <= request.on,
        "age": age if today else None,
        "unvouched": unvouched(prison, on),
        "expected": expected,
        "late": today and at >= expected,
        "suspensions": suspensions.shown(prison, on, Suspension.Covers.CHECKS),
        "before": on - ONE_DAY,
        "after": on + ONE_DAY,
        "past": on < request.on,
    }


def _lines(rows: Iterable[RosterRow], typed: Sequence[RowForm], on: date) -> list[Line]:
    as_typed = {form.person.pk: form for form in typed}
    left = [row for row in rows if row.left]
    return [Line(row, as_typed.get(row.person.pk) or RowForm(person=row.person, on=on)) for row in left]


def _strays(request: PrisonRequest, lines: Sequence[Line], typed: Sequence[RowForm]) -> list[Line]:
    """What was typed about people who are on no line any more: seen by somebody else meanwhile, or moved."""
    shown = {line.row.person.pk for line in lines}
    forms = {form.person.pk: form for form in typed if form.person.pk not in shown}
    if not forms:
        return []
    people = [form.person for form in forms.values()]
    homes = homes_of(request.prison.people.filter(wing__in={person.wing_id for person in people}))
    rows = lines_without_duty(people, homes, prison=request.prison, on=request.on, at=request.now)
    return [Line(row, forms[row.person.pk]) for row in rows]


def in_shift(row: RosterRow, asked: Asked) -> bool:
    """Whether what was done, was done in the shift asked for."""
    if not asked.shift or row.met is None:
        return True
    local = london(row.met.at)
    return local.date() == asked.on and local.hour in HOURS[asked.shift]


def unvouched(prison: Prison, on: date) -> str:
    """Why the roster of a day may leave somebody out, in words; empty where it does not (H1)."""
    until = made_until(prison)
    if until is None:
        return "The night has never run here: nobody can say that this roster is whole."
    if until < on:
        return f"The night has not run for long: everybody’s checks stand up to {day(until)} only. Do not rely on it."
    return ""


def line_of(request: PrisonRequest, form: RowForm) -> Line:
    """The line of one person's own page: what is owed today, and who on the wing shares the surname."""
    prison, on, at, person = request.prison, request.on, request.now, form.person
    found = read_roster(prison, on=on, at=at, wing=person.wing or NO_WING)
    rows = [row for row in found.rows if row.person.pk == person.pk]
    return Line((rows or lines_without_duty([person], found.homes, prison=prison, on=on, at=at))[0], form)
