"""Parole (rulebook 5e): the pre-tariff review, the latest day of the next review, who writes and who attends."""

from handover.policy import OVERRIDE_MONTHS, Responsibility
from handover.timetable.case import Case, count, has_come
from handover.timetable.facts import Parole, Task
from handover.timetable.policy import NUMBERS, Cause, Kind, Owner, ReportAuthor
from omic.calendar import add_months
from omic.policy import Step, Steps


def pre_tariff_review(case: Case) -> Task | None:
    """PA-01: its window opens 42 months before tariff expiry; there is none once the tariff has expired."""
    ted = case.handover.ted
    if not _serving(case) or not case.indeterminate or ted is None or ted <= case.today:
        return None
    opens_on, step = count("PA-01", "TED", ted, months=-NUMBERS.pre_tariff_months)
    return Task(
        kind=Kind.PRE_TARIFF_REVIEW,
        owner=Owner.POM,
        rule="PA-01",
        cause=Cause.TARIFF,
        opens_on=opens_on,
        steps=(step,),
    )


def parole_review(case: Case) -> Task | None:
    """PA-07, PA-09: the latest day of the next review, from the last one; none after release was directed."""
    last_on = case.handover.last_review_on
    if last_on is None or not _serving(case) or case.handover.parole_outcome == "release":
        return None
    if case.indeterminate:
        if _tariff_ahead(case):
            return None
        rule, months = "PA-07", NUMBERS.review_indeterminate_max
    elif case.handover.ped is not None:
        rule, months = "PA-09", NUMBERS.review_determinate_max
    else:
        return None
    due_on, step = count(rule, "Last review", last_on, months=months)
    return Task(
        kind=Kind.PAROLE_REVIEW,
        owner=Owner.COM,
        rule=rule,
        cause=Cause.REVIEW,
        caused_on=last_on,
        with_=(Owner.POM,),
        due_on=due_on,
        steps=(step,),
    )


def parole(case: Case) -> tuple[Parole, Steps]:
    """PA-03 and PA-07: author, attendees, and whether the HOMD may keep the case from going back to the POM."""
    override, override_steps = _override(case)
    if not case.sentenced or not (case.indeterminate or case.handover.ped is not None):
        return Parole(None, (), override), (Step("PA-03", "No parole in this sentence"), *override_steps)
    if case.indeterminate and not _on_tariff(case):
        step = Step("PA-03", f"Pre-tariff, TED {case.handover.ted or 'unknown'}: the POM writes and attends alone")
        return Parole(ReportAuthor.POM, (Owner.POM,), override), (step, *override_steps)
    found = _tariff_words(case) if case.indeterminate else f"Determinate, PED {case.handover.ped}"
    step = Step("PA-03", f"{found}: the COM writes with the POM's sections, both attend")
    return Parole(ReportAuthor.COM_WITH_POM_SECTIONS, (Owner.POM, Owner.COM), override), (step, *override_steps)


def _serving(case: Case) -> bool:
    return case.sentenced and not case.under_recall


def _tariff_ahead(case: Case) -> bool:
    return case.handover.ted is not None and case.handover.ted > case.today


def _on_tariff(case: Case) -> bool:
    """From the day on which the COM becomes responsible for the tariff review, and for good once it has expired."""
    return has_come(case.handover.ted, case.today) or case.responsibility == Responsibility.COM


def _tariff_words(case: Case) -> str:
    ted = case.handover.ted
    return f"Tariff expired {ted}" if has_come(ted, case.today) else f"TED {ted or 'unknown'}, the COM is responsible"


def _override(case: Case) -> tuple[bool, Steps]:
    """PA-07: where the next review comes 12 months or less after the last, and the case goes back to the POM at all."""
    handover = case.handover
    last_on, next_on = handover.last_review_on, handover.thd
    if not case.sentenced or not case.indeterminate or last_on is None or next_on is None or next_on <= last_on:
        return False, ()
    found = f"Last review {last_on}, next {next_on}"
    if _tariff_ahead(case):
        return False, (Step("PA-07", f"{found}: the tariff has not expired, nothing to override"),)
    if handover.parole_outcome in ("release", "deferred"):
        return False, (Step("PA-07", f"{found}: outcome {handover.parole_outcome}, nothing to override"),)
    near = next_on <= add_months(last_on, OVERRIDE_MONTHS)
    words = "12 months or less: the HOMD may override" if near else "more than 12 months: no override"
    return near, (Step("PA-07", f"{found}, {words}"),)
