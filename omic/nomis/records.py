"""A Prisoner Search record as the product knows it: typed facts, or every reason why the row cannot be loaded.

Pure: today and the known prisons are handed in. Attributes keep the feed's names in snake case; the dates of a
sentence have their initials (`ard crd ped ted hdced led sed`), as the calculator names them. What is impossible is
refused here; what is only doubtful (a date that jumps, a person gone without a movement) the loader holds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from omic.nomis.cells import FieldError, RowErrors, parse_fields, shown, unflatten
from omic.nomis.roll_fields import DATE_FIELDS, FIELDS, FLAG_FIELDS, KNOWN_FIELDS, LEGAL, OUT, TRN, RollAlert, Status
from omic.nomis.rows import Layout

OLDEST, YOUNGEST = 110, 10  # years; 10 is the age of criminal responsibility in England and Wales
AHEAD = timedelta(days=1)  # a roll cut in the evening may already name tomorrow's moves
REQUIRED = (
    ("prisonerNumber", "prison_number"),
    ("firstName", "first_name"),
    ("lastName", "last_name"),
    ("dateOfBirth", "date_of_birth"),
    ("prisonId", "prison_id"),
)
PAST = (
    ("receptionDate", "reception_date"),
    ("lastAdmissionDate", "last_admission_date"),
    ("lastMovementDate", "last_movement_date"),
    ("previousPrisonLeavingDate", "previous_prison_leaving_date"),
)


class Leaving(StrEnum):
    """How a person left: by the movement that says so, or unexplained (for a person to confirm)."""

    RELEASED = "released"
    TRANSFERRED = "transferred"
    UNEXPLAINED = "unexplained"


class SentenceKind(StrEnum):
    DETERMINATE = "determinate"
    INDETERMINATE = "indeterminate"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class RollRecord:
    """One person as one roll states them. None is unknown; nothing here has been guessed."""

    prison_number: str
    booking_id: str | None
    first_name: str
    middle_names: str | None
    last_name: str
    date_of_birth: date
    sex: str | None
    status: Status
    prison_id: str
    last_prison_id: str | None
    previous_prison_id: str | None
    previous_prison_leaving_date: date | None
    last_movement_type: str | None
    last_movement_reason: str | None
    last_movement_date: date | None
    cell_location: str | None
    reception_date: date | None
    last_admission_date: date | None
    alerts: tuple[RollAlert, ...]
    csra: str | None
    category: str | None
    complexity: str | None
    legal_status: str | None
    imprisonment_status: str | None
    recall: bool | None
    indeterminate: bool | None
    sentence_start: date | None
    sed: date | None
    led: date | None
    ard: date | None
    crd: date | None
    ped: date | None
    ted: date | None
    hdced: date | None
    hdc_actual: date | None
    prrd: date | None
    npd: date | None
    apd: date | None
    confirmed_release_on: date | None
    restricted_patient: bool
    supporting_prison_id: str | None
    location_description: str | None

    @property
    def held_at(self) -> str | None:
        """The prison whose roll the person counts on: a restricted patient's is the supporting prison."""
        if self.status in (Status.IN, Status.OUT_FOR_NOW):
            return self.prison_id
        return self.supporting_prison_id if self.restricted_patient else None

    @property
    def leaving(self) -> Leaving | None:
        """How the person left, or None while some prison holds or supports them."""
        if self.held_at:
            return None
        by_movement = {"REL": Leaving.RELEASED, "TRN": Leaving.TRANSFERRED}
        dated = self.last_movement_type if self.last_movement_date else None
        return by_movement.get(dated or "", Leaving.UNEXPLAINED)

    @property
    def wing(self) -> str | None:
        """The first part of a cell such as A-1-002; reception, court and the like are on no wing."""
        place, hyphen, _ = (self.cell_location or "").partition("-")
        return place if hyphen else None

    @property
    def legal(self) -> str | None:
        """sentenced, remand, civil or immigration, as the calculator names them."""
        return LEGAL[self.legal_status] if self.legal_status else None

    @property
    def sentence_kind(self) -> SentenceKind:
        """By the feed's flag and legal status; where that status is silent, by the dates of a sentence."""
        if self.indeterminate or self.legal_status == "INDETERMINATE_SENTENCE":
            return SentenceKind.INDETERMINATE
        dated = bool(self.sentence_start or self.sed)
        sentenced = self.legal == "sentenced" or (self.legal is None and dated)
        return SentenceKind.DETERMINATE if sentenced else SentenceKind.NONE

    @property
    def recalled(self) -> bool:
        return bool(self.recall) or self.legal_status == "RECALL"


