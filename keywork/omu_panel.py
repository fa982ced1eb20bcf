"""Key work on the OMU's dashboard: what its cases were owed and given, by key work's own definitions."""

from typing import Any

from django.urls import reverse

from keywork.figure_words import FIGURES
from keywork.figures import rate
from keywork.figures_forms import address
from keywork.figures_shown import Lists
from keywork.measures import Scope, tallies_of
from keywork.periods import Period, establishment_period
from omic.access import Action
from omic.formats import day
from omic.http import PrisonRequest

SHOWN = ("owed", "delivered", "breaches")


def cases_panel(request: PrisonRequest) -> dict[str, Any] | None:
    """The last full month and this one so far, of people who have a POM; None for who does not see key work."""
    if not request.standing.may(Action.SEE_KEY_WORK):
        return None
    past, now = establishment_period(request.on), Period(request.on.replace(day=1), request.on)
    periods = (past,) if past.last == request.on else (past, now)
    whole = Scope(request.prison, Period(past.first, request.on), request.on, cases=True)
    lists = Lists("keywork:figure-rows", request.prison.pk)
    tallies = tallies_of(whole, periods, SHOWN)
    rows = [_row(whole.over(period), tally, lists) for period, tally in zip(periods, tallies, strict=True)]
    return {
        "template": "keywork/omu_panel.html",
        "headings": [FIGURES[key].label for key in SHOWN],
        "rows": rows,
        "figures": address(reverse("keywork:figures", args=[request.prison.pk]), whole.over(past)),
    }


def _row(scope: Scope, tally: dict[str, int], lists: Lists) -> tuple[str, list[tuple[int, str]], str]:
    """The period in words, each figure with the address of its rows, and the rate of delivery."""
    of_owed = rate(tally["delivered"], tally["owed"])
    words = f"{day(scope.period.first)} to {day(scope.period.last)}"
    numbers = [(tally[key], lists.url(scope, key) if tally[key] else "") for key in SHOWN]
    return words, numbers, "No rate" if of_owed is None else f"{of_owed}%"
