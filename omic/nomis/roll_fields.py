"""The fields of a Prisoner Search record that the product reads, and how each cell of them is read.

Pure. The table at the end is the contract with the feed: name there, attribute here, parser. Values outside a
published list are refused, never passed on; the reason names the list.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from omic.nomis.cells import BadCellError, Field, choice, day, flag, kind_of, shown, text

NUMBER = re.compile(r"[A-Z][0-9]{4}[A-Z]{2}")
CODE = re.compile(r"[A-Z0-9_]{1,12}")
NOT_A_NAME = re.compile(r'[0-9=@+<>{}\[\]|\\;"]|^-')
NAME, BOOKING = text(50), text(20)
OUT, TRN = "OUT", "TRN"
CATEGORIES = ["A", "B", "C", "D", "E", "H", "I", "J", "P", "Q", "R", "S", "T", "U", "V", "X", "Z"]
CSRA = {"Standard": "standard", "High": "high", "Low": "low", "Medium": "medium"}
CSRA |= {"HI": "high", "MED": "medium", "PEND": "pending"}
SEXES: dict[str, str | None] = {"Male": "male", "M": "male", "Female": "female", "F": "female"}
SEXES |= dict.fromkeys(("Not Known / Not Recorded", "Not Specified (Indeterminate)", "Refused"))
LEGAL = {
    "RECALL": "sentenced",
    "INDETERMINATE_SENTENCE": "sentenced",
    "SENTENCED": "sentenced",
    "CONVICTED_UNSENTENCED": "remand",
    "REMAND": "remand",
    "CIVIL_PRISONER": "civil",
    "IMMIGRATION_DETAINEE": "immigration",
    "DEAD": None,
    "UNKNOWN": None,
    "OTHER": None,
}


class Status(StrEnum):
    """Where the feed counts a person: on a prison's roll inside or out for the day, gone, or between prisons."""

    IN = "ACTIVE IN"
    OUT_FOR_NOW = "ACTIVE OUT"
    GONE = "INACTIVE OUT"
    BETWEEN = "INACTIVE TRN"


@dataclass(frozen=True, slots=True)
class RollAlert:
    """An alert code on the person; `active` where any alert of that code stands today. CSV gives no type."""

    code: str
    type: str | None
    active: bool


def prison_number(value: Any) -> str:
    """A prison number such as A1234AA."""
    if not isinstance(value, str) or not NUMBER.fullmatch(value.strip()):
        raise BadCellError("is not a prison number such as A1234AA")
    return value.strip()


def _name(value: Any) -> str:
    name: str = NAME(value)
    if NOT_A_NAME.search(name):
        raise BadCellError("holds something that no name holds")
    return name


def _code(value: Any) -> str:
    if not isinstance(value, str) or not CODE.fullmatch(value.strip()):
        raise BadCellError("is not a code of up to 12 capitals, digits or underscores")
    return value.strip()


def _booking(value: Any) -> str:
    """The feed writes the booking's number as text; some extracts write it as a number."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = shown(value)
    booking: str = BOOKING(value)
    return booking


def _alerts(value: Any) -> tuple[RollAlert, ...]:
    """One alert a code, in the order of the codes, so that the feed's own order changes nothing."""
    if not isinstance(value, list):
        raise BadCellError(f"is {kind_of(value)}, not a list of alerts")
    by_code: dict[str, RollAlert] = {}
    for alert in map(_alert, value):
        known = by_code.get(alert.code)
        if known is None or alert.active:
            by_code[alert.code] = alert
    return tuple(by_code[code] for code in sorted(by_code))


def _alert(entry: Any) -> RollAlert:
    if not isinstance(entry, dict):
        raise BadCellError(f"holds {kind_of(entry)} where an alert should stand")
    code, kind, active, expired = (entry.get(key) for key in ("alertCode", "alertType", "active", "expired"))
    if code is None:
        raise BadCellError("holds an alert without an alertCode")
    if not isinstance(active, bool) or not isinstance(expired, bool | None):
        raise BadCellError("holds an alert whose active or expired is not true or false")
    return RollAlert(_code(code), _code(kind) if kind else None, active and not expired)


FIELDS = (
    Field("prisonerNumber", "prison_number", prison_number),
    Field("bookingId", "booking_id", _booking),
    Field("firstName", "first_name", _name),
    Field("middleNames", "middle_names", _name),
    Field("lastName", "last_name", _name),
    Field("dateOfBirth", "date_of_birth", day),
    Field("gender", "sex", choice(SEXES)),
    Field("status", "status", choice({status: status for status in Status})),
    Field("inOutStatus", "in_out", choice(("IN", OUT, TRN))),
    Field("prisonId", "prison_id", _code),
    Field("lastPrisonId", "last_prison_id", _code),
    Field("previousPrisonId", "previous_prison_id", _code),
    Field("previousPrisonLeavingDate", "previous_prison_leaving_date", day),
    Field("lastMovementTypeCode", "last_movement_type", choice(("ADM", "REL", "TRN", "CRT", "TAP"))),
    Field("lastMovementReasonCode", "last_movement_reason", _code),
    Field("lastMovementDate", "last_movement_date", day),
    Field("cellLocation", "cell_location", text(40)),
    Field("receptionDate", "reception_date", day),
    Field("lastAdmissionDate", "last_admission_date", day),
    Field("alerts", "alerts", _alerts),
    Field("csra", "csra", choice(CSRA)),
    Field("category", "category", choice(CATEGORIES)),
    Field("complexityOfNeedLevel", "complexity", choice(("low", "medium", "high"))),
    Field("legalStatus", "legal_status", choice(LEGAL.keys())),
    Field("imprisonmentStatus", "imprisonment_status", text(20)),
    Field("recall", "recall", flag),
    Field("indeterminateSentence", "indeterminate", flag),
    Field("sentenceStartDate", "sentence_start", day),
    Field("sentenceExpiryDate", "sed", day),
    Field("licenceExpiryDate", "led", day),
    Field("automaticReleaseDate", "ard", day),
    Field("conditionalReleaseDate", "crd", day),
    Field("paroleEligibilityDate", "ped", day),
    Field("tariffDate", "ted", day),
    Field("homeDetentionCurfewEligibilityDate", "hdced", day),
    Field("homeDetentionCurfewActualDate", "hdc_actual", day),
    Field("postRecallReleaseDate", "prrd", day),
    Field("nonParoleDate", "npd", day),
    Field("actualParoleDate", "apd", day),
    Field("confirmedReleaseDate", "confirmed_release_on", day),
    Field("restrictedPatient", "restricted_patient", flag),
    Field("supportingPrisonId", "supporting_prison_id", _code),
    Field("locationDescription", "location_description", text(240)),
)
DATE_FIELDS = frozenset(field.name for field in FIELDS if field.parse is day)
FLAG_FIELDS = frozenset(field.name for field in FIELDS if field.parse is flag)
UNUSED_FIELDS = frozenset(
    (
        *("additionalDaysAwarded", "allConvictedOffences", "bookNumber", "convictedStatus", "currentIncentive"),
        *("dischargeDate", "dischargedHospitalDescription", "dischargedHospitalId", "homeDetentionCurfewEndDate"),
        *("imprisonmentStatusDescription", "mostSeriousOffence", "nonDtoReleaseDate", "nonDtoReleaseDateType"),
        *("prisonName", "releaseDate", "releaseOnTemporaryLicenceDate", "topupSupervisionExpiryDate"),
        *("topupSupervisionStartDate", "youthOffender"),
    )
)
KNOWN_FIELDS = UNUSED_FIELDS | {field.name for field in FIELDS}
