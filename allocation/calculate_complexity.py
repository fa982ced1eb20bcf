"""The calculator kind `complexity`: a woman's complexity of need by the form's seven indicators."""

from datetime import date

from allocation.policy import INDICATORS, RULES_BY_ID
from allocation.rules import ComplexityFacts, complexity
from omic.calculator import COMMON, Given, Reader, because, read_facts, yes_no
from omic.policy import render_steps

FACTS: dict[str, Reader] = dict.fromkeys(INDICATORS, yes_no)


def answer(given: Given, *, on: date, policy: str) -> dict[str, object]:  # noqa: ARG001 the form has one version
    """The level and how many indicators it rests on. Raises BadFactsError."""
    known = read_facts(given, COMMON | FACTS)
    facts = ComplexityFacts(**{name: known.get(name, False) for name in INDICATORS})
    outcome = complexity(facts, on=known.get("today", on))
    return {
        "policy": outcome.policy,
        "level": outcome.value.level,
        "count": outcome.value.count,
        "because": because(render_steps(outcome.steps, RULES_BY_ID)),
    }
