"""The periods that the figures show, and what each is compared with. Pure: the day asked about is passed in.

After the national service's screens, with these readings where they mislead. A month so far is compared with as many
days of the month before, not with all of it; where the month before is too short for that, with as many days straight
before. Whole calendar months are compared with as many whole months before, however the period was chosen, so that the
same two dates always show the same page.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from omic.calendar import add_months, month_bounds

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` to `last`, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def establishment_period(on: date) -> Period:
    """What an establishment's page shows at first: the last full month, on the last day of a month that month."""
    first, last = month_bounds(on)
    return Period(first, last) if on == last else Period(*month_bounds(first - ONE_DAY))


def key_worker_period(on: date) -> Period:
    """What a key worker's page shows at first: the last month up to and with today."""
    return Period(add_months(on, -1), on)


def compared_with(period: Period, *, on: date) -> Period:
    """The period before that `period`, shown on `on`, is compared with when nobody chooses another."""
    if _whole_months(period):
        months = (period.last.year - period.first.year) * 12 + period.last.month - period.first.month + 1
        return Period(add_months(period.first, -months), period.first - ONE_DAY)
    before = Period(period.first - timedelta(days=period.days), period.first - ONE_DAY)
    if period.first.day == 1 and period.last == on and on <= month_bounds(period.first)[1]:
        return _month_so_far(period) or before
    return before


def _whole_months(period: Period) -> bool:
    return period.first.day == 1 and (period.last + ONE_DAY).day == 1


def _month_so_far(period: Period) -> Period | None:
    """As many days of the month before, from its first; None where it has fewer."""
    first, last = month_bounds(period.first - ONE_DAY)
    end = first + timedelta(days=period.days - 1)
    return Period(first, end) if end <= last else None
