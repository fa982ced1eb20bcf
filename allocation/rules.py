"""Who needs a POM, and of which type. Pure: facts in, outcomes out."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_UP, Decimal
from typing import NamedTuple

from allocation.policy import (
    INDICATORS,
    PRIORITY_COURSES,
    SCREENING_TOOL,
    SUPPORT_TASKS,
    VERSIONS,
    Advice,
    AllocationPolicy,
    Part,
    PomType,
    Reason,
    Responsible,
    TaskRole,
)
from omic.policy import Outcome, Step, Steps, in_force

SENTENCED = ("SENTENCED", "INDETERMINATE_SENTENCE", "RECALL")
CIVIL = "CIVIL_PRISONER"
IMMIGRATION = "IMMIGRATION_DETAINEE"
NEEDS_POM = (*SENTENCED, CIVIL, IMMIGRATION)
LEAD = {
    Responsible.POM: "POM responsible",
    Responsible.COM: "COM responsible",
    Responsible.NOBODY: "nobody responsible",
    None: "who is responsible unknown",
}


def needs_pom(legal_status: str, *, on: date) -> Outcome[bool]:
    """Whether somebody of this legal status gets a POM (AL-01; AL-16 for immigration cases)."""
    rule = "AL-16" if legal_status == IMMIGRATION else "AL-01"
    needed = legal_status in NEEDS_POM
    found = legal_status.lower().replace("_", " ")
    return Outcome(needed, "case" if needed else "no_case", policy_on(on).id, (Step(rule, found),))


def waiting_since(*, arrived_on: date, sentenced_on: date | None, ended_on: date | None, on: date) -> date:
    """Since when somebody has needed a POM here: arrival, a sentence passed since, or the end of their last POM's
    time here. A day after `on` is left out: it has not happened."""
    days = (arrived_on, sentenced_on, ended_on)
    return max((day for day in days if day is not None and day <= on), default=arrived_on)


@dataclass(frozen=True, slots=True)
class PomTypeFacts:
    """What the type of POM depends on; None is unknown. An indeterminate recall comes as HO-08 leaves it (TI-15)."""

    responsible: Responsible | None
    custody_tier: str | None
    private: bool = False
    current_pom_type: PomType | None = None
    transferred_since_handover: bool = False
    immigration: bool = False
    chosen_pom_type: PomType | None = None


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The type recommended (None: none can be), the private prison's pattern (AL-10), advice, and whether choosing
    what was chosen needs a reason. Choosing otherwise is always allowed (TI-14)."""

    pom_type: PomType | None
    prison_staff_support: bool
    advice: tuple[Advice, ...]
    reason_required: bool


class Answer(NamedTuple):
    """The branch that answered; its first step is the one that decided."""

    pom_type: PomType | None
    reason: Reason
    steps: Steps
    advice: tuple[Advice, ...] = ()
    supported: bool = False


def recommend_pom_type(facts: PomTypeFacts, *, on: date) -> Outcome[Recommendation]:
    """TI-10 to TI-16: immigration first, then the POM who stays, then the table of tier and who is responsible."""
    policy = policy_on(on)
    answer = _immigration(facts) or _stays(facts) or _by_table(facts, policy)
    chosen = facts.chosen_pom_type
    differs = chosen is not None and chosen != answer.pom_type
    steps = answer.steps
    if differs:
        steps += (Step("TI-14", f"{chosen} chosen, {answer.pom_type or 'none'} recommended"),)
    value = Recommendation(answer.pom_type, answer.supported, answer.advice, differs)
    return Outcome(value, answer.reason, policy.id, steps)


def _immigration(facts: PomTypeFacts) -> Answer | None:
    """TI-16, AL-16."""
    if not facts.immigration:
        return None
    return Answer(PomType.PRISON, Reason.IMMIGRATION, (Step("TI-16", "immigration case"),))


def _stays(facts: PomTypeFacts) -> Answer | None:
    """TI-13: only a probation POM stays, and only until the next prison."""
    if not _held_by_probation(facts) or facts.transferred_since_handover:
        return None
    step = Step("TI-13", "COM responsible, a probation POM has the case, no transfer since handover")
    return Answer(PomType.PROBATION, Reason.KEEP_POM, (step,), (Advice.KEEP_POM,))


def _held_by_probation(facts: PomTypeFacts) -> bool:
    return facts.responsible == Responsible.COM and facts.current_pom_type == PomType.PROBATION


