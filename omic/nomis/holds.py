"""When a whole file waits for a person, and how long a held change may wait. Pure."""

from collections.abc import Container, Iterable
from datetime import date, timedelta
from typing import Any

from omic.nomis.reading import InputFile
from omic.nomis.roll_fields import OUT

# A prison's roll changes by a few in a hundred from day to day; a file with a tenth fewer people has been cut off.
SHRINKS_AT_MOST = 0.10


def next_working_day(on: date, holidays: Container[date]) -> date:
    """The first working day after `on`: a held change is decided within one working day."""
    day = on + timedelta(days=1)
    while day.weekday() >= 5 or day in holidays:
        day += timedelta(days=1)
    return day


def doubtful_dates(file: InputFile) -> str:
    """Why a CSV file waits whose dates would be dates in the other order as well; empty if it need not."""
    if not file.ambiguous_columns:
        return ""
    columns = ", ".join(file.ambiguous_columns)
    return f"No date in {columns} proves that dates were written as {file.date_format}: read the other way they exist."


def doubtful_size(before: int, after: int) -> str:
    """Why a full roll waits that names far fewer people than the prison holds; empty if it need not."""
    if before == 0 or before - after <= before * SHRINKS_AT_MOST:
        return ""
    return f"The roll would shrink from {before} people to {after}, by more than {SHRINKS_AT_MOST:.0%}."


def counted_here(rows: Iterable[dict[str, Any]], prison: str) -> int:
    """How many people the records count on the prison's roll, restricted patients among them."""
    return len({_number(cells) for cells in rows if _held_at(cells) == prison})


def _held_at(cells: dict[str, Any]) -> Any:
    restricted = cells.get("prisonId") == OUT and cells.get("restrictedPatient") is True
    return cells.get("supportingPrisonId") if restricted else cells.get("prisonId")


def _number(cells: dict[str, Any]) -> str:
    return str(cells.get("prisonerNumber"))
