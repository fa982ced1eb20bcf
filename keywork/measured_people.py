"""The people whom the figures of key work count, as they stood at the end of the period, and how long they waited."""

from collections.abc import Callable

from django.db.models import (
    Case,
    Count,
    DateField,
    Exists,
    F,
    FilteredRelation,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat, Greatest

from keywork import eligible
from keywork.eligible import Wait
from keywork.measures import Scope, contacts, duties, fell_due, lives
from keywork.models import KeyWorkerAllocation
from keywork.periods import Period
from omic.calendar import exclusive_due
from omic.models import Contact, ContactKind, Obligation, Person, Prison, Role, Staff


def people(scope: Scope, figure: str) -> QuerySet[Person]:
    """The people whom a figure counts, `with_figures`; "people" are all who are in any of the others."""
    rows = with_figures(scope).filter(lives(scope), _among(scope, figure))
    if figure != "never_seen":
        return rows
    # As `ever_seen` says, but asked as a join: the newest session would be looked for of everybody, one by one.
    since = _sessions(scope).filter(on__gte=OuterRef("came_on"))
    return rows.filter(~Exists(since), came_on__isnull=False)  # type: ignore[misc]


def _among(scope: Scope, figure: str) -> Q:
    seen = Q(pk__in=contacts(scope, "sessions").order_by().values("person"))
    if figure == "people_seen":
        return seen
    if figure == "mean_eligible":
        return Q(pk__in=eligible.days_by_person(scope.prison, scope.period))
    on_day = eligible.with_key_worker if figure == "allocated" else eligible.on_day
    here = Q(pk__in=on_day(scope.prison, scope.period.last))
    if scope.worker is not None:
        here &= Q(worker_id=scope.worker) if scope.worker else Q(worker_id=None)
    return here | seen | Q(pk__in=fell_due(scope).order_by().values("person")) if figure == "people" else here


def with_figures(scope: Scope) -> QuerySet[Person]:
    """People with what the period shows of each, as it stood at the end of its last day.

    `came_on` (None when they had left), `worker_id` and `worker_name`, `last_session_on` here since they came,
    `unseen_since` (else that day), `ever_seen`, and the duties `owed` and `delivered`.
    """
    prison, last = scope.prison, scope.period.last
    there = Q(stays__left_on__isnull=True) | Q(stays__left_on__gt=last)  # one stay at the most
    stay = FilteredRelation("stays", condition=Q(there, stays__prison=prison, stays__arrived_on__lte=last))
    ends_at = exclusive_due(last)
    held = prison.key_worker_allocations.filter(person=OuterRef("pk"), started_at__lt=ends_at)
    held = held.exclude(ended_at__lt=ends_at)
    newest = Subquery(_sessions(scope).order_by("-at").values("on")[:1], output_field=DateField())
    counted = {name: Coalesce(_count(duties(scope, name)), 0) for name in ("owed", "delivered")}
    stood = Person.objects.alias(stay=stay).annotate(
        came_on=F("stay__arrived_on"),
        worker_id=Subquery(held.order_by().values("staff")[:1]),
        worker_name=Subquery(held.order_by().values(name=Concat("staff__forename", Value(" "), "staff__surname"))[:1]),
        newest_on=newest,
    )
    seen = When(newest_on__gte=F("came_on"), then="newest_on")
    return stood.annotate(
        last_session_on=Case(seen, default=None, output_field=DateField()),
        unseen_since=Greatest("newest_on", "came_on"),
        ever_seen=Case(When(came_on=None, then=None), When(newest_on__gte=F("came_on"), then=True), default=False),
        **counted,
    )


def _sessions(scope: Scope) -> QuerySet[Contact]:
    """The sessions here of the person whose row asks, until the end of the period."""
    held = scope.prison.contacts.current().filter(person=OuterRef("pk"), kind=ContactKind.SESSION)
    return held.filter(at__lt=exclusive_due(scope.period.last))


def _count(rows: QuerySet[Obligation]) -> Subquery:
    of_one = rows.filter(person=OuterRef("pk")).order_by()
    return Subquery(of_one.values("person").annotate(number=Count("pk")).values("number"))


def workers(prison: Prison) -> QuerySet[Staff]:
    """Everybody who is or was a key worker here."""
    posted = prison.postings.filter(role=Role.KEY_WORKER).values("staff")
    held = prison.key_worker_allocations.order_by().values("staff")
    return Staff.objects.filter(Q(pk__in=posted) | Q(pk__in=held)).order_by("surname", "forename", "pk")


# Figure: how long newcomers waited for what, and the rows that ended the waiting.
WAITS: dict[str, tuple[Callable[[Prison, Period], list[Wait]], type[Model]]] = {
    "days_to_key_worker": (eligible.waits_for_key_worker, KeyWorkerAllocation),
    "days_to_first_session": (eligible.waits_for_session, Contact),
}


def waits(scope: Scope, figure: str) -> dict[int, Wait]:
    """The waits that a figure of `WAITS` is the mean of, by the row that ended each."""
    of, model = WAITS[figure]
    found = {wait.pk: wait for wait in of(scope.prison, scope.period)}
    if scope.wing is None and not scope.cases:
        return found
    there = model._default_manager.filter(lives(scope, "person__"), pk__in=found)
    return {pk: found[pk] for pk in there.values_list("pk", flat=True)}
