"""Where an early allocation stands, in words, whose turn it is, and the lists of those that wait."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from handover.models import EarlyAssessment, EarlyAssessmentQuerySet
from omic.access import Action
from omic.formats import day
from omic.models import Obligation

_CLASS, _DECISION = EarlyAssessment.Class, EarlyAssessment.Decision


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
    """What is next and by when: the soonest open duty about early allocation; empty where none is dated."""
    dated = sorted((duty.due_on, duty.get_kind_display()) for duty in duties if duty.due_on)
    if dated:
        return f"{dated[0][1]}, due {day(dated[0][0])}"
    waits = present is not None and bool(stage_of(present).step)
    return "" if waits else "Nothing is due now. Each OASys review brings a new one (EA-21)"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One list of what waits: its words, its definition, what it says when empty, and its rows."""

    words: str
    definition: str
    empty: str
    rows: Callable[[EarlyAssessmentQuerySet], EarlyAssessmentQuerySet]


LISTS = {
    "approve": Waiting(
        "To approve",
        "Assessed in the referral window, eligible, and the HOMD has not answered.",
        "No assessment waits for the HOMD. That is good.",
        EarlyAssessmentQuerySet.to_approve,
    ),
    "refer": Waiting(
        "To refer",
        "Approved by the HOMD, and no referral is recorded.",
        "Everything that was approved has been referred. That is good.",
        EarlyAssessmentQuerySet.to_refer,
    ),
    "decide": Waiting(
        "Waiting for the community",
        "Referred, and no decision of the community is recorded.",
        "No referral waits for an answer.",
        EarlyAssessmentQuerySet.to_decide,
    ),
}
