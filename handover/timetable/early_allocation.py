"""Early allocation to the COM (rulebook 5d): the criteria, the class they come to, and the duties that follow.

It is the NPS's: a CRC case has no part in it, and one that the COM has from the start has nothing to bring forward.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from handover.policy import Reason
from handover.timetable.case import Case, count, has_come
from handover.timetable.facts import EarlyAllocation, Task
from handover.timetable.policy import NUMBERS, Cause, EarlyAllocationClass, Kind, Missing, Owner, State
from omic.calendar import add_months
from omic.policy import Step, Steps


class Criterion(NamedTuple):
    """One criterion that somebody comes near: whether it is met, its rule, and what was found."""

    met: bool
    rule: str
    found: str

    @property
    def step(self) -> Step:
        """It says which it is: the rule's words beside it are those of a criterion that is met."""
        return Step(self.rule, f"{'Met' if self.met else 'Not met'}: {self.found}")


def early_allocation(case: Case) -> tuple[EarlyAllocation, Steps]:
    """EA-01 to EA-10: automatic where one of its criteria is met, else discretionary, which needs a rationale."""
    automatic, discretionary = _automatic(case), _discretionary(case)
    steps = tuple(criterion.step for criterion in (*automatic, *discretionary))
    if any(criterion.met for criterion in automatic):
        return EarlyAllocation(EarlyAllocationClass.AUTOMATIC, True, ()), steps
    if not any(criterion.met for criterion in discretionary):
        nothing = Step("EA-20", "Neither an automatic nor a discretionary criterion is met: not eligible")
        return EarlyAllocation(EarlyAllocationClass.NONE, False, ()), (*steps, nothing)
    written = bool((case.facts.early.rationale or "").strip())
    step = Step("EA-10", f"Discretionary: rationale {'given' if written else 'missing'}")
    missing = () if written else (Missing.RATIONALE,)
    return EarlyAllocation(EarlyAllocationClass.DISCRETIONARY, written, missing), (*steps, step)


def _automatic(case: Case) -> list[Criterion]:
    """The automatic criteria that are met or nearly so."""
    early = case.facts.early
    found = []
    if early.tact:
        found.append(Criterion(True, "EA-01", "TACT or terrorism-related offence"))
    if early.separation_centre:
        found.append(_separation(case))
    if early.cppc_in_principle:
        found.append(Criterion(True, "EA-03", "In-principle decision for CPPC registration"))
    if early.nca_case or early.scpo:
        words = (
            f"National Crime Agency case: {_yes(early.nca_case)}, Serious Crime Prevention Order: {_yes(early.scpo)}"
        )
        found.append(Criterion(early.nca_case and early.scpo, "EA-04", words))
    if early.high_profile:
        found.append(Criterion(True, "EA-05", "High profile or notorious"))
    if early.mappa_level_needed == 3:
        found.append(Criterion(True, "EA-06", "Needs MAPPA level 3"))
    return found


def _discretionary(case: Case) -> list[Criterion]:
    """The discretionary criteria that are met or nearly so."""
    early, rosh = case.facts.early, case.facts.person.rosh
    found = []
    if early.extremism_screening:
        found.append(Criterion(True, "EA-07", "Multi-agency extremism screening meeting"))
    if rosh in ("very_high", "high"):
        found.append(Criterion(rosh == "very_high", "EA-08", f"RoSH {rosh.replace('_', ' ')}"))
    if early.mappa_level_needed == 2:
        words = f"Needs MAPPA level 2, exceptional case: {_yes(early.mappa_exceptional)}"
        found.append(Criterion(early.mappa_exceptional, "EA-09", words))
    return found


def _separation(case: Case) -> Criterion:
    """EA-02: 24 months or less from today to the earliest release."""
    release, limit = case.release, add_months(case.today, NUMBERS.separation_months)
    if release is None:
        return Criterion(False, "EA-02", "Separation centre, release date unknown")
    near = release.on <= limit
    words = f"{release.kind.upper()} {release.on} {'within' if near else 'after'} 24 months, {limit}"
    return Criterion(near, "EA-02", f"Separation centre, {words}")


def _yes(said: bool) -> str:
    return "yes" if said else "no"


def _concerned(case: Case) -> bool:
    return case.sentenced and case.nps and not case.under_recall and not case.from_the_start


def _candidate(case: Case) -> bool:
    """Whether the last three duties follow: early allocation is in force, or a criterion is met and nobody declined."""
    if not _concerned(case):
        return False
    if case.facts.early.declined and not case.handover.early_allocation:
        return False
    return case.handover.early_allocation or meets_a_criterion(case)


def meets_a_criterion(case: Case) -> bool:
    """Whether one of EA-01 to EA-09 is met."""
    return any(found.met for found in (*_automatic(case), *_discretionary(case)))


