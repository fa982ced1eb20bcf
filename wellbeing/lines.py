"""One line of a roster: the person, how the check stands, and what is shown beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from keywork.policy import GROUP_WORDS
from omic.formats import short_day
from omic.models import ContactKind, DayOut, Obligation, ObligationKind, Person, Presence
from omic.models.obligation import ObligationState
from omic.people import FLAGS
from wellbeing.known import TRIES, Known, Sighting


class State(StrEnum):
    """How a line of the roster stands. Only what is owed asks anything of anybody."""

    OWED = "owed"
    DONE = "done"
    WAIVED = "waived"
    EXCEPTED = "excepted"
    MISSED = "missed"
    OUT = "out"  # out of the prison all day: nothing is owed that day


_WORDS = {
    State.OWED: "Left to see",
    State.DONE: "Done",
    State.WAIVED: "Not owed this week",
    State.EXCEPTED: "Excepted: suspended by the Governor",
    State.MISSED: "Missed",
}


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One person of a roster.

    `duty` is the most pressing check owed that day, None where none is. `met` is what met or waived it, `tried` the
    last contact of its time that did neither. `twins` are the others on the wing with the same surname.
    """

    person: Person
    duty: Obligation | None
    state: State
    met: Sighting | None
    tried: Sighting | None
    last_seen: Sighting | None
    flags: tuple[tuple[str, str], ...]
    groups: tuple[str, ...]
    twins: tuple[str, ...]
    out: DayOut | None
    to_read: tuple[int, ...] = ()  # the duties to read what the POM has shared about them

    @property
    def left(self) -> bool:
        """Whether the check is still to be made."""
        return self.state == State.OWED

    @property
    def away(self) -> str:
        """Where the person is, if not in the prison: for the whole day, or as the last roll has it."""
        if self.out:
            return f"Out all day: {self.out.get_why_display().lower()}"
        return "" if self.person.presence == Presence.IN else self.person.get_presence_display()

    @property
    def words(self) -> str:
        """How the line stands, in words."""
        if self.state == State.OUT:
            return f"{self.away}. The week’s check is owed by {short_day(self.due_by)}" if self.duty else self.away
        if self.met:
            return f"{_WORDS[self.state]}: {self.met.words}"
        return _WORDS[self.state]

    @property
    def why_due(self) -> str:
        """Why somebody who is out all day stands among those to see all the same; empty for everybody else."""
        if not (self.out and self.left):
            return ""
        return "Out all day, on the last day of the week’s check. If they are back, take the day out back and see them."

    @property
    def due_by(self) -> date | None:
        """The last day on which the check is in time."""
        return self.duty.due_on if self.duty else None


def row_of(
    person: Person,
    duty: Obligation | None,
    *,
    known: Known,
    twins: tuple[str, ...],
    out: DayOut | None,
    on: date,
    at: datetime,
) -> RosterRow:
    """The line of one person: how the duty stands, by what, and all that is shown beside it."""
    first, last = (duty.opens_on, duty.due_on or on) if duty else (on, on)
    inside = [one for day, one in known.contacts.get(person.pk, ()) if first <= day <= last]
    tries = [one for one in inside if one.kind in TRIES]
    return RosterRow(
        person=person,
        duty=duty,
        state=_state(duty, at, out=out, on=on) if duty else State.OUT,
        met=_met(duty, inside) if duty else None,
        tried=tries[-1] if tries else None,
        last_seen=known.last_seen.get(person.pk),
        flags=tuple((words, colour) for code, words, colour in FLAGS if code in known.flags.get(person.pk, ())),
        groups=tuple(GROUP_WORDS[group] for group in duty.priority_groups if group in GROUP_WORDS) if duty else (),
        twins=twins,
        out=out,
        to_read=tuple(known.to_read.get(person.pk, ())),
    )


_STATES = {
    ObligationState.MET: State.DONE,
    ObligationState.WAIVED: State.WAIVED,
    ObligationState.EXCEPTED: State.EXCEPTED,
    ObligationState.MISSED: State.MISSED,
    ObligationState.NOT_MET: State.MISSED,
}


def _state(duty: Obligation, at: datetime, *, out: DayOut | None, on: date) -> State:
    """True with or without the night's stamp. A week's check is not asked for on a day out but its last."""
    if duty.state in _STATES:
        return _STATES[ObligationState(duty.state)]
    if duty.due_before is None or duty.due_before > at:
        return State.OUT if out and duty.kind == ObligationKind.WEEKLY_CHECK and duty.due_on != on else State.OWED
    return State.EXCEPTED if duty.suspension_id else State.MISSED


def _met(duty: Obligation, inside: Sequence[Sighting]) -> Sighting | None:
    """The contact that met the duty, or waived it (WB-06)."""
    if duty.state == ObligationState.MET:
        return next((one for one in inside if one.kind == ContactKind.CHECK), None)
    if duty.state == ObligationState.WAIVED:
        return next((one for one in inside if one.kind in duty.waived_by), None)
    return None
