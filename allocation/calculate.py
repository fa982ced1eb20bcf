"""The calculator kind `pom-type`: which type of POM a case should have."""

from datetime import date

from allocation.policy import RULES_BY_ID, PomType, Responsible
from allocation.rules import PomTypeFacts, recommend_pom_type
from omic.calculator import COMMON, Given, Reader, because, one_of, read_facts, yes_no
from omic.policy import render_steps

_A_TYPE = one_of(*PomType)
FACTS: dict[str, Reader] = {
    "responsible": one_of(Responsible.POM, Responsible.COM),
    "custody_tier": one_of("A", "B", "C", "D"),
    "operator": one_of("public", "private"),
    "current_pom_type": _A_TYPE,
    "transferred_since_handover": yes_no,
    "immigration": yes_no,
    "chosen_pom_type": _A_TYPE,
}
READERS = COMMON | FACTS


def answer(given: Given, *, on: date, policy: str) -> dict[str, object]:  # noqa: ARG001 the table has one version
    """The type recommended for one case, and what goes with it. Raises BadFactsError."""
    known = read_facts(given, READERS)
    facts = PomTypeFacts(
        responsible=known.get("responsible"),
        custody_tier=known.get("custody_tier"),
        private=known.get("operator") == "private",
        current_pom_type=known.get("current_pom_type"),
        transferred_since_handover=known.get("transferred_since_handover", False),
        immigration=known.get("immigration", False),
        chosen_pom_type=known.get("chosen_pom_type"),
    )
    outcome = recommend_pom_type(facts, on=known.get("today", on))
    found = outcome.value
    return {
        "policy": outcome.policy,
        "recommended_pom_type": found.pom_type,
        "case_support": "prison_staff" if found.prison_staff_support else None,
        "probation_role": "oversight" if found.prison_staff_support else None,
        "advice": list(found.advice),
        "override_allowed": True,
        "reason_required": found.reason_required,
        "because": because(render_steps(outcome.steps, RULES_BY_ID)),
    }
