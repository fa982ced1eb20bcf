"""Which assessment and which additional tasks a person is owed, and how the case is handed over."""

from handover.timetable.case import Case
from handover.timetable.policy import RECALL_TERMS, HandoverForm
from omic.policy import Step


def layer3_in_scope(case: Case) -> bool:
    """OA-01 (Annex B): NPS over 10 months left; CRC over 10 and medium RoSH, or over 48; care experienced."""
    if not case.sentenced:
        return False
    if case.facts.person.care_experienced:
        return True
    if case.short:
        return False
    return case.nps or case.facts.person.rosh == "medium" or case.long is True


def layer3_step(case: Case) -> Step:
    """What OA-01 found."""
    return Step("OA-01", f"{_found(case)}: {'in' if layer3_in_scope(case) else 'not in'} scope")


def additional_tasks(case: Case) -> bool:
    """AL-13, AL-14: fixed-term recalls are outside; care experience is never caught by the exclusion."""
    if not case.sentenced or _fixed_term(case):
        return False
    if case.facts.person.care_experienced:
        return True
    return not case.short and not _low_and_not_long(case)


def additional_step(case: Case) -> Step:
    """What AL-13 or AL-14 found."""
    owed = "owed" if additional_tasks(case) else "not owed"
    if case.sentenced and _fixed_term(case):
        return Step("AL-14", f"Fixed-term recall: {owed}")
    if case.sentenced and case.facts.person.care_experienced:
        return Step("AL-14", f"Care experienced: {owed}")
    return Step("AL-13", f"{_found(case)}, {'open conditions' if _open(case) else 'closed conditions'}: {owed}")


def handover_form(case: Case) -> HandoverForm:
    """HO-30: a meeting for the NPS and everyone care experienced, else a report; none where nothing changes hands."""
    if not case.sentenced:
        return HandoverForm.NONE
    if case.facts.person.care_experienced:
        return HandoverForm.MEETING
    if case.from_the_start:
        return HandoverForm.NONE
    return HandoverForm.MEETING if case.nps else HandoverForm.REPORT


def handover_form_step(case: Case) -> Step:
    """What HO-30 found."""
    care = "care experienced" if case.facts.person.care_experienced else "not care experienced"
    start = "with the community from the start" if case.from_the_start else "not with the community from the start"
    return Step("HO-30", f"{_provider(case)}, {care}, {start}: {handover_form(case)}")


def _low_and_not_long(case: Case) -> bool:
    """The exclusion of low RoSH with up to 48 months left at sentence: men in closed conditions only.

    Versions that know the providers let Annex B decide for the NPS; the later ones ask everybody.
    """
    if case.long is not False or case.facts.person.rosh != "low" or (case.by_provider and case.nps):
        return False
    return not case.woman and not _open(case)


def _open(case: Case) -> bool:
    handover = case.handover
    moved = handover.moved_to_open_on is not None and handover.moved_to_open_on <= case.today
    return handover.open_conditions or handover.welsh_open or moved


def _fixed_term(case: Case) -> bool:
    return case.handover.recalled and case.facts.recall.recall_type in RECALL_TERMS


def _provider(case: Case) -> str:
    return "NPS" if case.nps else "CRC"


def _found(case: Case) -> str:
    if not case.sentenced:
        return "Not serving a sentence"
    rosh = (case.facts.person.rosh or "unknown").replace("_", " ")
    care = ", care experienced" if case.facts.person.care_experienced else ""
    return f"{_provider(case)}, {_length(case)} left at sentence, RoSH {rosh}{care}"


def _length(case: Case) -> str:
    if case.indeterminate:
        return "an indeterminate time"
    if case.short:
        return "10 months or less"
    return {None: "an unknown time", True: "more than 48 months", False: "more than 10 and up to 48 months"}[case.long]
