"""What must be there before key work's actions, and what they warn of: allocation, progression plan, daily cohort."""

from dataclasses import dataclass
from datetime import date

from keywork.rules.facts import policy_on
from omic.policy import Outcome, Step


@dataclass(frozen=True, slots=True)
class AllocationFacts:
    """A key worker about to be given one person more. `held` counts that person; None where it is not known.

    `ceiling` is the key worker's own, None for the national one. `has_key_worker` is the person's, still running.
    """

    fmi_trained: bool
    key_work_trained: bool
    trauma_trained: bool
    womens_estate: bool
    has_key_worker: bool
    held: int | None
    ceiling: int | None


@dataclass(frozen=True, slots=True)
class Permission:
    """What is missing, which forbids the action, and what is only pointed out; codes both."""

    missing: tuple[str, ...]
    warnings: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether the action may be done."""
        return not self.missing


def may_allocate(facts: AllocationFacts, *, on: date) -> Outcome[Permission]:
    """Training first (KW-06), one key worker at a time (KW-14), about six people and none above the ceiling (KW-03)."""
    policy = policy_on(on)
    ceiling = policy.caseload_ceiling if facts.ceiling is None else facts.ceiling
    required = [
        ("fmi_training", facts.fmi_trained),
        ("key_work_training", facts.key_work_trained),
        ("trauma_training", facts.trauma_trained or not facts.womens_estate),
        ("current_allocation_ended", not facts.has_key_worker),
        ("over_ceiling", facts.held is None or facts.held <= ceiling),
    ]
    missing = tuple(code for code, there in required if not there)
    above = facts.held is not None and facts.held > policy.caseload_target
    permission = Permission(missing, ("caseload_over_6",) if above else ())
    return _outcome(permission, policy.id, *_allocation_steps(facts, missing, ceiling))


def _allocation_steps(facts: AllocationFacts, missing: tuple[str, ...], ceiling: int) -> tuple[Step, ...]:
    untrained = [code.replace("_", " ") for code in missing if code.endswith("_training")]
    held = "not known" if facts.held is None else facts.held
    return (
        Step("KW-06", f"Missing: {', '.join(untrained)}" if untrained else "Trained"),
        Step("KW-14", "The person has a key worker" if facts.has_key_worker else "The person has no key worker"),
        Step("KW-03", f"People with this one: {held}; ceiling {ceiling}"),
    )


def may_start_progression_plan(*, formal_sentence_plan: bool, pom_agreed: bool, on: date) -> Outcome[Permission]:
    """Beside a formal sentence plan only with the POM's agreement (KW-12)."""
    plan = "Formal sentence plan" if formal_sentence_plan else "No formal sentence plan"
    agreed = "the POM has agreed" if pom_agreed else "no agreement of the POM is recorded"
    missing = ("pom_agreement",) if formal_sentence_plan and not pom_agreed else ()
    return _outcome(Permission(missing), policy_on(on).id, Step("KW-12", f"{plan}, {agreed}"))


def may_join_daily_cohort(*, decision_recorded: bool, on: date) -> Outcome[Permission]:
    """Only on a recorded decision (WB-03)."""
    missing = () if decision_recorded else ("decision_record",)
    found = "Decision recorded" if decision_recorded else "No decision recorded"
    return _outcome(Permission(missing), policy_on(on).id, Step("WB-03", found))


def _outcome(permission: Permission, policy: str, *steps: Step) -> Outcome[Permission]:
    return Outcome(permission, "allowed" if permission.allowed else "not_allowed", policy, steps)
