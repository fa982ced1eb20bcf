"""The safety picture of a prison put together: both series with what happened beside them, and what they call for."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from keywork.models import RegimeLevel
from omic.calendar import week_start
from omic.models import Prison
from wellbeing.charts import Marked, Point, SeriesChart, series_chart
from wellbeing.self_harm import Week, stepped_down


class Row(NamedTuple):
    """One week as the table beside a chart shows it."""

    week: Week
    figure: int
    mean: Decimal | None
    limit: Decimal | None
    verdict: str


@dataclass(frozen=True, slots=True)
class Series:
    """One of the two series: its drawing and the same in numbers, the newest week first."""

    key: str
    title: str
    heading: str
    chart: SeriesChart
    rows: tuple[Row, ...]


def people_noun(prison: Prison) -> str:
    """ "woman,women" in women's prisons, "person,people" elsewhere."""
    return "woman,women" if prison.women else "person,people"


def series_of(prison: Prison, found: list[Week], *, on: date) -> tuple[Series, Series]:
    """People and incidents, each a series of its own (WB-14)."""
    marked = marks(prison, found[0].monday, found[-1].last)
    many = people_noun(prison).partition(",")[2].capitalize()
    return (
        _series("people", f"{many} who harmed themselves, by the week", many, found, marked, on),
        _series("incidents", "Incidents of self-harm, by the week", "Incidents", found, marked, on),
    )


def _series(key: str, title: str, heading: str, found: list[Week], marked: list[Marked], on: date) -> Series:
    rows = [_row(week, key, on) for week in found]
    points = [
        Point(
            monday=row.week.monday,
            figure=row.figure,
            mean=row.mean,
            limit=row.limit,
            alert=key in row.week.compared.alert,
            running=row.week.monday == week_start(on),
            known=row.week.known,
        )
        for row in rows
    ]
    return Series(key, title, heading, series_chart(points, marked), tuple(reversed(rows)))


def _row(week: Week, key: str, on: date) -> Row:
    compared = week.compared
    mean, limit = (
        (compared.mean_people, compared.limit_people)
        if key == "people"
        else (compared.mean_incidents, compared.limit_incidents)
    )
    figure = week.people if key == "people" else week.incidents
    return Row(week, figure, mean, limit, _verdict(week, key, mean, on))


def _verdict(week: Week, key: str, mean: Decimal | None, on: date) -> str:
    """What the table says of a week, in words."""
    if not week.known:
        return "Nothing recorded yet"
    if key in week.compared.alert:
        words = "Alert"
    elif key in week.compared.above_mean:
        words = "Above the mean"
    else:
        words = "No past to compare with" if mean is None else "Not above the mean"
    return f"{words}, so far" if week.monday == week_start(on) else words


def marks(prison: Prison, first: date, last: date) -> list[Marked]:
    """Regime levels that began and step downs in a period, those of one day together."""
    levels = RegimeLevel.objects.standing().filter(prison=prison, starts_on__gte=first, starts_on__lte=last)
    downs = Counter(stepped_down(prison, first, last).values_list("starts_on", flat=True))
    return [
        *(Marked(on, level) for on, level in levels.order_by("starts_on").values_list("starts_on", "level")),
        *(Marked(on, None, number) for on, number in sorted(downs.items())),
    ]


def alert_words(prison: Prison, week: Week, *, on: date) -> list[str]:
    """A sentence for each figure of a week that raised an alert; none when neither did."""
    when = "this week so far" if week.monday == week_start(on) else "last week"
    one, many = people_noun(prison).split(",")
    said = {
        "people": f"{week.people} {one if week.people == 1 else many} harmed themselves {when}, against a mean of "
        f"{week.compared.mean_people}",
        "incidents": f"{week.incidents} {'incident' if week.incidents == 1 else 'incidents'} {when}, against a mean of "
        f"{week.compared.mean_incidents}",
    }
    return [said[key] for key in week.compared.alert]