def _not_before_known(case: Case, rule: str, due_on: date, steps: Steps) -> tuple[date, Steps]:
    """What the rules date before the assessment that it follows from is due on the day of that assessment."""
    known_on = case.facts.early.assessed_on
    if known_on is None or known_on <= due_on:
        return due_on, steps
    return known_on, (*steps, Step(rule, f"It follows from the assessment of {known_on}: due no earlier"))


def _counted_from(case: Case) -> tuple[str, date] | None:
    """Conditional release (ARD without a CRD); of an indeterminate sentence the date its version brings forward."""
    if not case.indeterminate:
        crd, ard = case.handover.crd, case.handover.ard
        return ("CRD", crd) if crd is not None else ("ARD", ard) if ard is not None else None
    release = case.release
    moved = case.outcome.reason == Reason.EARLY_ALLOCATION and release is not None
    return (release.kind.upper(), release.on) if release is not None and moved else None


def first_review(case: Case) -> Task | None:
    """EA-20."""
    start = case.sentence_start
    if start is None or not _concerned(case):
        return None
    due_on, step = count("EA-20", "Sentence", start, days=NUMBERS.ea_first_days)
    return _task(case, Kind.EA_FIRST_REVIEW, Owner.POM, "EA-20", due_on, (step,), met=_agreed(case))


def window_opens_on(case: Case) -> tuple[date, Step] | None:
    """EA-22: from when a referral can be made.

    None where nothing is known to count from, or where the version does not bring an indeterminate sentence forward.
    """
    base = _counted_from(case)
    return count("EA-22", *base, months=-NUMBERS.ea_referral_months) if base else None


def referral_on(case: Case) -> tuple[date, Steps] | None:
    """EA-22: when the referral is reviewed; with the first review where less time is left. None: no candidate."""
    window, start = window_opens_on(case), case.sentence_start
    if window is None or not _candidate(case):
        return None
    due_on, step = window
    steps: Steps = (step,)
    if start is not None:
        first_on, first = count(
            "EA-20", "Less time to serve: with the first review, sentence", start, days=NUMBERS.ea_first_days
        )
        due_on, steps = (first_on, (step, first)) if due_on < first_on else (due_on, steps)
    return _not_before_known(case, "EA-22", due_on, steps)


def referral_review(case: Case) -> Task | None:
    """EA-22."""
    due = referral_on(case)
    if due is None:
        return None
    return _task(case, Kind.EA_REFERRAL_REVIEW, Owner.POM, "EA-22", *due, met=_agreed(case))


def transfer(case: Case) -> Task | None:
    """EA-23: the handover date once early allocation is in force, before that 15 months before release."""
    base, handover_on = _counted_from(case), case.determination.handover_on
    if base is None or not _candidate(case):
        return None
    due_on, step = count("EA-23", *base, months=-NUMBERS.ea_transfer_months)
    if case.outcome.reason == Reason.EARLY_ALLOCATION and handover_on is not None:
        due_on, step = (
            handover_on,
            Step("EA-23", f"Early allocation in force: the COM is responsible from {handover_on}"),
        )
        met = has_come(handover_on, case.today)
        return _task(case, Kind.EA_TRANSFER, Owner.COM, "EA-23", due_on, (step,), met=met)
    due = _not_before_known(case, "EA-23", due_on, (step,))
    return _task(case, Kind.EA_TRANSFER, Owner.COM, "EA-23", *due, met=False)


def mappa_referral(case: Case) -> Task | None:
    """EA-24."""
    base = _counted_from(case)
    if base is None or not _candidate(case):
        return None
    due_on, step = count("EA-24", *base, months=-NUMBERS.ea_mappa_months)
    due = _not_before_known(case, "EA-24", due_on, (step,))
    return _task(case, Kind.EA_MAPPA_REFERRAL, Owner.COM, "EA-24", *due, met=False)


def reviews(case: Case, tasks: Iterable[Task]) -> Iterator[Task]:
    """EA-21: one with each OASys review and each OASys after a significant event; a hospital's adds none (XC-30)."""
    for task in tasks:
        review = task.kind == Kind.OASYS_REVIEW or task.cause == Cause.EVENT
        if review and _concerned(case):
            yield Task(
                kind=Kind.EA_REVIEW,
                owner=Owner.POM,
                rule="EA-21",
                cause=task.cause,
                caused_on=task.caused_on,
                due_on=task.due_on,
                steps=(Step("EA-21", f"With the OASys of {task.rule}, due {task.due_on}"),),
            )


def _agreed(case: Case) -> bool:
    """Early allocation in force was reviewed, referred and decided; an agreement still ahead was not."""
    agreed_on = case.handover.early_allocation_agreed_on
    return case.handover.early_allocation and (agreed_on is None or agreed_on <= case.today)


def _task(case: Case, kind: Kind, owner: Owner, rule: str, due_on: date, steps: Steps, *, met: bool) -> Task:
    return Task(
        kind=kind,
        owner=owner,
        rule=rule,
        cause=Cause.SENTENCE,
        caused_on=case.sentence_start,
        due_on=due_on,
        state=State.MET if met else State.OPEN,
        steps=steps,
    )
