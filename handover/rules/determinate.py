"""Determinate sentences: short ones, CRC cases, parole eligibility, and the ordinary months before release."""

from datetime import date
from functools import lru_cache

from handover.policy import Reason, Responsibility, Span
from handover.rules.facts import (
    KEPT,
    Answer,
    Case,
    Release,
    count_back,
    dated,
    months_after,
    named,
    settled,
    supported,
)
from omic.policy import Step, Steps


def short(case: Case, release: Release) -> Answer | None:
    """HO-02: exactly 10 months left is short. While CRCs are told apart, it is asked of the NPS's cases only."""
    facts, timing = case.facts, case.timing
    start = facts.sentence_start
    if start is None or (facts.provider == "crc" and timing.crc is not None):
        return None
    limit = months_after(start, timing.short_months)
    if limit < release.on:
        return None
    found = f"sentence {start} + {timing.short_months} months = {limit}, {named(release)}"
    return settled(Reason.DETERMINATE_SHORT, Responsibility.COM, Step("HO-02", found))


def crc(case: Case, release: Release) -> Answer | None:
    """HO-03: exactly 12 weeks left at sentence is the responsible officer's from the start."""
    facts, span = case.facts, case.timing.crc
    if facts.provider != "crc" or span is None:
        return None
    handover_on, step = count_back("HO-03", release, span, "CRC, ")
    steps: Steps = (step,)
    if release.kind in ("hdced", "hdc_actual"):
        steps = (Step("HO-21", f"CRC, {named(release)}"), step)
    start = facts.sentence_start
    if start is None or handover_on > start:
        return dated(Reason.CRC, handover_on, *steps)
    short_step = Step("HO-03", f"not after sentence start {start}")
    return settled(Reason.CRC_SHORT, Responsibility.COM, *steps, short_step)


def parole(case: Case, release: Release) -> Answer | None:
    """HO-06."""
    if release.kind != "ped":
        return None
    handover_on, step = count_back("HO-06", release, case.timing.parole)
    return dated(Reason.DETERMINATE_PAROLE, handover_on, step)


def standard(case: Case, release: Release) -> Answer:
    """HO-01, and the version's months before release: in `seed_2019` the 8 of Annex C (HO-26)."""
    timing = case.timing
    handover_on, step = count_back(timing.determinate_rule, release, timing.determinate)
    return dated(Reason.DETERMINATE, handover_on, _over_10_months(case.facts.sentence_start), step)


def by_mappa(case: Case, release: Release) -> Answer:
    """`omic_2019`: the COM is allocated 7½ months before release, and responsible then or later by MAPPA level.

    An unknown level is read as level 1. The release date stays ARD or CRD where a curfew date decides the handover.
    """
    timing, mappa = case.timing, case.facts.mappa_level
    level = f"MAPPA level {'unknown' if mappa is None else mappa}, "
    allocated_on, step = count_back(timing.determinate_rule, release, timing.determinate, level)
    steps = (_over_10_months(case.facts.sentence_start), step)
    if mappa in (2, 3):
        return dated(Reason.MAPPA_2_3, allocated_on, *steps)
    return _low_mappa(case, release, allocated_on, steps)


def _low_mappa(case: Case, release: Release, allocated_on: date, steps: Steps) -> Answer:
    """The curfew's day where it is granted, else HDCED where sooner; support then never starts after responsibility."""
    facts, timing = case.facts, case.timing
    on, step = count_back(timing.determinate_rule, release, timing.low_mappa or Span(0), "responsible: ")
    reason = Reason.MAPPA_0_1
    if facts.hdc_actual is not None:
        on, reason = facts.hdc_actual, Reason.HDC_ACTUAL
        step = Step("HO-21", f"responsible: HDC granted, {on}")
    elif facts.hdced is not None and facts.hdced < on:
        step = Step("HO-21", f"responsible: HDCED {facts.hdced}, before {on}")
        on, reason = facts.hdced, Reason.HDC_ELIGIBILITY
    return supported(reason, min(allocated_on, on), on, *steps, step)


@lru_cache(maxsize=KEPT)
def _over_10_months(start: date | None) -> Step:
    return Step("HO-01", f"sentence start {start or 'unknown'}")
