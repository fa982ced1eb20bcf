"""The only place that reads the clock. Views, commands and tasks ask it once and hand the answer on."""

from datetime import date, datetime

from django.utils import timezone

from omic.calendar import london_day


def now() -> datetime:
    """This moment, aware, in UTC."""
    return timezone.now()


def today() -> date:
    """London's day."""
    return london_day(now())
