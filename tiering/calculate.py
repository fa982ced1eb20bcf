"""The calculator kind `tier`: custody and community tier and the change level, or the letter of version 3."""

from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from omic.calculator import (
    COMMON,
    BadFactsError,
    Given,
    Reader,
    because,
    day,
    number,
    one_of,
    read_facts,
    record,
    several_of,
    whole,
    yes_no,
)
from omic.policy import InvalidFact, Outcome, RenderedStep, render_steps
from tiering.policy import COMPLEXITY_REGISTERS, CUSTODY_V2, NEEDS, RULES_BY_RULESET, RULESETS, SEVERITIES, V3
from tiering.rules import TierFacts, V3Facts, change_level, community_tier, custody_tier, invalid_fact, v3_tier

Value = TypeVar("Value")


def per_cent(value: object) -> Decimal:
    """A score from 0 to 100, exactly as written."""
    score = number(value)
    if not 0 <= score <= 100:
        raise ValueError("must be between 0 and 100")
    return score


FACTS: dict[str, Reader] = {
    "rosh": one_of("very_high", "high", "medium", "low"),
    "mappa_level": whole(0, 3),
    "rsr": number,
    "ogrs3": number,
    "sex": one_of("male", "female"),
    "complexity_registers": several_of(*COMPLEXITY_REGISTERS),
    "women_factors": record(
        {"parenting": yes_no, "impulsivity": whole(0, 2), "temper": whole(0, 2), "enforcement": yes_no}
    ),
    "needs": record({need: one_of(*SEVERITIES) for need in NEEDS}),
    "iom": yes_no,
    "mandate": yes_no,
    "layer3_assessment": yes_no,
}
V3_FACTS: dict[str, Reader] = {
    "rosh": FACTS["rosh"],
    "mappa_category": whole(1, 4),
    "arp": per_cent,
    "csrp": per_cent,
    "arp_dynamic": yes_no,
    "csrp_dynamic": yes_no,
    "dcsrp_band": one_of("low", "medium", "high", "very_high"),
    "dcsrp_score": number,
    "lifer_ipp": yes_no,
    "latest_release_on": day,
    "domestic_abuse": yes_no,
    "stalking": yes_no,
    "child_protection": yes_no,
    "sexual_offence": yes_no,
    "active_event": yes_no,
}
READERS = COMMON | FACTS | V3_FACTS | {"ruleset": one_of(*RULESETS)}


def answer(given: Given, *, on: date, policy: str) -> dict[str, object]:  # noqa: ARG001 a tier has no dated versions
    """The tiers for one person's facts, by the rule set that they name. Raises BadFactsError."""
    known = read_facts(given, READERS)
    ruleset = known.get("ruleset", CUSTODY_V2.ruleset)
    facts = _facts(known)
    problem = invalid_fact(facts)  # a score that cannot be true is refused, whichever rule set would read it
    if problem is not None:
        raise BadFactsError({problem.fact: problem.problem})
    return _version_3(known, on) if ruleset == V3.ruleset else _version_2(facts, ruleset)


def _version_2(facts: TierFacts, ruleset: str) -> dict[str, object]:
    outcomes = custody_tier(facts, ruleset=ruleset), community_tier(facts), change_level(facts)
    custody, community, change = _valid(outcomes[0]), _valid(outcomes[1]), _valid(outcomes[2])
    return {
        "policy": ruleset,
        "custody_tier": custody.letter,
        "community_tier": community.letter,
        "custody_points": custody.points,
        "community_points": community.points,
        "change_level": change.level,
        "change_points": change.points,
        "provisional": custody.provisional,
        "because": because(step for outcome in outcomes for step in _rendered(outcome)),
    }


def _version_3(known: dict[str, Any], on: date) -> dict[str, object]:
    facts = {fact: value for fact, value in known.items() if fact in V3_FACTS}
    outcome = v3_tier(V3Facts(today=known.get("today", on), **facts))
    tier = _valid(outcome)
    return {
        "policy": V3.ruleset,
        "v3_tier": tier.letter,
        "provisional": tier.provisional,
        "because": because(_rendered(outcome)),
    }


def _rendered(outcome: Outcome[Any]) -> list[RenderedStep]:
    return render_steps(outcome.steps, RULES_BY_RULESET[outcome.policy])


def _valid(outcome: Outcome[Value | InvalidFact]) -> Value:
    if isinstance(outcome.value, InvalidFact):
        raise BadFactsError({outcome.value.fact: outcome.value.problem})
    return outcome.value


def _facts(known: dict[str, Any]) -> TierFacts:
    read = {fact: value for fact, value in known.items() if fact in FACTS}
    registers = read.pop("complexity_registers", ())
    return TierFacts(registers=registers, **read.pop("women_factors", {}), **read)
