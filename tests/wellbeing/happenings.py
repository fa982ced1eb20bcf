"""What happens in the two prisons of the simulated year, each by the product's own action; what it refuses does not."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from keywork.actions import withdraw_session
from keywork.actions.cover import Choice as StandIn
from keywork.actions.cover import cover_person, end_cover
from keywork.actions.key_workers import allocate_key_worker, end_key_worker
from keywork.actions.priority import Choice, decide_priority, mark_not_possible, withdraw_not_possible
from keywork.actions.profiles import change_return, record_absence
from keywork.actions.regime import Papers, change_level, withdraw_level
from keywork.models import Absence, KeyWorkerAbsence, KeyWorkerAllocation, NotPossible
from keywork.regime import newest_level, planned_level, present_decision
from omic.calendar import week_start
from omic.models import Alert, Contact, Cover, DayOut, SettingKind, Suspension
from omic.prison_settings import set_prison_setting
from tests.wellbeing.counted import keep_men
from wellbeing.actions.checks import record_day_out, undo_check, withdraw_day_out
from wellbeing.actions.cohorts import decide_cohort, newest_decision, withdraw_decision
from wellbeing.actions.suspensions import Asked, enter_suspension, withdraw_suspension
from wellbeing.models import CohortDecision

if TYPE_CHECKING:
    from tests.wellbeing.year import Year

ONE_DAY = timedelta(days=1)
FEWEST = 3  # so that the first two are never empty
PAPERS = Papers("x", "x", "x", "x", "x")


def check_late(year: "Year") -> None:
    year.check(year.anybody(), at=year.at - year.chance.randint(1, 3) * ONE_DAY)


def undo(year: "Year") -> None:
    checks = Contact.objects.current().filter(kind="check", at__gt=year.at - 4 * ONE_DAY).order_by("pk")
    if found := list(checks):
        contact = year.chance.choice(found)
        undo_check(contact=contact, because="Wrong person", request_id=year.key(), by=year.by, at=year.at)


def move(year: "Year") -> None:
    """To another prison, out, or back in again."""
    person = year.chance.choice([one for one in year.people if one.pk not in year.moved])
    person.refresh_from_db()
    elsewhere = [prison for prison in year.prisons if prison != person.prison]
    to = year.chance.choice([*elsewhere, None] if person.prison else elsewhere)
    if person.arrived_on == year.on or (
        person.prison and person.prison != year.sister and person.prison.people.count() < FEWEST
    ):
        return
    year.moved.add(person.pk)
    if person.prison:
        keep_men(year.on, [person.pk])
        person.stays.filter(left_on=None).update(left_on=year.on, ended_because="transfer" if to else "release")
    person.prison, person.presence = to, "in" if to else "out"
    if to:
        person.arrived_on = year.on
        person.stays.create(prison=to, arrived_on=year.on)
    else:
        person.wing = person.key_worker = person.pom = None
    person.save()
    year.follow([person.pk])


def acct(year: "Year") -> None:
    person = year.anybody()
    found = Alert.objects.filter(person=person, code="HA", ends_on=None)
    if not found.update(ends_on=year.on):
        Alert.objects.create(person=person, code="HA", starts_on=year.on, first_seen_at=year.at, last_seen_at=year.at)
    year.follow([person.pk])


def decide(year: "Year") -> None:
    person = year.anybody(year.sister if year.sister.people.exists() and year.happens(0.5) else year.women)
    newest = newest_decision(person)
    cohort = "weekly" if newest and newest.cohort == "daily" else "daily"
    decide_cohort(
        person=person, prison=person.prison, cohort=cohort, because="x", next_review_on=year.on + 7 * ONE_DAY,
        instead_of=newest and newest.pk, by=year.by, at=year.at,
    )  # fmt: skip


def decide_and_withdraw(year: "Year") -> None:
    decide(year)
    newest = CohortDecision.objects.standing().order_by("pk").last()
    withdraw_decision(decision=newest, because="x", by=year.by, at=year.at)


def roll_out(year: "Year") -> None:
    said = year.women.settings.filter(kind=SettingKind.ROLLED_OUT).order_by("starts_on").last()
    value = "no" if said and said.value == "yes" else "yes"
    day = year.on + year.chance.choice([0, 3, 9]) * ONE_DAY
    if not said or said.starts_on < year.on:
        set_prison_setting(
            prison=year.women, kind=SettingKind.ROLLED_OUT, value=value, starts_on=day, by=year.by, at=year.at
        )


def go_out(year: "Year") -> None:
    person, on = year.anybody(), year.on - year.chance.choice([0, 0, 1, 3]) * ONE_DAY
    record_day_out(person=person, prison=person.prison, on=on, why="court", may_past=True, by=year.by, at=year.at)


def not_out_after_all(year: "Year") -> None:
    out = DayOut.objects.standing().filter(on__gte=year.on - 3 * ONE_DAY).order_by("pk").last()
    if out and (out.prison != year.men or out.on == year.on):
        withdraw_day_out(out=out, because="x", by=year.by, at=year.at)


def suspend(year: "Year") -> None:
    first = year.on + year.chance.choice([-3, -1, 0, 2]) * ONE_DAY
    covers = year.chance.choice(["all", "checks", "key_work"])
    asked = Asked(covers, None, first, first + year.chance.randint(0, 4) * ONE_DAY, "Outbreak")
    enter_suspension(prison=year.chance.choice(year.prisons), asked=asked, by=year.by, at=year.at)


def suspend_no_more(year: "Year") -> None:
    if row := Suspension.objects.binding().order_by("pk").last():
        withdraw_suspension(suspension=row, because="x", by=year.by, at=year.at)


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
    """Advised to shield, or no more: another priority group than that of an ACCT."""
    person = year.anybody(year.men)
    present = present_decision(person, "shielding", year.on)
    choice = Choice("shielding", not (present and present.included), "x", year.on)
    decide_priority(
        person=person, prison=year.men, choice=choice, instead_of=present and present.pk, by=year.by, at=year.at
    )


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


def no_session_after_all(year: "Year") -> None:
    sessions = Contact.objects.current().filter(kind="session", at__gt=year.at - 4 * ONE_DAY).order_by("pk")
    if found := sessions.last():
        withdraw_session(contact=found, because="Wrong person", request_id=year.key(), by=year.by, at=year.at)


EVENTS: tuple[tuple[Callable[["Year"], None], float], ...] = (
    (move, 0.2),
    (move, 0.05),
    (acct, 0.25),
    (decide, 0.15),
    (decide_and_withdraw, 0.03),
    (roll_out, 0.03),
    (go_out, 0.2),
    (not_out_after_all, 0.06),
    (suspend, 0.04),
    (suspend_no_more, 0.03),
    (change_regime, 0.08),
    (withdraw_plan, 0.03),
    (shield, 0.06),
    (mark, 0.15),
    (unmark, 0.08),
    (give_key_worker, 0.3),
    (take_key_worker, 0.08),
    (fall_ill, 0.06),
    (stand_in, 0.15),
    (stand_in_no_more, 0.03),
    (come_back, 0.06),
    (no_session_after_all, 0.05),
    (check_late, 0.2),
    (undo, 0.15),
)