def parse_record(raw: Mapping[str, Any], *, prisons: frozenset[str], today: date) -> RollRecord | RowErrors:
    """The record's facts, or every cell that stops it. Never raises, whatever JSON the mapping holds."""
    facts, errors = parse_fields(raw, FIELDS)
    unreadable = {error.field for error in errors}
    for field, reason in _impossible(facts, prisons=prisons, today=today):
        if field not in unreadable:
            errors.append(FieldError(field, shown(raw.get(field, "")), reason))
    if errors:
        return RowErrors(shown(raw.get("prisonerNumber") or ""), tuple(errors))
    return _record(facts)


def unknown_fields(raw: Mapping[str, Any]) -> set[str]:
    """Names that are no field of a Prisoner Search record; the import counts and ignores them."""
    return set(raw) - KNOWN_FIELDS


def from_flat(cells: Mapping[str, str]) -> dict[str, Any]:
    """A CSV row in the shape of a JSON record. `alerts` holds codes parted by semicolons, each of them active."""
    raw = unflatten(cells, flags=FLAG_FIELDS)
    if "alerts" in raw:
        codes = [code.strip() for code in raw["alerts"].split(";")]
        raw["alerts"] = [{"alertCode": code, "active": True} for code in codes if code]
    return raw


def _record(facts: dict[str, Any]) -> RollRecord:
    del facts["in_out"]
    facts["alerts"] = facts["alerts"] or ()
    facts["restricted_patient"] = bool(facts["restricted_patient"])
    if facts["cell_location"]:
        facts["cell_location"] = facts["cell_location"].removeprefix(facts["prison_id"] + "-")
    return RollRecord(**facts)


def _impossible(facts: dict[str, Any], *, prisons: frozenset[str], today: date) -> Iterator[tuple[str, str]]:
    """(field, reason) for all that cells which read well one by one cannot mean together."""
    facts["status"] = facts["status"] or _status_from(facts)
    for name, attribute in REQUIRED:
        if facts[attribute] is None:
            yield name, "is missing"
    yield from _contradictions(facts)
    yield from _unknown_prisons(facts, prisons)
    yield from _birth(facts["date_of_birth"], facts["sentence_start"], today)
    if facts["sed"] and facts["sentence_start"] and facts["sed"] < facts["sentence_start"]:
        yield "sentenceExpiryDate", f"is before the sentence started on {facts['sentence_start']}"
    for name, attribute in PAST:
        if facts[attribute] and facts[attribute] > today + AHEAD:
            yield name, "is in the future"


def _status_from(facts: dict[str, Any]) -> Status | None:
    """The status that prisonId and inOutStatus imply, for files that leave it out."""
    if not facts["prison_id"]:
        return None
    away = {OUT: Status.GONE, TRN: Status.BETWEEN}
    here = Status.OUT_FOR_NOW if facts["in_out"] == OUT else Status.IN
    return away.get(facts["prison_id"], here)


def _contradictions(facts: dict[str, Any]) -> Iterator[tuple[str, str]]:
    status, place = facts["status"], facts["prison_id"]
    if status is None or place is None:
        return
    if facts["in_out"] and facts["in_out"] != status.split()[1]:
        yield "inOutStatus", f"contradicts the status {status}"
    expected = {Status.GONE: OUT, Status.BETWEEN: TRN}.get(status)
    if expected and place != expected:
        yield "prisonId", f"is not {expected}, which the status {status} asks for"
    if not expected and place in (OUT, TRN):
        yield "prisonId", f"names no prison, which the status {status} asks for"
    if facts["restricted_patient"] and not facts["supporting_prison_id"]:
        yield "supportingPrisonId", "is missing: a restricted patient has a supporting prison"


def _unknown_prisons(facts: dict[str, Any], prisons: frozenset[str]) -> Iterator[tuple[str, str]]:
    for name, attribute in (("prisonId", "prison_id"), ("supportingPrisonId", "supporting_prison_id")):
        code = facts[attribute]
        if code and code not in prisons and not (name == "prisonId" and code in (OUT, TRN)):
            yield name, "is not the code of a prison known here"


def _birth(born: date | None, sentence_start: date | None, today: date) -> Iterator[tuple[str, str]]:
    if born is None:
        return
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if born > today:
        yield "dateOfBirth", "is in the future"
    elif age > OLDEST:
        yield "dateOfBirth", f"would make the person {age}, over {OLDEST}"
    elif age < YOUNGEST:
        yield "dateOfBirth", f"would make the person {age}, under {YOUNGEST}"
    elif sentence_start and sentence_start <= born:
        yield "sentenceStartDate", f"is not after the date of birth, {born}"


ROLL = Layout(keys=("prisonerNumber",), dates=DATE_FIELDS, unflatten=from_flat)
