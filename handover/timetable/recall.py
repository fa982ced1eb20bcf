"""Recall (rulebook 5f): what is owed on return, and where a recalled person goes. OASys has no timetable (RC-06)."""

from datetime import timedelta

from handover.timetable.case import Case
from handover.timetable.facts import Recall, Task
from handover.timetable.policy import NUMBERS, RECALL_TERMS, Cause, Kind, Owner
from omic.calendar import add_hours, add_months, london_clock, london_day
from omic.policy import Step, Steps


def recall_explanation(case: Case) -> Task | None:
    """RC-01: within 48 elapsed hours of the return, for every recall."""
    returned_at = case.facts.recall.returned_at
    if returned_at is None or not _recalled(case):
        return None
    due_at = add_hours(returned_at, NUMBERS.recall_hours)
    found = f"Returned {london_clock(returned_at)} + 48 hours = {london_clock(due_at)}"
    return Task(
        kind=Kind.RECALL_EXPLANATION,
        owner=Owner.POM,
        rule="RC-01",
        cause=Cause.RECALL,
        caused_on=london_day(returned_at),
        due_at=due_at,
        steps=(Step("RC-01", found),),
    )


def post_recall_meeting(case: Case) -> Task | None:
    """RC-02: for the NPS's standard recalls."""
    returned_at = case.facts.recall.returned_at
    if returned_at is None or not _standard(case) or not case.nps:
        return None
    returned_on = london_day(returned_at)
    due_on = returned_on + timedelta(days=NUMBERS.recall_meeting_days)
    return Task(
        kind=Kind.POST_RECALL_MEETING,
        owner=Owner.COM,
        rule="RC-02",
        cause=Cause.RECALL,
        caused_on=returned_on,
        with_=(Owner.POM,),
        due_on=due_on,
        steps=(Step("RC-02", f"Standard recall, returned {returned_on} + 10 days = {due_on}"),),
    )


def recall(case: Case) -> tuple[Recall | None, Steps]:
    """RC-03 to RC-05; None for somebody who is not recalled."""
    if not _recalled(case):
        return None, ()
    term = RECALL_TERMS.get(case.facts.recall.recall_type or "")
    if term is not None:
        step = Step("RC-03", f"Fixed-term recall of {term} days: stays in the reception function, no 1-to-1")
        return Recall("reception", None, None, term, key_work=True, one_to_one=False), (step,)
    if not _standard(case):
        step = Step("RC-04", "Type of recall unknown: what follows the reception function cannot be said")
        return Recall("reception", None, None, None, key_work=True, one_to_one=False), (step,)
    onward, step = _onward(case)
    steps = (step, Step("RC-05", "Standard recall: 1-to-1 with the POM"))
    return Recall("reception", onward, Owner.HOMD, None, key_work=True, one_to_one=True), steps


def _onward(case: Case) -> tuple[str | None, Step]:
    """RC-04: training with more than 24 months left to the SED on the day asked about, else resettlement."""
    sed = case.handover.sed
    if sed is None:
        return None, Step("RC-04", "Standard recall, SED unknown: the onward function cannot be said")
    near = sed <= add_months(case.today, NUMBERS.recall_training_months)
    onward = "resettlement" if near else "training"
    left = "24 months or less" if near else "more than 24 months"
    return onward, Step("RC-04", f"Standard recall, {left} from {case.today} to SED {sed}: {onward}")


def _recalled(case: Case) -> bool:
    return case.sentenced and case.handover.recalled


def _standard(case: Case) -> bool:
    return _recalled(case) and case.facts.recall.recall_type == "standard"
