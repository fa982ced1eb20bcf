"""A year of two women's prisons and a men's, made up by chance and lived through the product's own actions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

import pgtrigger
from django.db import transaction

from keywork.actions import log_session
from keywork.actions.refusals import RefusedError, SameSessionError
from keywork.notes import Record
from omic.calendar import LONDON, in_utc
from omic.merges import CannotMergeError
from omic.models import (
    ContactKind,
    Person,
    Prison,
    Staff,
)
from omic.nightly import run_night
from omic.postings import PostingRefusedError
from omic.reconcile import reconcile, window_of
from tests.factories import (
    ContactFactory,
    KeyWorkerFactory,
    PersonFactory,
    PrisonFactory,
    StaffFactory,
    WingFactory,
)
from tests.wellbeing.happenings import EVENTS
from wellbeing.actions.checks import record_check
from wellbeing.notes import CheckRecord

ONE_DAY = timedelta(days=1)
Events = tuple[Callable[["Year"], None], ...]
REFUSALS = (RefusedError, SameSessionError, CannotMergeError, PostingRefusedError)


@dataclass
class Year:
    """Three prisons on a day, one of them empty at first, and everybody who is or was in them."""

    chance: Random
    on: date
    size: int = 12
    busy: float = 1.0  # how much more often anything happens
    surely: Events = ()  # what happens every day
    women: Prison = field(init=False)
    sister: Prison = field(init=False)
    men: Prison = field(init=False)
    by: Staff = field(init=False)
    people: list[Person] = field(init=False)
    at: datetime = field(init=False)
    moved: set[int] = field(default_factory=set)  # today
    stamped: int = 0  # the last row of people's history that carries the year's own time
    doubles: list[Person] = field(default_factory=list)  # second numbers of somebody who has one

    def __post_init__(self) -> None:
        self.women, self.sister = (PrisonFactory(code=code, estate="women") for code in ("EWI", "STI"))
        self.men = PrisonFactory(code="LEI")
        for prison in self.prisons:
            WingFactory(prison=prison, code="A")
            WingFactory(prison=prison, code="B")
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

    @property
    def prisons(self) -> tuple[Prison, ...]:
        return self.women, self.sister, self.men

    def live(self, on: date) -> None:
        """One day: an early check, the night where it runs, and what comes between breakfast and midnight."""
        self.on, self.moved = on, set()
        self.at = self._moment(time(0, 5))
        if self.happens(0.3):
            self.check(self.anybody())
        self.at = self._moment(time(3, 30))
        for prison in self.prisons:
            if self.happens(0.5):
                run_night(prison, on=on, at=self.at)
        self.at = self._moment(time(6))
        for event, likely in EVENTS:
            if event in self.surely or self.happens(likely * self.busy):
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
        """The pipeline, as an import would call it; the history says when."""
        history = Person.pgh_event_model.objects
        with transaction.atomic():
            with pgtrigger.ignore("omic.PersonEvent:append_only"):
                history.filter(pgh_obj__in=people, pgh_id__gt=self.stamped).update(pgh_created_at=self.at)
            self.stamped = history.latest("pgh_id").pgh_id
            reconcile(people, window_of(self.on, self.at))

    def key(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)

    def _moment(self, clock: time) -> datetime:
        return in_utc(datetime.combine(self.on, clock, tzinfo=LONDON))

    # --- contacts -----------------------------------------------------------------------------------------------------

    def _contacts_of(self, person: Person) -> None:
        if self.happens(0.3):
            self.check(person)
        if self.happens(0.06):
            self.key_work(person, self.chance.choice([ContactKind.SESSION, ContactKind.SESSION, ContactKind.ENTRY]))
        if person.prison != self.men and self.happens(0.02):
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
                person=person, prison=person.prison, record=record, request_id=self.key(), by=self.by, at=self.at,
                another=True,
            )  # fmt: skip

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
