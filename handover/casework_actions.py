"""What staff record in the casework of a handover: its form, the steps taken, and what was recorded in error."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from handover.actions import NothingToRecordError, record_handover
from handover.casework import current_sentence, duties_of, ruled_form
from handover.duty_actions import HANDED_OVER, SOURCE, RefusedError, record_duty_done, record_not_needed, take_back
from handover.models import FormDecision, HandoverForm, HandoverStep
from handover.timetable_cases import FULL
from omic import audit
from omic.audit import Actor
from omic.calendar import london_day, london_midnight
from omic.details import OlderError, Statement, record_details, record_oasys
from omic.formats import day
from omic.models import OasysAssessment, Obligation, ObligationKind, Person, Role, Sentence, Staff
from omic.reconcile import lock

Kind = HandoverStep.Kind
AGAIN = (Kind.COM_CONTACT, Kind.COM_VISIT)  # these may be recorded more than once
OASYS = (Kind.OASYS_REVIEWED, Kind.OASYS_NOT_NEEDED)
NOBODYS = "serves no sentence here, so there is no handover to work on"


@transaction.atomic
def decide_form(*, person: Person, form: HandoverForm, because: str, by: Staff, at: datetime) -> FormDecision:
    """Decide that the handover of the present sentence is held in `form`, whatever HO-30 gives, and why.

    Raises RefusedError when the person serves no sentence here.
    """
    person, sentence = locked_case(person)
    decision = FormDecision.objects.create(
        person=person, prison=person.prison, sentence=sentence, form=form, because=because, decided_by=by, decided_at=at
    )
    _audit("decide_handover_form", person, by=by, at=at, form=form)
    return decision


@transaction.atomic
def record_step(
    *,
    person: Person,
    kind: Kind,
    done_on: date,
    request_id: UUID,
    by: Staff,
    at: datetime,
    texts: Mapping[str, str],
    completes: bool = False,
) -> HandoverStep:
    """Record a step taken on `done_on`; `texts` are the step's note, attendees, and looks back and forward.

    A duty that the step does is settled with it; `completes` records the handover as well. `request_id` makes sure
    that a form sent twice records once. Raises RefusedError when the step counts already, when its day cannot be, or
    when the duty that it would settle refuses it.
    """
    person, sentence = locked_case(person)
    if known := HandoverStep.objects.filter(request_id=request_id, person=person).first():
        return known
    _may_be(sentence, kind, done_on, at)
    step = HandoverStep.objects.create(
        person=person,
        prison=person.prison,
        sentence=sentence,
        kind=kind,
        done_on=done_on,
        recorded_by=by,
        recorded_at=at,
        request_id=request_id,
        **texts,
    )
    _settle(step, by=by, at=at)
    if completes:
        with suppress(NothingToRecordError):  # somebody was quicker: then it is recorded
            record_handover(person=person, on=done_on, note=step.get_kind_display(), by=by, at=at)
    _audit("record_handover_step", person, by=by, at=at, step=step.pk, kind=kind, on=done_on.isoformat())
    return step


@transaction.atomic
def take_back_step(*, step: HandoverStep, because: str, by: Staff, at: datetime) -> HandoverStep:
    """Take back a step that was recorded in error. What it alone settled is owed again; a recorded OASys stays a fact.

    Doing it twice changes nothing. Raises RefusedError for a step that no longer counts.
    """
    lock([step.person_id])
    step = HandoverStep.objects.select_related("person__prison", "sentence").get(pk=step.pk)
    if step.withdrawn_at:
        return step
    if step.ended_at:
        raise RefusedError("This step does not count any more: the handover it was for came to nothing.")
    step.withdrawn_at, step.withdrawn_by, step.withdrawn_because = at, by, because
    step.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because"])
    _unsettle(step, because, by=by, at=at)
    _audit("take_back_handover_step", step.person, by=by, at=at, step=step.pk, kind=step.kind)
    return step


def may_take_back(step: HandoverStep, *, roles: frozenset[Role], on: date) -> bool:
    """On the day itself whoever works on the handover, later the HOMD."""
    counts = step.withdrawn_at is None and step.ended_at is None
    return counts and (london_day(step.recorded_at) == on or Role.HOMD in roles)


def locked_case(person: Person) -> tuple[Person, Sentence]:
    """The person as they are now, and the sentence served. Raises RefusedError where there is none, or they left."""
    lock([person.pk])
    here = Person.objects.select_related("prison").get(pk=person.pk)
    sentence = current_sentence(here)
    if sentence is None or here.prison_id is None or here.prison_id != person.prison_id:
        raise RefusedError(f"{here.name} {NOBODYS}")
    return here, sentence


def _may_be(sentence: Sentence, kind: Kind, done_on: date, at: datetime) -> None:
    if done_on > london_day(at):
        raise RefusedError("The day must be today or in the past", field="done_on")
    if sentence.started_on and done_on < sentence.started_on:
        raise RefusedError(f"The sentence began on {day(sentence.started_on)}: it cannot be before", field="done_on")
    same = OASYS if kind in OASYS else (kind,)
    counting = HandoverStep.objects.counting().filter(sentence=sentence, kind__in=same).exclude(kind__in=AGAIN)
    if known := counting.select_related("recorded_by").first():
        raise RefusedError(
            f"{known.recorded_by} has recorded this already, for {day(known.done_on)}. Nothing was recorded again."
        )


def _done_at(step: HandoverStep) -> datetime:
    """The moment that a duty settled by the step bears: of a day that is over London's midnight."""
    today = step.done_on == london_day(step.recorded_at)
    return step.recorded_at if today else london_midnight(step.done_on)


