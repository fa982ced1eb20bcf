"""The chart of what was delivered against what was owed, laid out for a drawing in the page itself. Pure.

A page may carry no style of its own, so that the drawing is an SVG with plain attributes; the table beside it says the
same in numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from omic.charts import step_of

WIDTH, HEIGHT = 960, 240
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 10, 28  # room for the scale and the dates
LABELS = 13  # dates below the bars, at most


class Counted(Protocol):
    """One week or month of the chart."""

    @property
    def first(self) -> date: ...
    @property
    def owed(self) -> int: ...
    @property
    def delivered(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Column:
    """One pair of bars: delivered stands inside owed. `label` is empty where the dates would touch."""

    first: date
    owed: int
    delivered: int
    x: float
    width: float
    owed_y: float
    owed_height: float
    delivered_x: float
    delivered_width: float
    delivered_y: float
    delivered_height: float
    middle: float
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the scale and its number."""

    y: float
    number: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything the drawing needs, in its own units."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    text_right: int = LEFT - 6
    base: int = HEIGHT - BOTTOM
    label_y: int = HEIGHT - 8


def chart(counted: Sequence[Counted], *, monthly: bool) -> Chart:
    """The chart of some weeks or months, oldest first."""
    step = step_of(max((max(one.owed, one.delivered) for one in counted), default=0))
    top = 4 * step
    pitch = (WIDTH - LEFT - RIGHT) / max(1, len(counted))
    every = -(-len(counted) // LABELS)
    columns = [
        _column(one, LEFT + number * pitch, pitch, top, label=_label(one.first, monthly) if number % every == 0 else "")
        for number, one in enumerate(counted)
    ]
    return Chart(tuple(columns), tuple(Line(round(_y(number, top), 1), number) for number in range(0, top + 1, step)))


def _y(number: int, top: int) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - number / top)


def _label(first: date, monthly: bool) -> str:
    return f"{first:%b}" if monthly else f"{first.day} {first:%b}"


def _column(one: Counted, left: float, pitch: float, top: int, *, label: str) -> Column:
    width, base = pitch * 0.7, HEIGHT - BOTTOM
    x, owed_y, delivered_y = left + pitch * 0.15, _y(one.owed, top), _y(one.delivered, top)
    return Column(
        first=one.first,
        owed=one.owed,
        delivered=one.delivered,
        x=round(x, 1),
        width=round(width, 1),
        owed_y=round(owed_y, 1),
        owed_height=round(base - owed_y, 1),
        delivered_x=round(x + width * 0.25, 1),
        delivered_width=round(width * 0.5, 1),
        delivered_y=round(delivered_y, 1),
        delivered_height=round(base - delivered_y, 1),
        middle=round(left + pitch / 2, 1),
        label=label,
    )
