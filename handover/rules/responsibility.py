"""Who is responsible for a person, and when that changes: the operating model of 2019 (`seed_2019`).

Branches are asked in the order of HO-26 and the first that answers decides. Dates are given, states are not: who is
responsible on a day follows from the dates (`state_on`).
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from handover.policy import CRCS_ENDED_ON, PROVIDER_UNKNOWN, TIMING_BY_VERSION, Reason, Responsibility, Timing
from handover.rules.facts import Answer, Branch, Case, Determination, HandoverFacts, Release, dated, named
from handover.rules.parole import indeterminate, parole_date, recall
from omic.calendar import add_months
from omic.policy import DEFAULT_POLICY, Outcome, Step, Steps


class Decision(NamedTuple):
    """The branch that answered, with what could not be asked on the way to it."""

    answer: Answer
    release: Release | None
    provisional: tuple[str, ...] = ()
    doubts: Steps = ()


def determine(facts: HandoverFacts, *, policy: str = DEFAULT_POLICY) -> Outcome[Determination]:
    """Responsibility and handover dates as they stand on `facts.today` (HO-01 to HO-26, EA-23, PA-05 to PA-08).

    Raises KeyError for a version whose numbers are not in handover/policy.py.
    """
    timing = TIMING_BY_VERSION[policy]
    decision = _decide(facts, facts.today, timing)
    answer = decision.answer
    value = Determination(
        answer.fixed,
        answer.start_on,
        answer.handover_on,
        decision.release,
        answer.blocking,
        decision.provisional,
        _next_change_on(facts, timing, decision) if facts.sentence_type == "indeterminate" else None,
    )
    return Outcome(value, answer.reason, policy, (Step("HO-20", policy), *decision.doubts, *answer.steps))


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


def earliest_release(facts: HandoverFacts, today: date) -> Release | None:
    """HO-21: the date that time is counted to; a date that is today has been reached."""
    if facts.sentence_type == "indeterminate":
        return parole_date(facts.ted, facts.thd, today)
    if facts.ped is not None:
        return Release("ped", facts.ped)
    return _automatic_or_conditional(facts)


def _automatic_or_conditional(facts: HandoverFacts) -> Release | None:
    ard, crd = facts.ard, facts.crd
    if ard is not None and (crd is None or ard <= crd):
        return Release("ard", ard)
    return Release("crd", crd) if crd is not None else None


def _decide(facts: HandoverFacts, today: date, timing: Timing) -> Decision:
    case = Case(facts, today, timing, earliest_release(facts, today))
    answer = _first(BEFORE_PROVIDER, case)
    if answer is not None:
        return Decision(answer, case.release)
    answer = _first(BY_PROVIDER, case) or _release_unknown()
    return Decision(answer, case.release, *_doubts(facts))


def _first(branches: Sequence[Branch], case: Case) -> Answer | None:
    for branch in branches:
        answer = branch(case)
        if answer is not None:
            return answer
    return None


def _doubts(facts: HandoverFacts) -> tuple[tuple[str, ...], Steps]:
    """What makes the answer provisional, and the steps for what was not asked or was settled earlier."""
    provisional: tuple[str, ...] = ()
    steps: Steps = ()
    start = facts.sentence_start
    if facts.recalled:
        steps = (Step("HO-08", "recalled, release not directed: the general parole process applies"),)
    if facts.provider is None and (start is None or start < CRCS_ENDED_ON):
        provisional = (PROVIDER_UNKNOWN,)
        steps += (Step("HO-03", f"provider unknown, sentence start {start or 'unknown'}: taken as NPS, provisionally"),)
    if start is None and facts.sentence_type != "indeterminate":
        rule_id = "HO-03" if facts.provider == "crc" else "HO-02"
        steps += (Step(rule_id, "sentence start unknown: whether the sentence is short was not asked"),)
    return provisional, steps


def _unsentenced(case: Case) -> Answer | None:
    """HO-09."""
    if case.facts.legal_status not in ("remand", "civil"):
        return None
    return Answer(Reason.UNSENTENCED, (Step("HO-09", case.facts.legal_status),))


def _immigration(case: Case) -> Answer | None:
    """HO-11."""
    if not case.facts.immigration and case.facts.legal_status != "immigration":
        return None
    return Answer(Reason.IMMIGRATION_CASE, (Step("HO-11", "immigration case"),), Responsibility.COM)


def _short(case: Case) -> Answer | None:
    """HO-02, for the NPS only: exactly 10 months left is short."""
    facts, release = case.facts, case.release
    if facts.provider == "crc" or facts.sentence_type == "indeterminate":
        return None
    if facts.sentence_start is None or release is None:
        return None
    limit = add_months(facts.sentence_start, case.timing.short_months)
    if limit < release.on:
        return None
    found = f"sentence {facts.sentence_start} + {case.timing.short_months} months = {limit}, {named(release)}"
    return Answer(Reason.DETERMINATE_SHORT, (Step("HO-02", found),), Responsibility.COM)


def _crc(case: Case) -> Answer | None:
    """HO-03: exactly 12 weeks left at sentence is the responsible officer's from the start."""
    release, start = case.release, case.facts.sentence_start
    if case.facts.provider != "crc" or release is None:
        return None
    days = case.timing.crc_days
    handover_on = release.on - timedelta(days=days)
    found = f"CRC, {named(release)} − {days // 7} weeks = {handover_on}"
    if start is not None and handover_on <= start:
        step = Step("HO-03", f"{found}, not after sentence start {start}")
        return Answer(Reason.CRC_SHORT, (step,), Responsibility.COM)
    return dated(Reason.CRC, handover_on, (Step("HO-03", found),))


