"""OASys duties (rulebook 6, Annexes B to D of the operating model). Each function is one kind, or one row of it.

There is no timetable for recalls (RC-06). An assessment that would fall due before the first one is met by the first
and due with it. An OASys meets a duty when it was completed in its window or, where there is none, from 8 weeks before
the day: what was done earlier may make it needless, but that is the POM's judgement, with a reason (HO-32).
"""

from datetime import date, timedelta
from typing import NamedTuple

from handover.timetable.case import Case, count, has_come
from handover.timetable.early_allocation import referral_on
from handover.timetable.facts import Task
from handover.timetable.policy import NUMBERS, Cause, Kind, Owner, State
from handover.timetable.scope import layer3_in_scope
from omic.policy import Step, Steps


class Due(NamedTuple):
    """A duty's day, the rule that gave it, and the steps to it; `with_first`: due together with the first OASys."""

    on: date
    rule: str
    steps: Steps
    with_first: bool = False


def timetabled(case: Case) -> bool:
    """Whether OASys has a timetable: a sentence that is being served, and no recall (RC-06)."""
    return case.sentenced and not case.under_recall


def first_due(case: Case) -> Due | None:
    """OA-02, OA-03, OA-08: when the first OASys is due; None where none is, or the sentence date is unknown."""
    start = case.sentence_start
    if start is None or not timetabled(case):
        return None
    if case.indeterminate:
        rule, days = "OA-08", NUMBERS.initial_indeterminate_days
    elif case.short:
        rule, days = "OA-02", NUMBERS.initial_short_days
    elif layer3_in_scope(case):
        rule, days = "OA-03", NUMBERS.initial_days
    else:
        return None
    due_on, step = count(rule, "Sentence", start, days=days)
    return Due(due_on, rule, (step,))


def initial(case: Case) -> Task | None:
    """OA-02, OA-03, OA-08."""
    due = first_due(case)
    if due is None:
        return None
    return Task(
        kind=Kind.OASYS_INITIAL,
        owner=Owner.COM if due.rule == "OA-02" else Owner.POM,
        rule=due.rule,
        cause=Cause.SENTENCE,
        caused_on=case.sentence_start,
        due_on=due.on,
        state=State.OPEN if case.last_oasys_on is None else State.MET,
        steps=due.steps,
    )


def handover_due(case: Case) -> Due | None:
    """The POM's OASys before handover: OA-13 with parole, else OA-04 or OA-05. None where there is no handover."""
    if case.indeterminate or case.short or not timetabled(case) or not layer3_in_scope(case):
        return None
    ped, acr_on = case.handover.ped, case.acr_on
    if ped is not None:
        due_on, step = count("OA-13", "PED", ped, months=-NUMBERS.parole_oasys_months)
        rule = "OA-13"
    elif acr_on is not None:
        rule = "OA-05" if case.reviewed else "OA-04"
        due_on, step = count(rule, "Automatic or conditional release", acr_on, months=-NUMBERS.handover_months)
    else:
        return None
    return _not_before_first(case, _brought_forward(case, Due(due_on, rule, (step,))))


def _brought_forward(case: Case, due: Due) -> Due:
    """A handover OASys precedes handover, and the referral review of early allocation (EA-22)."""
    handover_on, referral = case.determination.handover_on, referral_on(case)
    if handover_on is not None and handover_on < due.on:
        step = Step(due.rule, f"Handover is earlier, on {handover_on}: the OASys precedes it")
        due = Due(handover_on, due.rule, (*due.steps, step))
    if referral is None or referral[0] >= due.on:
        return due
    return Due(referral[0], due.rule, (*due.steps, *referral[1]))


def _not_before_first(case: Case, due: Due) -> Due:
    first = first_due(case)
    if first is None or first.on < due.on:
        return due
    step = Step(first.rule, f"The first OASys is due no earlier, on {first.on}: one assessment meets both")
    return Due(first.on, due.rule, (*due.steps, step), with_first=True)


def review(case: Case) -> Task | None:
    """OA-05, OA-09: the next periodic review, from the last OASys; none that would fall after handover."""
    last_on = case.last_oasys_on
    if last_on is None or not timetabled(case) or not layer3_in_scope(case) or not case.reviewed:
        return None
    rule = "OA-09" if case.indeterminate else "OA-05"
    months = NUMBERS.review_indeterminate_months if case.indeterminate else NUMBERS.review_months
    due_on, step = count(rule, "Last OASys", last_on, months=months)
    if _after_handover(case, due_on):
        return None
    return Task(
        kind=Kind.OASYS_REVIEW,
        owner=Owner.POM,
        rule=rule,
        cause=Cause.OASYS,
        caused_on=last_on,
        due_on=due_on,
        steps=(step,),
    )


def _after_handover(case: Case, due_on: date) -> bool:
    """Later than the handover OASys or, of an indeterminate sentence, at a time when the COM is responsible."""
    if case.indeterminate:
        return case.responsible_on(due_on) == Owner.COM
    handover = handover_due(case)
    return handover is not None and due_on > handover.on


