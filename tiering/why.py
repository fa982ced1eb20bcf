"""How a stored custody tier is explained."""

from datetime import date

from omic.access import Action, requires
from omic.http import PrisonRequest
from omic.why import Explanation, Wording, explain_stored
from tiering.models import TierDetermination
from tiering.policy import STORED_REASONS

SCORES = {"rosh": "RoSH", "rsr": "RSR", "mappa": "MAPPA"}


@requires(Action.SEE_DATES)
def explain(request: PrisonRequest) -> Explanation | None:
    """The person's tier and, below it, the ones before."""
    return explain_stored(request, request.person.tierdeterminations.order_by("-id"), WORDING)


def in_a_sentence(row: TierDetermination, _on: date) -> str:
    """The tier and what it rests on: "Tier B: RoSH and RSR are known."."""
    words = STORED_REASONS[row.reason]
    return f"Tier {row.letter}, {row.points} points. {words}." if row.letter else f"{words}."


def _points(row: TierDetermination) -> str:
    scored = [f"{SCORES.get(name, name)} {points}" for name, points in row.breakdown]
    return f"Points: {', '.join(scored)}; together {row.points}." if scored else ""


WORDING = Wording(
    title="Why this tier",
    labels={"legal_status": "Legal status", "rosh": "RoSH", "rsr": "RSR (per cent)", "mappa_level": "MAPPA level"},
    sentence=in_a_sentence,
    note=_points,
)