def _release_unknown() -> Answer:
    """HO-12: every branch that counts from a release date has found none."""
    return Answer(Reason.RELEASE_DATE_UNKNOWN, (Step("HO-12", "release date unknown"),), Responsibility.POM)


def _early_allocation(case: Case) -> Answer | None:
    """EA-23: determinates only, counted from the CRD (the ARD where there is none), never later than without it."""
    facts, months = case.facts, case.timing.early_allocation_months
    base = facts.crd or facts.ard
    if not facts.early_allocation or facts.sentence_type == "indeterminate" or base is None:
        return None
    handover_on, agreed_on = add_months(base, -months), facts.early_allocation_agreed_on
    found = f"{'CRD' if facts.crd else 'ARD'} {base} − {months} months = {handover_on}"
    if agreed_on is not None and agreed_on > handover_on:
        handover_on, found = agreed_on, f"{found}, agreed later, on {agreed_on}"
    without = _determinate_parole(case) or _determinate(case)
    if without is not None and without.handover_on is not None and without.handover_on < handover_on:
        steps = (Step("EA-23", f"{found}, but handover is earlier without it"), *without.steps)
        return dated(Reason.EARLY_ALLOCATION, without.handover_on, steps)
    return dated(Reason.EARLY_ALLOCATION, handover_on, (Step("EA-23", found),))


def _determinate_parole(case: Case) -> Answer | None:
    """HO-06."""
    release, months = case.release, case.timing.parole_months
    if release is None or release.kind != "ped":
        return None
    handover_on = add_months(release.on, -months)
    step = Step("HO-06", f"{named(release)} − {months} months = {handover_on}")
    return dated(Reason.DETERMINATE_PAROLE, handover_on, (step,))


def _determinate(case: Case) -> Answer | None:
    """HO-01, and Annex C's 8 months (HO-26)."""
    release = case.release
    if release is None:
        return None
    months = case.timing.determinate_months
    handover_on = add_months(release.on, -months)
    counted = f"{named(release)} − {months} months = {handover_on}"
    steps = (Step("HO-01", f"sentence start {case.facts.sentence_start or 'unknown'}"), Step("HO-26", counted))
    return dated(Reason.DETERMINATE, handover_on, steps)


# HO-26's order. The first three answer before anyone asks for the provider; the others come after.
BEFORE_PROVIDER: tuple[Branch, ...] = (_unsentenced, _immigration, recall)
BY_PROVIDER: tuple[Branch, ...] = (
    _short,
    _crc,
    _early_allocation,
    indeterminate,
    _determinate_parole,
    _determinate,
)


def _next_change_on(facts: HandoverFacts, timing: Timing, now: Decision) -> date | None:
    """The first later day on which the answer differs: only a tariff or a parole date that is reached can change it."""
    ahead = sorted(day for day in (facts.ted, facts.thd) if day is not None and day > facts.today)
    answer = _without_steps(now)
    return next((day for day in ahead if _without_steps(_decide(facts, day, timing)) != answer), None)


def _without_steps(decision: Decision) -> tuple[object, ...]:
    return decision.answer._replace(steps=()), decision.release, decision.provisional
