"""What every page's frame needs: who is signed in, in which prison, and where they can go. Also tabs and tiles."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from omic import access


@dataclass(frozen=True, slots=True)
class Tab:
    """One item of a sub-navigation. A tab is a URL; its count, if it has one, is the length of the list behind it."""

    text: str
    url: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Tile:
    """A number that opens its list. `tone`: "red" for late, "yellow" for due now, empty for neither."""

    count: int
    text: str
    url: str
    tone: str = ""


def shell(request: HttpRequest) -> dict[str, Any]:
    """The template variable `shell`. Bears a request that no middleware has touched: error pages have the frame too."""
    prison = getattr(request, "prison", None)
    user = getattr(request, "user", None)
    return {
        "shell": {
            "prison": prison,
            "home": f"/prisons/{prison.code}/" if prison else "/",
            "navigation": access.navigation(request) if prison else [],
            "may_search": prison is not None and request.standing.may(access.Action.SEARCH),  # type: ignore[attr-defined]
            "staff": user if user and user.is_authenticated else None,
            "demonstration": settings.DEMONSTRATION,
        }
    }
