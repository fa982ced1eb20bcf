"""The roster: the wings, and one wing's day, ticked off on one page."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from omic import pending
from omic.access import Action, requires
from omic.formats import clock, plural
from omic.http import PrisonRequest
from omic.models import Contact, ContactKind
from wellbeing.places import path_of, words_of
from wellbeing.roster_forms import SHIFTS, RowForm
from wellbeing.roster_page import Asked, asked_for, page_of
from wellbeing.tabs import tabs_of
from wellbeing.ticking import by_others, read_stamp, save_lines, stamp_page, tapped
from wellbeing.wings import wings_page


@requires(Action.SEE_ROSTER)
def wings(request: PrisonRequest, code: str) -> HttpResponse:
    """The wings that whoever asks may see: how many are left to see on each, and who is unseen longest."""
    context = wings_page(request)
    return render(request, "wellbeing/roster_wings.html", {"title": "Wellbeing checks today", **context})


@requires(Action.SEE_ROSTER)
def sheet(request: PrisonRequest, code: str, wing: str) -> HttpResponse:
    """The roster of one wing for a day, whoever is unseen longest first; today's is ticked off here."""
    asked = asked_for(request, wing)
    typed = pending.typed(request)
    drawn = read_stamp(typed.get("drawn", "") if typed else "", request.user)
    lines, lost = tapped(typed or {}, request.standing, drawn, on=request.on)
    if request.method == "POST":
        _require_recording(request)
        saved = save_lines(lines, prison=request.prison, by=request.user, at=request.now)
        _tell(request, saved, by_others(saved, request.user, since=drawn.at), lost)
        tell_of_twice(request, lines)
        lines = [line for line in lines if line.errors]
        if not lines:
            return redirect(request.get_full_path())
    return render(request, "wellbeing/roster.html", _context(request, asked, lines))


def _require_recording(request: PrisonRequest) -> None:
    if not request.standing.may(Action.RECORD_CHECK):
        raise PermissionDenied("Your role here does not record checks.")


def _context(request: PrisonRequest, asked: Asked, typed: Sequence[RowForm]) -> dict[str, Any]:
    words, path = words_of(asked.place), path_of(asked.place)
    page = page_of(request, asked, typed)
    about = [line.row.person.pk for line in page["form"].lines]
    return {
        **page,
        "title": f"{words}: wellbeing checks",
        "asked": asked,
        "wing": path,
        "drawn": stamp_page(request.user, about, at=request.now),
        "typed_by": pending.stamp(request.user),
        "shifts": SHIFTS,
        "ways": _ways(request, asked),
        "tabs": tabs_of(request),
        "crumbs": [("Wellbeing", reverse("wellbeing:wings", args=[request.prison.pk]))],
    }


def _ways(request: PrisonRequest, asked: Asked) -> list[tuple[str, str]]:
    """The same roster on paper, to take along or to be entered afterwards."""
    where, day = [request.prison.pk, path_of(asked.place)], f"?on={asked.on.isoformat()}"
    ways = [("Print", reverse("wellbeing:print-roster", args=where) + day)]
    if request.standing.may(Action.RECORD_CHECK) and asked.on <= request.on:
        ways.append(("Enter from paper", reverse("wellbeing:enter-paper", args=where) + day))
        ways.append(("Recorded checks", reverse("wellbeing:recorded", args=where[:1]) + day))
    return ways


def _tell(request: PrisonRequest, saved: Sequence[Contact], others: Sequence[Contact], lost: int) -> None:
    """What became of the page, one message of each kind: what is said twice is read once."""
    if saved:
        messages.success(request, " ".join(_saved_words(saved)))
    if others:  # two officers on one roster never overwrite each other, and the second is told
        words = [f"{one.by} recorded {one.person.name} too, at {clock(one.at)}." for one in others]
        messages.info(request, " ".join([*words, "All entries are kept."]))
    if lost:
        people = plural(lost, "person,people")
        messages.error(request, f"What you entered about {people} was not saved: they are not on your wing any more.")


def tell_of_twice(request: PrisonRequest, lines: Sequence[RowForm]) -> None:
    """Of what was saved at a time that came twice, which of the two it is."""
    for line in lines:
        if line.twice and not line.errors:
            messages.warning(request, line.which_of_two())


def _saved_words(saved: Sequence[Contact]) -> Iterator[str]:
    checks = sum(one.kind == ContactKind.CHECK for one in saved)
    if checks:
        yield f"{plural(checks, 'wellbeing check,wellbeing checks')} saved."
    if rest := len(saved) - checks:
        yield f"{plural(rest, 'other entry,other entries')} saved: the check itself is still owed."
