"""Where an early allocation stands, in words, whose turn it is, and the lists of those that wait."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from handover.models import EarlyAssessment, EarlyAssessmentQuerySet
from omic.access import Action
from omic.formats import day
from omic.models import Obligation, ObligationKind

_CLASS, _DECISION = EarlyAssessment.Class, EarlyAssessment.Decision

# What each step is called, and the duty that says by when.
_STEPS = {
    "approve": ("The HOMD’s answer", ObligationKind.EA_REFERRAL_REVIEW),
    "refer": ("The referral to the community", ObligationKind.EA_REFERRAL_REVIEW),
    "decide": ("The community’s decision", ObligationKind.EA_TRANSFER),
}


@dataclass(frozen=True, slots=True)
class Stage:
    """What stands, the tag's colour, and the step that comes next: its address, its button and who may take it."""

    words: str
    colour: str = ""
    step: str = ""
    button: str = ""
    action: Action | None = None


def stage_of(present: EarlyAssessment | None) -> Stage:
    """The stage of the newest assessment that was not taken back."""
    if present is None:
        return Stage("Not assessed in this sentence", "yellow")
    if present.decision:
        accepted = present.decision == _DECISION.ACCEPTED
        return Stage("In force", "green") if accepted else Stage("Rejected: the normal rules apply", "grey")
    if present.klass == _CLASS.NONE:
        return Stage("Not eligible", "grey")
    if not present.in_window:
        return Stage(f"{present.get_klass_display()}, not to be referred yet", "grey")
    return _under_way(present)


def _under_way(present: EarlyAssessment) -> Stage:
    if present.approved is None:
        return Stage("Waits for the HOMD", "yellow", "approve", "Approve or refuse", Action.APPROVE_EARLY)
    if not present.approved:
        return Stage("Refused by the HOMD", "grey")
    if present.referred_at is None:
        return Stage("Approved, to be referred", "yellow", "refer", "Record the referral", Action.ASSESS_EARLY)
    return Stage("Waits for the community", "yellow", "decide", "Record the decision", Action.RECORD_COMMUNITY)


def next_of(present: EarlyAssessment | None, duties: Iterable[Obligation]) -> str:
    """What is next and by when: the step that the assessment waits for, else the soonest of the open `duties`."""
    dated = [duty for duty in duties if duty.due_on]
    if step := stage_of(present).step:
        words, kind = _STEPS[step]
        due_on = next((duty.due_on for duty in dated if duty.kind == kind), None)
        return f"{words}, due {day(due_on)}" if due_on else words
    # Of what is due on one day the handover, which the others prepare.
    first = min(dated, key=lambda duty: (duty.due_on, duty.kind != ObligationKind.HANDOVER), default=None)
    if first:
        return f"{first.get_kind_display()}, due {day(first.due_on)}"
    return "Nothing is due now. Each OASys review brings a new one (EA-21)"


def is_referral(row: EarlyAssessment) -> bool:
    """Whether something is, or was, to be referred by the assessment."""
    return row.klass != _CLASS.NONE and row.in_window


@dataclass(frozen=True, slots=True)
class Waiting:
    """One list of what waits: its words, its definition, what it says when empty, how a tile counts it, its rows."""

    words: str
    definition: str
    empty: str
    tile: str
    rows: Callable[[EarlyAssessmentQuerySet], EarlyAssessmentQuerySet]


LISTS = {
    "approve": Waiting(
        "To approve",
        "Assessed in the referral window, eligible, and the HOMD has not answered.",
        "No assessment waits for the HOMD. That is good.",
        "early allocation to approve,early allocations to approve",
        EarlyAssessmentQuerySet.to_approve,
    ),
    "refer": Waiting(
        "To refer",
        "Approved by the HOMD, and no referral is recorded.",
        "Everything that was approved has been referred. That is good.",
        "early allocation to refer,early allocations to refer",
        EarlyAssessmentQuerySet.to_refer,
    ),
    "decide": Waiting(
        "Waiting for the community",
        "Referred, and no decision of the community is recorded.",
        "No referral waits for an answer.",
        "early allocation waiting for the community,early allocations waiting for the community",
        EarlyAssessmentQuerySet.to_decide,
    ),
}
