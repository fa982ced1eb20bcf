"""How dates, times and numbers read on a page, in a file name and in a sentence. GOV.UK style; London's time."""

from datetime import date, datetime
from typing import Any, TypeVar

from django.utils import timezone

Day = TypeVar("Day", date, datetime)


def london(value: Day) -> Day:
    """An aware datetime on London's clock; dates and naive datetimes as they are."""
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


def day(value: date | datetime | None) -> str:
    """3 March 2026; nothing for None."""
    return f"{london(value).day} {london(value):%B %Y}" if value else ""


def short_day(value: date | datetime | None) -> str:
    """3 Mar 2026, for tables; nothing for None."""
    return f"{london(value).day} {london(value):%b %Y}" if value else ""


def clock(value: datetime | None) -> str:
    """2:30pm, midday, midnight; nothing for None."""
    if not value:
        return ""
    local = london(value)
    if (local.hour % 12, local.minute) == (0, 0):
        return "midday" if local.hour else "midnight"
    return f"{local.hour % 12 or 12}:{local.minute:02}{'pm' if local.hour >= 12 else 'am'}"


def moment(value: datetime | None) -> str:
    """3 March 2026 at 2:30pm; nothing for None."""
    return f"{day(value)} at {clock(value)}" if value else ""


def short_moment(value: datetime | None) -> str:
    """3 Mar 2026, 2:30pm, for tables; nothing for None."""
    return f"{short_day(value)}, {clock(value)}" if value else ""


def plural(count: int, words: str) -> str:
    """`plural(3, "person,people")` is "3 people"; thousands have a comma."""
    return f"{count:,} {noun(count, words)}"


def noun(count: int, words: str) -> str:
    """`noun(3, "person,people")` is "people": for a number that stands apart from its words."""
    one, many = words.split(",")
    return one if count == 1 else many


def minutes(value: int | None) -> str:
    """1 hour 15 minutes; nothing for None."""
    if value is None:
        return ""
    hours, rest = divmod(value, 60)
    parts = [plural(hours, "hour,hours")] if hours else []
    return " ".join([*parts, plural(rest, "minute,minutes")] if rest or not hours else parts)


def shown(value: Any) -> Any:
    """A value as a table's cell shows it: dates short, yes and no as words, a dash for nothing."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return short_moment(value)
    if isinstance(value, date):
        return short_day(value)
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(str(shown(item)) for item in value) or "–"
    return value