def _by_table(facts: PomTypeFacts, policy: AllocationPolicy) -> Answer:
    """TI-12, and TI-16 where nobody is responsible. An unknown fact is let be where it cannot change the answer."""
    responsible, tier = facts.responsible, facts.custody_tier
    rows = [policy.pom_types[responsible]] if responsible else list(policy.pom_types.values())
    possible = {row[letter] for row in rows for letter in ([tier] if tier else row)}
    rule = "TI-16" if responsible == Responsible.NOBODY else "TI-12"
    steps: Steps = (Step(rule, f"{LEAD[responsible]}, tier {tier or 'unknown'}"),)
    if _held_by_probation(facts):
        steps += (Step("TI-13", "transferred since handover: the probation POM no longer stays"),)
    if len(possible) > 1:
        if tier is None:
            return Answer(None, Reason.TIER_UNKNOWN, steps, (Advice.TIER_MISSING,))
        return Answer(None, Reason.RESPONSIBLE_UNKNOWN, steps)
    pom_type = possible.pop()
    if pom_type == PomType.PROBATION:
        return _high_risk(facts, policy, steps)
    return Answer(pom_type, Reason.BY_TABLE if responsible else Reason.SAME_EITHER_WAY, steps)


def _high_risk(facts: PomTypeFacts, policy: AllocationPolicy, steps: Steps) -> Answer:
    """TI-10, TI-11 and AL-10: what goes with a probation POM who is responsible for a case of tier A or B."""
    found = f"tier {facts.custody_tier}, POM responsible"
    advice: tuple[Advice, ...] = ()
    if facts.custody_tier == policy.rare_tier:
        advice, steps = (Advice.CHECK_MAPPA,), (*steps, Step("TI-11", found))
    if facts.private:
        steps += (Step("AL-10", f"privately managed prison, {found}: oversight"),)
        return Answer(PomType.PROBATION, Reason.BY_TABLE, steps, advice, supported=True)
    steps += (Step("TI-10", found),)
    return Answer(PomType.PROBATION, Reason.BY_TABLE, steps, (*advice, Advice.CASE_SUPPORT))


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether something may be done, what to point out, and of a task who does it."""

    allowed: bool = True
    warnings: tuple[str, ...] = ()
    done_by: str | None = None


def case_capacity(pom_type: PomType | None, working_days: Decimal | None, *, on: date) -> int | None:
    """AL-06: the cases of the planning figure for the days worked (unknown: full time), rounded down; None for prison
    POMs, for whom no figure is published. A POM of unknown type is read as a probation POM."""
    if pom_type == PomType.PRISON:
        return None
    policy = policy_on(on)
    full = Decimal(policy.full_time_days)
    days = full if working_days is None else min(working_days, full)
    return int(policy.probation_caseload * days / full)


def may_hold_cases(
    pom_type: PomType | None, cases: int | None, *, on: date, working_days: Decimal | None = None
) -> Outcome[Ruling]:
    """AL-06: above 80 cases warns, above fewer for who works part time (our reading)."""
    capacity = case_capacity(pom_type, working_days, on=on)
    over = capacity is not None and cases is not None and cases > capacity
    found = f"{pom_type or 'type unknown'}, {'cases unknown' if cases is None else f'{cases} cases'}"
    if working_days is not None:
        found = f"{found}, {working_days:g} days a week"
    warnings = ("caseload_over_80",) if over else ()
    return Outcome(Ruling(warnings=warnings), "allowed", policy_on(on).id, (Step("AL-06", found),))


def may_line_manage(reportees_fte: Decimal | None, *, on: date) -> Outcome[Ruling]:
    """AL-07: more than 14 full-time equivalents warns."""
    policy = policy_on(on)
    over = reportees_fte is not None and reportees_fte > policy.span_fte
    found = "unknown" if reportees_fte is None else f"{reportees_fte.quantize(Decimal('0.01'), ROUND_UP).normalize():f}"
    step = Step("AL-07", f"{found} FTE")
    return Outcome(Ruling(warnings=("span_over_14",) if over else ()), "allowed", policy.id, (step,))


def may_assign(task: str | None, role: TaskRole | None, facts: PomTypeFacts, *, on: date) -> Outcome[Ruling]:
    """KW-08: no screening tool for key workers and POMs. Who does any other: AL-10's pattern, else the POM type."""
    policy = policy_on(on).id
    if task == SCREENING_TOOL:
        found = f"BCST to {role.replace('_', ' ') if role else 'other prison staff'}"
        return Outcome(Ruling(allowed=role is None), "screening_tool", policy, (Step("KW-08", found),))
    outcome = recommend_pom_type(facts, on=on)
    if task is not None and outcome.value.prison_staff_support:
        support = task in SUPPORT_TASKS
        done_by = "case_management_support" if support else "probation_pom"
        return Outcome(Ruling(done_by=done_by), "private_prison", policy, outcome.steps)
    advised = outcome.value.pom_type
    return Outcome(Ruling(done_by=advised and f"{advised}_pom"), outcome.reason, policy, outcome.steps)


