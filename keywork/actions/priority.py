"""Decisions about priority groups (PG-1 to PG-5), and the mark that key work is not possible (ED-08)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from keywork.actions.refusals import RefusedError
from keywork.models import NotPossible, PriorityDecision, PriorityGroup
from keywork.policy import Level
from keywork.regime import level_on, level_words, mark_of, present_decision
from keywork.rules import policy_on
from omic import audit
from omic.audit import Actor
from omic.calendar import add_months, london_day
from omic.formats import day, moment, plural
from omic.models import Person, Prison, Staff
from omic.reconcile import lock, reconcile, window_of

FURTHEST_BACK = timedelta(days=7)  # time to write a meeting up; what was owed before it has been reported
FURTHEST_MONTHS = 12
LONGEST = {PriorityGroup.HIGH_ROSH: 520, PriorityGroup.TACT: 120, PriorityGroup.NON_TACT: 120}  # ten years


@dataclass(frozen=True, slots=True)
class Choice:
    """What is decided about one group: in or not, from and until (not included) when, and for how long before release.

    `length` is in weeks for high RoSH (the IRMM's), in months for extremism (the Pathfinder Committee's).
    """

    group: PriorityGroup
    included: bool
    because: str
    starts_on: date
    ends_on: date | None = None
    length: int | None = None


@transaction.atomic
def decide_priority(
    *, person: Person, prison: Prison, choice: Choice, instead_of: int | None, by: Staff, at: datetime
) -> PriorityDecision:
    """Record a decision, in the place of decision `instead_of` (None: of none); what is owed follows at once.

    The decision that stood ends when this one starts. A local addition binds once the PGD has agreed (PG-5). Raises
    RefusedError with what stands in the way.
    """
    on = london_day(at)
    lock([person.pk])
    _check_held(person, prison)
    _check_days(choice, on=on)
    _check_length(choice, on=on)
    _end_present(person, choice, instead_of)
    decision = PriorityDecision.objects.create(
        person=person,
        prison=prison,
        group=choice.group,
        included=choice.included,
        length=choice.length,
        because=choice.because,
        starts_on=choice.starts_on,
        ends_on=choice.ends_on,
        decided_by=by,
        decided_at=at,
    )
    reconcile([person.pk], window_of(on, at, since=choice.starts_on))
    _note("decide_priority", decision, by, at, group=choice.group, included=choice.included)
    return decision


def _check_held(person: Person, prison: Prison) -> None:
    if not prison.people.filter(pk=person.pk).exists():
        raise RefusedError(f"{person.name} is no longer in this prison")


def _check_days(choice: Choice, *, on: date) -> None:
    first, last = on - FURTHEST_BACK, add_months(on, FURTHEST_MONTHS)
    if not first <= choice.starts_on <= last:
        raise RefusedError(f"The day must lie between {day(first)} and {day(last)}", "starts_on")
    if choice.ends_on and choice.ends_on <= max(choice.starts_on, on):
        raise RefusedError("It must end after it starts, and after today", "ends_on")
    if choice.group == PriorityGroup.ACCT_POST_CLOSURE and choice.included and choice.ends_on is None:
        raise RefusedError("Enter until when: post-closure and a self-harm alert are phases (PG-1)", "ends_on")


def _check_length(choice: Choice, *, on: date) -> None:
    """Both committees can lengthen the time before release and not shorten it (PG-2, PG-3)."""
    if choice.length is None:
        return
    if not choice.included or choice.group not in LONGEST:
        raise RefusedError("A length belongs to a yes before release alone", "length")
    policy = policy_on(on)
    weeks = choice.group == PriorityGroup.HIGH_ROSH
    least = policy.high_rosh_days_before_release // 7 if weeks else policy.tact_months_before_release
    most, unit = LONGEST[choice.group], "week,weeks" if weeks else "month,months"
    if not least <= choice.length <= most:
        raise RefusedError(f"It must be {least} to {plural(most, unit)}: the time can only be lengthened", "length")


def _end_present(person: Person, choice: Choice, seen: int | None) -> None:
    """End what stands when the new decision starts, refused when it is not what whoever decides has seen."""
    newest = present_decision(person, choice.group, choice.starts_on)
    if newest and newest.pk != seen:
        raise RefusedError(
            f"Since you opened this page {newest.decided_by} has decided about this from {day(newest.starts_on)}"
        )
    if newest is None:
        return
    if newest.starts_on >= choice.starts_on:
        raise RefusedError(
            f"A decision stands from {day(newest.starts_on)}. Choose a later day, or withdraw it first", "starts_on"
        )
    newest.ends_on = choice.starts_on
    newest.save(update_fields=["ends_on"])


@transaction.atomic
def withdraw_decision(*, decision: PriorityDecision, because: str, by: Staff, at: datetime) -> PriorityDecision:
    """Take a decision back, as made in error; what is owed from today on follows. A second time changes nothing."""
    lock([decision.person_id])
    decision = _decision(decision)
    if decision.withdrawn_at is not None:
        return decision
    decision.withdrawn_by, decision.withdrawn_at, decision.withdrawn_because = by, at, because
    decision.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_because"])
    reconcile([decision.person_id], window_of(london_day(at), at))
    _note("withdraw_decision", decision, by, at, group=decision.group)
    return decision


@transaction.atomic
def answer_local_addition(*, decision: PriorityDecision, agreed: bool, by: Staff, at: datetime) -> PriorityDecision:
    """The PGD agrees to a local addition or does not (PG-5). Raises RefusedError when it was answered or withdrawn."""
    lock([decision.person_id])
    decision = _decision(decision)
    if decision.withdrawn_at is not None:
        raise RefusedError(f"It was withdrawn on {moment(decision.withdrawn_at)}")
    if decision.pgd_decided_by is not None:
        raise RefusedError(f"{decision.pgd_decided_by} answered on {moment(decision.pgd_decided_at)}")
    decision.pgd_agreed, decision.pgd_decided_by, decision.pgd_decided_at = agreed, by, at
    decision.save(update_fields=["pgd_agreed", "pgd_decided_by", "pgd_decided_at"])
    reconcile([decision.person_id], window_of(london_day(at), at))
    _note("answer_local_addition", decision, by, at, agreed=agreed)
    return decision


@transaction.atomic
def mark_not_possible(*, person: Person, prison: Prison, because: str, by: Staff, at: datetime) -> NotPossible:
    """From today key work cannot be given to somebody, so that daily checks start (ED-08). Raises RefusedError."""
    on = london_day(at)
    lock([person.pk])
    _check_held(person, prison)
    if refused := mark_refusal(prison, on):
        raise RefusedError(refused)
    if standing := mark_of(person, on):
        raise RefusedError(f"{standing.marked_by} marked this on {moment(standing.marked_at)}: it still stands")
    mark = NotPossible.objects.create(
        person=person, prison=prison, from_on=on, because=because, marked_by=by, marked_at=at
    )
    reconcile([person.pk], window_of(on, at))
    _note("mark_not_possible", mark, by, at)
    return mark


def mark_refusal(prison: Prison, on: date) -> str:
    """Why key work cannot be marked as not possible here today, in words; empty when it can."""
    if prison.women:
        return "In women's prisons checks follow each woman's cohort, not the regime level (ED-15)"
    current = level_on(prison, on)
    if current is None:
        return "No regime level is recorded here: only at level 4 do daily checks take the place of key work (ED-08)"
    if current.level != Level.LOCKDOWN:
        words = level_words(current.level)
        return f"{words} is in force: only at level 4 do daily checks take the place of key work (ED-08)"
    return ""


@transaction.atomic
def withdraw_not_possible(*, mark: NotPossible, because: str, by: Staff, at: datetime) -> NotPossible:
    """Take the mark back: key work is possible after all. A second time changes nothing."""
    lock([mark.person_id])
    mark = NotPossible.objects.select_related("person", "prison").get(pk=mark.pk)
    if mark.withdrawn_at is not None:
        return mark
    mark.withdrawn_by, mark.withdrawn_at, mark.withdrawn_because = by, at, because
    mark.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_because"])
    reconcile([mark.person_id], window_of(london_day(at), at))
    _note("withdraw_not_possible", mark, by, at)
    return mark


def _decision(decision: PriorityDecision) -> PriorityDecision:
    return PriorityDecision.objects.select_related("person", "prison", "pgd_decided_by").get(pk=decision.pk)


def _note(action: str, row: PriorityDecision | NotPossible, by: Staff, at: datetime, **detail: object) -> None:
    audit.record(by=Actor(staff=by), action=action, at=at, prison=row.prison, person=row.person, **detail)
