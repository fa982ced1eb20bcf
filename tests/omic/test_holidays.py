"""Bank holidays of England and Wales, checked against days that anybody can look up."""

from datetime import date

import pytest

from omic.calendar import working_days_between
from omic.holidays import bank_holidays


@pytest.mark.parametrize("day", [date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 1), date(2027, 3, 26)])
def test_a_bank_holiday(day: date) -> None:
    assert day in bank_holidays()


@pytest.mark.parametrize("day", [date(2026, 12, 24), date(2027, 1, 4), date(2026, 11, 30)])
def test_no_bank_holiday_in_england_and_wales(day: date) -> None:
    assert day not in bank_holidays()


def test_working_days_over_christmas() -> None:
    assert working_days_between(date(2026, 12, 23), date(2027, 1, 4), bank_holidays()) == 5
