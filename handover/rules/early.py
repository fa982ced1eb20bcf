"""EA-23: early allocation, as the operating model has it and as the national service has."""

from handover.policy import Reason
from handover.rules.determinate import parole, standard
from handover.rules.facts import Answer, Case, Release, count_back, dated, supported
from handover.rules.indeterminate import with_open_estate
from omic.policy import Step


def agreed_early_allocation(case: Case, release: Release) -> Answer | None:
    """`seed_2019`: determinates, counted from the CRD (the ARD where there is none), never later than without it."""
    facts, agreed_on = case.facts, case.facts.early_allocation_agreed_on
    base = facts.crd or facts.ard
    if not facts.early_allocation or base is None:
        return None
    counted_to = Release("crd" if facts.crd else "ard", base)
    handover_on, step = count_back("EA-23", counted_to, case.timing.early_allocation)
    if agreed_on is not None and agreed_on > handover_on:
        handover_on, step = agreed_on, Step("EA-23", f"{step.found}, agreed later, on {agreed_on}")
    without = parole(case, release) or standard(case, release)
    if without.handover_on is not None and without.handover_on < handover_on:
        step = Step("EA-23", f"{step.found}, but handover is earlier without it")
        return dated(Reason.EARLY_ALLOCATION, without.handover_on, step, *without.steps)
    return dated(Reason.EARLY_ALLOCATION, handover_on, step)


def early_allocation(case: Case, release: Release) -> Answer | None:
    """The `omic_*` versions: from the release date used everywhere; HO-27: in `omic_2019` support comes before it."""
    if not case.facts.early_allocation:
        return None
    handover_on, step = count_back("EA-23", release, case.timing.early_allocation)
    if case.timing.early_support is None:
        return dated(Reason.EARLY_ALLOCATION, handover_on, step)
    start_on, support = count_back("HO-27", release, case.timing.early_support)
    return supported(Reason.EARLY_ALLOCATION, start_on, handover_on, support, step)


def early_allocation_of_indeterminate(case: Case, release: Release) -> Answer | None:
    """From `omic_2023_11` early allocation moves these too; in open conditions the COM supports as ever (HO-22)."""
    answer = early_allocation(case, release)
    return None if answer is None else with_open_estate(case, answer, Reason.EARLY_ALLOCATION)
