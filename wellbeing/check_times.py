"""The moment of a check as an officer reads it off the clock, also in the nights on which the clocks change (H15)."""

from datetime import date, datetime, time
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError

from omic.calendar import LONDON, in_utc
from omic.fields import DateTimeField, parse_date, parse_time


class ClockTime(NamedTuple):
    """The moment of a check by London's clock. `twice`: it came twice that night, and the first of the two is taken."""

    at: datetime
    twice: bool


def by_clock(on: date, typed: time) -> ClockTime:
    """The moment at which London's clocks showed a time on a day.

    The hour that comes twice in autumn is taken, the one that does not exist in spring is not. Raises ValidationError.
    """
    local = datetime.combine(on, typed)
    moment = in_utc(local)
    if moment.astimezone(LONDON).replace(tzinfo=None) != local:
        raise ValidationError("Time did not exist that night: the clocks went forward. Enter one hour later")
    return ClockTime(moment, in_utc(local.replace(fold=1)) != moment)


class CheckTimeField(DateTimeField):
    """A day and a time by London's clock, read as `by_clock` does."""

    def to_python(self, value: Any) -> Any:
        """A `ClockTime`, or None when every box is empty."""
        if not isinstance(value, list):
            return super().to_python(value)
        if not any(value):
            return None
        name = str(self.label)
        return by_clock(parse_date(*value[:3], called=name), parse_time(value[3], called=name))
