"""How stored tiers are explained."""

from datetime import date

from omic.access import Action, requires
from omic.formats import day
from omic.http import PrisonRequest
from omic.models import Person
from omic.why import Explanation, Wording, explain_stored
from tiering.models import Origin, TierDetermination, TierEntry
from tiering.policy import COMPLEXITY_REGISTERS, SCORES, STORED_REASONS

LABELS = {
    "legal_status": "Legal status",
    "rosh": "RoSH",
    "rsr": "RSR (per cent)",
    "mappa_level": "MAPPA level",
    "registers": "Complexity registers",
    "womens_factors": "Further factors of women",
    "entered": "Tier entered by hand",
}


@requires(Action.SEE_DATES)
def explain(request: PrisonRequest) -> Explanation | None:
    """The person's tiers and, below them, the ones before."""
    return explain_stored(request, answers_about(request.person), WORDING)


def answers_about(person: Person) -> list[TierDetermination]:
    """Every stored answer about the person, newest first, fit to print."""
    rows = person.tierdeterminations.select_related("entry__entered_by").order_by("-id")
    return [readable(row) for row in rows]


def readable(row: TierDetermination) -> TierDetermination:
    """The row with its facts' codes as words. Not to be saved."""
    if "rosh" in row.facts:
        row.facts = {"entered": "none"} | row.facts
    registers = row.facts.get("registers")
    if registers is not None:
        row.facts |= {"registers": [COMPLEXITY_REGISTERS[code] for code in registers] or "none"}
    factors = row.facts.get("womens_factors")
    if factors is not None:
        row.facts |= {"womens_factors": [SCORES.get(name, name) for name in factors] or "none"}
    return row


def in_a_sentence(row: TierDetermination, _on: date) -> str:
    """The custody tier and what it rests on: "Tier B, 20 points. RoSH and RSR are known."."""
    if row.entry is not None:
        return f"Tier {row.letter}, {entered_words(row.entry)} {_beside(row)}"
    words = STORED_REASONS[row.reason]
    return f"Tier {row.letter}, {row.points} points. {words}." if row.letter else f"{words}."


def entered_words(entry: TierEntry) -> str:
    """By whom, when and why a tier was entered: "entered by … on … because: …."."""
    on, because = day(entry.entered_at), entry.reason.rstrip(". ")
    if entry.origin == Origin.IMPORTED:
        return f"imported from {entry.source} on {on} because: {because}."
    return f"entered by {entry.entered_by} on {on} because: {because}."


def _beside(row: TierDetermination) -> str:
    """What the facts give beside an entered tier."""
    given = f"tier {row.computed_letter}, {row.points} points" if row.computed_letter else "nothing"
    return f"Worked out from the facts: {given}. {STORED_REASONS[row.reason]}."


def community_words(row: TierDetermination) -> str:
    """The community tier in a sentence; empty where there is none."""
    if row.community_letter is None:
        return ""
    doubt = " (provisional)" if row.community_provisional else ""
    return (
        f"Community tier, used from handover on: {row.community_letter}{doubt}, {row.community_points} points, "
        "counting the additional factors that are recorded."
    )


def _points(row: TierDetermination) -> str:
    scored = [f"{SCORES.get(name, name)} {points}" for name, points in row.breakdown]
    counted = f"Points: {', '.join(scored)}; together {row.points}." if scored else ""
    return f"{counted} {community_words(row)}".strip()


WORDING = Wording(
    title="Why this tier",
    labels=LABELS,
    sentence=in_a_sentence,
    note=_points,
)
