"""What staff do with the OMU's duties: record one as done or not needed, take that back, and open one by hand."""

from datetime import date, datetime
from enum import Enum
from uuid import UUID

from django.db import transaction

from handover.duties_by_fact import ALERT, BY_HAND, HAND
from handover.models import HandoverDetermination
from handover.timetable.policy import Owner
from handover.timetable_cases import FULL, DutyCase, read_duties
from omic import audit
from omic.audit import Actor
from omic.calendar import exclusive_due, london_day, london_midnight
from omic.details import OlderError, Statement, record_details, record_oasys
from omic.formats import day, moment
from omic.models import OasysAssessment, Obligation, ObligationKind, ObligationState, Person, Role, Staff
from omic.obligations import meet
from omic.policy import DEFAULT_POLICY
from omic.reconcile import lock, reconcile, window_of

DONE = "recorded as done"
HANDED_OVER = "handover recorded"
SOURCE = "Recorded with the duty"
_Kind, _Oasys = ObligationKind, OasysAssessment.Kind
# XC-30: the OASys before return from hospital is a review like any other.
ASSESSMENTS = {
    _Kind.OASYS_INITIAL: _Oasys.INITIAL,
    _Kind.OASYS_REVIEW: _Oasys.REVIEW,
    _Kind.OASYS_HANDOVER: _Oasys.HANDOVER,
    _Kind.OASYS_PAROLE: _Oasys.PAROLE,
    _Kind.OASYS_PRE_RELEASE: _Oasys.PRE_RELEASE,
    _Kind.OASYS_SIGNIFICANT_EVENT: _Oasys.SIGNIFICANT_EVENT,
    _Kind.OASYS_BEFORE_REMISSION: _Oasys.REVIEW,
}
# Done on a page of their own, or, as contact, by being logged.
ELSEWHERE = (
    _Kind.HANDOVER,
    _Kind.RISK_TO_READ,
    _Kind.ALLOCATE_POM,
    _Kind.TELL_POM,
    _Kind.HELD_CHANGE,
    _Kind.POM_CONTACT,
    _Kind.POM_ENGAGEMENT,
    _Kind.SENDING_NOTE,
    _Kind.RELEASE_REVIEW,
)


class RefusedError(Exception):
    """Something that cannot be done as asked. The message is fit to show; `field` is the form's field it is about."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class Way(Enum):
    """How a duty is done."""

    BY_HAND = "somebody says that it is done"
    OASYS = "a completed OASys is recorded, and meets what it meets"
    ELSEWHERE = "on a page of its own"
    BY_FACT = "by a fact alone: the reviews of an open ACCT go on until it is closed"


def way_of(duty: Obligation) -> Way:
    """How this duty is done."""
    if duty.kind in ELSEWHERE:
        return Way.ELSEWHERE
    if duty.kind == ObligationKind.ACCT_REVIEW and duty.slot.startswith(ALERT):
        return Way.BY_FACT
    return Way.OASYS if duty.kind in ASSESSMENTS else Way.BY_HAND


def can_be_needless(duty: Obligation) -> bool:
    """Whether somebody may decide that it need not be done: HO-32, and what staff have opened themselves."""
    return duty.kind == ObligationKind.OASYS_HANDOVER or duty.slot.startswith(HAND)


def can_be_taken_back(duty: Obligation) -> bool:
    """Whether its closing was somebody's word alone; an OASys is taken back itself (handover.oasys_actions)."""
    if duty.state == ObligationState.MET:
        by_word = duty.closed_because == DONE and way_of(duty) is not Way.OASYS
        return by_word or duty.closed_because == HANDED_OVER
    return duty.state == ObligationState.WAIVED and duty.slot.startswith(HAND)


@transaction.atomic
def record_duty_done(*, duty: Obligation, done_at: datetime, note: str, by: Staff, at: datetime) -> Obligation:
    """Record that the duty was done at `done_at`, for one that is counted in days London's midnight or the present.

    For an OASys the completed assessment is recorded, and the facts meet the duty. Saying the same twice changes
    nothing. Raises RefusedError for a time ahead or before the cause, for an OASys that does not count for this duty,
    and, with who and when, for a duty that has been closed meanwhile.
    """
    duty = _locked(duty)
    if duty.state == ObligationState.MET and duty.closed_by_id == by.pk:
        return duty
    _still_open(duty)
    _in_time(duty, done_at, at)
    if way_of(duty) is Way.OASYS:
        _complete_oasys(duty, london_day(done_at), by=by, at=at)
    elif way_of(duty) is Way.BY_HAND:
        meet(duty, by=by, at=done_at, because=DONE)
    else:
        raise RefusedError("This duty is not closed by recording it here.")
    _keep_note(duty, note)
    _audit("record_duty_done", duty, by=by, at=at, on=london_day(done_at).isoformat())
    return duty


