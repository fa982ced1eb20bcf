"""Who is to be checked in the demonstration's year, and what an officer would have known of them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db.models import QuerySet

from keywork.priority import OPEN_ACCT
from keywork.rules.facts import each_day
from omic.calendar import week_start
from omic.demo.places import Demonstration
from omic.models import (
    Contact,
    ContactKind,
    DayOut,
    Estate,
    Obligation,
    ObligationKind,
    Person,
    Posting,
    Role,
    Suspension,
)
from wellbeing.models import CohortDecision
from wellbeing.rules import CohortFrom, cohort_on

ONE_DAY, NOT_SINCE = timedelta(days=1), timedelta(days=16)


@dataclass(frozen=True, slots=True)
class Case:
    """One person to be checked, and what an officer would have known."""

    person: Person
    officers: Sequence[int]
    decided: Sequence[CohortFrom]
    out: frozenset[date]
    sessions: frozenset[date]  # the Mondays of weeks with a session
    bad: frozenset[date]  # suspended
    acct: bool
    not_since: date = date.max  # nobody has checked her from this day on


def women(demo: Demonstration) -> Iterator[Case]:
    """Everybody in women's prisons; one who is checked daily and one who is checked weekly are forgotten of late."""
    codes = [place.code for place in demo.places if place.estate == Estate.WOMEN]
    cases = _cases(Person.objects.filter(prison__in=codes), codes)
    forgotten: set[bool] = set()  # one who is checked daily, one weekly
    unwaived = {week_start(demo.on - timedelta(weeks=number)) for number in range(3)}
    for case in cases:
        daily = cohort_on(case.decided, demo.on) == "daily"
        long_here = case.person.arrived_on < demo.on - 2 * NOT_SINCE
        if daily not in forgotten and long_here and not case.out and unwaived.isdisjoint(case.sessions):
            forgotten.add(daily)
            yield replace(case, not_since=demo.on - (ONE_DAY if daily else NOT_SINCE))
        else:
            yield case


def at_level_4(demo: Demonstration) -> Iterator[tuple[Case, date, bool]]:
    """Everybody who was owed a daily check in a men's prison, with its day and whether it was the last one."""
    owed = Obligation.objects.filter(kind=ObligationKind.DAILY_CHECK, prison__in=demo.codes, due_on__lt=demo.on)
    rows = list(owed.order_by("person", "due_on").values_list("person_id", "due_on"))
    people = Person.objects.filter(pk__in={person for person, _ in rows})
    cases = {case.person.pk: case for case in _cases(people, demo.codes)}
    last = dict(rows)
    for person, on in rows:
        yield cases[person], on, on == last[person]


def _cases(people: QuerySet[Person], codes: Sequence[str]) -> list[Case]:
    officers, bad = _officers(codes), _suspended(codes)
    decided: dict[int, list[CohortFrom]] = defaultdict(list)
    for row in CohortDecision.objects.filter(prison__in=codes).order_by("starts_on", "pk"):
        decided[row.person_id].append(CohortFrom(row.starts_on, row.cohort))
    out, sessions = _by_person(codes)
    acct = set(people.filter(alerts__code=OPEN_ACCT).values_list("pk", flat=True))
    return [
        Case(
            person=person,
            officers=officers.get((person.prison_id, person.wing_id)) or officers[person.prison_id, None],
            decided=decided[person.pk],
            out=frozenset(out.get(person.pk, ())),
            sessions=frozenset(sessions.get(person.pk, ())),
            bad=bad.get(person.prison_id, frozenset()),
            acct=person.pk in acct,
        )
        for person in people.order_by("prison_number")
    ]


def _by_person(codes: Sequence[str]) -> tuple[dict[int, set[date]], dict[int, set[date]]]:
    """The days out, and the Mondays of the weeks with a session, of everybody in the prisons."""
    out: dict[int, set[date]] = defaultdict(set)
    for pk, on in DayOut.objects.filter(prison__in=codes).values_list("person_id", "on"):
        out[pk].add(on)
    sessions: dict[int, set[date]] = defaultdict(set)
    held = Contact.objects.filter(prison__in=codes, kind=ContactKind.SESSION)
    for pk, on in held.values_list("person_id", "on"):
        sessions[pk].add(week_start(on))
    return out, sessions


def _officers(codes: Sequence[str]) -> Mapping[tuple[str, int | None], list[int]]:
    """Wing officers by prison and wing; with None all of the prison."""
    found: dict[tuple[str, int | None], list[int]] = defaultdict(list)
    rows = Posting.objects.filter(prison__in=codes, role=Role.WING_OFFICER).order_by("staff_id")
    for prison, wing, staff in rows.values_list("prison_id", "wing_id", "staff_id"):
        found[prison, wing].append(staff)
        found[prison, None].append(staff)
    return found


def _suspended(codes: Sequence[str]) -> dict[str, frozenset[date]]:
    found: dict[str, set[date]] = defaultdict(set)
    for row in Suspension.objects.binding().filter(prison__in=codes):
        found[row.prison_id].update(each_day(row.starts_on, row.ends_on))
    return {prison: frozenset(days) for prison, days in found.items()}
