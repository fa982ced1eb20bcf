"""What a roll record states, in the columns of our tables, and what those tables held before it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from omic.nomis.records import RollRecord
from omic.nomis.roll_fields import FIELDS, Status

Facts = dict[str, Any]
Change = tuple[Any, Any]  # before, after

# Our column: the record's attribute that it is taken from.
PERSON = {
    "forename": "first_name",
    "middle_names": "middle_names",
    "surname": "last_name",
    "date_of_birth": "date_of_birth",
    "sex": "sex",
    "legal_status": "legal_status",
    "imprisonment_status": "imprisonment_status",
    "cell": "cell_location",
    "reception_on": "reception_date",
    "restricted_patient": "restricted_patient",
    "location_description": "location_description",
    "csra": "csra",
    "category": "category",
    "complexity": "complexity",
    "roll_complexity": "complexity",
    "booking_id": "booking_id",
}
PLACE = ("prison", "wing", "presence", "hospital", "arrived_on")  # follow from several attributes together
DATES = ("sed", "led", "ard", "crd", "ped", "ted", "hdced", "hdc_actual", "prrd", "npd", "apd", "confirmed_release_on")
SENTENCE = {"started_on": "sentence_start"} | dict(zip(DATES, DATES, strict=True))
# All others are empty text.
UNKNOWN = {"complexity": None, "roll_complexity": None, "reception_on": None, "legal_status": "UNKNOWN"}
EVERYTHING = frozenset(name.attribute for name in FIELDS)


class StayFacts(NamedTuple):
    """A stay as stored; `left_on` is None while it lasts."""

    id: int
    prison: str
    arrived_on: date
    left_on: date | None


@dataclass(frozen=True, slots=True)
class MovementFacts:
    """A movement; the prisons are None where they are outside, not stated or not on our list."""

    kind: str
    reason: str
    from_prison: str | None
    to_prison: str | None
    on: date

    @property
    def key(self) -> tuple[str, date, str | None, str | None]:
        """What makes it one movement (the reason may be stated later)."""
        return (self.kind, self.on, self.from_prison, self.to_prison)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One person as we hold them before the record is applied. `person` has the columns of PERSON and PLACE.

    `seen_on` is the day of the roll last applied; `rejected` are dates that somebody has refused: (column, ISO day);
    `merged_into` is the prison number that this one was merged into.
    """

    id: int
    version: int
    person: Mapping[str, Any]
    seen_on: date | None
    stay: StayFacts | None = None
    last_stay: StayFacts | None = None
    sentence: Mapping[str, Any] | None = None
    alerts: frozenset[str] = frozenset()
    movements: frozenset[tuple[Any, ...]] = frozenset()
    rejected: frozenset[tuple[str, str | None]] = field(default_factory=frozenset)
    merged_into: str | None = None


def person_facts(record: RollRecord, stated: frozenset[str]) -> Facts:
    """The columns of PERSON that the file states; what is unknown is empty, never a default."""
    facts = {column: getattr(record, name) for column, name in PERSON.items() if name in stated}
    facts = {column: UNKNOWN.get(column, "") if value is None else value for column, value in facts.items()}
    if "cell" in facts and not inside(record):
        facts["cell"] = ""
    return facts


def place_facts(record: RollRecord, stated: frozenset[str]) -> Facts:
    """Prison, presence, wing and hospital. Wing and hospital are left out where the file does not state them."""
    held = record.held_at is not None
    facts: Facts = {"prison": record.held_at, "presence": presence(record)}
    if "cell_location" in stated or not held:
        facts["wing"] = record.wing if inside(record) else None
    if "location_description" in stated:
        facts["hospital"] = (record.location_description or "") if held and not inside(record) else ""
    return facts


def inside(record: RollRecord) -> bool:
    """Whether a prison's own roll counts the person: there, at court or out for the day."""
    return record.status in (Status.IN, Status.OUT_FOR_NOW)


def presence(record: RollRecord) -> str:
    """Where the person is, in the words of `Presence`."""
    if record.status == Status.IN:
        return "in"
    if record.status == Status.OUT_FOR_NOW:
        return "court" if record.last_movement_type == "CRT" else "temporary"
    if record.held_at:
        return "hospital"
    return "transfer" if record.status == Status.BETWEEN else "out"


def movement_facts(record: RollRecord, prisons: frozenset[str]) -> MovementFacts | None:
    """The last movement, if it is dated. It leaves the prison, or comes to it when the person is inside since."""
    if not record.last_movement_type or not record.last_movement_date:
        return None
    back = record.status == Status.IN
    came_from = record.previous_prison_id if record.last_movement_type in ("ADM", "TRN") else None
    left = came_from if back else record.last_prison_id
    return MovementFacts(
        kind=record.last_movement_type,
        reason=record.last_movement_reason or "",
        from_prison=left if left in prisons else None,
        to_prison=record.prison_id if back else None,
        on=record.last_movement_date,
    )


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Change]:
    """column: (before, after) for what `after` states otherwise."""
    return {name: (before.get(name), value) for name, value in after.items() if before.get(name) != value}
