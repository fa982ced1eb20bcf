"""The wings whose rosters somebody may see, and the place and day that an address names."""

import re
from datetime import date, timedelta
from typing import Literal

from django.db.models import QuerySet
from django.http import Http404

from omic.access import Action, Relation
from omic.http import PrisonRequest
from omic.models import Role, Wing
from wellbeing.roster import NO_WING

IN_AN_ADDRESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,39}")
BY_ID = "~"  # before the id of a wing whose code no address can hold
FURTHEST = timedelta(days=3653)  # from today, of a day that an address may ask for


def wings_open_to(request: PrisonRequest) -> QuerySet[Wing]:
    """Every wing of the prison, or a wing officer's own."""
    wings = request.prison.wings.order_by("code")
    if sees_all(request):
        return wings
    own = [posting.wing_id for posting in request.standing.postings if posting.role == Role.WING_OFFICER]
    return wings.filter(pk__in=[wing for wing in own if wing])


def sees_all(request: PrisonRequest) -> bool:
    """Whether whoever asks may see the whole prison's rosters: also of people without a wing."""
    return Relation.PRISON in request.standing.relations(Action.SEE_ROSTER)


def place_of(request: PrisonRequest, wing: str) -> Wing | Literal["none"]:
    """The place that an address names, if whoever asks may see it; for others there is no such place (404)."""
    if wing == NO_WING and sees_all(request):
        return NO_WING
    found = next((one for one in wings_open_to(request) if path_of(one) == wing), None)
    if found is None:
        raise Http404("No such wing of yours.")
    return found


def path_of(place: Wing | Literal["none"]) -> str:
    """How an address names a place: a wing by its code, or by its id where that would break the address.

    Wings are what NOMIS calls them (`A/B`, say): to refuse such a code would lose everybody who lives there.
    """
    if not isinstance(place, Wing):
        return place
    plain = IN_AN_ADDRESS.fullmatch(place.code) and place.code != NO_WING
    return place.code if plain else f"{BY_ID}{place.pk}"


def words_of(place: Wing | Literal["none"]) -> str:
    """How a heading names a place."""
    return f"Wing {place.code}" if isinstance(place, Wing) else "No wing recorded"


def day_of(request: PrisonRequest) -> date:
    """The day that an address asks for (`on`), else today; also when it is further away than anybody looks."""
    try:
        on = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return request.on
    return on if abs(on - request.on) <= FURTHEST else request.on
