"""The calendar's case file: month ends and leap days, weeks, working days, and London's days and clock."""

from collections.abc import Callable
from datetime import date, datetime

import pytest

from omic import calendar
from tests.case_files import Case, read_cases

CASES = read_cases("calendar")
ASKED: dict[str, Callable[[Case], object]] = {
    "add_months": lambda case: calendar.add_months(day(case), int(case["months"])),
    "shift": lambda case: calendar.shift(day(case), **counts(case)),
    "week_start": lambda case: calendar.week_start(day(case)),
    "month_bounds": lambda case: calendar.month_bounds(day(case)),
    "working_days_between": lambda case: calendar.working_days_between(
        day(case), date.fromisoformat(case["until"]), {date.fromisoformat(on) for on in case["holidays"].split()}
    ),
    "london_midnight": lambda case: calendar.london_midnight(day(case)),
    "exclusive_due": lambda case: calendar.exclusive_due(day(case)),
    "london_day": lambda case: calendar.london_day(moment(case)),
    "london_clock": lambda case: calendar.london_clock(moment(case)),
    "in_utc": lambda case: calendar.in_utc(moment(case)),
    "add_hours": lambda case: calendar.add_hours(moment(case), int(case["hours"])),
}


def day(case: Case) -> date:
    return date.fromisoformat(case["on"])


def moment(case: Case) -> datetime:
    return datetime.fromisoformat(case["on"])


def counts(case: Case) -> dict[str, int]:
    return {unit: int(case[unit]) for unit in ("months", "days") if case[unit]}


def in_words(answer: object) -> str:
    return " ".join(map(str, answer)) if isinstance(answer, tuple) else str(answer)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case(case: Case) -> None:
    assert in_words(ASKED[case["asks"]](case)) == case["expected"]


def test_everything_is_asked_and_ids_are_unique() -> None:
    assert {case["asks"] for case in CASES} == set(ASKED)
    assert len({case["id"] for case in CASES}) == len(CASES)
