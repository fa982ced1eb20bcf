"""The tiers on the person's page."""

from typing import Any

from django.urls import reverse

from omic.access import Action
from omic.http import PrisonRequest
from omic.models import Person
from tiering.policy import ENTRY_COUNTS_WHILE
from tiering.why import in_a_sentence


def tier_panel(request: PrisonRequest, person: Person) -> dict[str, Any] | None:
    """Custody tier, the community tier beside it, and why; None for those who do not see dates and risk."""
    may = request.standing.may
    if not may(Action.SEE_DATES):
        return None
    row = person.tierdeterminations.current().select_related("entry__entered_by").first()
    open_to_entry = row is not None and row.reason in ENTRY_COUNTS_WHILE
    here = [request.prison.pk, person.ref]
    return {
        "template": "tiering/panel.html",
        "tier": row,
        "sentence": in_a_sentence(row, request.on) if row else "",
        "why": reverse("why", args=[*here, "tier"]),
        "history": reverse("tiering:history", args=here),
        "enter": reverse("tiering:enter", args=here) if may(Action.ENTER_TIER) and open_to_entry else "",
        "factors": reverse("tiering:factors", args=here) if may(Action.EDIT_DETAILS) and row else "",
    }
