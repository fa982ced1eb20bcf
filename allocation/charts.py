"""The drawings of the HOMD's dashboard, laid out for SVG with plain attributes. Pure.

A page may carry no style of its own. The table beside each drawing says the same in numbers, so that nothing is told by
colour alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from omic.charts import step_of

WIDTH = 960
NAMES, RIGHT = 230, 60  # room for the POMs' names, and for the number behind a bar
ROW, BAR, HEAD = 26, 16, 22
LEFT, TOP, BOTTOM, HEIGHT = 44, 16, 24, 200  # of the columns
INK, PALE, NONE = "#16324f", "#7aa7d0", "#ffffff"  # responsible, supporting, neither


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the scale, `at` so many units of the drawing, and its number."""

    at: float
    number: int


@dataclass(frozen=True, slots=True)
class Load:
    """One POM's cases: responsible, supporting, and the others. `capacity` is the figure for them, None for none."""

    name: str
    shares: tuple[int, int, int]
    capacity: int | None


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar."""

    x: float
    width: float
    fill: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One POM's bar. `limit_x` is where their capacity stands, None without one."""

    name: str
    number: int
    y: int
    text_y: int
    end: float
    segments: tuple[Segment, ...]
    limit_x: float | None
    over: bool


@dataclass(frozen=True, slots=True)
class LoadChart:
    """Everything the drawing of loads needs, in its own units."""

    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    height: int
    width: int = WIDTH
    bar: int = BAR
    head: int = HEAD
    names: int = NAMES - 8


def load_chart(loads: Sequence[Load]) -> LoadChart:
    """The chart of some POMs, in the order given."""
    most = max((max(sum(load.shares), load.capacity or 0) for load in loads), default=0)
    step = step_of(most)
    unit = (WIDTH - NAMES - RIGHT) / (4 * step)
    lines = tuple(Line(round(NAMES + number * unit, 1), number) for number in range(0, 4 * step + 1, step))
    bars = tuple(_bar(load, HEAD + place * ROW, unit) for place, load in enumerate(loads))
    return LoadChart(bars, lines, HEAD + len(loads) * ROW + 4)


def _bar(load: Load, y: int, unit: float) -> Bar:
    x, segments = float(NAMES), []
    for share, fill in zip(load.shares, (INK, PALE, NONE), strict=True):
        segments.append(Segment(round(x, 1), round(share * unit, 1), fill))
        x += share * unit
    number, capacity = sum(load.shares), load.capacity
    return Bar(
        name=load.name,
        number=number,
        y=y + (ROW - BAR) // 2,
        text_y=y + ROW - 8,
        end=round(x + 6, 1),
        segments=tuple(one for one in segments if one.width),
        limit_x=None if capacity is None else round(NAMES + capacity * unit, 1),
        over=capacity is not None and number > capacity,
    )


@dataclass(frozen=True, slots=True)
class Column:
    """One column with its words and number."""

    text: str
    number: int
    x: float
    y: float
    width: float
    height: float
    middle: float


@dataclass(frozen=True, slots=True)
class ColumnChart:
    """Everything the drawing of columns needs, in its own units."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    width: int = WIDTH // 2
    height: int = HEIGHT
    left: int = LEFT
    base: int = HEIGHT - BOTTOM


def column_chart(counted: Sequence[tuple[str, int]]) -> ColumnChart:
    """The chart of some numbers with their words, in the order given."""
    step = step_of(max((number for _, number in counted), default=0))
    base, room = HEIGHT - BOTTOM, HEIGHT - BOTTOM - TOP
    pitch = (WIDTH // 2 - LEFT) / max(1, len(counted))
    lines = tuple(Line(round(base - room * number / (4 * step), 1), number) for number in range(0, 4 * step + 1, step))
    columns = []
    for place, (text, number) in enumerate(counted):
        height, x = room * number / (4 * step), LEFT + place * pitch
        size = {"width": round(pitch * 0.7, 1), "height": round(height, 1)}
        middle = round(x + pitch / 2, 1)
        columns.append(Column(text, number, round(x + pitch * 0.15, 1), round(base - height, 1), middle=middle, **size))
    return ColumnChart(tuple(columns), lines)
