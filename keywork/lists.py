"""The questions that key work's pages ask of the database, each with one definition."""

from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import Case, CharField, Count, DateField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Least

from keywork import regime
from keywork.models import EndKind, KeyWorkerAllocation
from keywork.policy import Level
from keywork.rules import full_time, is_short, policy_on
from omic.calendar import add_months, london_midnight, month_bounds, week_start
from omic.counting import counted
from omic.models import (
    Contact,
    ContactKind,
    Cover,
    Obligation,
    ObligationKind,
    ObligationState,
    ParoleReview,
    Person,
    PersonMerge,
    Prison,
    Role,
    Sentence,
    Staff,
)

BY_NEED = ("need", "milestone_on", "next_due_on")  # the order of people `by_need`
WRITE_UP = timedelta(days=14)  # how long after somebody has left a key worker may write up what was before


def period_end(prison: Prison, on: date) -> date:
    """The last day of the week, in women's prisons of the month, in which a session is owed."""
    return month_bounds(on)[1] if prison.women else week_start(on) + timedelta(days=6)


def with_key_work(people: QuerySet[Person], *, on: date) -> QuerySet[Person]:
    """People with what they are owed in key work and when they last had it.

    `overdue` sessions since `overdue_since`; `next_due_on` is the last day of the oldest session still to be held,
    `priority` the groups they are in, None where nothing is owed, `unseen_since` the day of the last session, without
    one that of the arrival.
    """
    sessions = Obligation.objects.filter(
        person=OuterRef("pk"), prison=OuterRef("prison"), kind=ObligationKind.KEY_WORK_SESSION
    )
    overdue, opened = sessions.overdue(on), sessions.filter(opens_on__lte=on)
    to_hold = opened.demanding().filter(suspension=None)  # inside a suspension nothing is asked for (ED-09)
    held = Contact.objects.current().filter(person=OuterRef("pk"), kind=ContactKind.SESSION).order_by("-at")
    asked_for = opened.exclude(state=ObligationState.VOID)
    # To ask whether there is one is a join for all people at once, where a count is asked of each.
    return people.alias(is_late=Exists(overdue), is_owed=Exists(asked_for)).annotate(
        overdue=Coalesce(_count(overdue), 0),
        next_due_on=Subquery(to_hold.order_by("due_on").values("due_on")[:1]),
        priority=Subquery(
            asked_for.order_by("-due_on").values("priority_groups")[:1],
            output_field=ArrayField(CharField()),
        ),
        last_session_on=Subquery(held.values("on")[:1], output_field=DateField()),
        unseen_since=Coalesce(Subquery(held.values("on")[:1]), F("arrived_on"), output_field=DateField()),
    )


def _count(rows: QuerySet[Any]) -> Subquery:
    return Subquery(rows.order_by().values("person").annotate(number=Count("pk")).values("number"))


def by_need(people: QuerySet[Person], prison: Prison, *, on: date) -> QuerySet[Person]:
    """People `with_key_work` with `need` and `milestone_on`, by which a list puts first whom to see first (ED-14).

    At regime level 3 the priority groups come first (0), then whoever is near release, the end of the tariff or
    parole (1), the nearest first, then everybody else (2) and who is owed nothing now (3); at other levels nobody
    stands before another.
    """
    if not goes_by_need(prison, on=on):
        return people.annotate(need=Value(0), milestone_on=Value(None, output_field=DateField()))
    near = add_months(on, policy_on(on).milestone_months)
    people = people.annotate(next_on=Least(_ahead("earliest_release_on", on), _parole_on(on), _hearing_on(on)))
    grouped = Q(priority__len__gt=0)
    return people.annotate(
        need=Case(
            When(next_due_on__isnull=True, then=3),
            When(grouped, then=0),
            When(next_on__lte=near, then=1),
            default=2,
        ),
        milestone_on=Case(When(~grouped & Q(next_on__lte=near), then="next_on"), output_field=DateField()),
    )


def goes_by_need(prison: Prison, *, on: date) -> bool:
    """Whether the prison's lists of who is owed a session go by need first: at regime level 3 (ED-14)."""
    level = None if prison.women else regime.level_on(prison, on)  # ED-15
    return level is not None and level.level == Level.RESTRICT


def _ahead(field: str, on: date) -> Case:
    return Case(When(**{f"{field}__gte": on, "then": F(field)}), output_field=DateField())


def _parole_on(on: date) -> Subquery:
    """The parole eligibility or, for an indeterminate sentence, the end of the tariff that is still to come."""
    rows = Sentence.objects.filter(person=OuterRef("pk"), closed_at=None)
    return Subquery(rows.annotate(next_on=Least(_ahead("ped", on), _ahead("ted", on))).values("next_on")[:1])


def _hearing_on(on: date) -> Subquery:
    waiting = ParoleReview.objects.standing().filter(person=OuterRef("pk"), outcome="")
    hearings = waiting.filter(target_hearing_on__gte=on)
    return Subquery(hearings.order_by("target_hearing_on").values("target_hearing_on")[:1])


def due_now(prison: Prison, on: date) -> Q:
    """Of people `with_key_work`, those to see in the week (women's prisons: month) of a day, and not late yet."""
    return Q(next_due_on__gte=on, next_due_on__lte=period_end(prison, on))


def due_later(prison: Prison, on: date) -> Q:
    """Those whose session, a month's or a fortnight's, is open but not due by the end of the week."""
    return Q(next_due_on__gt=period_end(prison, on))


