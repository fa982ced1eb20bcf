"""Cases that a fixed rule settles, whatever the release date: unsentenced, immigration, recalls, far hearings."""

from datetime import date, timedelta

from handover.policy import Reason, Responsibility
from handover.rules.facts import Answer, Case, months_after, settled
from omic.policy import Step


def unsentenced(case: Case) -> Answer | None:
    """HO-09."""
    if case.facts.legal_status not in ("remand", "civil"):
        return None
    return settled(Reason.UNSENTENCED, None, Step("HO-09", case.facts.legal_status))


def immigration(case: Case) -> Answer | None:
    """HO-11."""
    if not case.facts.immigration and case.facts.legal_status != "immigration":
        return None
    return settled(Reason.IMMIGRATION_CASE, Responsibility.COM, Step("HO-11", "immigration case"))


def determinate_recall(case: Case) -> Answer | None:
    """HO-07."""
    if not case.facts.recalled:
        return None
    return settled(Reason.RECALL_CASE, Responsibility.COM, Step("HO-07", "recalled, determinate sentence"))


def unheard_recall(case: Case) -> Answer | None:
    """HO-08 as `omic_2019` to `omic_2023_11` have it: the COM's, whatever the recall hearing's outcome."""
    if not case.facts.recalled:
        return None
    step = Step("HO-08", "recalled, indeterminate sentence: this version does not read the hearing's outcome")
    return settled(Reason.RECALL_CASE, Responsibility.COM, step)


def additional_sentence(case: Case) -> Answer | None:
    """HO-23, first: the POM's alone."""
    if not case.facts.additional_isp:
        return None
    step = Step("HO-23", "an additional indeterminate sentence that starts after the first")
    return settled(Reason.ADDITIONAL_ISP, Responsibility.POM, step)


FAR_HEARING = (Reason.RECALL_THD_OVER_12_MONTHS, Reason.PAROLE_MAPPA_2_3, Reason.THD_OVER_12_MONTHS)


def far_hearing(case: Case) -> Answer | None:
    """HO-23: recalled, or refused parole, with the hearing 12 months or more away. A deferral is no refusal."""
    facts, day = case.facts, case.facts.thd
    if day is None or months_after(case.today, case.timing.far_hearing_months or 0) > day:
        return None
    mappa = facts.mappa_level
    found = f"hearing {day} 12 months or more away, MAPPA level {'unknown' if mappa is None else mappa}"
    if facts.recalled and mappa not in (2, 3):
        step = Step("HO-23", f"recalled, {found}")
        return settled(Reason.RECALL_THD_OVER_12_MONTHS, Responsibility.POM_WITH_COM, step)
    if facts.parole_outcome != "not_release":
        return None
    step = Step("HO-23", f"latest review not release, {found}")
    if mappa in (2, 3):
        return settled(Reason.PAROLE_MAPPA_2_3, Responsibility.COM, step)
    return settled(Reason.THD_OVER_12_MONTHS, Responsibility.POM_WITH_COM, step)


def no_longer_far_on(thd: date, months: int) -> date:
    """The first day on which a hearing on `thd` is less than `months` months away."""
    day = months_after(thd, -months) + timedelta(days=1)
    while months_after(day, months) <= thd:  # 29 February plus 12 months is 28 February
        day += timedelta(days=1)
    return day


def other_recall(case: Case) -> Answer | None:
    """HO-23, last: any recall that no earlier question has settled."""
    if not case.facts.recalled:
        return None
    step = Step("HO-23", "recalled, indeterminate sentence, and no earlier case of the rule applies")
    return settled(Reason.RECALL_CASE, Responsibility.COM, step)
