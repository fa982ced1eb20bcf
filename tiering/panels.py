"""The tier on the person's page."""

from typing import Any

from django.urls import reverse

from omic.access import Action
from omic.http import PrisonRequest
from omic.models import Person
from tiering.why import in_a_sentence


def tier_panel(request: PrisonRequest, person: Person) -> dict[str, Any] | None:
    """The current custody tier and why; None for those who do not see dates and risk."""
    if not request.standing.may(Action.SEE_DATES):
        return None
    row = person.tierdeterminations.filter(superseded_at=None).first()
    return {
        "template": "tiering/panel.html",
        "tier": row,
        "sentence": in_a_sentence(row, request.on) if row else "",
        "why": reverse("why", args=[request.prison.pk, person.ref, "tier"]),
    }
