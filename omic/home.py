"""Where one starts: the prisons one is posted to, and, in a prison, what needs one now."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.module_loading import import_string

from omic.access import Action, prisons_open_to, requires
from omic.context import Tile
from omic.http import PrisonRequest

AT_MOST = 5  # tiles on the home page: more is a list, not a glance


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
    """What needs me now, by role: at most five numbers, each of which opens its list."""
    tiles: list[Tile] = []
    for name in settings.HOME_TILES:
        tiles += import_string(name)(request)
    context = {"title": request.prison.name, "tiles": tiles[:AT_MOST], "roles": _roles(request)}
    return render(request, "omic/home.html", context)


def _roles(request: PrisonRequest) -> list[str]:
    return sorted(role.label for role in request.standing.roles)
