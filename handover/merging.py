"""What handover carries over when two prison numbers turn out to be one person: the casework of the same sentence.

Where both numbers bear a sentence that began on the same day, it is one sentence: its steps, decided form, draft of a
report, early allocation, override of responsibility and recorded handovers are written anew under the number that
stays, by whom and when as before; the record under the other stays. Of another sentence nothing of the kind is moved:
the page of the handover shows it as the other number's. OASys assessments and parole reviews are the person's, and go
along whatever the sentence (handover.merged_facts). Other duties and facts of the number that stays are its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from handover.casework import ITEM_OF, current_sentence
from handover.casework_actions import AGAIN
from handover.early_actions import DECISION
from handover.merged_facts import carry_facts
from handover.merged_handovers import carry_handovers
from handover.merged_source import stated_by_merge
from handover.models import (
    EarlyAssessment,
    EarlyAssessmentQuerySet,
    FormDecision,
    HandoverReport,
    HandoverStep,
    ResponsibilityOverride,
)
from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.details import BY_ASSESSMENT, Statement, state_details
from omic.models import CaseDetails, Person, Sentence, Staff


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row is written anew: the person and the sentence of the number that stays."""

    person: Person
    sentence: Sentence


def carry_over(*, gone: Person, kept: Person, by: Staff, at: datetime) -> None:
    """Let the number that stays have the handover casework of the other. Call it inside the merge's transaction."""
    said = Statement(stated_by_merge(gone), london_day(at), Actor(staff=by), at)
    carried = carry_facts(gone=gone, kept=kept, statement=said)
    theirs, own = current_sentence(gone), current_sentence(kept)
    if theirs and own and theirs.started_on and theirs.started_on == own.started_on:
        carried |= _carry_casework(theirs, Place(kept, own), said)
    if any(carried.values()):
        audit.record(
            by=said.by, action="carry_over_handover", at=at, prison=kept.prison, person=kept,
            gone=gone.prison_number, **carried,
        )  # fmt: skip


def _carry_casework(theirs: Sentence, place: Place, said: Statement) -> dict[str, int]:
    """What is of the one sentence; how many of each."""
    early = list(_early(theirs, place))
    carried = {
        "steps": _anew(_steps(theirs, place), place, request_id=True),
        "forms": _anew(_forms(theirs, place), place),
        "drafts": _anew(_drafts(theirs, place), place),
        "early": _anew(early, place, request_id=True),
        "overrides": _anew(_overrides(theirs, place, said), place),
        "handovers": carry_handovers(theirs=theirs, own=place.sentence, at=said.at),
    }
    for row in reversed(early):  # of two answers the later one
        _state_early(row, place, said)
    return carried


def _anew(rows: Iterator[Any] | list[Any], place: Place, *, request_id: bool = False) -> int:
    """Write each row under the number that stays; how many."""
    written = 0
    for row in rows:
        row.pk, row.person, row.sentence = None, place.person, place.sentence
        if request_id:
            row.request_id = uuid4()
        row.save(force_insert=True)
        written += 1
    return written


def _steps(theirs: Sentence, place: Place) -> Iterator[HandoverStep]:
    """Those that count and that the number that stays has not taken itself."""
    own = {ITEM_OF.get(HandoverStep.Kind(step.kind)) for step in place.sentence.handover_steps.counting()}
    for step in theirs.handover_steps.counting():
        if step.kind in AGAIN or ITEM_OF.get(HandoverStep.Kind(step.kind)) not in own:
            yield step


def _forms(theirs: Sentence, place: Place) -> Iterator[FormDecision]:
    newest = theirs.handover_forms.first()
    if newest and not place.sentence.handover_forms.exists():
        yield newest


def _drafts(theirs: Sentence, place: Place) -> Iterator[HandoverReport]:
    draft = theirs.handover_reports.filter(sent_at=None).first()
    if draft and not place.sentence.handover_reports.filter(sent_at=None).exists():
        yield draft


def _early(theirs: Sentence, place: Place) -> Iterator[EarlyAssessment]:
    """What is under way or in force, the oldest first, where nothing is of the number that stays."""
    if not _alive(place.sentence.early_assessments.all()).exists():
        yield from _alive(theirs.early_assessments.all()).order_by("assessed_at", "pk")


def _alive(rows: EarlyAssessmentQuerySet) -> EarlyAssessmentQuerySet:
    return rows.under_way() | rows.in_force()


def _overrides(theirs: Sentence, place: Place, said: Statement) -> Iterator[ResponsibilityOverride]:
    """What stands or waits, where nothing does of the number that stays."""
    if not place.person.responsibility_overrides.open().exists():
        for row in theirs.responsibility_overrides.open():
            row.because = f"{row.because}\n\n{said.source}"
            yield row


def _state_early(row: EarlyAssessment, place: Place, said: Statement) -> None:
    """The answers that nothing is known of, and where it was accepted that it is in force, as facts of the case."""
    details = CaseDetails.objects.filter(person=place.person).first() or CaseDetails()
    unknown = {name: value for name, value in row.answers.items() if getattr(details, name) is None}
    state_details(place.person, unknown, said, deliberate=True)
    if row.decision == EarlyAssessment.Decision.ACCEPTED and not details.early_allocation:
        accepted = dict(zip(BY_ASSESSMENT, (True, row.decided_on), strict=True))
        state_details(place.person, accepted, replace(said, source=DECISION), deliberate=True)
