"""Progression plans as the pages ask of them: where a plan stands, whether the POM must agree, what came of targets.

A plan is the person's own and goes with them from prison to prison. What a review says counts as long as the session
that it comes from stands: a corrected session brings its reviews again, one recorded in error takes them away.
"""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from keywork.models import PlanTarget, ProgressionPlan, TargetReview
from keywork.rules import may_start_progression_plan
from omic.access import Action, Relation
from omic.http import PrisonRequest
from omic.models import Contact, ObligationKind, Person, SentencePlan
from omic.models.obligation import ObligationQuerySet

MEETINGS = {
    ObligationKind.THREE_WAY_MEETING: "Meeting after sentence",
    ObligationKind.PLANNING_MEETING: "Sentence planning meeting",
    ObligationKind.FIRST_HANDOVER_MEETING: "First handover meeting",
}


def open_plan(person: Person) -> ProgressionPlan | None:
    """The plan that has not ended; there is at most one."""
    return (
        person.progression_plans.select_related("started_by", "pom_agreed_by", "prison").filter(ended_at=None).first()
    )


def formal_plan(person: Person) -> SentencePlan | None:
    """The formal sentence plan, where one is active."""
    return SentencePlan.objects.filter(person=person, active=True).first()


def needs_agreement(plan: ProgressionPlan | None, formal: SentencePlan | None, *, on: date) -> bool:
    """Whether the POM has still to agree to a progression plan, open or to be started, beside the formal one (KW-12).

    The agreement stands with the formal plan, where it was recorded there, or with the progression plan.
    """
    agreed = bool(formal and formal.pom_agreed_on) or bool(plan and plan.pom_agreed_at)
    outcome = may_start_progression_plan(formal_sentence_plan=formal is not None, pom_agreed=agreed, on=on)
    return not outcome.value.allowed


def reviews_that_count() -> QuerySet[TargetReview]:
    """Reviews whose session stands, newest first by when the session was, not by when it was written up."""
    standing = TargetReview.objects.filter(Q(contact=None) | Q(contact__superseded_at=None))
    when = Coalesce(F("contact__at"), F("reviewed_at"))
    return standing.annotate(at=when).order_by("-at", "-pk")


def with_state(targets: QuerySet[PlanTarget]) -> QuerySet[PlanTarget]:
    """Targets with `state`, as the newest review found it; None before the first review."""
    newest = reviews_that_count().filter(target=OuterRef("pk"))
    return targets.annotate(state=Subquery(newest.values("state")[:1]))


def plans_of(person: Person) -> QuerySet[ProgressionPlan]:
    """Every plan of somebody with its targets and their reviews, the open one first."""
    reviews = reviews_that_count().select_related("reviewed_by", "contact")
    targets = with_state(PlanTarget.objects.select_related("set_by")).prefetch_related(
        Prefetch("reviews", reviews, to_attr="history")
    )
    plans = person.progression_plans.select_related("prison", "started_by", "pom_agreed_by", "ended_by")
    return plans.prefetch_related(Prefetch("targets", targets.order_by("pk"))).order_by(
        F("ended_at").desc(nulls_first=True), "-pk"
    )


def to_review(person: Person, *, typed: Collection[int] = (), contact: Contact | None = None) -> list[PlanTarget]:
    """The targets that a session asks about: those of the open plan that are going on, each `with_state`.

    Also those that were `typed` about already, so that nothing typed is lost when a plan has ended meanwhile, and
    those that `contact`, which is being corrected, has reviewed.
    """
    going_on = Q(state=None) | Q(state=TargetReview.State.GOING_ON)
    asked = Q(plan__ended_at=None) & going_on | Q(pk__in=typed)
    if contact:
        asked |= Q(pk__in=contact.target_reviews.values("target"))
    return list(with_state(PlanTarget.objects.filter(plan__person=person)).filter(asked).order_by("pk"))


def reviewed_in(contact: Contact) -> list[tuple[str, str]]:
    """What a session or entry says of targets: the target's words, and how far it has come with what was said."""
    rows = contact.target_reviews.select_related("target").order_by("target")
    return [
        (f"Target: {row.target.words}", " – ".join(filter(None, (row.get_state_display(), row.words)))) for row in rows
    ]


def is_within_reach(request: PrisonRequest, person: Person, action: Action) -> bool:
    """Whether who is signed in may take `action` for this one person."""
    if Relation.PRISON in request.standing.relations(action):
        return True
    return request.standing.may(action) and request.standing.people(action).filter(pk=person.pk).exists()


def meetings_to_come(duties: ObligationQuerySet, on: date) -> ObligationQuerySet:
    """Of some duties the meetings that wait on a day to be held or answered for, those with a day first (KW-13)."""
    meetings = duties.demanding().filter(kind__in=MEETINGS, opens_on__lte=on).select_related("person")
    return meetings.order_by(F("due_on").asc(nulls_last=True), "opens_on", "pk")


def plan_panel(request: PrisonRequest, person: Person) -> dict[str, Any]:
    """The open plan with its targets, whether the POM has to agree to it, and the meetings to come."""
    plan, formal = open_plan(person), formal_plan(person)
    targets = list(with_state(plan.targets.order_by("pk"))) if plan else []
    return {
        "template": "keywork/plan_panel.html",
        "person": person,
        "plan": plan,
        "formal": formal,
        "needs_agreement": plan is not None and needs_agreement(plan, formal, on=request.on),
        "targets": targets,
        "meetings": list(meetings_to_come(person.obligations.all(), request.on)),
        "may_record_meeting": is_within_reach(request, person, Action.RECORD_MEETING),
    }
