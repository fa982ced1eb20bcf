"""The day after a fictional roll, and rows spoilt in the ways that real files are."""

from collections.abc import Sequence
from datetime import date
from random import Random
from typing import Any

from omic.fictional.people import FictionalPrison, person

Raw = dict[str, Any]
CORRUPTIONS: dict[str, Raw] = {
    "bad_number": {"prisonerNumber": "A123"},
    "no_such_day": {"sentenceExpiryDate": "2031-02-30"},
    "american_date": {"conditionalReleaseDate": "03/31/2031"},
    "spreadsheet_date": {"conditionalReleaseDate": 47938},
    "ends_before_start": {"sentenceStartDate": "2024-05-01", "sentenceExpiryDate": "2020-05-01"},
    "born_tomorrow": {"dateOfBirth": "2199-01-01"},
    "unknown_prison": {"prisonId": "QQQ"},
    "wrong_type": {"recall": "perhaps"},
    "control_character": {"lastName": "Smi\u0000th"},
    "too_long": {"cellLocation": "A-1-" + "0" * 200},
    "no_name": {"lastName": None},
    "in_and_out": {"inOutStatus": "TRN"},
}


def corrupt(record: Raw, how: str) -> Raw:
    """A copy of the record spoilt in one of the ways of CORRUPTIONS: never loadable."""
    return record | CORRUPTIONS[how]


def next_day(
    records: Sequence[Raw],
    prison: FictionalPrison,
    *,
    on: date,
    arrivals: int = 0,
    transfers: int = 0,
    releases: int = 0,
    first_arrival: int | None = None,
    seed: int = 1,
) -> list[Raw]:
    """The roll of the day after: `on` is that day. Leavers are on it as OUT or TRN, yesterday's leavers are not.

    Arrivals are the prison's people from index `first_arrival` on (its size, if nothing is said): over several days
    the caller counts on, so that nobody arrives twice.
    """
    rng = Random(f"{seed}/{prison.code}/{on}")  # noqa: S311  fictional people, not secrets
    staying = [record for record in records if record["status"].startswith("ACTIVE") or "restrictedPatient" in record]
    inside = [record for record in staying if record["status"] == "ACTIVE IN"]
    released = sorted(inside, key=lambda record: record.get("releaseDate", "9999"))[:releases]
    gone = {record["prisonerNumber"]: _released(record, prison, on) for record in released}
    others = [record for record in inside if record["prisonerNumber"] not in gone]
    gone |= {record["prisonerNumber"]: _transferred(record, on) for record in rng.sample(others, transfers)}
    start = prison.size if first_arrival is None else first_arrival
    new = [_arrived(person(prison, start + place, on=on, seed=seed), on) for place in range(arrivals)]
    return [gone.get(record["prisonerNumber"], record) for record in staying] + new


def _released(record: Raw, prison: FictionalPrison, on: date) -> Raw:
    return _left(record, on) | {
        **{"status": "INACTIVE OUT", "inOutStatus": "OUT", "prisonId": "OUT"},
        **{"lastMovementTypeCode": "REL", "lastMovementReasonCode": "CR"},
        "locationDescription": f"Outside - released from {prison.name}",
    }


def _transferred(record: Raw, on: date) -> Raw:
    return _left(record, on) | {
        **{"status": "INACTIVE TRN", "inOutStatus": "TRN", "prisonId": "TRN"},
        **{"lastMovementTypeCode": "TRN", "lastMovementReasonCode": "NOTR", "locationDescription": "Transfer"},
    }


def _left(record: Raw, on: date) -> Raw:
    kept = {field: value for field, value in record.items() if field not in ("cellLocation", "prisonName")}
    return kept | {"lastMovementDate": on.isoformat()}


def _arrived(record: Raw, on: date) -> Raw:
    """Came in from court today: whoever they are, their time in this prison starts now."""
    came = {"lastMovementTypeCode": "ADM", "lastMovementReasonCode": "N", "lastMovementDate": on.isoformat()}
    inside = {"status": "ACTIVE IN", "inOutStatus": "IN", "lastAdmissionDate": on.isoformat()}
    return record | inside | came
