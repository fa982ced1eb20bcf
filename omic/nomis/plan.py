"""What one roll record does to one person: a plan to write, a hold for a person to decide, or why it is impossible.

Pure: all that the database knows comes in as `Stored`. Holding is all or nothing: of a held row nothing is applied.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from omic.nomis.cells import FieldError, RowErrors, merged_away
from omic.nomis.facts import (
    Change,
    Facts,
    MovementFacts,
    Stored,
    differences,
    movement_facts,
    person_facts,
    place_facts,
)
from omic.nomis.records import Leaving, RollRecord
from omic.nomis.roll_fields import FIELDS
from omic.nomis.stays import StayChange, stay_change
from omic.nomis.terms import SentenceChange, moved_dates, sentence_change

CELL_NAMES = {name.attribute: name.name for name in FIELDS} | {"started_on": "sentenceStartDate"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be written. `person` has columns of `Person` (prison and wing by code); `changes` are for the report.

    A plan without changes writes nothing.
    """

    person: Facts
    stay: StayChange
    sentence: SentenceChange
    movement: MovementFacts | None
    alerts_started: frozenset[str]
    alerts_ended: frozenset[str]
    changes: dict[str, Change] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hold:
    """What a person has to decide: the doubtful values before and after, and the words for each."""

    changes: dict[str, Change]
    reasons: tuple[FieldError, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read: the attributes it states, the prisons we know, and whether a person has confirmed the row."""

    stated: frozenset[str]
    prisons: frozenset[str]
    confirmed: bool = False


def plan_record(record: RollRecord, stored: Stored | None, reading: Reading) -> Plan | Hold | RowErrors:
    """The record against what is stored (None: a person not known here)."""
    if stored and stored.merged_into:
        number = record.prison_number
        return RowErrors(number, (merged_away(CELL_NAMES["prison_number"], number, stored.merged_into),))
    stay, sentence = stay_change(record, stored), sentence_change(record, stored, reading.stated)
    errors = [part for part in (stay, sentence) if isinstance(part, FieldError)]
    errors += _unexplained_stranger(record, stored)
    if errors or isinstance(stay, FieldError) or isinstance(sentence, FieldError):
        return RowErrors(record.prison_number, tuple(errors))
    if stored and not reading.confirmed and (hold := _hold(record, stored, reading.stated)):
        return hold
    if stored and stored.person["prison"] and record.leaving == Leaving.UNEXPLAINED:
        nowhere = FieldError("lastMovementDate", "", "is missing: the day on which they left is not known")
        return RowErrors(record.prison_number, (nowhere,))
    return _plan(record, stored, reading, stay, sentence)


def _unexplained_stranger(record: RollRecord, stored: Stored | None) -> Iterator[FieldError]:
    if stored is None and record.leaving == Leaving.UNEXPLAINED:
        yield FieldError("prisonId", record.prison_id, "says that somebody not known here has left: nothing to change")


def _hold(record: RollRecord, stored: Stored, stated: frozenset[str]) -> Hold | None:
    moved = moved_dates(record, stored, stated)
    reasons = [_moved_words(name, *change) for name, change in moved.items()]
    if record.leaving == Leaving.UNEXPLAINED and stored.person["prison"]:
        moved["presence"] = (stored.person["presence"], "out")
        words = f"says that they have left {stored.person['prison']}, but no release or transfer with its day"
        reasons.append(FieldError("prisonId", record.prison_id, words))
    return Hold(moved, tuple(reasons)) if reasons else None


def _moved_words(name: str, before: object, after: object) -> FieldError:
    by = f"moves by {abs((after - before).days)} days from {before}" if after else f"is gone; it was {before}"  # type: ignore[operator]
    return FieldError(CELL_NAMES[name], str(after or ""), by)


def _plan(
    record: RollRecord, stored: Stored | None, reading: Reading, stay: StayChange, sentence: SentenceChange
) -> Plan:
    person = person_facts(record, reading.stated) | place_facts(record, reading.stated)
    person["arrived_on"] = _arrived_on(record, stored, stay)
    if stored and "complexity" in person and person["roll_complexity"] == stored.person["roll_complexity"]:
        del person["complexity"]  # the roll says nothing new: a screening since then stands (AL-32)
    movement = movement_facts(record, reading.prisons)
    if movement and stored and movement.key in stored.movements:
        movement = None
    active = frozenset(alert.code for alert in record.alerts if alert.active)
    held = stored.alerts if stored else frozenset()
    started, ended = (active - held, held - active) if "alerts" in reading.stated else (frozenset(), frozenset())
    plan = Plan(
        person=person, stay=stay, sentence=sentence, movement=movement, alerts_started=started, alerts_ended=ended
    )
    if stored:
        plan.changes.update(_changes(plan, stored))
    return plan


def _arrived_on(record: RollRecord, stored: Stored | None, stay: StayChange) -> object:
    """The beginning of the stay in the prison that holds the person after the change; None after leaving."""
    if record.held_at is None:
        return None
    if stay.opens:
        return stay.opens[1]
    lasting = stored and (stored.last_stay if stay.reopens else stored.stay)
    return stay.corrected or (lasting and lasting.arrived_on)


def _changes(plan: Plan, stored: Stored) -> dict[str, Change]:
    changes = differences(stored.person, plan.person) | plan.sentence.changes
    changes.pop("roll_complexity", None)  # said with `complexity`, where that moves
    if plan.movement:
        changes["movement"] = (None, f"{plan.movement.kind} {plan.movement.on}")
    if plan.alerts_started:
        changes["alerts_started"] = (None, ", ".join(sorted(plan.alerts_started)))
    if plan.alerts_ended:
        changes["alerts_ended"] = (", ".join(sorted(plan.alerts_ended)), None)
    return changes
