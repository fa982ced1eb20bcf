"""Calendar arithmetic of the rules. Pure: the day asked about and the bank holidays are passed in, no clock is read.

Months are calendar steps that end on the month's last day when the day does not exist there (31 August less six
months is 28 or 29 February); days are applied after months. A day is London's day; a moment is aware, or London's.
"""

from collections.abc import Container
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def add_months(on: date, months: int) -> date:
    """`on` moved by calendar months (negative: back), at the month's end where the day does not exist."""
    count = on.year * 12 + on.month - 1 + months
    year, month = divmod(count, 12)
    day = on.day
    if day > 28:
        day = min(day, _days_in(year, month + 1))
    return date(year, month + 1, day)


def _days_in(year: int, month: int) -> int:
    if month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0):
        return 29
    return _MONTH_DAYS[month - 1]


def shift(on: date, *, months: int = 0, days: int = 0) -> date:
    """`on` moved by months first and days after: the order in which every rule counts."""
    return add_months(on, months) + timedelta(days=days)


def week_start(on: date) -> date:
    """The Monday of the week that holds `on`."""
    return on - timedelta(days=on.weekday())


def month_bounds(on: date) -> tuple[date, date]:
    """The first and the last day of the month that holds `on`, both included."""
    return on.replace(day=1), on.replace(day=_days_in(on.year, on.month))


def working_days_between(start: date, end: date, holidays: Container[date]) -> int:
    """Working days after `start` up to and with `end`: Monday to Friday, less `holidays`. 0 when `end` is not later."""
    days = (start + timedelta(days=number) for number in range(1, (end - start).days + 1))
    return sum(1 for day in days if day.weekday() < 5 and day not in holidays)


def london_midnight(on: date) -> datetime:
    """The moment `on` begins in London, in UTC: an inclusive start and, for the day before, an exclusive end."""
    return datetime.combine(on, time.min, tzinfo=LONDON).astimezone(UTC)


def exclusive_due(on: date) -> datetime:
    """The first moment that is too late for something due on `on`, in UTC."""
    return london_midnight(on + timedelta(days=1))


def london_day(moment: datetime) -> date:
    """The day that London's calendar shows at `moment`."""
    return in_utc(moment).astimezone(LONDON).date()


def london_clock(moment: datetime) -> str:
    """`moment` as London's clock shows it, to the minute: 2026-03-31T14:30."""
    return f"{in_utc(moment).astimezone(LONDON):%Y-%m-%dT%H:%M}"


def in_utc(moment: datetime) -> datetime:
    """`moment` in UTC; one without an offset is London's (in the hour that comes twice, the first one)."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=LONDON)
    return moment.astimezone(UTC)


def add_hours(moment: datetime, hours: int) -> datetime:
    """`moment` plus elapsed hours, in UTC: 48 hours stay 48 hours when the clocks change."""
    return in_utc(moment) + timedelta(hours=hours)
