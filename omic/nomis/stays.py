"""Which stay a roll record ends, opens, reopens or corrects. Pure; a day is read from the record, never guessed."""

from dataclasses import dataclass
from datetime import date

from omic.nomis.cells import FieldError
from omic.nomis.facts import StayFacts, Stored, inside
from omic.nomis.records import Leaving, RollRecord

TRANSFER, RELEASE, DEATH = "transfer", "release", "death"


@dataclass(frozen=True, slots=True, kw_only=True)
class StayChange:
    """What happens to the person's stays; nothing, if all is empty.

    `ends` (day, why) closes the open stay, `opens` (prison, day) begins one, `corrected` is the open stay's true day
    of arrival, `reopens` takes back the end of the last stay: the person never left.
    """

    ends: tuple[date, str] | None = None
    opens: tuple[str, date] | None = None
    corrected: date | None = None
    reopens: bool = False


def stay_change(record: RollRecord, stored: Stored | None) -> StayChange | FieldError:
    """The change, or the cell that makes it impossible to tell."""
    stay, last = (stored.stay, stored.last_stay) if stored else (None, None)
    if record.held_at is None:
        return _left(record, stay) if stay else StayChange()
    arrival = arrival_day(record, stay)
    if isinstance(arrival, FieldError):
        return arrival
    if stay is None:
        return _arrived(record.held_at, arrival, last)
    if stay.prison != record.held_at:
        return _moved(record, arrival, stay)
    return _still_here(record, arrival, stay, stored)


def arrival_day(record: RollRecord, stay: StayFacts | None) -> date | FieldError:
    """The day on which the person came to the prison that holds them.

    A restricted patient came to a supporting prison that never held them on the day they went to hospital (HO-10).
    """
    here = stay.arrived_on if stay and stay.prison == record.held_at else None
    if inside(record):
        admitted = record.last_movement_date if record.last_movement_type == "ADM" else None
        day, cell = record.last_admission_date or here or admitted, "lastAdmissionDate"
    elif here or record.last_prison_id in (None, record.held_at):
        day, cell = here or record.last_admission_date, "lastAdmissionDate"
    else:
        day, cell = record.last_movement_date, "lastMovementDate"
    return day or FieldError(cell, "", "is missing, so the day of arrival is not known")


def _left(record: RollRecord, stay: StayFacts) -> StayChange | FieldError:
    left_on = record.last_movement_date
    if record.leaving == Leaving.UNEXPLAINED or left_on is None:
        return StayChange()
    if left_on < stay.arrived_on:
        return FieldError("lastMovementDate", str(left_on), f"is before they came to {stay.prison}")
    because = TRANSFER if record.leaving == Leaving.TRANSFERRED else RELEASE
    return StayChange(ends=(left_on, DEATH if record.legal_status == "DEAD" else because))


def _arrived(prison: str, arrival: date, last: StayFacts | None) -> StayChange | FieldError:
    if last and last.left_on and last.prison == prison and last.arrived_on == arrival:
        return StayChange(reopens=True)
    if last and last.left_on and arrival < last.left_on:
        return _impossible(arrival, f"is before they left {last.prison} on {last.left_on}")
    return StayChange(opens=(prison, arrival))


def _moved(record: RollRecord, arrival: date, stay: StayFacts) -> StayChange | FieldError:
    assert record.held_at
    if arrival < stay.arrived_on:
        return _impossible(arrival, f"is before they came to {stay.prison} on {stay.arrived_on}")
    left_on = arrival
    stated = record.previous_prison_leaving_date
    if stated and record.previous_prison_id == stay.prison and stay.arrived_on <= stated <= arrival:
        left_on = stated
    return StayChange(ends=(left_on, TRANSFER), opens=(record.held_at, arrival))


def _still_here(record: RollRecord, arrival: date, stay: StayFacts, stored: Stored | None) -> StayChange | FieldError:
    """The same prison: nothing, a corrected day, or a return between two rolls, each of which found the person here."""
    assert stored and record.held_at
    if arrival == stay.arrived_on:
        return StayChange()
    if arrival > stay.arrived_on and stored.seen_on and arrival > stored.seen_on:
        away = record.previous_prison_id not in (None, record.held_at)
        return StayChange(ends=(arrival, TRANSFER if away else RELEASE), opens=(record.held_at, arrival))
    last = stored.last_stay
    if last and last.left_on and arrival < last.left_on:
        return _impossible(arrival, f"is before they left {last.prison} on {last.left_on}")
    return StayChange(corrected=arrival)


def _impossible(arrival: date, reason: str) -> FieldError:
    return FieldError("lastAdmissionDate", str(arrival), reason)
