"""What happens in the prisons of the simulated year, each by the product's own action; what it refuses does not."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from omic.merges import ask_merge, ask_undo, decide_merge, decide_undo
from omic.models import (
    Alert,
    Contact,
    DayOut,
    Person,
    PersonMerge,
    Presence,
    SettingKind,
    Suspension,
    Wing,
)
from omic.prison_settings import set_prison_setting
from tests.factories import PersonFactory
from tests.wellbeing import happenings_of_key_work as of_key_work
from tests.wellbeing.counted import keep
from wellbeing.actions.checks import record_day_out, undo_check, withdraw_day_out
from wellbeing.actions.cohorts import decide_cohort, newest_decision, withdraw_decision
from wellbeing.actions.suspensions import Asked, enter_suspension, withdraw_suspension
from wellbeing.models import CohortDecision

if TYPE_CHECKING:
    from tests.wellbeing.year import Year

ONE_DAY = timedelta(days=1)
FEWEST = 3  # so that the first two are never empty
MOST_DOUBLES = 4


def check_late(year: "Year") -> None:
    year.check(year.anybody(), at=year.at - year.chance.randint(1, 3) * ONE_DAY)


def undo(year: "Year") -> None:
    checks = Contact.objects.current().filter(kind="check", at__gt=year.at - 4 * ONE_DAY).order_by("pk")
    if found := list(checks):
        contact = year.chance.choice(found)
        undo_check(contact=contact, because="Wrong person", request_id=year.key(), by=year.by, at=year.at)


def move(year: "Year") -> None:
    """To another prison, out, or back in again."""
    merged = PersonMerge.objects.standing().values_list("gone", flat=True)
    person = year.chance.choice([one for one in year.people if one.pk not in {*year.moved, *merged}])
    person.refresh_from_db()
    elsewhere = [prison for prison in year.prisons if prison != person.prison]
    to = year.chance.choice([*elsewhere, None] if person.prison else elsewhere)
    if person.arrived_on == year.on or (
        person.prison and person.prison != year.sister and person.prison.people.count() < FEWEST
    ):
        return
    year.moved.add(person.pk)
    if person.prison:
        keep(year.on, [person.pk])
        person.stays.filter(left_on=None).update(left_on=year.on, ended_because="transfer" if to else "release")
    person.prison, person.presence, person.wing = to, "in" if to else "out", None
    if to:
        person.arrived_on = year.on
        person.stays.create(prison=to, arrived_on=year.on)
    else:
        person.key_worker = person.pom = None
    person.save()
    year.follow([person.pk])


def acct(year: "Year") -> None:
    flip_alert(year, year.anybody(), "HA")


def flip_alert(year: "Year", person: Person, code: str) -> None:
    found = Alert.objects.filter(person=person, code=code, ends_on=None)
    if not found.update(ends_on=year.on):
        Alert.objects.create(person=person, code=code, starts_on=year.on, first_seen_at=year.at, last_seen_at=year.at)
    year.follow([person.pk])


def change_wing(year: "Year") -> None:
    """To another wing, or to none that is known."""
    person = year.anybody()
    wing = year.chance.choice([None, *Wing.objects.filter(prison=person.prison).order_by("code")])
    Person.objects.filter(pk=person.pk).update(wing=wing)
    year.follow([person.pk])


def decide(year: "Year") -> CohortDecision | None:
    person = year.anybody(year.sister if year.sister.people.exists() and year.happens(0.5) else year.women)
    if person.presence == Presence.HOSPITAL:
        return None
    newest = newest_decision(person)
    cohort = "weekly" if newest and newest.cohort == "daily" else "daily"
    return decide_cohort(
        person=person, prison=person.prison, cohort=cohort, because="x", next_review_on=year.on + 7 * ONE_DAY,
        instead_of=newest and newest.pk, by=year.by, at=year.at,
    )  # fmt: skip


def go_to_hospital(year: "Year") -> None:
    """As a restricted patient, or back from there; nobody who has only just come."""
    away = list(Person.objects.filter(presence=Presence.HOSPITAL).order_by("pk"))
    person = year.chance.choice(away) if away and year.happens(0.6) else year.anybody()
    back = person.presence == Presence.HOSPITAL
    if back or person.arrived_on <= year.on - 7 * ONE_DAY:
        Person.objects.filter(pk=person.pk).update(presence="in" if back else "hospital")
        year.follow([person.pk])


def decide_and_withdraw(year: "Year") -> None:
    if decision := decide(year):
        withdraw_decision(decision=decision, because="x", by=year.by, at=year.at)


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


def tact(year: "Year") -> None:
    flip_alert(year, year.anybody(year.men), "XTACT")


def second_number(year: "Year") -> None:
    """Somebody is received under a number of their own though they have one."""
    if len(year.doubles) < MOST_DOUBLES:
        prison = year.chance.choice([year.women, year.men])
        person = PersonFactory(prison=prison, wing=None, arrived_on=year.on)
        year.people.append(person)
        year.doubles.append(person)
        year.follow([person.pk])


def merge(year: "Year") -> None:
    double = year.chance.choice([*year.doubles, None])
    gone = (
        double and Person.objects.exclude(merges_away__in=PersonMerge.objects.standing()).filter(pk=double.pk).first()
    )
    if gone is None or gone.pk in year.moved:
        return
    kept = year.anybody(gone.prison)
    if Presence.HOSPITAL in (gone.presence, kept.presence):
        return
    with transaction.atomic():
        asked = ask_merge(kept=kept, prison_number=gone.prison_number, because="x", by=year.workers[0], at=year.at)
        keep(year.on, [gone.pk])
        decide_merge(merge=asked.pk, confirmed=True, decision="x", by=year.by, at=year.at)
    year.moved.add(gone.pk)


def part(year: "Year") -> None:
    """Two numbers are two people after all: the one that went is free to come in again."""
    if found := PersonMerge.objects.standing().order_by("pk").last():
        by = {"by": year.workers[0], "at": year.at}
        asked = ask_undo(merge=found.pk, prison=year.women, because="x", **by)
        decide_undo(undo=asked.pk, confirmed=True, decision="x", by=year.by, at=year.at)


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
    (of_key_work.change_regime, 0.08),
    (of_key_work.withdraw_plan, 0.03),
    (of_key_work.not_released, 1),
    (of_key_work.shield, 0.08),
    (of_key_work.shield_after_all, 0.02),
    (of_key_work.learn_risk, 0.04),
    (tact, 0.02),
    (change_wing, 0.15),
    (of_key_work.posting_ends, 0.03),
    (of_key_work.post_again, 0.1),
    (second_number, 0.08),
    (merge, 0.1),
    (part, 0.02),
    (of_key_work.mark, 0.15),
    (of_key_work.unmark, 0.08),
    (of_key_work.give_key_worker, 0.3),
    (of_key_work.take_key_worker, 0.08),
    (of_key_work.fall_ill, 0.06),
    (of_key_work.stand_in, 0.15),
    (of_key_work.stand_in_no_more, 0.03),
    (of_key_work.come_back, 0.06),
    (of_key_work.no_session_after_all, 0.05),
    (go_to_hospital, 0.1),
    (check_late, 0.2),
    (undo, 0.15),
)
# Those for whom a few days are too few.
RARE = (
    of_key_work.shield,
    of_key_work.learn_risk,
    of_key_work.posting_ends,
    of_key_work.post_again,
    change_wing,
    second_number,
    merge,
    go_to_hospital,
)
