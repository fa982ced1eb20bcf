"""Missed checks of a prison: of which days, of whom, for how long, and what has been done about it (WB-10, H1).

A day's check is missed once its day is over without one, whether or not a night has stamped it, and stays so when a
later check ends the asking. What a suspension excepts or a session waives is not among them.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Count, DateField, DateTimeField, Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat

from omic.calendar import london_midnight
from omic.models import SIGHTINGS, Contact, ContactKind, Obligation, ObligationKind, ObligationState, Person, Prison
from omic.models.obligation import ObligationQuerySet
from wellbeing.roster import CHECKS

ONE_DAY = timedelta(days=1)
LOOKED_AT = 14  # days that the list of missed checks looks back
NEVER = datetime(1, 1, 2, tzinfo=UTC)


def missed(prison: Prison, first: date, last: date) -> ObligationQuerySet:
    """The checks of `first` to `last`, days that are over, that nobody held in their time."""
    owed: ObligationQuerySet = prison.obligations.filter(kind__in=CHECKS).owed(first, last)
    return owed.exclude(state=ObligationState.MET)


def missed_lately(prison: Prison, on: date) -> ObligationQuerySet:
    """Those of the days looked at, up to the one before `on`."""
    return missed(prison, on - timedelta(days=LOOKED_AT), on - ONE_DAY)


def missed_yesterday(prison: Prison, on: date) -> ObligationQuerySet:
    """Those of the day before `on`."""
    return missed(prison, on - ONE_DAY, on - ONE_DAY)


def late_yesterday(prison: Prison, on: date) -> int:
    """How many checks of the day before `on` were entered after it, or from paper."""
    return _late_checks(prison).filter(on=on - ONE_DAY).count()


def entered_late_on(prison: Prison, on: date) -> int:
    """How many checks were entered on a day that were made on one before it, or came from paper."""
    entered = _late_checks(prison).filter(recorded_at__gte=london_midnight(on))
    return entered.filter(recorded_at__lt=london_midnight(on + ONE_DAY)).count()


def _late_checks(prison: Prison) -> QuerySet[Contact]:
    return prison.contacts.current().filter(kind=ContactKind.CHECK, check_note__late=True)


def people_missed(prison: Prison, on: date) -> QuerySet[Person]:
    """Everybody missed on the days looked at, those who have left since included.

    `yesterday` says whether they were missed then; `days` and `weeks` how many daily and weekly checks; `in_a_row`
    how many daily checks since the last one that was held; `newest` is the last duty missed and `note` what was done
    about it; `seen_at` and `seen_by` the last sighting anywhere, `unseen_since` the same for sorting.
    """
    lately = missed_lately(prison, on)
    theirs = lately.filter(person=OuterRef("pk"))
    newest = theirs.order_by("-due_on", "-pk")
    people = Person.objects.filter(pk__in=lately.order_by().values("person"))
    return with_last_seen(_in_a_row(people, prison, on), "pk").annotate(
        yesterday=Exists(theirs.filter(due_on=on - ONE_DAY)),
        days=_number(theirs.filter(kind=ObligationKind.DAILY_CHECK)),
        weeks=_number(theirs.filter(kind=ObligationKind.WEEKLY_CHECK)),
        missed_on=Subquery(newest.values("due_on")[:1]),
        newest=Subquery(newest.values("pk")[:1]),
        note=Subquery(newest.values("note")[:1]),
    )


def _in_a_row(people: QuerySet[Person], prison: Prison, on: date) -> QuerySet[Person]:
    daily = prison.obligations.filter(person=OuterRef("pk"), kind=ObligationKind.DAILY_CHECK)
    met = daily.filter(state=ObligationState.MET).order_by("-due_on").values("due_on")[:1]
    people = people.annotate(last_held_on=Coalesce(Subquery(met), Value(date.min, DateField())))
    gone = missed(prison, date.min, on - ONE_DAY).filter(person=OuterRef("pk"), kind=ObligationKind.DAILY_CHECK)
    return people.annotate(in_a_row=_number(gone.filter(due_on__gt=OuterRef("last_held_on"))))


def with_last_seen(rows: QuerySet[Any], person: str) -> QuerySet[Any]:
    """`rows` with the last sighting, anywhere, of the person whom their field `person` names."""
    seen = Contact.objects.current().filter(person=OuterRef(person), kind__in=SIGHTINGS).order_by("-at", "-pk")
    by = seen.annotate(who=Concat("by__forename", Value(" "), "by__surname")).values("who")
    rows = rows.annotate(seen_at=Subquery(seen.values("at")[:1]), seen_by=Subquery(by[:1]))
    return rows.annotate(unseen_since=Coalesce("seen_at", Value(NEVER, DateTimeField())))


def _number(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().values("person").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def missed_of(duty: Obligation, on: date) -> ObligationQuerySet:
    """The checks of the same person missed here on the days looked at, newest first."""
    rows = missed_lately(duty.prison, on).filter(person=duty.person_id)
    return rows.order_by("-due_on", "-pk")
