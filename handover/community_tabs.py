"""The tabs of the community pipeline, and its number on the home page."""

from django.urls import reverse

from handover.community_lists import LISTS, list_counts
from handover.reminders import waiting_reminders
from omic.access import Action
from omic.context import Tab, Tile
from omic.http import PrisonRequest


def community_tabs(request: PrisonRequest) -> list[Tab]:
    """Every list with its length; the LDUs for those who keep them."""
    code, tabs = request.prison.pk, []
    if request.standing.may(Action.SEE_PIPELINE):
        counts = list_counts(request.prison, request.on)
        tabs = [Tab(row.title, reverse(f"handover:{row.name}", args=[code]), counts[row.key]) for row in LISTS]
        waiting = waiting_reminders(request.prison, request.on).count()
        tabs.append(Tab("Emails", reverse("handover:community-asked", args=[code])))
        tabs.append(Tab("Reminders waiting", reverse("handover:reminders-waiting", args=[code]), waiting))
    if request.standing.may(Action.EDIT_LDUS):
        tabs.append(Tab("LDUs", reverse("handover:ldus", args=[code])))
    return tabs


def ways_on(request: PrisonRequest) -> list[tuple[str, str]]:
    """Where the handover lists lead on to, in words and address: the pipeline, and a POM's choice of reminders."""
    ways = (
        ("Pipeline to the community", "pipeline", Action.SEE_PIPELINE),
        ("Early allocation", "early-approve-list", Action.SEE_DATES),
        ("My reminders", "reminders", Action.CHOOSE_REMINDERS),
    )
    code, may = request.prison.pk, request.standing.may
    return [(words, reverse(f"handover:{name}", args=[code])) for words, name, action in ways if may(action)]


def home_tiles(request: PrisonRequest) -> list[Tile]:
    """For those who look after the pipeline: what waits for them in it, and reminders that have reached nobody."""
    if not (request.standing.may(Action.SEE_PIPELINE) and request.standing.may(Action.EDIT_DETAILS)):
        return []
    code = request.prison.pk
    first = LISTS[0]  # of those that need somebody
    needs = list_counts(request.prison, request.on, (first,))[first.key]
    waiting = waiting_reminders(request.prison, request.on).count()
    url = reverse("handover:pipeline", args=[code])
    tiles = [Tile(needs, "cases in the community pipeline that need somebody", url, "yellow")] if needs else []
    if waiting:
        url = reverse("handover:reminders-waiting", args=[code])
        tiles.append(Tile(waiting, "reminders that have not reached a POM", url, "yellow"))
    return tiles
