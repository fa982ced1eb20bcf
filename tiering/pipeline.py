"""Tiering's step of the pipeline: everyone held has current tiers, or a reason why there are none."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, FilteredRelation, Q

from omic.determinations import Answer, store
from omic.models import Person
from omic.policy import InvalidFact, Outcome, Step
from omic.reconcile import Window
from tiering.models import AdditionalFactors, Origin, TierDetermination, TierEntry
from tiering.policy import ENTRY_ENDS, LEFT
from tiering.rules import Tier, TierFacts, community_tier, custody_tier, has_tier, why_entry_ends

Row = dict[str, Any]
NO_TIER = {
    "letter": None,
    "points": None,
    "breakdown": (),
    "provisional": False,
    "origin": Origin.COMPUTED,
    "computed_letter": None,
    "entry_id": None,
    "community_letter": None,
    "community_points": None,
    "community_breakdown": (),
    "community_provisional": False,
}
_COLUMNS = ("pk", "sex", "legal_status", "details__rosh", "details__mappa_level", "details__rsr")
_ENTRY = {"entry": F("standing__pk"), "entered": F("standing__letter"), "entered_by": F("standing__entered_by")}
_FACTORS = ("registers", "parenting", "impulsivity", "temper", "enforcement")


def determine_tiers(people: Sequence[int], window: Window) -> dict[str, int]:
    """Store the tiers (TI-01 to TI-08) of those of `people` who are held. Who has left keeps the last answer.

    A tier entered by hand counts until the facts settle one, or prove a higher one: then the entry ends, here, in the
    transaction of the fact that changed. It never comes back by itself.
    """
    ended = _end_entries(TierEntry.objects.filter(person__in=people, person__prison=None), LEFT, window.at)
    rows = _rows(people)
    answers = [answer(row) for row in rows]
    for reason, entries in _overtaken(rows, answers).items():
        ended += _end_entries(TierEntry.objects.filter(pk__in=entries), ENTRY_ENDS[reason], window.at)
    counts = store(TierDetermination, answers, at=window.at, on=window.on)
    return {f"tiers_{name}": number for name, number in counts.items()} | {"tier_entries_ended": ended}


def _rows(people: Sequence[int]) -> list[Row]:
    """What is read of each person held: facts, the standing entry, and the additional factors as last looked up."""
    standing = FilteredRelation("tier_entries", condition=Q(tier_entries__ended_at__isnull=True))
    held = Person.objects.filter(pk__in=people, prison__isnull=False).annotate(standing=standing)
    factors = AdditionalFactors.objects.filter(person__in=people).order_by("person", "-as_at", "-pk")
    newest = {row.pop("person"): row for row in factors.distinct("person").values("person", *_FACTORS)}
    return [row | {"factors": newest.get(row["pk"])} for row in held.values(*_COLUMNS, **_ENTRY)]


def _overtaken(rows: Iterable[Row], answers: Iterable[Answer]) -> dict[str, list[int]]:
    """The standing entries that do not count any more, by the reason's code."""
    ending: dict[str, list[int]] = defaultdict(list)
    for row, found in zip(rows, answers, strict=True):
        if row["entry"] is not None and found.columns["entry_id"] is None:
            letter = found.columns["letter"]
            reason = why_entry_ends(row["entered"], reason=found.reason, worked_out=letter)
            ending[str(reason)].append(row["entry"])
    return ending


def _end_entries(entries: Any, because: str, at: datetime) -> int:
    number: int = entries.standing().update(ended_at=at, ended_because=because)
    return number


def answer(row: Row) -> Answer:
    """The answer to store for one row of facts; a score that cannot be true gives no letter (`invalid_fact`)."""
    sentenced = has_tier(row["legal_status"])
    if not sentenced.value:
        status = {"legal_status": row["legal_status"]}
        return _answer(row, sentenced, status, NO_TIER)
    facts = _facts(row)
    custody, community = custody_tier(facts), community_tier(facts)
    columns = NO_TIER | _custody(custody.value) | _community(community.value)
    steps = custody.steps if isinstance(community.value, InvalidFact) else (*custody.steps, *community.steps)
    outcome = Outcome(custody.value, custody.reason, custody.policy, steps)
    return _with_entry(row, outcome, _stated(row, facts), columns)


def _with_entry(row: Row, outcome: Outcome[Any], facts: Row, columns: Row) -> Answer:
    """The answer with the letter that counts: a standing entry's, as long as it does."""
    entered, worked_out = row["entered"], columns["letter"]
    if entered is None or why_entry_ends(entered, reason=outcome.reason, worked_out=worked_out):
        return _answer(row, outcome, facts, columns)
    origin = Origin.IMPORTED if row["entered_by"] is None else Origin.ENTERED
    counts = {"letter": entered, "computed_letter": worked_out, "provisional": False}
    counts |= {"origin": origin, "entry_id": row["entry"]}
    found = f"{origin.label.lower()}: tier {entered}, which counts; worked out: {worked_out or 'none'}"
    steps = (*outcome.steps, Step("TI-08", found))
    outcome = Outcome(outcome.value, outcome.reason, outcome.policy, steps)
    return _answer(row, outcome, facts | {"entered": entered}, columns | counts)


def _answer(row: Row, outcome: Outcome[Any], facts: Row, columns: Row) -> Answer:
    return Answer(
        person_id=row["pk"],
        reason=outcome.reason,
        policy=outcome.policy,
        facts=facts,
        steps=outcome.steps,
        columns=columns,
    )


def _facts(row: Row) -> TierFacts:
    factors = row["factors"]
    return TierFacts(
        rosh=row["details__rosh"],
        mappa_level=row["details__mappa_level"],
        rsr=row["details__rsr"],
        sex=row["sex"],
        additional_known=factors is not None,
        **(factors or {}),
    )


def _stated(row: Row, facts: TierFacts) -> Row:
    """The facts that were read, as JSON. Women's factors are a list of those present; None is not looked up."""
    known = facts.additional_known
    stated: Row = {"rosh": facts.rosh, "mappa_level": facts.mappa_level, "rsr": _text(facts.rsr)}
    stated["registers"] = sorted(set(facts.registers)) if known else None
    if row["sex"] == "female":
        stated["womens_factors"] = [name for name in _FACTORS[1:] if getattr(facts, name)] if known else None
    return stated


def _custody(tier: Tier | InvalidFact) -> Row:
    if isinstance(tier, InvalidFact):
        return {}
    scored = {"points": tier.points, "breakdown": tier.breakdown}
    return {"letter": tier.letter, "provisional": tier.provisional} | scored


def _community(tier: Tier | InvalidFact) -> Row:
    if isinstance(tier, InvalidFact):
        return {}
    scored = {"community_points": tier.points, "community_breakdown": tier.breakdown}
    return {"community_letter": tier.letter, "community_provisional": tier.provisional} | scored


def _text(score: Decimal | None) -> str | None:
    return None if score is None else str(score)
