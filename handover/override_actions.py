"""Overriding who is responsible: asked for by one person, confirmed by a second, taken back with a reason (XC-55)."""

from datetime import date, datetime

from django.db import transaction

from handover.duty_actions import RefusedError
from handover.models import Responsibility, ResponsibilityOverride
from handover.timetable_cases import read_duties
from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.formats import moment
from omic.models import Person, Sentence, Staff
from omic.reconcile import lock, reconcile, window_of

TWO_PEOPLE = "You asked for this yourself: another HOMD, HOMS or the Governor has to decide it"


@transaction.atomic
def ask_override(
    *, person: Person, responsibility: str, reason: str, because: str, by: Staff, at: datetime
) -> ResponsibilityOverride:
    """Ask that the POM, or the COM, be responsible whatever is computed; until a second person confirms, nothing moves.

    Raises RefusedError when the person serves no sentence, when an override stands or waits, for the HOMD's choice
    about parole where PA-07 gives none, and otherwise when the rule says the same with no handover ahead.
    """
    lock([person.pk])
    person = Person.objects.get(pk=person.pk)
    if present := _present(person):
        raise RefusedError(f"{present.asked_by} asked for an override on {moment(present.asked_at)}: decide that first")
    if reason == ResponsibilityOverride.Reason.PAROLE:
        _check_parole(person, responsibility, london_day(at))
    else:
        _check_changes_something(person, responsibility, london_day(at))
    override = ResponsibilityOverride.objects.create(
        person=person,
        prison=person.prison,
        sentence=_sentence(person),
        responsibility=responsibility,
        reason=reason,
        because=because,
        asked_by=by,
        asked_at=at,
    )
    _audit("ask_override", override, by=by, at=at, responsibility=responsibility)
    return override


@transaction.atomic
def decide_override(*, override: int, confirmed: bool, decision: str, by: Staff, at: datetime) -> None:
    """Confirm or refuse what somebody else has asked for. Once confirmed it binds in the same transaction.

    Raises RefusedError when whoever asked decides, when it has been decided or withdrawn meanwhile, or when the
    sentence has ended.
    """
    row = _locked(override)
    if row.asked_by_id == by.pk:
        raise RefusedError(TWO_PEOPLE)
    if row.decided_at or row.ended_at:
        raise RefusedError("Somebody has decided this already, or it was withdrawn. Look again")
    if confirmed and row.sentence_id != _sentence(row.person).pk:
        raise RefusedError("The sentence that this was about has ended: ask again for the present one")
    row.confirmed, row.decided_by, row.decided_at, row.decision = confirmed, by, at, decision
    row.save(update_fields=["confirmed", "decided_by", "decided_at", "decision"])
    reconcile([row.person_id], window_of(london_day(at), at))
    _audit("decide_override", row, by=by, at=at, confirmed=confirmed)


@transaction.atomic
def end_override(*, override: int, because: str, by: Staff, at: datetime) -> None:
    """Take an override back, or withdraw the request: the computed answer stands again in the same transaction.

    Raises RefusedError when it has ended or was refused.
    """
    row = _locked(override)
    if row.ended_at or row.confirmed is False:
        raise RefusedError("This has ended already. Look again")
    row.ended_by, row.ended_at, row.ended_because = by, at, because
    row.save(update_fields=["ended_by", "ended_at", "ended_because"])
    reconcile([row.person_id], window_of(london_day(at), at))
    _audit("end_override", row, by=by, at=at)


def _check_parole(person: Person, responsibility: str, on: date) -> None:
    """PA-07: the COM keeps a case whose next review comes 12 months or less after the last."""
    case = next(read_duties([person.pk], on), None)
    if case is None or not case.timetable.parole.homd_override_available or responsibility != Responsibility.COM:
        raise RefusedError("PA-07 gives no choice here. See the parole page for why", field="reason")


def _check_changes_something(person: Person, responsibility: str, on: date) -> None:
    """An override takes the dates away: one that says what stands, and will stand, would do that alone."""
    row = person.handoverdeterminations.with_responsibility(on).current().first()
    ahead = row is not None and row.handover_on is not None and row.handover_on > on
    if row is not None and row.responsibility == responsibility and not ahead:
        stands = Responsibility(responsibility).label
        raise RefusedError(f"{stands} already, by the rule: there is nothing to override", field="responsibility")


def _present(person: Person) -> ResponsibilityOverride | None:
    """What stands or waits."""
    rows = person.responsibility_overrides.open()
    return rows.select_related("asked_by").first()


def _sentence(person: Person) -> Sentence:
    sentence = person.sentences.filter(closed_at=None).first()
    if sentence is None or person.prison_id is None:
        raise RefusedError(f"{person.name} serves no sentence here that anybody could be responsible for")
    return sentence


def _locked(override: int) -> ResponsibilityOverride:
    """The row, behind its person's: whoever decides about the same person waits."""
    person = ResponsibilityOverride.objects.values_list("person", flat=True).get(pk=override)
    lock([person])
    return ResponsibilityOverride.objects.select_related("person", "prison").get(pk=override)


def _audit(action: str, override: ResponsibilityOverride, *, by: Staff, at: datetime, **detail: object) -> None:
    audit.record(
        by=Actor(staff=by),
        action=action,
        at=at,
        prison=override.person.prison,
        person=override.person,
        override=override.pk,
        **detail,
    )
