"""Calendar arithmetic, proved against dateutil, and London's days across clock changes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from omic.calendar import (
    add_hours,
    add_months,
    exclusive_due,
    in_utc,
    london_clock,
    london_day,
    london_midnight,
    month_bounds,
    shift,
    week_start,
    working_days_between,
)

days = st.dates(date(1900, 1, 1), date(2100, 12, 31))
CHRISTMAS = {date(2025, 12, 25), date(2025, 12, 26)}


@given(days, st.integers(-1200, 1200))
def test_add_months_agrees_with_dateutil(on: date, months: int) -> None:
    assert add_months(on, months) == on + relativedelta(months=months)


@given(days, st.integers(-120, 120), st.integers(-400, 400))
def test_months_come_before_days(on: date, months: int, count: int) -> None:
    assert shift(on, months=months, days=count) == on + relativedelta(months=months, days=count)


@pytest.mark.parametrize(
    ("on", "months", "expected"),
    [
        (date(2022, 8, 31), -6, date(2022, 2, 28)),
        (date(2024, 8, 31), -6, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2000, 3, 31), -1, date(2000, 2, 29)),
        (date(1900, 3, 31), -1, date(1900, 2, 28)),
        (date(2026, 1, 31), 0, date(2026, 1, 31)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
    ],
)
def test_month_ends(on: date, months: int, expected: date) -> None:
    assert add_months(on, months) == expected


@given(days)
def test_week_and_month_hold_their_day(on: date) -> None:
    first, last = month_bounds(on)
    assert week_start(on).weekday() == 0
    assert timedelta(0) <= on - week_start(on) < timedelta(days=7)
    assert first <= on <= last
    assert (first.day, (last + timedelta(days=1)).day) == (1, 1)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (date(2025, 12, 22), date(2025, 12, 22), 0),
        (date(2025, 12, 22), date(2025, 12, 23), 1),
        (date(2025, 12, 24), date(2025, 12, 29), 1),
        (date(2025, 12, 19), date(2025, 12, 22), 1),
        (date(2025, 12, 22), date(2025, 12, 19), 0),
    ],
)
def test_working_days_leave_out_weekends_and_holidays(start: date, end: date, expected: int) -> None:
    assert working_days_between(start, end, CHRISTMAS) == expected


@given(days)
def test_midnights_bound_a_london_day(on: date) -> None:
    begins, ends = london_midnight(on), exclusive_due(on)
    assert begins.tzinfo is UTC
    assert london_day(begins) == london_day(ends - timedelta(microseconds=1)) == on
    assert london_day(ends) == on + timedelta(days=1)


@pytest.mark.parametrize(
    ("on", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24), (date(2026, 1, 1), 24)]
)
def test_a_day_has_23_or_25_hours_when_the_clocks_change(on: date, hours: int) -> None:
    assert exclusive_due(on) - london_midnight(on) == timedelta(hours=hours)


def test_a_summer_midnight_is_an_hour_earlier_in_utc() -> None:
    assert london_midnight(date(2026, 7, 1)) == datetime(2026, 6, 30, 23, tzinfo=UTC)
    assert london_day(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)) == date(2026, 7, 1)


def test_a_moment_without_offset_is_londons() -> None:
    assert in_utc(datetime(2026, 7, 1, 9, 0)) == datetime(2026, 7, 1, 8, tzinfo=UTC)
    assert in_utc(datetime(2026, 10, 25, 1, 30)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_hours_are_elapsed_hours() -> None:
    before_the_change = datetime(2026, 3, 28, 12, 0)
    assert add_hours(before_the_change, 48) == in_utc(datetime(2026, 3, 30, 13, 0))


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (datetime(2026, 1, 15, 14, 30, tzinfo=UTC), "2026-01-15T14:30"),
        (datetime(2026, 6, 1, 22, 30, tzinfo=UTC), "2026-06-01T23:30"),
        (datetime(2026, 6, 1, 23, 30, tzinfo=UTC), "2026-06-02T00:30"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "2026-03-29T02:00"),
        (datetime(2026, 3, 31, 14, 30), "2026-03-31T14:30"),
    ],
)
def test_a_moment_is_shown_as_londons_clock_has_it(moment: datetime, shown: str) -> None:
    assert london_clock(moment) == shown
