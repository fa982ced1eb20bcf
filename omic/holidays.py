"""Bank holidays of England and Wales, from the list that the government's own package carries: no download."""

from datetime import date
from functools import cache


@cache
def bank_holidays() -> frozenset[date]:
    """Every bank holiday on the list. It ends a year or two ahead: days beyond it count as working days."""
    # Here, as it brings an HTTP client that nothing else needs into every start.
    from govuk_bank_holidays.bank_holidays import BankHolidays  # noqa: PLC0415

    listed = BankHolidays(use_cached_holidays=True).get_holidays(division=BankHolidays.ENGLAND_AND_WALES)
    return frozenset(holiday["date"] for holiday in listed)