def handover(case: Case) -> Task | None:
    """OA-04, OA-05, and OA-13 in their place with parole. The POM's to the end; HO-32 waives it, with a reason."""
    due = handover_due(case)
    if due is None:
        return None
    if due.rule == "OA-13":
        return _one_off(case, Kind.OASYS_PAROLE, Owner.POM, Cause.SENTENCE, due)
    if not case.facts.oasys.handover_oasys_not_needed:
        return _one_off(case, Kind.OASYS_HANDOVER, Owner.POM, Cause.SENTENCE, due)
    waived = due._replace(
        steps=(*due.steps, Step("HO-32", f"Not needed: {case.facts.oasys.handover_oasys_reason or 'no reason given'}"))
    )
    return _one_off(case, Kind.OASYS_HANDOVER, Owner.POM, Cause.SENTENCE, waived, state=State.WAIVED)


def parole_tariff(case: Case) -> Task | None:
    """OA-10."""
    ted = case.handover.ted
    if not case.indeterminate or ted is None or not timetabled(case):
        return None
    due_on, step = count("OA-10", "TED", ted, months=-NUMBERS.tariff_oasys_months, days=-NUMBERS.tariff_oasys_days)
    due = _not_before_first(case, Due(due_on, "OA-10", (step,)))
    return _one_off(case, Kind.OASYS_PAROLE, Owner.POM, Cause.TARIFF, due)


def parole_community(case: Case) -> Task | None:
    """OA-11: before the next parole eligibility, which is the tariff's expiry while that lies ahead."""
    release = case.release
    if not case.indeterminate or release is None or not timetabled(case):
        return None
    label = f"Parole eligibility ({release.kind.upper()})"
    due_on, step = count("OA-11", label, release.on, days=-NUMBERS.parole_oasys_days)
    due = _not_before_first(case, Due(due_on, "OA-11", (step,)))
    return _one_off(case, Kind.OASYS_PAROLE, Owner.COM, Cause.PAROLE, due)


def pre_release(case: Case) -> Task | None:
    """OA-06, OA-07, OA-12: the COM's, before release; of a determinate sentence by MAPPA level."""
    if not timetabled(case):
        return None
    if case.indeterminate:
        return _in_window(case, "OA-12", "Release", case.facts.oasys.confirmed_release_on)
    acr_on, level = case.acr_on, case.handover.mappa_level
    if acr_on is None or not case.nps or level is None:
        return None
    if level == 1 and case.handover.hdc_actual is None:
        return _in_window(case, "OA-07", "MAPPA level 1, automatic or conditional release", acr_on)
    if level < 2:
        return None
    label = f"MAPPA level {level}, automatic or conditional release"
    due_on, step = count("OA-06", label, acr_on, months=-NUMBERS.pre_release_mappa_months)
    due = _not_before_first(case, Due(due_on, "OA-06", (step,)))
    return _one_off(case, Kind.OASYS_PRE_RELEASE, Owner.COM, Cause.SENTENCE, due)


def _in_window(case: Case, rule: str, label: str, release_on: date | None) -> Task | None:
    """From 8 to 2 weeks before release."""
    if release_on is None:
        return None
    opens_on, opens = count(rule, label, release_on, days=-NUMBERS.pre_release_opens_days)
    due_on, closes = count(rule, label, release_on, days=-NUMBERS.pre_release_closes_days)
    cause = Cause.RELEASE if rule == "OA-12" else Cause.SENTENCE
    due = Due(due_on, rule, (opens, closes))
    return _one_off(case, Kind.OASYS_PRE_RELEASE, Owner.COM, cause, due, opens_on=opens_on)


def significant_event(case: Case) -> Task | None:
    """OA-14: on the event, by whoever is responsible then; completed once its day has come."""
    event_on = case.facts.oasys.significant_event_oasys_on
    if event_on is None or not case.sentenced:
        return None
    owner = case.responsible_on(event_on)
    return Task(
        kind=Kind.OASYS_SIGNIFICANT_EVENT,
        owner=owner,
        rule="OA-14",
        cause=Cause.EVENT,
        caused_on=event_on,
        due_on=event_on,
        state=State.MET if has_come(event_on, case.today) else State.OPEN,
        steps=(Step("OA-14", f"OASys after a significant event on {event_on}, responsible then: the {owner.upper()}"),),
        follows_responsible=True,
    )


def _one_off(
    case: Case,
    kind: Kind,
    owner: Owner,
    cause: Cause,
    due: Due,
    *,
    opens_on: date | None = None,
    state: State | None = None,
) -> Task:
    return Task(
        kind=kind,
        owner=owner,
        rule=due.rule,
        cause=cause,
        caused_on=case.sentence_start if cause == Cause.SENTENCE else None,
        opens_on=opens_on,
        due_on=due.on,
        state=state or _state(case, due, opens_on),
        steps=due.steps,
    )


def _state(case: Case, due: Due, opens_on: date | None = None) -> State:
    """Met by an OASys in the window, or from 8 weeks before the day; by any where one meets this and the first."""
    last_on = case.last_oasys_on
    counts_from = opens_on or due.on - timedelta(days=NUMBERS.counts_days)
    met = last_on is not None and (due.with_first or last_on >= counts_from)
    return State.MET if met else State.OPEN
