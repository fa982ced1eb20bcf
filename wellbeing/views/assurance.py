"""Assurance of wellbeing checks by wing and day, the rows behind each number, and several prisons side by side."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import partial
from itertools import groupby
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.module_loading import import_string

from omic import audit
from omic.access import Action, prisons_open_to, requires
from omic.audit import Actor
from omic.exports import FORMATS, file_response
from omic.formats import day, short_day
from omic.http import PrisonRequest
from omic.lists import ListPage
from wellbeing import assurance as checks
from wellbeing.assurance import Cell, Scope, Tally
from wellbeing.assurance_columns import FIGURE_WORDS, columns_of
from wellbeing.assurance_forms import AssuranceForm
from wellbeing.tabs import tabs_of

PERIODS = (7, 28)


class Line(NamedTuple):
    """One wing, one day or all together. `cells` are (number, address of its rows or nothing)."""

    name: str
    url: str
    cells: list[tuple[int, str]]
    tally: Tally

    @property
    def rate(self) -> Any:
        """Done of what is owed and over, in per cent; None where nothing was."""
        return checks.done_rate(self.tally)


@requires(Action.SEE_ASSURANCE)
def assurance(request: PrisonRequest, code: str) -> HttpResponseBase:
    """What was due and what became of it, by wing and by day; as a file by wing and day together."""
    form = AssuranceForm(request)
    scope = form.scope()
    cells = checks.cells(scope)
    if kind := request.GET.get("export"):
        return _export(request, kind, cells)
    whole = checks.total(cells)
    context = {
        "title": "Assurance of wellbeing checks",
        "tabs": tabs_of(request),
        "form": form,
        "scope": scope,
        "whole": whole,
        "rate": checks.done_rate(whole),
        **_taken_along(request),
        "people_missed": checks.people_missed(scope) if whole["missed"] else 0,
        "figures": FIGURE_WORDS.values(),
        "tables": _tables(request, scope, cells, whole),
        "periods": _periods(request, scope),
        "over": whole["done"] + whole["missed"],
        "panels": [panel for name in settings.ASSURANCE_PANELS if (panel := import_string(name)(request))],
        "several": prisons_open_to(request.user, on=request.on, action=Action.SEE_ASSURANCE).count() > 1,
    }
    return render(request, "wellbeing/assurance.html", context)


def _tables(request: PrisonRequest, scope: Scope, cells: list[Cell], whole: Tally) -> list[tuple[str, str, list[Line]]]:
    """By wing and by day, each with its caption and first heading; each adds up to the last line."""
    wings = [
        _line(request, scope, name, list(some), own=True, wing=wing)
        for (wing, name), some in groupby(cells, key=lambda cell: (cell.wing, cell.wing_name))
    ]
    by_day = sorted(cells, key=lambda cell: cell.on)
    days = [
        _line(request, scope, short_day(on), list(some), first=on, last=on)
        for on, some in groupby(by_day, key=lambda cell: cell.on)
    ]
    last = [_line(request, scope, "All", cells)] if whole and cells else []
    return [("By wing", "Wing", wings + last), ("By day", "Day", days + last)]


def _line(
    request: PrisonRequest, scope: Scope, name: str, some: Iterable[Cell], *, own: bool = False, **changes: Any
) -> Line:
    tally, code, named = checks.total(some), request.prison.pk, request.standing.may(Action.SEE_PERSON)
    rows = [
        (tally[key], _address(reverse("wellbeing:assurance-rows", args=[code, key]), scope, **changes))
        for key in FIGURE_WORDS
    ]
    cells = [(number, url if named and number else "") for number, url in rows]
    url = _address(reverse("wellbeing:assurance", args=[code]), scope, **changes) if own else ""
    return Line(name, url, cells, tally)


def _address(url: str, scope: Scope, **changes: Any) -> str:
    asked: dict[str, Any] = {"first": scope.first, "last": scope.last, "wing": scope.wing} | changes
    query = {"from": asked["first"], "to": asked["last"], "wing": asked["wing"]}
    return f"{url}?{urlencode({name: value for name, value in query.items() if value is not None})}"


def _periods(request: PrisonRequest, scope: Scope) -> list[tuple[str, str]]:
    """Days that are asked for often, with their addresses."""
    yesterday = request.on - timedelta(days=1)
    chosen = {f"Last {number} days": (request.on - timedelta(days=number), yesterday) for number in PERIODS}
    chosen["Today"] = (request.on, request.on)
    return [(words, _address("", scope, first=first, last=last)) for words, (first, last) in chosen.items()]


def _taken_along(request: HttpRequest) -> dict[str, Any]:
    """The page's addresses on paper and as files; no files for those who may not export in the request's prison."""
    standing, query = getattr(request, "standing", None), request.GET.dict()
    may = standing is None or standing.may(Action.EXPORT)
    names = {"csv": "CSV", "xlsx": "Excel"} if may else {}
    return {
        "print_url": f"?{urlencode({**query, 'print': 1})}",
        "files": [(names[kind], f"?{urlencode({**query, 'export': kind})}") for kind in FORMATS if may],
    }


def _export(request: PrisonRequest, kind: str, cells: list[Cell]) -> HttpResponseBase:
    if not request.standing.may(Action.EXPORT):
        raise PermissionDenied
    if kind not in FORMATS:
        raise Http404
    audit.record_export(request, "wellbeing-assurance", kind, len(cells))
    headings = ["Day", "Wing", *FIGURE_WORDS.values(), "Done, % of owed and over"]
    rows = (
        [cell.on, cell.wing_name, *(cell.tally[key] for key in FIGURE_WORDS), checks.done_rate(cell.tally)]
        for cell in cells
    )
    return file_response(kind, f"wellbeing-assurance-{request.prison.pk}-{request.on}", headings, rows)


@requires(Action.SEE_ASSURANCE)
def rows(request: PrisonRequest, code: str, figure: str) -> HttpResponseBase:
    """The checks, or the refusals, that one number counts: for whoever may see people."""
    if figure not in FIGURE_WORDS:
        raise Http404
    if not request.standing.may(Action.SEE_PERSON):
        raise PermissionDenied("Your role sees how many, not who.")
    form = AssuranceForm(request)
    scope = form.scope()
    found = checks.declined(scope) if figure == checks.DECLINED else checks.checks(scope, figure)
    page = ListPage(
        request,
        found,
        title=f"{FIGURE_WORDS[figure]}: wellbeing checks, {day(scope.first)} to {day(scope.last)}",
        columns=columns_of(figure, scope),
        sort="on",
        noun="refusal,refusals" if figure == checks.DECLINED else "check,checks",
        empty="There are none in these days.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, f"wellbeing-assurance-{figure}"),
    )
    back = _address(reverse("wellbeing:assurance", args=[code]), scope)
    return page.response("wellbeing/assurance_rows.html", {"form": form, "back": back})


# --- several prisons -------------------------------------------------------------------------------------------------


@requires(Action.OPEN)
def several(request: PrisonRequest) -> HttpResponseBase:
    """The prisons whose assurance one may see, side by side, most missed first: counts alone."""
    prisons = list(prisons_open_to(request.user, on=request.on, action=Action.SEE_ASSURANCE))
    if not prisons:
        raise PermissionDenied("No posting of yours opens the assurance of wellbeing checks.")
    number = PERIODS[1] if request.GET.get("days") == str(PERIODS[1]) else PERIODS[0]
    first, last = request.on - timedelta(days=number), request.on - timedelta(days=1)
    lines = checks.side_by_side(prisons, first=first, last=last, at=request.now, on=request.on)
    if kind := request.GET.get("export"):
        return _export_several(request, kind, lines, first)
    context = {
        "title": "Assurance of wellbeing checks, prison by prison",
        "lines": lines,
        "first": first,
        "last": last,
        "days": number,
        "other": PERIODS[0] if number == PERIODS[1] else PERIODS[1],
        **_taken_along(request),
    }
    return render(request, "wellbeing/assurance_several.html", context)


def _export_several(request: PrisonRequest, kind: str, lines: list[checks.PrisonLine], first: date) -> HttpResponseBase:
    if kind not in FORMATS:
        raise Http404
    audit.record(
        by=Actor(staff=request.user), action="export", at=request.now, list="prisons-assurance", format=kind,
        rows=len(lines),
    )  # fmt: skip
    headings = ["Prison", "From", "Due", "Done", "Missed", "People missed", "Excepted", "Waived", "Done, %", "Alerts"]
    table = (
        [
            line.prison.name, first, *(line.tally[key] for key in ("due", "done", "missed")), line.people,
            *(line.tally[key] for key in ("excepted", "waived")), line.rate, line.alerts,
        ]
        for line in lines
    )  # fmt: skip
    return file_response(kind, f"wellbeing-assurance-{request.on}", headings, table)
