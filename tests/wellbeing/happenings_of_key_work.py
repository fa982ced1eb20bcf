"""What happens to key work in the men's prison of the simulated year, each by the product's own action."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from keywork.actions import withdraw_session
from keywork.actions.cover import Choice as StandIn
from keywork.actions.cover import cover_person, end_cover
from keywork.actions.key_workers import allocate_key_worker, end_key_worker
from keywork.actions.priority import Choice, decide_priority, mark_not_possible, withdraw_not_possible
from keywork.actions.priority import withdraw_decision as withdraw_priority
from keywork.actions.profiles import change_return, record_absence
from keywork.actions.regime import Papers, change_level, withdraw_level
from keywork.models import Absence, KeyWorkerAbsence, KeyWorkerAllocation, NotPossible, PriorityDecision
from keywork.regime import newest_level, planned_level, present_decision
from omic.audit import Actor
from omic.calendar import week_start
from omic.models import (
    CaseDetails,
    Contact,
    Cover,
    Person,
)
from omic.postings import end_posting, post_staff

if TYPE_CHECKING:
    from tests.wellbeing.year import Year

ONE_DAY = timedelta(days=1)
SUNDAY = 6
PAPERS = Papers("x", "x", "x", "x", "x")


def change_regime(year: "Year") -> None:
    """Mostly from today, at times since Monday or planned."""
    newest = newest_level(year.men)
    others = [level for level in (4, 4, 3, 2, 1) if not newest or level != newest.level]
    starts_on = year.chance.choice(
        [year.on, year.on, week_start(year.on), year.on + 2 * ONE_DAY, year.on + 8 * ONE_DAY]
    )
    change_level(
        prison=year.men, level=year.chance.choice(others), starts_on=starts_on, because="x", papers=PAPERS,
        instead_of=newest.pk if newest else None, by=year.by, at=year.at,
    )  # fmt: skip


def withdraw_plan(year: "Year") -> None:
    if planned := planned_level(year.men, year.on):
        withdraw_level(change=planned, because="x", by=year.by, at=year.at)


def shield(year: "Year") -> None:
    """Advised to shield, or no more, from today or by plan: another priority group than that of an ACCT.

    Who leaves it by plan leaves on a Monday: no rule says what of a week that is left in its middle.
    """
    person, joins = year.anybody(year.men), year.on + year.chance.choice([0, 3, 9]) * ONE_DAY
    present = present_decision(person, "shielding", joins)
    leaves = week_start(joins) + 7 * ONE_DAY
    included = not (present and present.included)
    starts_on = joins if included or joins == year.on else leaves
    ends_on = leaves + 7 * ONE_DAY if included and year.happens(0.3) else None
    choice = Choice("shielding", included, "x", starts_on, ends_on)
    decide_priority(
        person=person, prison=year.men, choice=choice, instead_of=present and present.pk, by=year.by, at=year.at
    )


def shield_after_all(year: "Year") -> None:
    if found := PriorityDecision.objects.standing().filter(person__prison=year.men).order_by("pk").last():
        withdraw_priority(decision=found, because="x", by=year.by, at=year.at)


def learn_risk(year: "Year") -> None:
    """The risk of serious harm, and when the person is to be released."""
    person, ahead = year.anybody(year.men), year.chance.choice([10, 28, 29, 33, 50, 75])
    rosh = year.chance.choice(["high", "high", "very_high", "low"])
    CaseDetails.objects.update_or_create(person=person, defaults={"rosh": rosh})
    set_release(year, person, year.on + ahead * ONE_DAY)


def set_release(year: "Year", person: Person, on: date) -> None:
    Person.objects.filter(pk=person.pk).update(earliest_release_on=on, earliest_release_kind="crd")
    year.follow([person.pk])


def not_released(year: "Year") -> None:
    """Whoever was to be released today is told another day; on a Sunday nobody says anything."""
    for person in Person.objects.filter(earliest_release_on=year.on).order_by("pk"):
        if year.on.weekday() != SUNDAY:
            set_release(year, person, year.on + year.chance.choice([20, 40, 90]) * ONE_DAY)


def mark(year: "Year") -> None:
    mark_not_possible(person=year.anybody(year.men), prison=year.men, because="x", by=year.by, at=year.at)


def unmark(year: "Year") -> None:
    if found := NotPossible.objects.filter(withdrawn_at=None, from_on__gte=year.on - 5 * ONE_DAY).order_by("pk").last():
        withdraw_not_possible(mark=found, because="x", by=year.by, at=year.at)


def give_key_worker(year: "Year") -> None:
    person = year.anybody(year.men)
    if not KeyWorkerAllocation.objects.filter(person=person, ended_at=None).exists():
        worker = year.chance.choice(year.workers)
        allocate_key_worker(
            person=person, prison=year.men, staff=worker, instead_of=None, because="x", by=year.by, at=year.at
        )


def take_key_worker(year: "Year") -> None:
    rows = list(KeyWorkerAllocation.objects.filter(ended_at=None, started_at__lt=year.at - ONE_DAY).order_by("pk"))
    if rows:
        row = year.chance.choice(rows)
        end_key_worker(person=row.person, prison=year.men, instead_of=row.pk, because="x", by=year.by, at=year.at)


def fall_ill(year: "Year") -> None:
    first = year.on + year.chance.choice([0, 1, 2, 5]) * ONE_DAY
    record_absence(
        staff=year.chance.choice(year.workers), prison=year.men, kind=Absence.values[0], starts_on=first,
        returns_on=first + year.chance.randint(1, 6) * ONE_DAY, by=year.by, at=year.at,
    )  # fmt: skip


def come_back(year: "Year") -> None:
    """Another day of return, before or after today."""
    if absence := KeyWorkerAbsence.objects.filter(returns_on__gte=year.on - ONE_DAY).order_by("pk").first():
        returns_on = year.on + year.chance.choice([-1, 0, 1, 3]) * ONE_DAY
        change_return(absence=absence, returns_on=returns_on, by=year.by, at=year.at)


def stand_in(year: "Year") -> None:
    person, first = year.anybody(year.men), year.on + year.chance.choice([0, 0, 1]) * ONE_DAY
    ends_on = year.chance.choice([None, first + 3 * ONE_DAY])
    cover_person(
        choice=StandIn(person, year.chance.choice(year.workers), first, ends_on, "x"), prison=year.men,
        by=year.by, at=year.at,
    )  # fmt: skip


def stand_in_no_more(year: "Year") -> None:
    if cover := Cover.objects.exclude(ends_on__lte=year.on).order_by("pk").last():
        end_cover(cover=cover, because="x", by=year.by, at=year.at)


def posting_ends(year: "Year") -> None:
    """Somebody is a key worker no more, from today or a planned day."""
    worker, ends_on = year.chance.choice(year.workers), year.on + year.chance.choice([0, 2, 9]) * ONE_DAY
    if posting := worker.postings.filter(ends_on=None).first():
        end_posting(posting=posting, ends_on=ends_on, by=Actor(staff=year.by), at=year.at)


def post_again(year: "Year") -> None:
    worker, starts_on = year.chance.choice(year.workers), year.on + year.chance.choice([0, 0, 2]) * ONE_DAY
    last = worker.postings.order_by("starts_on").last()
    if last.ends_on:
        post_staff(
            staff=worker, role="key_worker", prison=year.men, starts_on=max(last.ends_on, starts_on),
            by=Actor(staff=year.by), at=year.at,
        )  # fmt: skip


def no_session_after_all(year: "Year") -> None:
    sessions = Contact.objects.current().filter(kind="session", at__gt=year.at - 4 * ONE_DAY).order_by("pk")
    if found := sessions.last():
        withdraw_session(contact=found, because="Wrong person", request_id=year.key(), by=year.by, at=year.at)
