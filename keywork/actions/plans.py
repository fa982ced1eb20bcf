"""Progression plans: started and ended as the person wants, agreed by the POM beside a formal plan (KW-12)."""

from datetime import date, datetime

from django.db import transaction

from keywork import plans
from keywork.actions.refusals import RefusedError
from keywork.models import PlanTarget, ProgressionPlan
from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.formats import day
from omic.models import Person, Prison, Staff
from omic.reconcile import lock

POM_MUST_AGREE = "There is a formal sentence plan: the POM has to agree first (KW-12)"


@transaction.atomic
def start_plan(*, person: Person, prison: Prison, own_words: str, by: Staff, at: datetime) -> ProgressionPlan:
    """Start the plan that the person asks for. Raises RefusedError when one is open, or the POM has to agree first."""
    _hold(person, prison)
    if plan := plans.open_plan(person):
        raise RefusedError(f"{plan.started_by} has started a plan on {day(plan.started_on)} already", "own_words")
    on = london_day(at)
    if plans.needs_agreement(None, plans.formal_plan(person), on=on):
        raise RefusedError(POM_MUST_AGREE)
    plan = ProgressionPlan.objects.create(
        person=person, prison=prison, started_on=on, own_words=own_words, started_by=by, started_at=at
    )
    _audit("start_plan", plan, prison, by=by, at=at)
    return plan


@transaction.atomic
def add_target(
    *, plan: ProgressionPlan, prison: Prison, words: str, review_on: date | None, by: Staff, at: datetime
) -> PlanTarget:
    """Add what the person wants to reach. Raises RefusedError when the plan has ended or the POM has to agree first."""
    plan = _open(plan, prison)
    on = london_day(at)
    if plans.needs_agreement(plan, plans.formal_plan(plan.person), on=on):
        raise RefusedError(POM_MUST_AGREE)
    if review_on and review_on < on:
        raise RefusedError("The day to look at it again must not be in the past", "review_on")
    target = plan.targets.create(words=words, review_on=review_on, set_by=by, set_at=at)
    _audit("add_plan_target", plan, prison, by=by, at=at, target=target.pk)
    return target


@transaction.atomic
def agree_plan(*, person: Person, prison: Prison, by: Staff, at: datetime) -> bool:
    """Record that the POM agrees to a progression plan beside the formal one; False when nothing waits for it.

    The agreement stands with the open plan; without one with the formal plan, so that a plan can be started.
    """
    _hold(person, prison)
    plan, formal = plans.open_plan(person), plans.formal_plan(person)
    if formal is None or not plans.needs_agreement(plan, formal, on=london_day(at)):
        return False
    if plan:
        plan.pom_agreed_by, plan.pom_agreed_at = by, at
        plan.save(update_fields=["pom_agreed_by", "pom_agreed_at"])
    else:
        formal.pom_agreed_on, formal.pom_agreed_by, formal.version = london_day(at), str(by), formal.version + 1
        formal.save(update_fields=["pom_agreed_on", "pom_agreed_by", "version"])
    audit.record(by=Actor(staff=by), action="agree_plan", at=at, prison=prison, person=person, plan=plan and plan.pk)
    return True


@transaction.atomic
def end_plan(*, plan: ProgressionPlan, prison: Prison, because: str, by: Staff, at: datetime) -> ProgressionPlan:
    """End a plan with the reason; it stays readable. Raises RefusedError when it has ended already."""
    plan = _open(plan, prison)
    plan.ended_at, plan.ended_by, plan.ended_because = at, by, because
    plan.save(update_fields=["ended_at", "ended_by", "ended_because"])
    _audit("end_plan", plan, prison, by=by, at=at)
    return plan


def _hold(person: Person, prison: Prison) -> None:
    lock([person.pk])
    if not Person.objects.filter(pk=person.pk, prison=prison).exists():
        raise RefusedError(f"{person.name} is no longer in this prison")


def _open(plan: ProgressionPlan, prison: Prison) -> ProgressionPlan:
    """The plan as it stands under the person's lock; refused when it has ended since it was shown."""
    _hold(plan.person, prison)
    plan = ProgressionPlan.objects.select_related("person", "ended_by").get(pk=plan.pk)
    if plan.ended_at:
        raise RefusedError(f"{plan.ended_by} has ended this plan on {day(plan.ended_at)}: {plan.ended_because}")
    return plan


def _audit(action: str, plan: ProgressionPlan, prison: Prison, *, by: Staff, at: datetime, **detail: int) -> None:
    audit.record(by=Actor(staff=by), action=action, at=at, prison=prison, person=plan.person, plan=plan.pk, **detail)
