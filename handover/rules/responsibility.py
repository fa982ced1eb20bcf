"""Who is responsible for a person, and when that changes, under the policy version that is asked.

Branches are asked in the version's order and the first that answers decides. Dates are given, states are not: who is
responsible on a day follows from the dates (`state_on`).
"""

from datetime import date

from handover.policy import CRCS_ENDED_ON, PROVIDER_UNKNOWN, REASONS, Reason, Responsibility, Timing
from handover.rules.facts import Answer, Case, Determination, HandoverFacts, Override, Release, make, settled
from handover.rules.versions import VERSIONS, Order
from omic.policy import DEFAULT_POLICY, Outcome, Step, Steps

# The branch's answer, the release date, what makes them provisional, and the steps for what could not be asked.
Decision = tuple[Answer, Release | None, tuple[str, ...], Steps]


def determine(facts: HandoverFacts, *, policy: str = DEFAULT_POLICY) -> Outcome[Determination]:
    """Responsibility and handover dates as they stand on `facts.today` (HO-01 to HO-27, EA-23, PA-05 to PA-08).

    A confirmed override stands in place of what is computed, which is computed all the same and told in the steps.
    Raises KeyError for a version that does not exist.
    """
    version = VERSIONS[policy]
    timing = version.timing
    order = version.indeterminate if facts.sentence_type == "indeterminate" else version.determinate
    decision = _decide(facts, facts.today, timing, order)
    (reason, fixed, start_on, handover_on, blocking, steps), release, provisional, doubts = decision
    next_change_on = _next_change_on(facts, timing, order, decision)
    override = facts.override
    if override is not None and override.from_on <= facts.today:
        steps = (_override_step(override, reason), *steps)
        reason, fixed, start_on, handover_on, blocking = Reason.OVERRIDDEN, override.responsibility, None, None, ()
    found = (fixed, start_on, handover_on, release, blocking, provisional, next_change_on)
    return make(Outcome, (make(Determination, found), reason, policy, (*version.named, *doubts, *steps)))


def state_on(determination: Determination, day: date) -> Responsibility | None:
    """HO-13: who is responsible on `day`; a boundary day belongs to the later state. None: nobody's case (HO-09)."""
    if determination.handover_on is None or determination.start_on is None:
        return determination.responsibility_fixed
    if day >= determination.handover_on:
        return Responsibility.COM
    return Responsibility.POM_WITH_COM if day >= determination.start_on else Responsibility.POM


def state_step(determination: Determination, day: date) -> Step | None:
    """The step that explains the state on `day`; never stored, as it changes with the day. None without dates."""
    start_on, handover_on = determination.start_on, determination.handover_on
    if start_on is None or handover_on is None:
        return None
    support = f"COM supporting from {start_on}, " if start_on != handover_on else ""
    return Step("HO-13", f"{day}: {support}COM responsible from {handover_on}")


def _override_step(override: Override, computed: Reason) -> Step:
    """What the decision says, and what was computed; the computed answer's own steps follow it."""
    lead, from_on = override
    return Step("XC-55", f"overridden from {from_on}: {lead} responsible; computed: {REASONS[computed]}")


def _decide(facts: HandoverFacts, today: date, timing: Timing, order: Order) -> Decision:
    case, release = make(Case, (facts, today, timing)), order.release(facts, today)
    if order.special_cases or facts.recalled or facts.immigration or facts.legal_status != "sentenced":
        for settle in order.fixed:
            answer = settle(case)
            if answer is not None:
                return answer, release, (), ()
    provisional, doubts = _doubts(facts, timing)
    if release is None:
        return _RELEASE_UNKNOWN, release, provisional, doubts
    for branch in order.dated:
        answer = branch(case, release)
        if answer is not None:
            return answer, release, provisional, doubts
    return order.rest(case, release), release, provisional, doubts


# HO-12: every branch that counts from a release date would find none.
_RELEASE_UNKNOWN = settled(Reason.RELEASE_DATE_UNKNOWN, Responsibility.POM, Step("HO-12", "release date unknown"))


def _doubts(facts: HandoverFacts, timing: Timing) -> tuple[tuple[str, ...], Steps]:
    """What makes the answer provisional, and the steps for what was not asked or was settled earlier."""
    provisional: tuple[str, ...] = ()
    steps: Steps = ()
    start, reads_provider = facts.sentence_start, timing.crc is not None
    if facts.recalled:
        steps = (Step("HO-08", "recalled, release not directed: the general parole process applies"),)
    if facts.provider is None and reads_provider and (start is None or start < CRCS_ENDED_ON):
        provisional = (PROVIDER_UNKNOWN,)
        steps += (Step("HO-03", f"provider unknown, sentence start {start or 'unknown'}: taken as NPS, provisionally"),)
    if start is None and facts.sentence_type != "indeterminate":
        rule_id = "HO-03" if facts.provider == "crc" and reads_provider else "HO-02"
        steps += (Step(rule_id, "sentence start unknown: whether the sentence is short was not asked"),)
    return provisional, steps


def _next_change_on(facts: HandoverFacts, timing: Timing, order: Order, now: Decision) -> date | None:
    """The first later day on which the answer differs: only a day that the version's order turns on can change it."""
    if order.turning_days is None:
        return None
    answer, release, _, _ = now
    turning_days = order.turning_days(facts, timing, answer)
    for day in sorted(day for day in turning_days if day is not None and day > facts.today):
        if order.release(facts, day) != release:
            return day
        if _without_steps(_decide(facts, day, timing, order)) != _without_steps(now):
            return day
    return None


def _without_steps(decision: Decision) -> tuple[object, ...]:
    answer, release, provisional, _ = decision
    return *answer[:-1], release, provisional