def _settle(step: HandoverStep, *, by: Staff, at: datetime) -> None:
    """Settle the duty that the step does, by the facts that settle it."""
    if step.kind == Kind.OASYS_REVIEWED:
        _review_oasys(step, by=by, at=at)
    elif step.kind == Kind.OASYS_NOT_NEEDED:
        _waive_oasys(step, by=by, at=at)
    elif _is_last(step, at):
        for duty in _waiting(step, ObligationKind.PRE_RELEASE_BOARD):
            done_at = max(_done_at(step), london_midnight(duty.opens_on))
            record_duty_done(duty=duty, done_at=done_at, note="", by=by, at=at)


def _is_last(step: HandoverStep, at: datetime) -> bool:
    """Whether the step is the POM's part before release: the board or report itself, or the report sent (HO-31)."""
    if step.kind == Kind.REPORT:
        return ruled_form(step.person, london_day(at)) == HandoverForm.REPORT
    return step.kind == Kind.RELEASE_REPORT


def _waiting(step: HandoverStep, *kinds: ObligationKind) -> list[Obligation]:
    duties = duties_of(step.person, step.sentence)
    return [duty for duty in duties if duty.kind in kinds and duty.closed_at is None]


def _review_oasys(step: HandoverStep, *, by: Staff, at: datetime) -> None:
    duties = _waiting(step, ObligationKind.OASYS_HANDOVER, ObligationKind.OASYS_PAROLE)
    if duties:
        try:
            record_duty_done(duty=duties[0], done_at=_done_at(step), note=step.note, by=by, at=at)
        except RefusedError as error:
            raise RefusedError(str(error), field="done_on") from error
        return
    statement = Statement(SOURCE, step.done_on, Actor(staff=by), at)
    facts = {"layer": FULL, "kind": OasysAssessment.Kind.HANDOVER, "completed_on": step.done_on, "completed_by": "pom"}
    record_oasys(person=step.person, statement=statement, **facts)


def _waive_oasys(step: HandoverStep, *, by: Staff, at: datetime) -> None:
    """HO-32. The OASys that goes to the Parole Board stands in its place with parole, and nothing lets that be left."""
    duties = _waiting(step, ObligationKind.OASYS_HANDOVER, ObligationKind.OASYS_PAROLE)
    if duties and duties[0].kind == ObligationKind.OASYS_PAROLE:
        raise RefusedError("With parole the parole OASys stands in its place, and no rule lets that be left undone.")
    if duties:
        record_not_needed(duty=duties[0], reason=step.note, by=by, at=at)
        return
    _state_needless(step.person, needless=True, reason=step.note, by=by, at=at)


def _state_needless(person: Person, *, needless: bool, reason: str | None, by: Staff, at: datetime) -> None:
    values = {"handover_oasys_not_needed": needless, "handover_oasys_reason": reason}
    try:
        record_details(person=person, values=values, source=SOURCE, as_at=london_day(at), by=Actor(staff=by), at=at)
    except OlderError as error:
        raise RefusedError("Something newer is recorded about this OASys. Look at the case details.") from error


def _unsettle(step: HandoverStep, because: str, *, by: Staff, at: datetime) -> None:
    """What the step alone had settled is owed again."""
    if step.kind == Kind.OASYS_NOT_NEEDED:
        _state_needless(step.person, needless=False, reason=None, by=by, at=at)
    for duty in step.person.obligations.filter(_settled_by(step, at), closed_by=step.recorded_by):
        take_back(duty=duty, reason=because, by=by, at=at)


def _settled_by(step: HandoverStep, at: datetime) -> Q:
    """The duties that were settled by a step's word: the handover that it completed, and the board before release."""
    done_at, words = _done_at(step), step.get_kind_display()
    settled = Q(kind=ObligationKind.HANDOVER, closed_because=HANDED_OVER, met_at=done_at, note=words)
    if _is_last(step, at):
        settled |= Q(kind=ObligationKind.PRE_RELEASE_BOARD, met_at__range=(done_at, step.recorded_at))
    return settled


def _audit(action: str, person: Person, *, by: Staff, at: datetime, **detail: object) -> None:
    audit.record(by=Actor(staff=by), action=action, at=at, prison=person.prison, person=person, **detail)
