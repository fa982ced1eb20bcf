"""The chart of the weeks ahead above the upcoming handovers, laid out for a drawing in the page itself.

A page may carry no style of its own, so the drawing is an SVG with plain attributes; the table beside it has the same
numbers, each of which opens its week.
"""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.urls import reverse

from handover.queries import Week, by_week
from omic.formats import short_day
from omic.http import PrisonRequest
from omic.models.person import PersonQuerySet

WIDTH, HEIGHT = 960, 130
TOP, BOTTOM = 18, 24  # room for the numbers and the dates
SHARE = 0.6  # of a week's room that its bar takes


@dataclass(frozen=True, slots=True)
class Bar:
    """One week: its days in words, its handovers, the list of them, and where its bar stands."""

    words: str
    label: str
    count: int
    url: str
    x: float
    y: float
    width: float
    height: float
    middle: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything the drawing needs, in its own units."""

    bars: tuple[Bar, ...]
    width: int = WIDTH
    height: int = HEIGHT
    base: int = HEIGHT - BOTTOM
    label_y: int = HEIGHT - 6


def week_chart(request: PrisonRequest, people: PersonQuerySet) -> Chart:
    """The upcoming handovers of `people` by week; what the list is narrowed down to stays so in the links."""
    weeks = by_week(people, request.on)
    longest = max((week.count for week in weeks), default=0) or 1
    pitch = WIDTH / len(weeks)
    return Chart(tuple(_bar(request, week, number * pitch, pitch, longest) for number, week in enumerate(weeks)))


def _bar(request: PrisonRequest, week: Week, left: float, pitch: float, longest: int) -> Bar:
    pom = request.GET.get("pom", "")
    query = urlencode({**({"pom": pom} if pom else {}), "week": week.start.isoformat()})
    height = (HEIGHT - TOP - BOTTOM) * week.count / longest
    return Bar(
        words=f"{short_day(week.start)} to {short_day(week.start + timedelta(days=6))}",
        label=f"{week.start.day} {week.start:%b}",
        count=week.count,
        url=f"{reverse('handover:upcoming', args=[request.prison.pk])}?{query}",
        x=round(left + pitch * (1 - SHARE) / 2, 1),
        y=round(HEIGHT - BOTTOM - height, 1),
        width=round(pitch * SHARE, 1),
        height=round(height, 1),
        middle=round(left + pitch / 2, 1),
    )
