"""One series of self-harm by the week, laid out for a drawing in the page itself. Pure.

As in key work's chart, plain attributes draw it, for a page may carry no style of its own, and a table says the same in
numbers. Nothing is told by colour alone: a week that raised an alert bears a triangle, the running week is outlined.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from keywork.charts import BOTTOM, HEIGHT, LABELS, LEFT, RIGHT, TOP, WIDTH, Line
from omic.charts import step_of

HEAD = 22  # room above the scale for the names of regime levels
FOOT = 16  # room below the base for step downs
TRIANGLE = 6  # half the width of an alert's mark


@dataclass(frozen=True, slots=True)
class Point:
    """One week of one series. `mean` and `limit` are of the weeks before it; `known` once the series has begun."""

    monday: date
    figure: int
    mean: Decimal | None
    limit: Decimal | None
    alert: bool
    running: bool
    known: bool


@dataclass(frozen=True, slots=True)
class Marked:
    """What happened on a day: the regime `level` that began, or with None so many step downs."""

    on: date
    level: int | None
    number: int = 1


@dataclass(frozen=True, slots=True)
class Bar:
    """A week as it is drawn. `triangle` is empty without an alert, `mean_y` and `limit_y` are None without a past."""

    point: Point
    x: float
    width: float
    y: float
    height: float
    left: float
    right: float
    middle: float
    mean_y: float | None
    limit_y: float | None
    triangle: str
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A regime level that began, as an upright line with its name; or step downs, as a lozenge with their number."""

    x: float
    text: str
    lozenge: str


@dataclass(frozen=True, slots=True)
class SeriesChart:
    """Everything the drawing of one series needs, in its own units."""

    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    levels: tuple[Mark, ...]
    step_downs: tuple[Mark, ...]
    width: int = WIDTH
    height: int = HEIGHT + HEAD + FOOT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    text_right: int = LEFT - 6
    top: int = TOP + HEAD
    base: int = HEIGHT + HEAD - BOTTOM
    level_y: int = TOP + 8
    label_y: int = HEIGHT + HEAD + FOOT - 8


def series_chart(points: Sequence[Point], marked: Sequence[Marked]) -> SeriesChart:
    """The chart of some weeks, oldest first, with what happened in them."""
    highest = max((max(point.figure, int(point.mean or 0), _up(point.limit)) for point in points), default=0)
    step = step_of(highest)
    pitch = (WIDTH - LEFT - RIGHT) / max(1, len(points))
    every = -(-len(points) // LABELS)
    bars = [
        _bar(point, LEFT + number * pitch, pitch, 4 * step, labelled=number % every == 0)
        for number, point in enumerate(points)
    ]
    inside = [one for one in marked if points and points[0].monday <= one.on < points[-1].monday + timedelta(days=7)]
    levels = [_level(one, points[0].monday, pitch) for one in inside if one.level is not None]
    downs = [_step_down(one, points[0].monday, pitch) for one in inside if one.level is None]
    lines = tuple(Line(_y(number, 4 * step), number) for number in range(0, 4 * step + 1, step))
    return SeriesChart(tuple(bars), lines, tuple(levels), tuple(downs))


def _up(limit: Decimal | None) -> int:
    return 0 if limit is None else -int(-limit // 1)


def _y(amount: float | Decimal, top: int) -> float:
    return round(TOP + HEAD + (HEIGHT - TOP - BOTTOM) * (1 - float(amount) / top), 1)


def _bar(point: Point, left: float, pitch: float, top: int, *, labelled: bool) -> Bar:
    y, middle = _y(point.figure, top), round(left + pitch / 2, 1)
    tip = f"{middle},{y - 14} {middle - TRIANGLE},{y - 3} {middle + TRIANGLE},{y - 3}"
    return Bar(
        point=point,
        x=round(left + pitch * 0.15, 1),
        width=round(pitch * 0.7, 1),
        y=y,
        height=round(_y(0, top) - y, 1),
        left=round(left, 1),
        right=round(left + pitch, 1),
        middle=middle,
        mean_y=None if point.mean is None else _y(point.mean, top),
        limit_y=None if point.limit is None else _y(point.limit, top),
        triangle=tip if point.alert else "",
        label=f"{point.monday.day} {point.monday:%b}" if labelled else "",
    )


def _x(on: date, first: date, pitch: float) -> float:
    """Where a day lies."""
    return round(LEFT + pitch * (on - first).days / 7, 1)


def _level(one: Marked, first: date, pitch: float) -> Mark:
    return Mark(_x(one.on, first, pitch), f"L{one.level}", "")


def _step_down(one: Marked, first: date, pitch: float) -> Mark:
    x, y = _x(one.on, first, pitch), HEIGHT + HEAD - BOTTOM + 8
    points = f"{x},{y - 6} {x + 6},{y} {x},{y + 6} {x - 6},{y}"
    return Mark(x, str(one.number) if one.number > 1 else "", points)
