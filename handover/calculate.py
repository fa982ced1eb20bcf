"""The calculator kind `handover`: who is responsible, and when it changes."""

from datetime import date

from handover.policy import RULES_BY_ID
from handover.rules import HandoverFacts, determine, state_on, state_step
from omic.calculator import COMMON, BadFactsError, Given, Reader, because, day, iso, one_of, read_facts, whole, yes_no
from omic.policy import render_steps

FACTS: dict[str, Reader] = {
    "sentence_type": one_of("determinate", "indeterminate"),
    "sentence_start": day,
    "ard": day,
    "crd": day,
    "ped": day,
    "ted": day,
    "hdced": day,
    "hdc_actual": day,
    "sed": day,
    "thd": day,
    "recalled": yes_no,
    "immigration": yes_no,
    "provider": one_of("nps", "crc"),
    "mappa_level": whole(0, 3),
    "early_allocation": yes_no,
    "early_allocation_agreed_on": day,
    "parole_outcome": one_of("release", "not_release", "deferred"),
    "com_oasys_reviewed": yes_no,
    "last_review_on": day,
    "recall_hearing_outcome": one_of("release", "not_release"),
    "additional_isp": yes_no,
    "open_conditions": yes_no,
    "womens_estate": yes_no,
    "prison_arrival": day,
    "category_active_since": day,
    "moved_to_open_on": day,
    "welsh_open": yes_no,
}
READERS = COMMON | FACTS


def answer(given: Given, *, on: date, policy: str) -> dict[str, object]:
    """Responsibility, dates and reasons for one person's facts. Raises BadFactsError."""
    known = read_facts(given, READERS)
    known.pop("id", None)
    version = known.pop("policy_version", policy)
    facts = HandoverFacts(**{"today": on, **known})
    _check(facts)
    outcome = determine(facts, policy=version)
    found = outcome.value
    state = state_step(found, facts.today)
    steps = outcome.steps if state is None else (*outcome.steps, state)
    release = found.earliest_release
    return {
        "policy": outcome.policy,
        "responsibility": state_on(found, facts.today),
        "start_on": iso(found.start_on),
        "handover_on": iso(found.handover_on),
        "reason": outcome.reason,
        "earliest_release": None if release is None else {"kind": release.kind, "on": iso(release.on)},
        "blocking": list(found.blocking),
        "provisional": list(found.provisional),
        "because": because(render_steps(steps, RULES_BY_ID)),
    }


def _check(facts: HandoverFacts) -> None:
    if facts.sed is not None and facts.sentence_start is not None and facts.sed < facts.sentence_start:
        raise BadFactsError({"sed": f"is before the sentence starts, {facts.sentence_start}"})
