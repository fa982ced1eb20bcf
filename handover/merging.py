"""What handover carries over when two prison numbers turn out to be one person: the casework of the same sentence.

Where both numbers bear a sentence that began on the same day, it is one sentence: its steps, decided form, draft of a
report and early allocation are written anew under the number that stays, by whom and when as before; the record under
the other stays. Of another sentence nothing is moved: the page of the handover shows it as the other number's. Duties
and facts of the number that stays are its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from handover.casework import ITEM_OF, current_sentence
from handover.casework_actions import AGAIN
from handover.early_actions import DECISION
from handover.models import EarlyAssessment, EarlyAssessmentQuerySet, FormDecision, HandoverReport, HandoverStep
from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.details import BY_ASSESSMENT, Statement, state_details
from omic.models import CaseDetails, Person, Sentence, Staff

Row = HandoverStep | FormDecision | HandoverReport | EarlyAssessment


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row is written anew: the person and the sentence of the number that stays."""

    person: Person
    sentence: Sentence


def carry_over(*, gone: Person, kept: Person, by: Staff, at: datetime) -> None:
    """Let the number that stays have the handover casework of the other. Call it inside the merge's transaction."""
    theirs, own = current_sentence(gone), current_sentence(kept)
    if theirs is None or own is None or theirs.started_on is None or theirs.started_on != own.started_on:
        return
    place = Place(kept, own)
    early = list(_early(theirs, place))
    carried = {
        "steps": _anew(_steps(theirs, place), place, request_id=True),
        "forms": _anew(_forms(theirs, place), place),
        "drafts": _anew(_drafts(theirs, place), place),
        "early": _anew(early, place, request_id=True),
    }
    for row in early:
        _state_early(row, gone, place, by=by, at=at)
    if any(carried.values()):
        audit.record(
            by=Actor(staff=by), action="carry_over_handover", at=at, prison=kept.prison, person=kept,
            gone=gone.prison_number, **carried,
        )  # fmt: skip


def stated_by_merge(gone: Person) -> str:
    """The source of the answers that a merge took over from `gone`."""
    return f"Carried over from {gone.prison_number}"


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
    """What is under way or in force, where nothing is of the number that stays."""
    if not _alive(place.sentence.early_assessments.all()).exists():
        yield from _alive(theirs.early_assessments.all())


def _alive(rows: EarlyAssessmentQuerySet) -> EarlyAssessmentQuerySet:
    return rows.under_way() | rows.in_force()


def _state_early(row: EarlyAssessment, gone: Person, place: Place, *, by: Staff, at: datetime) -> None:
    """The answers that nothing is known of, and where it was accepted that it is in force, as facts of the case."""
    details = CaseDetails.objects.filter(person=place.person).first() or CaseDetails()
    unknown = {name: value for name, value in row.answers.items() if getattr(details, name) is None}
    said = Statement(stated_by_merge(gone), london_day(at), Actor(staff=by), at)
    state_details(place.person, unknown, said, deliberate=True)
    if row.decision == EarlyAssessment.Decision.ACCEPTED and not details.early_allocation:
        said = Statement(DECISION, london_day(at), Actor(staff=by), at)
        state_details(
            place.person, dict(zip(BY_ASSESSMENT, (True, row.decided_on), strict=True)), said, deliberate=True
        )
