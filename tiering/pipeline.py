"""Tiering's step of the pipeline: everyone held has a current custody tier, or a reason why there is none."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from omic.determinations import Answer, store
from omic.models import SENTENCED_STATUSES, UNCLEAR_STATUSES, LegalStatus, Person
from omic.policy import InvalidFact, Step
from omic.reconcile import Window
from tiering.models import TierDetermination
from tiering.policy import CUSTODY_V2, LEGAL_STATUS_UNKNOWN, UNSENTENCED
from tiering.rules import TierFacts, custody_tier

Row = dict[str, Any]
NO_TIER = {"letter": None, "points": None, "breakdown": (), "provisional": False}


def determine_tiers(people: Sequence[int], window: Window) -> dict[str, int]:
    """Store the custody tier (TI-01, TI-02) of those of `people` who are held. Who has left keeps the last answer."""
    held = Person.objects.filter(pk__in=people, prison__isnull=False)
    rows = held.values("pk", "legal_status", "details__rosh", "details__mappa_level", "details__rsr")
    counts = store(TierDetermination, map(answer, rows), at=window.at, on=window.on)
    return {f"tiers_{name}": number for name, number in counts.items()}


def answer(row: Row) -> Answer:
    """The answer to store for one row of facts; a score that cannot be true gives no letter (`invalid_fact`)."""
    if row["legal_status"] not in SENTENCED_STATUSES:
        return _not_sentenced(row)
    facts = TierFacts(rosh=row["details__rosh"], mappa_level=row["details__mappa_level"], rsr=row["details__rsr"])
    outcome = custody_tier(facts)
    return Answer(
        person_id=row["pk"],
        reason=outcome.reason,
        policy=outcome.policy,
        facts={"rosh": facts.rosh, "mappa_level": facts.mappa_level, "rsr": _text(facts.rsr)},
        steps=outcome.steps,
        columns=NO_TIER if isinstance(outcome.value, InvalidFact) else _columns(outcome.value),
    )


def _columns(tier: Any) -> dict[str, Any]:
    return {
        "letter": tier.letter,
        "points": tier.points,
        "breakdown": tier.breakdown,
        "provisional": tier.provisional,
    }


def _not_sentenced(row: Row) -> Answer:
    status = LegalStatus(row["legal_status"])
    return Answer(
        person_id=row["pk"],
        reason=LEGAL_STATUS_UNKNOWN if status in UNCLEAR_STATUSES else UNSENTENCED,
        policy=CUSTODY_V2.ruleset,
        facts={"legal_status": status},
        steps=(Step("TI-01", f"legal status: {status.label.lower()}"),),
        columns=NO_TIER,
    )


def _text(score: Decimal | None) -> str | None:
    return None if score is None else str(score)
