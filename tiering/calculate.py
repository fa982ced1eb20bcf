"""The calculator kind `tier`: custody and community tier, and the change level."""

from datetime import date
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
from omic.policy import InvalidFact, Outcome, render_steps
from tiering.policy import COMPLEXITY_REGISTERS, CUSTODY_RULESETS, CUSTODY_V2, NEEDS, RULES_BY_ID, SEVERITIES
from tiering.rules import TierFacts, change_level, community_tier, custody_tier

Value = TypeVar("Value")

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
    "ruleset": one_of(*CUSTODY_RULESETS),
}
# Facts of the national service's third version: known to the kind, read by neither rule set here.
FACTS_NOT_READ: dict[str, Reader] = {
    "mappa_category": whole(1, 4),
    "arp": number,
    "csrp": number,
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
READERS = COMMON | FACTS | FACTS_NOT_READ


def answer(given: Given, *, on: date, policy: str) -> dict[str, object]:  # noqa: ARG001 a tier has no dated versions
    """Both tiers and the change level for one person's facts. Raises BadFactsError."""
    known = read_facts(given, READERS)
    ruleset = known.pop("ruleset", CUSTODY_V2.ruleset)
    facts = _facts(known)
    outcomes = custody_tier(facts, ruleset=ruleset), community_tier(facts), change_level(facts)
    custody, community, change = _valid(outcomes[0]), _valid(outcomes[1]), _valid(outcomes[2])
    steps = [step for outcome in outcomes for step in outcome.steps]
    return {
        "policy": ruleset,
        "custody_tier": custody.letter,
        "community_tier": community.letter,
        "custody_points": custody.points,
        "community_points": community.points,
        "change_level": change.level,
        "change_points": change.points,
        "provisional": custody.provisional,
        "because": because(render_steps(steps, RULES_BY_ID)),
    }


def _valid(outcome: Outcome[Value | InvalidFact]) -> Value:
    if isinstance(outcome.value, InvalidFact):
        raise BadFactsError({outcome.value.fact: outcome.value.problem})
    return outcome.value


def _facts(known: dict[str, Any]) -> TierFacts:
    read = {fact: value for fact, value in known.items() if fact in FACTS}
    registers = read.pop("complexity_registers", ())
    return TierFacts(registers=registers, **read.pop("women_factors", {}), **read)