@dataclass(frozen=True, slots=True)
class PartFacts:
    """Who would have a part in a case, and who holds it. Types are None where they are not recorded."""

    part: Part
    pom_type: PomType | None = None
    has_primary: bool = True
    is_primary: bool = False
    primary_type: PomType | None = None
    supported: bool = False  # by somebody else already


def may_share(facts: PartFacts, *, on: date) -> Outcome[Ruling]:
    """AL-10, AL-11: somebody co-works beside a primary POM, or prison staff support the case of a probation POM."""
    found = f"{facts.part}, {facts.pom_type or 'type unknown'} beside {facts.primary_type or 'type unknown'}"
    policy, support = policy_on(on).id, facts.part == Part.SUPPORT
    steps: Steps = (Step("AL-11", found), *((Step("AL-10", "case management support"),) if support else ()))
    refusals = (
        ("no_primary", not facts.has_primary),
        ("is_primary", facts.is_primary),
        ("support_by_probation_pom", support and facts.pom_type == PomType.PROBATION),
    )
    for refusal, holds in refusals:
        if holds:
            return Outcome(Ruling(allowed=False), refusal, policy, steps)
    warnings = (
        ("support_without_probation_pom", support and facts.primary_type == PomType.PRISON),
        ("second_support", support and facts.supported),
    )
    return Outcome(Ruling(warnings=tuple(words for words, holds in warnings if holds)), "allowed", policy, steps)


def missing_courses(done: frozenset[str], *, on: date) -> Outcome[tuple[str, ...]]:
    """AL-18: the priority courses not recorded, by their codes, in the order of the source."""
    missing = tuple(course for course in PRIORITY_COURSES if course not in done)
    words = ", ".join(PRIORITY_COURSES[course] for course in missing)
    reason = "priority_courses_missing" if missing else "trained"
    step = Step(
        "AL-18", f"{len(PRIORITY_COURSES) - len(missing)} of 5 recorded{f'; missing: {words}' if words else ''}"
    )
    return Outcome(missing, reason, policy_on(on).id, (step,))


@dataclass(frozen=True, slots=True)
class ProfileFacts:
    """A POM's grade and base. `operational` None: not said; `hub` is its name, empty for none."""

    pom_type: PomType
    operational: bool | None = None
    in_hub: bool = False
    hub: str = ""


def check_profile(facts: ProfileFacts, *, on: date) -> Outcome[bool]:
    """AL-19: whether grade and base can be true together; the reason says which cannot."""
    problems = (
        ("operational_probation_pom", facts.pom_type == PomType.PROBATION and facts.operational is not None),
        ("hub_unnamed", facts.in_hub and not facts.hub),
        ("hub_of_prison_based", not facts.in_hub and bool(facts.hub)),
    )
    reason = next((name for name, holds in problems if holds), "possible")
    grade = {None: "grade not said", True: "operational", False: "non-operational"}[facts.operational]
    base = (facts.hub or "hub not named") if facts.in_hub else "prison"
    return Outcome(
        reason == "possible", reason, policy_on(on).id, (Step("AL-19", f"{facts.pom_type}, {grade}, {base}"),)
    )


def policy_on(on: date) -> AllocationPolicy:
    """The version in force on a day."""
    return in_force(VERSIONS, on) or VERSIONS[0]


@dataclass(frozen=True, slots=True)
class ComplexityFacts:
    """The seven questions of the women's form; what is not known counts as no."""

    violent_offence: bool = False
    harassment_order: bool = False
    mental_health_contact: bool = False
    vulnerability: bool = False
    acct_recent: bool = False
    temper: bool = False
    ten_months_custody: bool = False


@dataclass(frozen=True, slots=True)
class Complexity:
    """A level of complexity of need, and how many indicators it was computed from."""

    level: str
    count: int


def complexity(facts: ComplexityFacts, *, on: date) -> Outcome[Complexity]:
    """AL-31: three indicators or more are high, two medium, fewer low."""
    policy = policy_on(on)
    found = [name for name in INDICATORS if getattr(facts, name)]
    level = next(level for level, least in policy.complexity_levels if len(found) >= least)
    words = "; ".join(INDICATORS[name] for name in found) or "none of the seven"
    steps = (Step("AL-31", f"{len(found)} of 7: {words}"), Step("AL-30", f"Complexity of need: {level}"))
    return Outcome(Complexity(level, len(found)), level, policy.id, steps)
