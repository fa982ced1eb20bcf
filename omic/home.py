"""Where one starts: the prisons one is posted to, and, in a prison, what needs one now."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.module_loading import import_string

from omic.access import Action, prisons_open_to, requires
from omic.context import Tile
from omic.http import PrisonRequest

AT_MOST = 5  # tiles on the home page: what is less urgent is a list below them
URGENCY = {"red": 0, "yellow": 1}  # what is late or unseen, then what is due now, then the rest


@requires(Action.OPEN)
def prisons(request: PrisonRequest) -> HttpResponse:
    """The prisons open to who is signed in."""
    rows = prisons_open_to(request.user, on=request.on).order_by("name")
    return render(request, "omic/prisons.html", {"title": "Choose a prison", "prisons": rows})


@requires(Action.OPEN)
def start(request: PrisonRequest) -> HttpResponse:
    """The bare address, and where signing in leads: the one prison, or the choice."""
    codes = list(prisons_open_to(request.user, on=request.on).values_list("code", flat=True)[:2])
    return redirect("home", codes[0]) if len(codes) == 1 else redirect("prisons")


@requires(Action.HOME)
def home(request: PrisonRequest, code: str) -> HttpResponse:
    """What needs me now, by role, the most urgent first: each number opens its list, and none is left out."""
    found = [tile for name in settings.HOME_TILES for tile in import_string(name)(request)]
    tiles = sorted((tile for tile in found if tile.count), key=_urgency)
    context = {
        "title": request.prison.name,
        "tiles": tiles,
        "first": tiles[:AT_MOST],
        "more": tiles[AT_MOST:],
        "quiet": [tile for tile in found if not tile.count],
        "roles": _roles(request),
    }
    return render(request, "omic/home.html", context)


def _urgency(tile: Tile) -> int:
    return URGENCY.get(tile.tone, len(URGENCY))


def _roles(request: PrisonRequest) -> list[str]:
    return sorted(role.label for role in request.standing.roles)
