"""The tabs that lead from one page of wellbeing to the others, each for whoever may open it."""

from django.urls import reverse

from omic.access import Action
from omic.context import Tab
from omic.http import PrisonRequest

# Words, URL name, the action that opens it.
TABS: tuple[tuple[str, str, Action], ...] = (
    ("Roster", "wellbeing:wings", Action.SEE_ROSTER),
    ("From POMs", "wellbeing:shared", Action.READ_SHARED),
    ("Cohorts", "wellbeing:cohorts", Action.SEE_COHORTS),
    ("Missed", "wellbeing:missed", Action.SEE_MISSED),
    ("Exceptions", "wellbeing:suspensions", Action.SEE_MISSED),
    ("Safety", "wellbeing:safety", Action.SEE_SAFETY),
    ("Assurance", "wellbeing:assurance", Action.SEE_ASSURANCE),
)

WOMENS = ("wellbeing:cohorts",)  # pages that men's prisons do not have


def tabs_of(request: PrisonRequest) -> list[Tab]:
    """The tabs of whoever asks."""
    return [
        Tab(words, reverse(name, args=[request.prison.pk]))
        for words, name, action in TABS
        if request.standing.may(action) and (request.prison.women or name not in WOMENS)
    ]
