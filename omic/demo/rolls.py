"""The roll files of the demonstration: the day before yesterday's, and today's with everything that a roll brings.

Both go through the same importer as a real prison's, and so do the details beside them.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import islice
from typing import Any

from omic.demo.places import Demonstration, Place
from omic.fictional import corrupt, details, next_day, person, roll

Raw = dict[str, Any]
RELEASE_DATES = (
    "conditionalReleaseDate",
    "automaticReleaseDate",
    "confirmedReleaseDate",
    "homeDetentionCurfewEligibilityDate",
    "homeDetentionCurfewActualDate",
    "releaseDate",
)
MOVED_BY, NOT_SOON = timedelta(days=60), timedelta(days=100)
WITHOUT_DATES, HELD, MISSING, UNEXPLAINED = 3, 2, 2, 1
SPOILT = ("bad_number", "no_such_day", "ends_before_start")
ARRIVALS_A_HUNDRED, TRANSFERS_A_HUNDRED = 0.6, 0.3


def first_roll(demo: Demonstration, place: Place, *, on: date) -> list[Raw]:
    """The full roll of a day. A few people have just been sentenced: their dates are not calculated yet."""
    records = list(roll(place.holds, on=on, seed=demo.seed))
    for record in _picked(records, WITHOUT_DATES, on):
        for name in RELEASE_DATES:
            record.pop(name, None)
    return records


def todays_roll(demo: Demonstration, place: Place, before: Sequence[Raw]) -> list[Raw]:
    """Today's: arrivals, transfers, releases; dates that move, somebody gone without a word, rows that are spoilt."""
    size = place.holds.size
    records = next_day(
        before,
        place.holds,
        on=demo.on,
        arrivals=3 + int(size * ARRIVALS_A_HUNDRED / 100),
        transfers=1 + int(size * TRANSFERS_A_HUNDRED / 100),
        releases=sum("releaseDate" in record and record["releaseDate"] <= demo.on.isoformat() for record in before),
        seed=demo.seed,
    )
    inside = [record for record in records if record["status"] == "ACTIVE IN"]
    touched = _picked(inside, HELD + MISSING + UNEXPLAINED, demo.on)
    held, missing, unexplained = touched[:HELD], touched[HELD : HELD + MISSING], touched[HELD + MISSING :]
    changed = {id(record): _later(record) for record in held} | {id(record): _gone(record) for record in unexplained}
    left = {id(record) for record in missing}
    return [changed.get(id(record), record) for record in records if id(record) not in left]


def moved_to(place: Place, record: Raw, *, on: date) -> Raw:
    """A record of somebody on transfer as the prison has it where they arrive the same day."""
    here = {"prisonId": place.code, "prisonName": place.holds.name, "lastPrisonId": place.code}
    came = {"lastMovementTypeCode": "ADM", "lastMovementReasonCode": "INT", "lastMovementDate": on.isoformat()}
    before = {"previousPrisonId": record["lastPrisonId"], "previousPrisonLeavingDate": on.isoformat()}
    inside = {"status": "ACTIVE IN", "inOutStatus": "IN", "lastAdmissionDate": on.isoformat()}
    return record | here | came | before | inside | {"cellLocation": f"{place.holds.wings[0]}-1-001"}


def details_of(demo: Demonstration, records: Iterable[Raw], *, on: date) -> list[Raw]:
    """What is known beside the roll."""
    return list(details(records, on=on, seed=demo.seed))


def _picked(records: Sequence[Raw], number: int, on: date) -> list[Raw]:
    """So many of those who have a conditional release date and are not about to leave: always the same ones."""
    soon = (on + NOT_SOON).isoformat()
    fitting = (
        record for record in records if "conditionalReleaseDate" in record and record.get("releaseDate", "") > soon
    )
    return list(islice(fitting, number))


def _later(record: Raw) -> Raw:
    moved = date.fromisoformat(record["conditionalReleaseDate"]) + MOVED_BY
    later = {name: moved.isoformat() for name in ("conditionalReleaseDate", "releaseDate")}
    expiry = max(record.get("sentenceExpiryDate", ""), moved.isoformat())
    return record | later | {"sentenceExpiryDate": expiry}


def _gone(record: Raw) -> Raw:
    """Out, but nothing says how: no movement of today."""
    gone = {"status": "INACTIVE OUT", "inOutStatus": "OUT", "prisonId": "OUT"}
    return {name: value for name, value in record.items() if name not in ("cellLocation", "prisonName")} | gone


def spoilt(demo: Demonstration, place: Place, *, on: date) -> list[Raw]:
    """Rows of newcomers that cannot be taken in as they are."""
    beyond = place.holds.size + 1000
    newcomers = [person(place.holds, beyond + n, on=on, seed=demo.seed) for n in range(len(SPOILT))]
    return [corrupt(record, how) for record, how in zip(newcomers, SPOILT, strict=True)]
