"""The pages of figures put together: tables of figures with what they were before, their parts, the chart."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.urls import reverse

from keywork.charts import chart
from keywork.figure_words import FIGURES, PEOPLE, SECTIONS, Figure
from keywork.figures import rate
from keywork.figures_forms import address
from keywork.measured import Value, measure
from keywork.measures import NONE, Duties, Part, Scope, bars, tallies
from keywork.periods import Period, establishment_period
from omic.calendar import add_months


class Line(NamedTuple):
    """One figure as the table shows it. `url` opens its rows."""

    figure: Figure
    value: str
    before: str
    change: str
    url: str


@dataclass(frozen=True, slots=True)
class Lists:
    """Where the rows of figures are: the address called `name` takes a figure's key; `own` is a key worker's own."""

    name: str
    code: str
    own: bool = False

    def url(self, scope: Scope, figure: str, **changes: int) -> str:
        """The rows of one figure in a scope, some of it changed."""
        return address(reverse(self.name, args=[self.code, figure]), scope, own=self.own, **changes)


def shown(scope: Scope, compared: Period, lists: Lists) -> dict[str, Any]:
    """What every page of figures shows of a scope."""
    duties, before = tallies(scope), scope.over(compared)
    measured = measure(scope, duties.whole), measure(before, tallies(before).whole)
    sections = [(title, lines_of(some, measured, scope, lists)) for title, some in SECTIONS]
    return {
        "scope": scope,
        "period": scope.period,
        "compared": compared,
        "measured": measured,
        "values": measured[0],
        "sections": [(title, lines) for title, lines in sections if lines],
        "chart": chart(bars(scope), monthly=scope.prison.women),
        "tables": [] if scope.worker is not None else _tables(scope, duties, lists),
        "people_url": lists.url(scope, PEOPLE.key),
        "periods": _periods(scope, lists),
    }


Measured = tuple[dict[str, Value], dict[str, Value]]


def lines_of(some: tuple[Figure, ...], measured: Measured, scope: Scope, lists: Lists) -> list[Line]:
    """The figures that the scope has, with what they were before."""
    now, before = measured
    found = [one for one in some if one.key in now and not (one.key == "to_come" and not now["to_come"])]
    return [
        Line(
            one,
            _words(now[one.key], one),
            _words(before[one.key], one),
            _change(now[one.key], before[one.key]),
            lists.url(scope, one.rows),
        )
        for one in found
    ]


def _words(value: Value, figure: Figure) -> str:
    if value is None:
        return {"%": "No rate", "days": "Nobody"}.get(figure.unit, "–")
    return f"{value:,.2f}%" if isinstance(value, Decimal) else f"{value:,}"


def _change(now: Value, before: Value) -> str:
    if now is None or before is None:
        return "–"
    change = now - before
    return f"{change:+,}" if change else "0"


class Row(NamedTuple):
    """One wing or key worker, or all together. `cells` are (number, address of its rows)."""

    name: str
    url: str
    cells: list[tuple[str, str]]
    rate: str


class Table(NamedTuple):
    """A scope by its parts, which add up to the last row."""

    caption: str
    headings: list[str]
    rows: list[Row]


COLUMNS = ("owed", "delivered", "below_target", "where_possible", "breaches", "floor_owed", "floor_met")


def _tables(scope: Scope, duties: Duties, lists: Lists) -> list[Table]:
    here = reverse("keywork:figures", args=[scope.prison.pk])
    wings = [_row(part, address(here, scope, wing=part.pk), scope, lists, wing=part.pk) for part in duties.wings]
    staff = [_row(part, _worker_url(here, scope, part), scope, lists, worker=part.pk) for part in duties.workers]
    return [_table("By wing", wings, scope, duties, lists), _table("By key worker", staff, scope, duties, lists)]


def _table(caption: str, rows: list[Row], scope: Scope, duties: Duties, lists: Lists) -> Table:
    total = [_row(Part(NONE, "All", duties.whole), "", scope, lists)] if rows else []
    return Table(caption, [FIGURES[key].label for key in COLUMNS], rows + total)


def _worker_url(here: str, scope: Scope, part: Part) -> str:
    """Of the whole prison their own page; of one wing, and of what has no key worker, these figures narrowed."""
    if part.pk == NONE or scope.wing is not None:
        return address(here, scope, worker=part.pk)
    return address(reverse("keywork:staff-figures", args=[scope.prison.pk, part.pk]), scope)


def _row(part: Part, url: str, scope: Scope, lists: Lists, **of: int) -> Row:
    cells = [(f"{part.tally[key]:,}", lists.url(scope, key, **of) if part.tally[key] else "") for key in COLUMNS]
    of_owed = rate(part.tally["delivered"], part.tally["owed"])
    return Row(part.name, url, cells, _words(of_owed, FIGURES["delivery_rate"]))


def _periods(scope: Scope, lists: Lists) -> list[tuple[str, str]]:
    """Periods that are asked for often, with their addresses."""
    month = establishment_period(scope.on)
    chosen = {
        "Last full month": month,
        "Last 3 months": Period(add_months(month.first, -2), month.last),
        "Last 12 months": Period(add_months(month.first, -11), month.last),
        "This month so far": Period(scope.on.replace(day=1), scope.on),
    }
    return [(words, address("", scope.over(period), own=lists.own)) for words, period in chosen.items()]
