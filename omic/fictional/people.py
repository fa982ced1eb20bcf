"""Fictional people on a fictional prison's roll, as Prisoner Search would state them on a given day.

The same prison, day and seed give the same roll; a person depends on no other person, so that a prison of any size
can be streamed. Prison numbers begin with Q to Z, to be told apart at sight, and never collide between prisons whose
ranges (`number_from` to `number_from` + people ever on the roll) do not overlap.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from random import Random
from typing import Any

from omic.fictional import sentences
from omic.fictional.names import MEN, SURNAMES, WOMEN
from omic.fictional.sentences import Builder

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
INITIALS = "QRSTUVWXYZ"
NUMBERS = len(INITIALS) * 10_000 * len(LETTERS) ** 2
STRIDE = 48_271  # prime to NUMBERS, so that serials are shuffled without two meeting
IN_A_CELL, ON_A_LANDING = 2, 28
ELSEWHERE = ("XLA", "XLB", "XTA")  # prisons people came from, on nobody's list
ALERTS = (  # code, type, share of men, share of women
    *(("HA", "H", 0.04, 0.08), ("HA1", "H", 0.03, 0.05), ("HC", "H", 0.08, 0.20), ("HS", "H", 0.10, 0.25)),
    *(("XTACT", "X", 0.008, 0.004), ("XGANG", "X", 0.07, 0.01), ("XRF", "X", 0.04, 0.0), ("XSA", "X", 0.03, 0.03)),
    *(("RNO121", "R", 0.015, 0.005), ("ROV", "R", 0.01, 0.005), ("ROH", "R", 0.14, 0.08), ("ROM", "R", 0.25, 0.30)),
    *(("RSS", "R", 0.03, 0.02), ("RDV", "R", 0.12, 0.02), ("VU", "V", 0.06, 0.10), ("VIP", "V", 0.03, 0.03)),
    *(("PEEP", "M", 0.02, 0.02), ("CSIP", "C", 0.03, 0.02), ("F1", "F", 0.04, 0.01), ("TPR", "T", 0.02, 0.02)),
    *(("HID", "M", 0.08, 0.10), ("PGWCP", "M", 0.0, 0.02), ("OCVM", "O", 0.02, 0.01)),
)
CARE_EXPERIENCED = ("LCE", "L")


class Mix(Enum):
    """What kind of prison it is: the weights of its sentences."""

    LOCAL = "local"
    TRAINER = "trainer"
    WOMEN = "women"

    @property
    def weights(self) -> dict[Builder, int]:
        return {Mix.LOCAL: sentences.LOCAL, Mix.TRAINER: sentences.TRAINER, Mix.WOMEN: sentences.WOMEN}[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class FictionalPrison:
    """A prison to be filled. `number_from` is the serial of its first prison number."""

    code: str
    name: str
    mix: Mix
    size: int
    number_from: int
    wings: str = "ABCDEF"


def roll(prison: FictionalPrison, *, on: date, seed: int = 1) -> Iterator[dict[str, Any]]:
    """The prison's full roll on a day: Prisoner Search records, dates in ISO."""
    return (person(prison, index, on=on, seed=seed) for index in range(prison.size))


def person(prison: FictionalPrison, index: int, *, on: date, seed: int = 1) -> dict[str, Any]:
    """The record of the prison's person number `index`, in custody on the day. Some are at court, some in hospital."""
    rng = Random(f"{seed}/{prison.code}/{index}")  # noqa: S311  fictional people, not secrets
    in_hospital = index % 400 == 17
    build = sentences.long if in_hospital else rng.choices(*zip(*prison.mix.weights.items(), strict=True))[0]
    sentence = build(rng, on)
    record = _identity(rng, prison, index, on, sentence, seed) | sentence | _place(rng, prison, index, on, sentence)
    record |= _assessed(rng, prison, record)
    record["alerts"] = _alerts(rng, prison, record, on)
    record |= _away(rng, prison, index, on, in_hospital)
    return {field: _plain(value) for field, value in record.items() if value is not None}


def prison_number(serial: int, *, seed: int = 1) -> str:
    """The fictional prison number of a serial: one to one within a seed."""
    rest = (serial * STRIDE + seed * 7_919_001) % NUMBERS
    rest, second = divmod(rest, len(LETTERS))
    rest, first = divmod(rest, len(LETTERS))
    initial, digits = divmod(rest, 10_000)
    return f"{INITIALS[initial]}{digits:04d}{LETTERS[first]}{LETTERS[second]}"


