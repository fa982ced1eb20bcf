"""Dates and times typed into separate boxes, as the GOV.UK date input does. Import them from omic.forms."""

import re
from datetime import date, datetime, time
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import from_current_timezone

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
CLOCK = re.compile(r"(\d{1,2})(?:[:.]?(\d{2}))?\s*(am|pm)?", re.IGNORECASE)
ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}:\d{2}))?")


class Part(NamedTuple):
    """One box: what its name ends in, its label, how many characters wide it is drawn, the keyboard it asks for."""

    suffix: str
    label: str
    width: int
    keyboard: str


DAY = Part("day", "Day", 2, "numeric")
MONTH = Part("month", "Month", 2, "text")
YEAR = Part("year", "Year", 4, "numeric")
TIME = Part("time", "Time", 5, "text")


class DateWidget(forms.MultiWidget):
    """Day, month and year boxes. Also takes one ISO value under the field's own name, for links and imports."""

    template_name = "govuk/widgets/parts.html"
    use_fieldset = True
    parts: tuple[Part, ...] = (DAY, MONTH, YEAR)

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({part.suffix: forms.TextInput for part in self.parts}, attrs)

    def decompress(self, value: Any) -> list[str]:
        """The boxes' contents for a date, a datetime or an ISO text."""
        found = ISO.match(str(value or ""))
        if not found:
            return [""] * len(self.parts)
        year, month, day, clock = found.groups()
        return [day.lstrip("0"), month.lstrip("0"), year, clock or ""][: len(self.parts)]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Adds each box's label, width and keyboard to what Django draws it with."""
        context = super().get_context(name, value, attrs)
        for part, box in zip(self.parts, context["widget"]["subwidgets"], strict=True):
            box.update(part._asdict())
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        """What was typed, box by box, so that a mistake is shown again as it was typed."""
        if typed := data.get(name):
            whole = self.decompress(typed)
            return whole if any(whole) else [typed, *whole[1:]]
        return [(box or "").strip() for box in super().value_from_datadict(data, files, name)]


class DateTimeWidget(DateWidget):
    """Day, month, year and time boxes."""

    parts = (DAY, MONTH, YEAR, TIME)


class DateField(forms.DateField):
    """A date from three boxes. A month may be its number or its name; a year has four digits."""

    widget = DateWidget

    def to_python(self, value: Any) -> date | None:
        """The date typed, or None when every box is empty."""
        if not isinstance(value, list):
            return super().to_python(value)
        return parse_date(*value, called=called(self, "Date")) if any(value) else None


class DateTimeField(forms.DateTimeField):
    """A moment from four boxes, read as London's time and returned aware."""

    widget = DateTimeWidget

    def to_python(self, value: Any) -> datetime | None:
        """The moment typed, or None when every box is empty."""
        if not isinstance(value, list):
            return super().to_python(value)
        if not any(value):
            return None
        name = called(self, "Date and time")
        moment = datetime.combine(parse_date(*value[:3], called=name), parse_time(value[3], called=name))
        try:
            return from_current_timezone(moment)
        except ValidationError as error:
            message = "The clocks changed at that time. Enter a time at least one hour earlier or later"
            raise ValidationError(message, code="invalid") from error


def called(field: forms.Field, otherwise: str) -> str:
    """What an error calls the field: its label, unless that is a question."""
    label = str(field.label or otherwise)
    return otherwise if label.endswith("?") else label


def parse_date(day: str, month: str, year: str, *, called: str) -> date:
    """The date in three texts. Raises ValidationError naming what is missing or wrong."""
    missing = [word for word, typed in (("day", day), ("month", month), ("year", year)) if not typed]
    if missing:
        raise ValidationError(f"{called} must include a {' and '.join(missing)}", code="incomplete")
    if not re.fullmatch(r"\d{4}", year):
        raise ValidationError(f"{called} must have a year of 4 numbers, like 2026", code="invalid")
    number = MONTHS.index(month[:3].lower()) + 1 if month[:3].lower() in MONTHS else month
    try:
        return date(int(year), int(number), int(day))
    except ValueError as error:
        raise ValidationError(f"{called} must be a real date", code="invalid") from error


def parse_time(text: str, *, called: str) -> time:
    """The time in "14:30", "1430", "2.30pm" or "2pm". Raises ValidationError: a bare "2" may be night or day."""
    found = CLOCK.fullmatch(text)
    if not text:
        raise ValidationError(f"{called} must include a time", code="incomplete")
    if not found or not (found[2] or found[3]):
        raise ValidationError(f"{called} must have a time like 14:30 or 2:30pm", code="invalid")
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    try:
        return time(hour, minute)
    except ValueError as error:
        raise ValidationError(f"{called} must have a real time, like 14:30", code="invalid") from error
