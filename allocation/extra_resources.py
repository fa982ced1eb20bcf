"""More than the usual for one case, agreed by the HOMD, who weighs staffing and who gets less because of it (AL-05)."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet

from allocation.models import ExtraResource
from allocation.refusals import RefusedError
from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.models import Person, PersonMerge, Prison, Staff, under_any_number
from omic.reconcile import lock


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a case gets beyond the usual, why, what it means for staffing and others, and from when until when."""

    what: str
    because: str
    weighed: str
    starts_on: date
    ends_on: date | None


def about_people_here(prison: Prison) -> QuerySet[ExtraResource]:
    """Every decision of a prison about people who are here, also under a number that was merged into theirs."""
    merged = PersonMerge.objects.standing().filter(kept__prison=prison).values("gone")
    return ExtraResource.objects.filter(Q(person__prison=prison) | Q(person__in=merged), prison=prison)


def standing(prison: Prison, *, on: date) -> QuerySet[ExtraResource]:
    """The decisions of a prison that stand on a day or are to come, about people who are here; until a day not
    included."""
    rows = about_people_here(prison).filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on))
    return rows.exclude(ends_on=F("starts_on"))  # taken back before they began


@transaction.atomic
def agree_extra_resource(*, person: Person, prison: Prison, agreed: Agreed, by: Staff, at: datetime) -> ExtraResource:
    """Record the decision. Raises RefusedError when the person has left, when the same is agreed already, or when it
    would end before it begins."""
    lock([person.pk])
    if not prison.people.filter(pk=person.pk).exists():
        raise RefusedError(f"{person.name} has left {prison}. Nothing was changed.")
    if agreed.ends_on and agreed.ends_on <= agreed.starts_on:
        raise RefusedError("The last day must be after the first", field="ends_on")
    same = standing(prison, on=agreed.starts_on).filter(under_any_number(person), what__iexact=agreed.what)
    if found := same.select_related("decided_by").first():
        raise RefusedError(
            f"{found.decided_by} has agreed this already. End that first, or say what is more", field="what"
        )
    decision = ExtraResource.objects.create(
        person=person, prison=prison, decided_by=by, decided_at=at, **asdict(agreed)
    )
    _audit("agree_extra_resource", decision, by, at)
    return decision


@transaction.atomic
def end_extra_resource(*, decision: ExtraResource, reason: str, by: Staff, at: datetime) -> ExtraResource:
    """The case has the usual again from today; what has not begun never does. Raises RefusedError if it has ended."""
    lock([decision.person_id])
    today = london_day(at)
    running = ExtraResource.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=today), pk=decision.pk)
    running = running.exclude(ends_on=F("starts_on"))
    ends_on = max(today, decision.starts_on)
    if not running.update(ends_on=ends_on, ended_because=reason):
        raise RefusedError("This has ended already. Look again")
    _audit("end_extra_resource", decision, by, at)
    return decision


def _audit(action: str, decision: ExtraResource, by: Staff, at: datetime) -> None:
    said = {"decision": decision.pk, "starts_on": str(decision.starts_on)}
    audit.record(by=Actor(staff=by), action=action, at=at, prison=decision.prison, person=decision.person, **said)
