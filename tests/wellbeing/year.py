"""A year of a women's and a men's prison, made up by chance and lived through the product's own actions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from django.db import transaction

from keywork.actions import log_session
from keywork.actions.key_workers import allocate_key_worker, end_key_worker
from keywork.actions.priority import mark_not_possible, withdraw_not_possible
from keywork.actions.profiles import record_absence
from keywork.actions.refusals import RefusedError, SameSessionError
from keywork.actions.regime import Papers, change_level
from keywork.models import Absence, KeyWorkerAllocation, NotPossible
from keywork.notes import Record
from keywork.regime import newest_level
from omic.calendar import LONDON, in_utc
from omic.models import (
    Alert,
    Contact,
    ContactKind,
    DayOut,
    Person,
    Prison,
    SettingKind,
    Staff,
    Suspension,
)
from omic.nightly import run_night
from omic.prison_settings import set_prison_setting
from omic.reconcile import reconcile, window_of
from tests.factories import ContactFactory, KeyWorkerFactory, PersonFactory, PrisonFactory, StaffFactory
from wellbeing.actions.checks import record_check, record_day_out, undo_check, withdraw_day_out
from wellbeing.actions.cohorts import decide_cohort, newest_decision, withdraw_decision
from wellbeing.actions.suspensions import Asked, enter_suspension, withdraw_suspension
from wellbeing.notes import CheckRecord

ONE_DAY = timedelta(days=1)
PAPERS = Papers("x", "x", "x", "x", "x")
REFUSALS = (RefusedError, SameSessionError)


@dataclass
class Year:
    """Two prisons on a day, and everybody who is or was in them."""

    chance: Random
    on: date
    size: int = 12
    women: Prison = field(init=False)
    men: Prison = field(init=False)
    by: Staff = field(init=False)
    people: list[Person] = field(init=False)
    at: datetime = field(init=False)
    moved: set[int] = field(default_factory=set)  # today

    def __post_init__(self) -> None:
        self.women, self.men = PrisonFactory(code="EWI", estate="women"), PrisonFactory(code="LEI")
        self.by = StaffFactory(username="governor")
        self.workers = [StaffFactory(username=f"worker{number}") for number in range(3)]
        for worker in self.workers:
            KeyWorkerFactory(staff=worker, prison=self.men)
        arrived = [self.on - timedelta(days=self.chance.choice([0, 3, 40, 200])) for _ in range(2 * self.size)]
        places = (self.women, self.men)
        self.people = [
            PersonFactory(prison=places[number % 2], wing=None, arrived_on=day) for number, day in enumerate(arrived)
        ]
        self.at = self._moment(time(0, 5))
        self.follow([person.pk for person in self.people])

    def live(self, on: date) -> None:
        """One day: an early check, the night where it runs, and what comes between breakfast and midnight."""
        self.on, self.moved = on, set()
        self.at = self._moment(time(0, 5))
        if self.happens(0.3):
            self.check(self.anybody())
        self.at = self._moment(time(3, 30))
        if self.happens(0.75):
            for prison in (self.women, self.men):
                run_night(prison, on=on, at=self.at)
        self.at = self._moment(time(6))
        for event, likely in EVENTS:
            if self.happens(likely):
                self.attempt(event)
        for person in self.people:
            person.refresh_from_db()
            if person.prison:
                self._contacts_of(person)
        self.at = max(self.at, self._moment(time(23, 40)))
        if self.happens(0.2):
            self.check(self.anybody())

    def attempt(self, event: "Callable[[Year], None]") -> None:
        """What the product refuses does not happen."""
        self.at += timedelta(minutes=self.chance.randint(1, 6))
        with self.refusing():
            event(self)

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """A refusal undoes what it refused."""
        try:
            with transaction.atomic():
                yield
        except REFUSALS:
            return

    def happens(self, likely: float) -> bool:
        return self.chance.random() < likely

    def anybody(self, prison: Prison | None = None) -> Person:
        """Somebody held, in a prison or in either."""
        held = Person.objects.filter(prison=prison) if prison else Person.objects.exclude(prison=None)
        return self.chance.choice(list(held.order_by("pk")))

    def follow(self, people: list[int]) -> None:
        """The pipeline, as an import would call it."""
        with transaction.atomic():
            reconcile(people, window_of(self.on, self.at))

    def key(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)

    def _moment(self, clock: time) -> datetime:
        return in_utc(datetime.combine(self.on, clock, tzinfo=LONDON))

    # --- contacts -----------------------------------------------------------------------------------------------------

    def _contacts_of(self, person: Person) -> None:
        if self.happens(0.5):
            self.check(person)
        if self.happens(0.06):
            self.key_work(person, self.chance.choice([ContactKind.SESSION, ContactKind.SESSION, ContactKind.ENTRY]))
        if person.prison == self.women and self.happens(0.02):
            self.engage(person)

    def check(self, person: Person, *, at: datetime | None = None) -> None:
        """A check, or what came instead of one."""
        self.at += timedelta(minutes=1)
        kind = self.chance.choice(
            [ContactKind.CHECK] * 8 + [ContactKind.SEEN, ContactKind.DECLINED, ContactKind.ATTEMPT]
        )
        whole = {"spoken_to": True, "family": "yes", "understood": "yes"} if kind == ContactKind.CHECK else {}
        identified = "" if kind == ContactKind.ATTEMPT else "number"
        record = CheckRecord(kind=kind, at=at or self.at, identified=identified, **whole)
        with self.refusing():
            record_check(
                person=person, prison=person.prison, record=record, request_id=self.key(), by=self.by, at=self.at
            )

    def key_work(self, person: Person, kind: ContactKind) -> None:
        """A session or an entry, of today or written up late."""
        self.at += timedelta(minutes=1)
        record = Record(
            kind=kind, at=self.at - self.chance.choice([0, 0, 0, 1, 4]) * ONE_DAY, mode="cell_door", minutes=45
        )
        with self.refusing():
            log_session(
                person=person, prison=person.prison, record=record, request_id=self.key(), by=self.by, at=self.at
            )

    def engage(self, person: Person) -> None:
        """Time with the POM."""
        ContactFactory(person=person, kind="engagement", at=self.at, recorded_at=self.at, by=self.by)
        self.follow([person.pk])


# --- what else happens ------------------------------------------------------------------------------------------------


def check_late(year: Year) -> None:
    year.check(year.anybody(), at=year.at - year.chance.randint(1, 3) * ONE_DAY)


def undo(year: Year) -> None:
    checks = Contact.objects.current().filter(kind="check", at__gt=year.at - 4 * ONE_DAY).order_by("pk")
    if found := list(checks):
        contact = year.chance.choice(found)
        undo_check(contact=contact, because="Wrong person", request_id=year.key(), by=year.by, at=year.at)


def move(year: Year) -> None:
    """To the other prison, out, or back in again."""
    person = year.chance.choice([one for one in year.people if one.pk not in year.moved])
    person.refresh_from_db()
    there = year.men if person.prison == year.women else year.women
    to = year.chance.choice([there, None]) if person.prison else year.chance.choice([year.women, year.men])
    if person.arrived_on == year.on:
        return
    year.moved.add(person.pk)
    if person.prison:
        person.stays.filter(left_on=None).update(left_on=year.on, ended_because="transfer" if to else "release")
    person.prison, person.presence = to, "in" if to else "out"
    if to:
        person.arrived_on = year.on
        person.stays.create(prison=to, arrived_on=year.on)
    else:
        person.wing = person.key_worker = person.pom = None
    person.save()
    year.follow([person.pk])


def acct(year: Year) -> None:
    person = year.anybody()
    found = Alert.objects.filter(person=person, code="HA", ends_on=None)
    if not found.update(ends_on=year.on):
        Alert.objects.create(person=person, code="HA", starts_on=year.on, first_seen_at=year.at, last_seen_at=year.at)
    year.follow([person.pk])


def decide(year: Year) -> None:
    person = year.anybody(year.women)
    newest = newest_decision(person)
    cohort = "weekly" if newest and newest.cohort == "daily" else "daily"
    decide_cohort(
        person=person, prison=year.women, cohort=cohort, because="x", next_review_on=year.on + 7 * ONE_DAY,
        instead_of=newest and newest.pk, by=year.by, at=year.at,
    )  # fmt: skip


def decide_and_withdraw(year: Year) -> None:
    decide(year)
    newest = year.women.cohort_decisions.standing().order_by("-pk").first()
    withdraw_decision(decision=newest, because="x", by=year.by, at=year.at)


def roll_out(year: Year) -> None:
    said = year.women.settings.filter(kind=SettingKind.ROLLED_OUT).order_by("starts_on").last()
    value = "no" if said and said.value == "yes" else "yes"
    day = year.on + year.chance.choice([0, 3, 9]) * ONE_DAY
    if not said or said.starts_on < year.on:
        set_prison_setting(
            prison=year.women, kind=SettingKind.ROLLED_OUT, value=value, starts_on=day, by=year.by, at=year.at
        )


def go_out(year: Year) -> None:
    person, on = year.anybody(), year.on - year.chance.choice([0, 0, 1, 3]) * ONE_DAY
    record_day_out(person=person, prison=person.prison, on=on, why="court", may_past=True, by=year.by, at=year.at)


def not_out_after_all(year: Year) -> None:
    out = DayOut.objects.standing().filter(on__gte=year.on - 3 * ONE_DAY).order_by("pk").last()
    if out and (out.prison == year.women or out.on == year.on):
        withdraw_day_out(out=out, because="x", by=year.by, at=year.at)


def suspend(year: Year) -> None:
    first = year.on + year.chance.choice([-3, -1, 0, 2]) * ONE_DAY
    covers = year.chance.choice(["all", "checks", "key_work"])
    asked = Asked(covers, None, first, first + year.chance.randint(0, 4) * ONE_DAY, "Outbreak")
    enter_suspension(prison=year.chance.choice([year.women, year.men]), asked=asked, by=year.by, at=year.at)


def suspend_no_more(year: Year) -> None:
    if row := Suspension.objects.binding().order_by("pk").last():
        withdraw_suspension(suspension=row, because="x", by=year.by, at=year.at)


def change_regime(year: Year) -> None:
    newest = newest_level(year.men)
    others = [level for level in (4, 4, 3, 2, 1) if not newest or level != newest.level]
    change_level(
        prison=year.men, level=year.chance.choice(others), starts_on=year.on, because="x", papers=PAPERS,
        instead_of=newest.pk if newest else None, by=year.by, at=year.at,
    )  # fmt: skip


def mark(year: Year) -> None:
    mark_not_possible(person=year.anybody(year.men), prison=year.men, because="x", by=year.by, at=year.at)


def unmark(year: Year) -> None:
    if found := NotPossible.objects.filter(withdrawn_at=None, from_on__gte=year.on - 5 * ONE_DAY).order_by("pk").last():
        withdraw_not_possible(mark=found, because="x", by=year.by, at=year.at)


def give_key_worker(year: Year) -> None:
    person = year.anybody(year.men)
    if not KeyWorkerAllocation.objects.filter(person=person, ended_at=None).exists():
        worker = year.chance.choice(year.workers)
        allocate_key_worker(
            person=person, prison=year.men, staff=worker, instead_of=None, because="x", by=year.by, at=year.at
        )


def take_key_worker(year: Year) -> None:
    rows = list(KeyWorkerAllocation.objects.filter(ended_at=None, started_at__lt=year.at - ONE_DAY).order_by("pk"))
    if rows:
        row = year.chance.choice(rows)
        end_key_worker(person=row.person, prison=year.men, instead_of=row.pk, because="x", by=year.by, at=year.at)


def fall_ill(year: Year) -> None:
    first = year.on + year.chance.choice([0, 1, 2, 5]) * ONE_DAY
    record_absence(
        staff=year.chance.choice(year.workers), prison=year.men, kind=Absence.values[0], starts_on=first,
        returns_on=first + year.chance.randint(1, 6) * ONE_DAY, by=year.by, at=year.at,
    )  # fmt: skip


EVENTS: tuple[tuple[Callable[[Year], None], float], ...] = (
    (move, 0.35),
    (move, 0.2),
    (acct, 0.4),
    (acct, 0.3),
    (decide, 0.35),
    (decide_and_withdraw, 0.06),
    (roll_out, 0.03),
    (go_out, 0.3),
    (go_out, 0.3),
    (not_out_after_all, 0.1),
    (suspend, 0.06),
    (suspend_no_more, 0.04),
    (change_regime, 0.1),
    (mark, 0.3),
    (unmark, 0.1),
    (give_key_worker, 0.5),
    (give_key_worker, 0.3),
    (take_key_worker, 0.15),
    (fall_ill, 0.06),
    (check_late, 0.4),
    (undo, 0.3),
)
