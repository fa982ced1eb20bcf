"""Who is checked daily in a women's prison: decisions, referrals, telling whoever stepped down (WB-03, WB-11)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import TextChoices

from keywork.actions.refusals import RefusedError
from keywork.situation import read_held
from omic import audit
from omic.audit import Actor
from omic.calendar import london_day, london_midnight
from omic.formats import day, moment
from omic.models import Obligation, ObligationKind, ObligationState, Person, Prison, Staff
from omic.obligations import meet
from omic.reconcile import lock, reconcile, window_of
from wellbeing.models import Cohort, CohortDecision, Referral

# No seed gives one. As long as the watch after a step down: a review further off would be none.
FURTHEST_REVIEW = timedelta(days=28)
NOT_HERE = "Only women’s prisons decide who is checked daily: in men’s prisons that follows regime level 4 (ED-08)"


class How(TextChoices):
    """How somebody was told."""

    PRIVATE = "private", "Face to face, in private"
    CELL_DOOR = "cell_door", "At the cell door"
    PHONE = "phone", "By in-cell phone"
    LETTER = "letter", "With the printed notice, gone through together"


@dataclass(frozen=True, slots=True)
class Told:
    """That a woman was told of her weekly checks: on which day, how, and with what care."""

    on: date
    how: How
    note: str


@transaction.atomic
def decide_cohort(
    *,
    person: Person,
    prison: Prison,
    cohort: Cohort,
    because: str,
    next_review_on: date,
    instead_of: int | None,
    by: Staff,
    at: datetime,
) -> CohortDecision:
    """From today she is checked daily, or weekly, in the place of decision `instead_of` (None: of none).

    The row is the record without which nobody joins the daily cohort. It answers open referrals and reviews; what is
    owed follows at once. The same decision a second time changes nothing. Raises RefusedError, to the loser of a race
    with who was first.
    """
    on = london_day(at)
    lock([person.pk])
    _check_held(person, prison)
    newest = newest_decision(person)
    if newest and _is_same(newest, cohort, because, next_review_on, by=by, on=on):
        return newest
    _expect_newest(newest, instead_of)
    _check_review_day(next_review_on, on=on)
    decision = CohortDecision.objects.create(
        person=person,
        prison=prison,
        cohort=cohort,
        because=because,
        starts_on=on,
        next_review_on=next_review_on,
        groups=_groups_of(person, on, at),
        stepped_down=newest is not None and (newest.cohort, cohort) == (Cohort.DAILY, Cohort.WEEKLY),
        decided_by=by,
        decided_at=at,
    )
    _answer(decision)
    reconcile([person.pk], window_of(on, at))
    _note("decide_cohort", decision, by, at, cohort=cohort, stepped_down=decision.stepped_down)
    return decision


@transaction.atomic
def withdraw_decision(*, decision: CohortDecision, because: str, by: Staff, at: datetime) -> CohortDecision:
    """Take a decision back on its own day: what stood before stands again, and what it answered waits again.

    A second time changes nothing. Raises RefusedError on a later day, and when another decision has followed.
    """
    lock([decision.person_id])
    decision = CohortDecision.objects.select_related("person", "prison").get(pk=decision.pk)
    if decision.withdrawn_at is not None:
        return decision
    _check_held(decision.person, decision.prison)
    if decision.starts_on != london_day(at):
        raise RefusedError(f"It has been in force since {day(decision.starts_on)}. Make a new decision instead")
    if (newest := newest_decision(decision.person)) != decision:
        raise RefusedError(f"{newest.decided_by} has decided again since. Take that back first")
    decision.withdrawn_by, decision.withdrawn_at, decision.withdrawn_because = by, at, because
    decision.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_because"])
    _ask_again(decision)
    reconcile([decision.person_id], window_of(london_day(at), at))
    _note("withdraw_cohort_decision", decision, by, at, decision=decision.pk)
    return decision


@transaction.atomic
def refer_for_checks(*, person: Person, prison: Prison, because: str, by: Staff, at: datetime) -> Referral:
    """Ask that daily checks be considered; a review of it is due today. The same referral twice is one."""
    lock([person.pk])
    _check_held(person, prison)
    asked = {"person": person, "prison": prison, "because": because, "referred_by": by}
    if same := Referral.objects.filter(decision=None, **asked).first():
        return same
    referral = Referral.objects.create(referred_at=at, **asked)
    reconcile([person.pk], window_of(london_day(at), at))
    _note("refer_for_checks", referral, by, at, referral=referral.pk)
    return referral


@transaction.atomic
def tell_step_down(*, person: Person, prison: Prison, told: Told, by: Staff, at: datetime) -> Obligation:
    """She has been told that she is checked weekly from now (WB-11): the duty is met on that day.

    Raises RefusedError when it was recorded already, and for a day before the decision or to come.
    """
    lock([person.pk])
    duties = prison.obligations.filter(person=person, kind=ObligationKind.STEP_DOWN_TALK).select_related("closed_by")
    duty = duties.demanding().first()
    if duty is None:
        raise RefusedError(_why_nothing_to_tell(person, duties.order_by("-closed_at").first()))
    on = london_day(at)
    if not duty.opens_on <= told.on <= on:
        raise RefusedError(f"The day must lie between {day(duty.opens_on)}, the day of the decision, and today", "on")
    duty.note = f"{told.how.label}. {told.note}"
    duty.save(update_fields=["note"])
    meet(duty, by=by, at=at if told.on == on else london_midnight(told.on), because="told")
    audit.record(
        by=Actor(staff=by),
        action="tell_step_down",
        at=at,
        prison=prison,
        person=person,
        duty=duty.pk,
        on=told.on.isoformat(),
        how=told.how,
    )
    return duty


def newest_decision(person: Person) -> CohortDecision | None:
    """The decision that stands about somebody, wherever it was made (WB-03); None where there is none."""
    rows = CohortDecision.objects.standing().filter(person=person).select_related("decided_by")
    return rows.order_by("-starts_on", "-pk").first()


def _check_held(person: Person, prison: Prison) -> None:
    if not prison.women:
        raise RefusedError(NOT_HERE)
    if not prison.people.filter(pk=person.pk).exists():
        raise RefusedError(f"{person.name} is no longer in this prison")


def _is_same(
    newest: CohortDecision, cohort: Cohort, because: str, next_review_on: date, *, by: Staff, on: date
) -> bool:
    made = (newest.cohort, newest.because, newest.next_review_on, newest.decided_by_id, newest.starts_on)
    return made == (cohort, because, next_review_on, by.pk, on)


def _expect_newest(newest: CohortDecision | None, seen: int | None) -> None:
    """Refuse when what stands is not what whoever decides has seen."""
    if (newest and newest.pk) == seen:
        return
    if newest is None or (seen is not None and newest.pk < seen):
        raise RefusedError("Since you opened this page a decision has been taken back. Look again before you decide")
    decided = f"{newest.get_cohort_display().lower()} checks, on {moment(newest.decided_at)}"
    raise RefusedError(f"Since you opened this page {newest.decided_by} has decided {decided}. Look again first")


def _check_review_day(next_review_on: date, *, on: date) -> None:
    if not on < next_review_on <= on + FURTHEST_REVIEW:
        first, last = day(on + timedelta(days=1)), day(on + FURTHEST_REVIEW)
        raise RefusedError(f"The next review must lie between {first} and {last}", "next_review_on")


def _groups_of(person: Person, on: date, at: datetime) -> list[str]:
    """The priority groups as the pipeline knows them: another one later opens a review."""
    held, _ = read_held([person.pk], window_of(on, at))
    return next((list(one.groups) for one in held if one.here), [])


def _answer(decision: CohortDecision) -> None:
    """Every open referral and review about her is answered by it."""
    person = decision.person
    Referral.objects.filter(person=person, decision=None).update(decision=decision)
    for review in person.obligations.demanding().filter(kind=ObligationKind.COHORT_REVIEW):
        meet(review, by=decision.decided_by, at=decision.decided_at, because="decided")


def _ask_again(decision: CohortDecision) -> None:
    """Open what the decision answered as it was, with its own days; the pipeline voids what nothing asks for."""
    decision.referrals.update(decision=None)
    answered = Obligation.objects.filter(
        person=decision.person,
        kind=ObligationKind.COHORT_REVIEW,
        state=ObligationState.MET,
        met_at=decision.decided_at,
        closed_by=decision.decided_by,
    )
    answered.update(state=ObligationState.OPEN, met_at=None, closed_at=None, closed_by=None, closed_because="")


def _why_nothing_to_tell(person: Person, last: Obligation | None) -> str:
    if last is None or last.state != ObligationState.MET:
        return f"There is nothing to tell {person.name}: no step down stands"
    return f"{last.closed_by} has recorded this already: told on {day(last.met_at)}"


def _note(action: str, row: CohortDecision | Referral, by: Staff, at: datetime, **detail: Any) -> None:
    audit.record(by=Actor(staff=by), action=action, at=at, prison=row.prison, person=row.person, **detail)