@transaction.atomic
def record_not_needed(*, duty: Obligation, reason: str, by: Staff, at: datetime) -> Obligation:
    """Record that the duty need not be done, and why: HO-32 as facts of the case, a duty opened by hand as waived."""
    duty = _locked(duty)
    if duty.state == ObligationState.WAIVED and duty.closed_by_id == by.pk:
        return duty
    _still_open(duty)
    if duty.kind == ObligationKind.OASYS_HANDOVER:
        _state_needless(duty, reason, by=by, at=at)
    elif duty.slot.startswith(HAND):
        duty.state, duty.closed_at, duty.closed_because = ObligationState.WAIVED, at, reason
    else:
        raise RefusedError("No rule lets this duty be left undone.")
    duty.closed_by = by
    duty.save(update_fields=["state", "closed_at", "closed_because", "closed_by"])
    _audit("record_duty_not_needed", duty, by=by, at=at)
    return duty


@transaction.atomic
def take_back(*, duty: Obligation, reason: str, by: Staff, at: datetime) -> Obligation:
    """Open again what was recorded in error; what the facts ask follows at once. Doing it twice changes nothing."""
    duty = _locked(duty)
    if duty.closed_at is None:
        return duty
    if not can_be_taken_back(duty):
        raise RefusedError(f"This cannot be taken back: {_closing(duty)}.")
    _nothing_follows(duty)
    _audit("take_back_duty", duty, by=by, at=at, because=reason, said=duty.closed_because)
    duty.state, duty.met_at, duty.closed_at, duty.closed_by, duty.closed_because = "open", None, None, None, ""
    duty.save(update_fields=["state", "met_at", "closed_at", "closed_by", "closed_because"])
    _follow(duty.person, at)
    duty.refresh_from_db()
    return duty


@transaction.atomic
def open_duty(
    *, person: Person, kind: ObligationKind, key: UUID, due_on: date | None, note: str, by: Staff, at: datetime
) -> Obligation:
    """Open a duty that no fact asks for. `key` names it, so that sending the same form twice opens one.

    Raises RefusedError when the person has left.
    """
    lock([person.pk])
    here = Person.objects.get(pk=person.pk)
    if here.prison_id is None or here.prison_id != person.prison_id:
        raise RefusedError(f"{here.name} has left {person.prison}. Nothing was opened.")
    duty, opened = Obligation.objects.get_or_create(
        person=here, kind=kind, slot=f"{HAND}{key}", defaults=_opened(here, kind, due_on, note, by=by, at=at)
    )
    if opened:
        _audit("open_duty", duty, by=by, at=at, kind=kind)
        _follow(here, at)
        duty.refresh_from_db()
    return duty


def _opened(
    person: Person, kind: ObligationKind, due_on: date | None, note: str, *, by: Staff, at: datetime
) -> dict[str, object]:
    """The POM's, until the pipeline gives it to whoever else is responsible."""
    current = HandoverDetermination.objects.current().filter(person=person)
    return {
        "prison_id": person.prison_id,
        "owner_role": Role.POM,
        "owner_id": person.pom_id,
        "wing_id": person.wing_id,
        "opens_on": london_day(at),
        "due_on": due_on,
        "due_before": exclusive_due(due_on) if due_on else None,
        "rule": BY_HAND[kind],
        "policy": current.values_list("policy", flat=True).first() or DEFAULT_POLICY,
        "steps": [[BY_HAND[kind], f"Opened by {by} on {day(at)}"]],
        "note": note,
        "created_at": at,
    }


def _locked(duty: Obligation) -> Obligation:
    """The duty as it stands now; its person's row is locked, as for everything that the pipeline writes."""
    lock([duty.person_id])
    rows = Obligation.objects.select_for_update(of=("self",)).select_related("person", "prison", "closed_by")
    return rows.get(pk=duty.pk)


