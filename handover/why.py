"""How stored responsibility and handover dates are explained."""

from datetime import date

from handover.models import HandoverDetermination, Responsibility
from handover.policy import Reason, reason_words
from handover.rules import Determination, Release, state_on, state_step
from omic.access import Action, requires
from omic.formats import day
from omic.http import PrisonRequest
from omic.policy import Steps
from omic.why import Explanation, Wording, explain_stored

LABELS = {
    "legal_status": "Legal status",
    "sentence_type": "Sentence",
    "sentence_start": "Sentence start",
    "provider": "Provider",
    "ard": "ARD",
    "crd": "CRD",
    "ped": "PED",
    "ted": "TED",
    "thd": "Target hearing date",
    "parole_outcome": "Outcome of the last parole review",
    "last_review_on": "Last parole review",
    "com_oasys_reviewed": "COM has reviewed OASys and plan",
    "mappa_level": "MAPPA level",
    "override": "Overridden: who is responsible",
    "recalled": "Recalled",
    "recall_hearing_outcome": "Outcome of the recall hearing",
    "early_allocation": "Early allocation",
    "early_allocation_agreed_on": "Early allocation agreed",
    "moved_to_open_on": "Moved to open conditions",
}

_FIXED = {
    Responsibility.POM: "The POM is responsible",
    Responsibility.POM_WITH_COM: "The POM is responsible and the COM supports",
    Responsibility.COM: "The COM is responsible",
}


@requires(Action.SEE_DATES)
def explain(request: PrisonRequest) -> Explanation | None:
    """Who is responsible for the person and until when and, below it, what was answered before."""
    rows = request.person.handoverdeterminations.order_by("-id")
    return explain_stored(request, rows, WORDING)


def as_determined(row: HandoverDetermination) -> Determination:
    """The stored row as the rules gave it."""
    kind, on = row.earliest_release_kind, row.earliest_release_on
    return Determination(
        responsibility_fixed=Responsibility(row.fixed) if row.fixed else None,
        start_on=row.start_on,
        handover_on=row.handover_on,
        earliest_release=Release(kind, on) if kind and on else None,
        blocking=tuple(row.blocking),
        provisional=tuple(row.provisional),
        next_change_on=row.next_change_on,
    )


def in_a_sentence(row: HandoverDetermination, on: date) -> str:
    """Who is responsible on the day, when that changes, and the reason."""
    return f"{_who(row, on)} {reason_words(row.reason, row.policy)}."


def _who(row: HandoverDetermination, on: date) -> str:
    state, handover_on = state_on(as_determined(row), on), day(row.handover_on)
    if state is None:
        return "Nobody is responsible for a case."
    if row.fixed == Responsibility.POM and row.reason != Reason.OVERRIDDEN:
        return "The POM is responsible, and no handover date can be worked out."
    if row.fixed:
        return f"{_FIXED[Responsibility(row.fixed)]}, and no handover date applies."
    return {
        Responsibility.POM: f"The POM is responsible until the COM takes over on {handover_on}.",
        Responsibility.POM_WITH_COM: f"The POM is responsible and the COM supports, until {handover_on}.",
        Responsibility.COM: f"The COM has been responsible since {handover_on}; the POM supports.",
    }[Responsibility(state)]


def _state(row: HandoverDetermination, on: date) -> Steps:
    step = state_step(as_determined(row), on)
    return () if step is None else (step,)


def _doubt(row: HandoverDetermination) -> str:
    """What makes the answer provisional, and what keeps the case with the COM."""
    doubts = ["Provisional: the provider is not known."] if row.provisional else []
    if row.blocking:
        doubts.append(f"The COM keeps the case because of: {', '.join(row.blocking).replace('_', ' ')}.")
    return " ".join(doubts)


WORDING = Wording(
    title="Why this responsibility and these dates",
    labels=LABELS,
    sentence=in_a_sentence,
    more_steps=_state,
    note=_doubt,
)
