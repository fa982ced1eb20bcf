"""What handover takes back when a merge is undone: what was written anew says something of somebody else."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from handover.early_actions import DECISION, TAKEN_BACK, state_agreement
from handover.merging import stated_by_merge
from handover.models import EarlyAssessment, FormDecision, HandoverReport, HandoverStep
from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.details import Statement, newest, state_details
from omic.formats import day, plural
from omic.models import PersonMerge, Staff


def take_back(*, merge: PersonMerge, by: Staff, at: datetime) -> None:
    """Take from the number that stayed what the merge wrote anew under it; the other has its own as before.

    A draft that was worked on since stays, for whoever did to look through. Call it inside the transaction.
    """
    because = f"Taken back: {merge.gone.prison_number} is somebody else"
    told = {"withdrawn_at": at, "withdrawn_by": by, "withdrawn_because": because}
    taken = {
        "steps": _steps(merge).update(**told),
        "forms": _forms(merge).delete()[0],
        "drafts": _drafts(merge).delete()[0],
        "early": _early(merge).update(**told),
    }
    if taken["early"]:
        _restate(merge, by=by, at=at)
    if any(taken.values()):
        prison = merge.kept.prison or merge.prison
        facts = {"prison": prison, "person": merge.kept, "gone": merge.gone.prison_number, **taken}
        audit.record(by=Actor(staff=by), action="take_back_handover", at=at, **facts)


def carried(merge: PersonMerge) -> Iterator[str]:
    """What handover carried over in a merge, each with what becomes of it when the merge is undone."""
    kept, gone = merge.kept.prison_number, merge.gone.prison_number
    if steps := _steps(merge).count():
        yield f"{plural(steps, 'step,steps')} of a handover. Taken back under {kept}, stand under {gone}"
    if _forms(merge).exists():
        yield f"The form of a handover, by decision. Goes under {kept}, stands under {gone}"
    if _drafts(merge).exists():
        yield f"The draft of a handover report. Goes under {kept}, stands under {gone}"
    for row in _early(merge):
        words = f"Early allocation, assessed on {day(row.assessed_at)}"
        yield f"{words}. Taken back under {kept} with its answers and its date, stands under {gone}"


def _steps(merge: PersonMerge) -> "QuerySet[HandoverStep]":
    same = HandoverStep.objects.filter(
        person=merge.gone,
        kind=OuterRef("kind"),
        recorded_by=OuterRef("recorded_by"),
        recorded_at=OuterRef("recorded_at"),
    )
    return HandoverStep.objects.filter(Exists(same), person=merge.kept, withdrawn_at=None)


def _forms(merge: PersonMerge) -> "QuerySet[FormDecision]":
    same = FormDecision.objects.filter(
        person=merge.gone, decided_by=OuterRef("decided_by"), decided_at=OuterRef("decided_at")
    )
    return FormDecision.objects.filter(Exists(same), person=merge.kept)


def _drafts(merge: PersonMerge) -> "QuerySet[HandoverReport]":
    """As they were when they were carried over."""
    same = HandoverReport.objects.filter(
        person=merge.gone, written_by=OuterRef("written_by"), written_at=OuterRef("written_at")
    )
    return HandoverReport.objects.filter(Exists(same), person=merge.kept, sent_at=None)


def _early(merge: PersonMerge) -> "QuerySet[EarlyAssessment]":
    same = EarlyAssessment.objects.filter(
        person=merge.gone, assessed_by=OuterRef("assessed_by"), assessed_at=OuterRef("assessed_at")
    )
    return EarlyAssessment.objects.filter(Exists(same), person=merge.kept, withdrawn_at=None)


def _restate(merge: PersonMerge, *, by: Staff, at: datetime) -> None:
    """The answers that came with it are not known of the number that stayed, nor is it in force by them."""
    standing = newest(merge.kept.detail_entries.all())
    theirs = [name for name, entry in standing.items() if entry.value and entry.source == stated_by_merge(merge.gone)]
    said = Statement(TAKEN_BACK, london_day(at), Actor(staff=by), at)
    state_details(merge.kept, dict.fromkeys(theirs), said, deliberate=True)
    agreed = standing.get("early_allocation")
    if agreed and agreed.source == DECISION:  # what a file states of the number that stayed is its own
        state_agreement(merge.kept, TAKEN_BACK, by=by, at=at)
