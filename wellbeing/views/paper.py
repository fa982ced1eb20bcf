"""The roster on paper: printing it, the copy for an outage, and entering afterwards what was written by hand (H16)."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from omic import audit, pending
from omic.access import Action, requires
from omic.audit import Actor
from omic.formats import day, plural
from omic.http import PrisonRequest
from omic.models import Wing
from wellbeing.actions.checks import FURTHEST_BACK
from wellbeing.paper import copy_of, latest_of
from wellbeing.paper_entry import Entry, draw_again, may_enter, open_entry, save_entry
from wellbeing.paper_forms import PaperLine
from wellbeing.places import day_of, path_of, place_of, words_of
from wellbeing.roster_forms import SHIFTS
from wellbeing.roster_page import asked_for
from wellbeing.sheets import cautions, sheet_of

ONE_DAY = timedelta(days=1)


@requires(Action.SEE_ROSTER)
def print_roster(request: PrisonRequest, code: str, wing: str) -> HttpResponse:
    """A wing's roster of a day as a sheet to be filled in by hand."""
    asked = asked_for(request, wing)
    on, sheet = asked.on, sheet_of(request.prison, asked.place, on=asked.on, at=request.now)
    detail = {"wing": wing, "on": on.isoformat(), "people": len(sheet.rows)}
    audit.record(by=Actor(staff=request.user), action="print_roster", at=request.now, prison=request.prison, **detail)
    context = {"title": f"Roster on paper: {sheet.place}", "sheets": [sheet], "on": on, "at": request.now}
    context |= {
        "prison": request.prison,
        "staff": request.user,
        "shift": dict(SHIFTS)[asked.shift] if asked.shift else "",
    }
    context |= {"cautions": cautions(request.prison, on=on, at=request.now)}
    context |= {"crumbs": _crumbs(request, asked.place, on)}
    return render(request, "wellbeing/print.html", context)


@requires(Action.RECORD_CHECK)
def enter_paper(request: PrisonRequest, code: str, wing: str) -> HttpResponse:
    """Enter what was written by hand, for everybody who was due that day: each line is saved for itself."""
    place, on = place_of(request, wing), day_of(request)
    if not may_enter(on, request.on):
        raise Http404("No sheet of that day can be entered.")
    entry = open_entry(request, place, on, pending.typed(request))
    if request.method == "POST":
        saved = save_entry(entry)
        _say_what_was_saved(request, entry, saved)
        if len(saved) == len(entry.touched):
            return redirect(request.get_full_path())
        entry = draw_again(entry)
    context = {"title": f"Enter from paper: {words_of(place)}, {day(on)}", "entry": entry, "form": entry.form}
    context |= {"first": request.on - FURTHEST_BACK, "before": on - ONE_DAY, "after": on + ONE_DAY}
    context |= {"crumbs": _crumbs(request, place, on)}
    return render(request, "wellbeing/paper.html", context)


def _say_what_was_saved(request: PrisonRequest, entry: Entry, saved: Sequence[PaperLine]) -> None:
    if saved:
        messages.success(request, f"{plural(len(saved), 'line is,lines are')} saved for {day(entry.on)}.")
    elif not entry.touched:
        messages.info(request, "Nothing was filled in, so nothing was saved.")
    for line in saved:
        if line.twice:
            messages.warning(request, line.which_of_two())


@requires(Action.TAKE_ROSTER)
def take_copy(request: PrisonRequest, code: str) -> HttpResponseBase:
    """The newest copy of the whole prison's rosters, as a file; who took it is kept."""
    copy = copy_of(request.prison, request.now)
    if copy.written_at is None:
        messages.warning(request, "There is no copy for an outage yet. Print each wing’s roster instead.")
        return redirect("wellbeing:wings", code)
    written = f"{copy.written_at:%Y-%m-%dT%H%MZ}"
    detail = {"list": "roster-copy", "format": "html", "written": written}
    audit.record(by=Actor(staff=request.user), action="export", at=request.now, prison=request.prison, **detail)
    file, name = latest_of(request.prison).open("rb"), f"rosters-{code}-{written}.html"
    return FileResponse(file, as_attachment=True, filename=name, content_type="text/html; charset=utf-8")


def _crumbs(request: PrisonRequest, place: Wing | Literal["none"], on: date) -> list[tuple[str, str]]:
    """The way back to the same roster on the screen."""
    code = request.prison.pk
    roster = reverse("wellbeing:roster", args=[code, path_of(place)])
    return [("Wellbeing", reverse("wellbeing:wings", args=[code])), (words_of(place), f"{roster}?on={on}")]
