"""The tabs that lead from one page of wellbeing to the others, each for whoever may open it."""

from django.urls import reverse

from omic.access import Action
from omic.context import Tab
from omic.http import PrisonRequest

# Words, URL name, the action that opens it.
TABS: tuple[tuple[str, str, Action], ...] = ()


def tabs_of(request: PrisonRequest) -> list[Tab]:
    """The tabs of whoever asks."""
    return [
        Tab(words, reverse(name, args=[request.prison.pk]))
        for words, name, action in TABS
        if request.standing.may(action)
    ]