def owed_key_work(people: QuerySet[Person]) -> QuerySet[Person]:
    """Of people `with_key_work`, those who are owed key work: somebody who was once asked for a session."""
    return people.filter(is_owed=True)


def late(people: QuerySet[Person]) -> QuerySet[Person]:
    """Of people `with_key_work`, those with a session overdue."""
    return people.filter(is_late=True)


def overdue_here(prison: Prison, on: date) -> Subquery:
    """How many people of a prison have a session overdue, as part of another query."""
    return counted(late(with_key_work(prison.people.all(), on=on)))


def waiting_here(prison: Prison) -> Subquery:
    """How many are to have a key worker and have none, as part of another query."""
    return counted(without_key_worker(prison.people.all()))


def my_people(prison: Prison, staff: Staff, *, on: date) -> QuerySet[Person]:
    """The people of a key worker in a prison and those whom they stand in for (KW-14), with what each is owed.

    `covered` says that somebody is only covered, until `cover_until` (not included), where that is known.
    """
    covers = Cover.objects.on(on).filter(prison=prison, staff=staff, role=Role.KEY_WORKER)
    until = covers.filter(person=OuterRef("pk")).values("ends_on")[:1]
    people = prison.people.filter(Q(key_worker=staff) | Q(pk__in=covers.values("person")))
    only_covered = Case(When(key_worker=staff, then=False), default=True)
    people = with_key_work(people.annotate(covered=only_covered, cover_until=Subquery(until)), on=on)
    return by_need(people, prison, on=on)


def without_key_worker(people: QuerySet[Person]) -> QuerySet[Person]:
    """Of `people`, those who are to have a key worker and have none that works here (KW-16).

    `waiting_since`, and `waiting_because` where it is known: why it is not the one they were expected with.
    """
    duties = Obligation.objects.demanding().filter(
        person=OuterRef("pk"), prison=OuterRef("prison"), kind=ObligationKind.ALLOCATE_KEY_WORKER
    )
    since, because = (Subquery(duties.order_by("opens_on").values(name)[:1]) for name in ("opens_on", "note"))
    return people.filter(Exists(duties)).annotate(waiting_since=since, waiting_because=because)


def key_workers_of(person: Person) -> QuerySet[KeyWorkerAllocation]:
    """Whose key worker anybody has been, under the person's number and under those that were merged into it."""
    merged = person.numbers_taken_in.standing().values("gone")
    return KeyWorkerAllocation.objects.filter(Q(person=person) | Q(person__in=merged))


def left_lately(prison: Prison, staff: Staff, *, on: date) -> QuerySet[KeyWorkerAllocation]:
    """People of a key worker who left the prison, or have another key worker, in the last fortnight.

    What was said before may still be written up. A number that was merged into another is not written under any more.
    """
    since = london_midnight(on - WRITE_UP)
    rows = prison.key_worker_allocations.filter(staff=staff, ended_at__gte=since).exclude(ended_kind=EndKind.MERGED)
    rows = rows.exclude(person__prison=prison, person__key_worker=staff)
    return rows.select_related("person__wing").order_by("-ended_at", "-pk")


def covered_lately(prison: Prison, staff: Staff, *, on: date) -> QuerySet[Cover]:
    """Cover that somebody gave here and that has ended in the last week: what was said then may still be written up."""
    since = on - timedelta(days=policy_on(on).cover_write_up_days)
    rows = prison.covers.filter(staff=staff, role=Role.KEY_WORKER, ends_on__gt=since, ends_on__lte=on)
    theirs = Q(person__prison=prison, person__key_worker=staff)
    again = Cover.objects.on(on).filter(prison=prison, staff=staff, role=Role.KEY_WORKER).values("person")
    rows = rows.filter(ends_on__gt=F("starts_on")).exclude(theirs).exclude(person__in=again)
    rows = rows.exclude(person__merges_away__in=PersonMerge.objects.standing())
    return rows.select_related("person").order_by("-ends_on", "-pk")


def next_to_see(prison: Prison, staff: Staff, *, on: date, after: Person) -> Person | None:
    """Whom a key worker is to see next: the one owed a session for longest, at level 3 by need, but not `after`."""
    owed = my_people(prison, staff, on=on).filter(next_due_on__isnull=False).exclude(pk=after.pk)
    return owed.order_by(*(F(name).asc(nulls_last=True) for name in BY_NEED), "unseen_since", "pk").first()


def shortened_below(contact: Contact) -> int | None:
    """ED-06: the minutes that a session should have lasted when it was shorter; None when it was not."""
    prison, on = contact.prison, contact.on
    if contact.kind != ContactKind.SESSION:
        return None
    level = regime.level_on(prison, on)
    fortnightly = any(time.holds(on) for time in regime.binding_fortnights([prison.pk], on).get(prison.pk, ()))
    full = full_time(estate=prison.estate, on=on, level=level and level.level, fortnightly=fortnightly)
    return full if is_short(contact.minutes, full=full) else None


def last_session(person: Person, *, of_prison: Prison | None = None) -> Contact | None:
    """The newest session or entry with its note and author; of one prison alone before an expected arrival."""
    rows = Contact.objects.current().filter(person=person, kind__in=[ContactKind.SESSION, ContactKind.ENTRY])
    if of_prison:
        rows = rows.filter(prison=of_prison)
    return rows.select_related("session_note", "by").order_by("-at", "-id").first()
