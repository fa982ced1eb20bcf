"""What handover takes back when a merge is undone: what was written anew says something of somebody else."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.lookups import IsNull

from handover.early_actions import DECISION, state_agreement
from handover.early_known import TAKEN_BACK, restated
from handover.merged_facts import facts_carried, take_facts_back
from handover.merged_handovers import handovers_carried, take_handovers_back
from handover.models import EarlyAssessment, FormDecision, HandoverReport, HandoverStep, ResponsibilityOverride
from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.details import Statement, newest, state_details
from omic.formats import day, plural
from omic.models import PersonMerge, Staff

_STAGES = ("approved_at", "referred_at", "decision_recorded_at")
SINCE = "look through it, what came of {} is about somebody else"


def take_back(*, merge: PersonMerge, by: Staff, at: datetime) -> None:
    """Take from the number that stayed what the merge wrote anew under it; the other has its own as before.

    What was worked on since stays, for whoever did to look through. Call it inside the transaction.
    """
    because = f"Taken back: {merge.gone.prison_number} is somebody else"
    told = {"withdrawn_at": at, "withdrawn_by": by, "withdrawn_because": because}
    ended = {"ended_at": at, "ended_by": by, "ended_because": because}
    statement = Statement(because, london_day(at), Actor(staff=by), at)
    taken = {
        "steps": _steps(merge).update(**told),
        "forms": _forms(merge).delete()[0],
        "drafts": _drafts(merge).delete()[0],
        "early": _early(merge).update(**told),
        "overrides": _overrides(merge).update(**ended),
        "handovers": take_handovers_back(merge, because=because, at=at),
        **take_facts_back(merge, statement),
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
    yield from _early_carried(merge)
    yield from _overrides_carried(merge)
    yield from handovers_carried(merge)
    yield from facts_carried(merge)


def _early_carried(merge: PersonMerge) -> Iterator[str]:
    kept, gone = merge.kept.prison_number, merge.gone.prison_number
    for row in _early_copies(merge):
        words = f"Early allocation, assessed on {day(row.assessed_at)}"
        if row.untouched:
            yield f"{words}. Taken back under {kept} with its answers and its date, stands under {gone}"
        else:
            yield f"{words}, worked on since the merge. Stays as it is under {kept}: {SINCE.format(gone)}"


def _overrides_carried(merge: PersonMerge) -> Iterator[str]:
    kept, gone = merge.kept.prison_number, merge.gone.prison_number
    for row in _override_copies(merge):
        words = f"Override, asked for on {day(row.asked_at)}: {row.get_responsibility_display()}"
        if row.untouched:
            yield f"{words}. Taken back under {kept}, stands under {gone}"
        else:
            yield f"{words}, confirmed since the merge. Stays under {kept}: {SINCE.format(gone)}"


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


def _early(merge: PersonMerge) -> QuerySet[Any]:
    """As they were when they were carried over: what was approved, referred or decided since stays."""
    return _early_copies(merge).filter(untouched=True)


def _early_copies(merge: PersonMerge) -> QuerySet[Any]:
    same = EarlyAssessment.objects.filter(
        person=merge.gone, assessed_by=OuterRef("assessed_by"), assessed_at=OuterRef("assessed_at")
    )
    copies = EarlyAssessment.objects.filter(Exists(same), person=merge.kept, withdrawn_at=None)
    return copies.annotate(untouched=Exists(same.filter(_unchanged(*_STAGES))))


def _overrides(merge: PersonMerge) -> QuerySet[Any]:
    """As they were when they were carried over: what was confirmed since stays."""
    return _override_copies(merge).filter(untouched=True)


def _override_copies(merge: PersonMerge) -> QuerySet[Any]:
    same = ResponsibilityOverride.objects.filter(
        person=merge.gone, asked_by=OuterRef("asked_by"), asked_at=OuterRef("asked_at")
    )
    copies = ResponsibilityOverride.objects.open().filter(Exists(same), person=merge.kept)
    return copies.annotate(untouched=Exists(same.filter(_unchanged("decided_at"))))


def _unchanged(*names: str) -> Q:
    """Each is the same as in the row outside, or unknown in both."""
    same = Q()
    for name in names:
        same &= Q(**{name: OuterRef(name)}) | Q(IsNull(OuterRef(name), True), **{f"{name}__isnull": True})
    return same


def _restate(merge: PersonMerge, *, by: Staff, at: datetime) -> None:
    """The answers that came with it are not known of the number that stayed, nor is it in force by them.

    Those that an assessment gives which stands stay as they are.
    """
    said = Statement(TAKEN_BACK, london_day(at), Actor(staff=by), at)
    state_details(merge.kept, restated(merge.kept), said, deliberate=True)
    agreed = newest(merge.kept.detail_entries.all()).get("early_allocation")
    if agreed and agreed.source == DECISION:  # what a file states of the number that stayed is its own
        in_force = merge.kept.early_assessments.in_force().exists()
        state_agreement(merge.kept, DECISION if in_force else TAKEN_BACK, by=by, at=at)