def _identity(
    rng: Random, prison: FictionalPrison, index: int, on: date, sentence: dict[str, Any], seed: int
) -> dict[str, Any]:
    serial = prison.number_from + index
    women = prison.mix is Mix.WOMEN
    forenames = WOMEN if women else MEN
    held = (on - sentence.get("sentenceStartDate", on)).days / 365.25
    age = max(18 + held, rng.triangular(18, 78, 29))
    return {
        "prisonerNumber": prison_number(serial, seed=seed),
        "bookingId": str(1_000_000 + serial),
        "firstName": rng.choice(forenames),
        "middleNames": rng.choice(forenames) if rng.random() < 0.3 else None,
        "lastName": rng.choice(SURNAMES),
        "dateOfBirth": on - timedelta(int(age * 365.25) + rng.randint(1, 200)),
        "gender": "Female" if women else "Male",
    }


def _place(rng: Random, prison: FictionalPrison, index: int, on: date, sentence: dict[str, Any]) -> dict[str, Any]:
    """Cells fill wing by wing, two people each; in a training prison nearly everybody came from another one."""
    slot = index // len(prison.wings) // IN_A_CELL
    wing, landing, cell = prison.wings[index % len(prison.wings)], slot // ON_A_LANDING + 1, slot % ON_A_LANDING + 1
    reception = sentence["receptionDate"]
    moved = rng.random() < (0.9 if prison.mix is Mix.TRAINER else 0.15) and (on - reception).days > 7
    arrival = on - timedelta(rng.randint(0, min(900, (on - reception).days))) if moved else reception
    return {
        "status": "ACTIVE IN",
        "inOutStatus": "IN",
        "prisonId": prison.code,
        "prisonName": prison.name,
        "lastPrisonId": prison.code,
        "previousPrisonId": rng.choice(ELSEWHERE) if moved else None,
        "previousPrisonLeavingDate": arrival if moved else None,
        "lastMovementTypeCode": "ADM",
        "lastMovementReasonCode": "INT" if moved else "N",
        "lastMovementDate": arrival,
        "lastAdmissionDate": arrival,
        "cellLocation": f"{wing}-{landing}-{cell:03d}",
    }


def _assessed(rng: Random, prison: FictionalPrison, record: dict[str, Any]) -> dict[str, Any]:
    sentenced = "sentenceStartDate" in record
    by_mix = {Mix.LOCAL: ("B", "C", "C", "C"), Mix.TRAINER: ("C", "C", "C", "D"), Mix.WOMEN: ("R", "R", "R", "T")}
    levels = rng.choices(("low", "medium", "high", None), (50, 30, 12, 8))[0]
    return {
        "csra": "High" if rng.random() < 0.12 else "Standard",
        "category": rng.choice(by_mix[prison.mix]) if sentenced else "U",
        "complexityOfNeedLevel": levels if prison.mix is Mix.WOMEN else None,
        "convictedStatus": "Remand" if record["legalStatus"] == "REMAND" else "Convicted",
    }


def _alerts(rng: Random, prison: FictionalPrison, record: dict[str, Any], on: date) -> list[dict[str, Any]]:
    women, young = prison.mix is Mix.WOMEN, (on - record["dateOfBirth"]).days < 25 * 365
    drawn = [(code, kind) for code, kind, men, share in ALERTS if rng.random() < (share if women else men)]
    if rng.random() < (0.3 if young else 0.05):
        drawn.append(CARE_EXPERIENCED)
    return [_alert(code, kind, expired=rng.random() < 0.1) for code, kind in drawn]


def _alert(code: str, kind: str, *, expired: bool) -> dict[str, Any]:
    return {"alertType": kind, "alertCode": code, "active": not expired, "expired": expired}


def _away(rng: Random, prison: FictionalPrison, index: int, on: date, in_hospital: bool) -> dict[str, Any]:
    """Everyone counts who is at court or out for the day; a restricted patient is OUT with a supporting prison."""
    if in_hospital:
        return {
            **{"status": "INACTIVE OUT", "inOutStatus": "OUT", "prisonId": "OUT", "prisonName": None},
            **{"lastMovementTypeCode": "REL", "lastMovementReasonCode": "HP", "cellLocation": None},
            **{"restrictedPatient": True, "supportingPrisonId": prison.code},
            "locationDescription": "Outside - discharged to a hospital",
        }
    movement = "CRT" if index % 90 == 40 else "TAP" if index % 150 == 75 else None
    if movement is None:
        return {}
    return {
        **{"status": "ACTIVE OUT", "inOutStatus": "OUT"},
        **{"lastMovementTypeCode": movement, "lastMovementDate": on},
        "lastMovementReasonCode": rng.choice(("CRT", "PR")) if movement == "CRT" else "C3",
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