def _nothing_follows(duty: Obligation) -> None:
    """Handovers of one person are taken back from the last one on: each begins where the one before was recorded."""
    later = Obligation.objects.filter(person=duty.person, kind=ObligationKind.HANDOVER, state=ObligationState.MET)
    if duty.kind == ObligationKind.HANDOVER and later.filter(pk__gt=duty.pk).exists():
        raise RefusedError("A later handover of this person is recorded. Take that one back first.")


def _still_open(duty: Obligation) -> None:
    if duty.closed_at is not None:
        raise RefusedError(f"Nothing was recorded: {_closing(duty)}.")


def _closing(duty: Obligation) -> str:
    return f"{duty.closed_by or 'the system'} closed this duty on {day(duty.closed_at)}"


def _in_time(duty: Obligation, done_at: datetime, at: datetime) -> None:
    if done_at > at:
        raise RefusedError("It must have been done by now", field="done")
    caused_at = cause_of(duty, london_day(at))
    if caused_at is None or done_at >= caused_at:
        return
    by_the_hour = duty.due_at is not None
    if by_the_hour or london_day(done_at) < london_day(caused_at):
        since = moment(caused_at) if by_the_hour else day(caused_at)
        raise RefusedError(f"It cannot have been done before {since}, when it came about", field="done")


def cause_of(duty: Obligation, on: date) -> datetime | None:
    """The moment the duty came about; None where nothing that is known says when."""
    if duty.slot.startswith(HAND):
        return london_midnight(duty.opens_on)
    case = next(read_duties([duty.person_id], on), None)
    return _cause_in(case, duty) if case else None


def _cause_in(case: DutyCase, duty: Obligation) -> datetime | None:
    """By the hour where the duty is counted from an hour, else by the day; at the least the time in custody began."""
    hours = {
        ObligationKind.RECALL_EXPLANATION: case.facts.recall.returned_at,
        ObligationKind.TRANSITION_MEETING: case.facts.youth.youth_arrived_at,
    }
    if exact := hours.get(ObligationKind(duty.kind)):
        return exact
    tasks = (task for task in case.timetable.tasks if (str(task.kind), case.slot(task)) == (duty.kind, duty.slot))
    caused_on = next((task.caused_on for task in tasks), None)
    begun = [when for when in (case.row["reception_on"], case.facts.handover.sentence_start) if when]
    first = caused_on or min(begun, default=None)
    return london_midnight(first) if first else None


def _complete_oasys(duty: Obligation, on: date, *, by: Staff, at: datetime) -> None:
    """Record the assessment. One that the facts do not count for this duty is refused; what staff opened they close."""
    record_oasys(
        person=duty.person,
        statement=Statement(SOURCE, on, Actor(staff=by), at),
        layer=FULL,
        kind=ASSESSMENTS[ObligationKind(duty.kind)],
        completed_on=on,
        completed_by="com" if duty.owner_role == Owner.COM else "pom",
    )
    duty.refresh_from_db()
    if duty.closed_at is None and not duty.slot.startswith(HAND):
        raise RefusedError(
            f"An OASys of {day(on)} does not meet this duty: it was completed too early to count, or another is newer.",
            field="done",
        )
    if duty.state != ObligationState.VOID:
        meet(duty, by=by, at=at if on == london_day(at) else london_midnight(on), because=DONE)


def _state_needless(duty: Obligation, reason: str, *, by: Staff, at: datetime) -> None:
    values = {"handover_oasys_not_needed": True, "handover_oasys_reason": reason}
    facts = {"values": values, "source": SOURCE, "as_at": london_day(at)}
    try:
        record_details(person=duty.person, by=Actor(staff=by), at=at, **facts)
    except OlderError as error:
        raise RefusedError("Something newer is recorded about this OASys. Look at the case details.") from error
    duty.refresh_from_db()


def _keep_note(duty: Obligation, note: str) -> None:
    """Beside what was noted when the duty was opened."""
    if note:
        duty.note = f"{duty.note}\n\n{note}".strip()
        duty.save(update_fields=["note"])


def _follow(person: Person, at: datetime) -> None:
    reconcile([person.pk], window_of(london_day(at), at))


def _audit(action: str, duty: Obligation, *, by: Staff, at: datetime, **detail: object) -> None:
    facts = {"duty": duty.pk, **detail}
    audit.record(by=Actor(staff=by), action=action, at=at, prison=duty.prison, person=duty.person, **facts)
