"""Three years of a prison: each email exactly once for each true situation, and every list as long as it must be.

Nights are skipped, workers killed at random statements, dates moved, COMs named and lost, sentences followed by others.
"""

import os
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Any

import pytest
from django.core import mail

from handover.actions import record_handover
from handover.community_lists import list_counts as pipeline_counts
from handover.ldus import add_ldu
from handover.models import CommunityRequest
from handover.queries import list_counts, with_handover
from handover.reminders import choose_reminders
from omic.audit import Actor
from omic.details import record_details
from omic.ledger import done_on
from omic.models import Message, Obligation, Person, Prison, Staff
from omic.nightly import JOB, run_night
from omic.outbox import send_waiting
from omic.reconcile import reconcile_in_batches, window_of
from tests.factories import CaseDetailsFactory, PersonFactory, PostingFactory, PrisonFactory, SentenceFactory
from tests.handover.community import NIGHT, STEPS, ldu
from tests.handover.three_years import LDUS, MISSING, Case, Event, counts, populate
from tests.kills import killed, start
from tests.nights import small_hours

pytestmark = pytest.mark.django_db(transaction=True)
FIRST = date(2026, 11, 20)
SKIPPED, KILLED = 0.08, 0.18  # of all nights: those that nobody rings for, and with them those whose worker dies


KINDS = {"remind_ahead", "remind_today", "remind_no_com", "pipeline", "chaser", "short"}
PEOPLE = int(os.environ.get("THREE_YEARS_PEOPLE", "20"))
SEED = 20  # of the slice: every kind happens in it


class Life:
    """The prison in the database beside its model: what happens to one happens to the other."""

    def __init__(self, seed: int, people: int) -> None:
        self.chance, self.on = Random(seed), FIRST
        self.world = populate(self.chance, people, FIRST)
        self.prison: Prison = PrisonFactory(code="LEI")
        self.poms: list[Staff] = [PostingFactory(role="pom").staff for _ in self.world.poms]
        Staff.objects.filter(pk=self.poms[2].pk).update(email="")
        self.expected: Counter[tuple[date, Event]] = Counter()
        for name in LDUS:
            ldu(name, f"{name.lower()}@probation.invalid")
        self.people = [self._arrive(case) for case in self.world.cases]
        for case in self.world.cases:
            self._follow(case)

    def _arrive(self, case: Case) -> Person:
        person = PersonFactory(prison=self.prison, arrived_on=FIRST - timedelta(days=900), pom=self._pom(case))
        SentenceFactory(person=person, started_on=case.started_on, crd=case.crd, sed=None)
        CaseDetailsFactory(person=person, com_name=None, ldu=case.ldu)
        return person

    def _pom(self, case: Case) -> Staff | None:
        return None if case.pom is None else self.poms[case.pom]

    @property
    def noon(self) -> Any:
        return small_hours(self.on) + timedelta(hours=9)

    def _follow(self, case: Case) -> None:
        reconcile_in_batches([self.people[case.number].pk], window_of(self.on, self.noon))
        self._expect(self.world.settle(case, self.on))

    def _expect(self, events: list[Event]) -> None:
        self.expected.update((self.on, event) for event in events)

    def day(self) -> None:
        """What people do in the daytime."""
        for case in self.world.cases:
            for odds, deed in DEEDS:
                if self.chance.random() < odds:
                    deed(self, case)
        if self.chance.random() < 0.03:
            self._choose(self.chance.randrange(2))

    def move(self, case: Case) -> None:
        latest = case.crd + timedelta(days=80)
        case.crd = max(case.started_on + timedelta(days=320), latest - timedelta(days=self.chance.randrange(160)))
        self.people[case.number].sentences.filter(closed_at=None).update(crd=case.crd)
        self._follow(case)

    def com(self, case: Case) -> None:
        if case.com:
            case.com = False
        else:
            case.name_com()
        self._detail(case, com_name="Cam Community" if case.com else None)

    def change_ldu(self, case: Case) -> None:
        case.ldu = self.chance.choice((*LDUS, MISSING, None))
        self._detail(case, ldu=case.ldu)

    def _detail(self, case: Case, **values: str | None) -> None:
        told = {"values": values, "source": "nDelius", "as_at": self.on, "by": Actor(job="life"), "at": self.noon}
        record_details(person=self.people[case.number], **told)
        self._expect(self.world.settle(case, self.on))

    def change_pom(self, case: Case) -> None:
        case.pom = self.chance.choice((0, 1, 2, None))
        Person.objects.filter(pk=self.people[case.number].pk).update(pom=self._pom(case))
        self._follow(case)

    def record(self, case: Case) -> None:
        if case.owed and case.com_from <= self.on:
            record_handover(person=self.people[case.number], on=self.on, note="", by=self.poms[0], at=self.noon)
            case.recorded, case.again = case.handover_on, False

    def sentence(self, case: Case) -> None:
        if case.com_from + timedelta(days=30) > self.on:
            return
        crd = self.on + timedelta(days=self.chance.choice((100, 310, 320, 340, 400)))
        case.sentence(self.on, crd)
        person = self.people[case.number]
        person.sentences.update(closed_at=self.noon)
        SentenceFactory(person=person, started_on=self.on, crd=crd, sed=None)
        self._follow(case)

    def _choose(self, number: int) -> None:
        wanted = number in self.world.silent
        choose_reminders(wanted=wanted, by=self.poms[number], at=self.noon)
        self.world.silent ^= {number}

    def find_missing_ldu(self) -> None:
        """Its mailbox is recorded at last: what waited is asked at once."""
        add_ldu(name=MISSING, email="nowhere@probation.invalid", prison=self.prison, by=self.poms[0], at=self.noon)
        self.world.mailboxes.add(MISSING)
        for case in self.world.cases:
            self._expect(self.world.settle(case, self.on))

    def night(self) -> None:
        """Skipped, killed and left, killed and run again, or simply run. The ledger says whether it was."""
        work: Callable[[], object] = partial(run_night, self.prison, on=self.on, at=small_hours(self.on))
        fate = self.chance.random()
        if fate < SKIPPED:
            return
        left_dead = False
        if fate < KILLED:
            died = killed(start(work, killed_before=self.chance.randint(1, 160)))
            left_dead = died and self.chance.random() < 0.5
        while not (left_dead or done_on(JOB, self.prison, on=self.on)):
            work()
        if done_on(JOB, self.prison, on=self.on):
            self._expect(self.world.night(self.on))

    def sent(self) -> Counter[tuple[date, Event]]:
        """What the database says was sent, by night."""
        number = {person.pk: index for index, person in enumerate(self.people)}
        pom = {staff.email: f"pom{index}" for index, staff in enumerate(self.poms)}
        found: Counter[tuple[date, Event]] = Counter()
        for row in CommunityRequest.objects.select_related("ldu", "message"):
            found[row.message.on, (row.kind, number[row.person_id], row.ldu.name)] += 1
        reminders = {f"reminder:{row.pk}": row for row in Obligation.objects.filter(kind__startswith="remind_")}
        for message in Message.objects.filter(kind="handover"):
            row = reminders[message.about]
            found[message.on, (row.kind, number[row.person_id], pom[message.recipient])] += 1
        return found

    def lists(self) -> dict[str, int]:
        """How long the product's lists are."""
        found = list_counts(with_handover(self.prison.people.all(), self.on), self.on)
        pipeline = pipeline_counts(self.prison, self.noon)
        named = {"pipeline-all": pipeline["all"], "without-ldu": pipeline["without-ldu"]}
        return {key: found[key] for key in ("upcoming", "overdue", "no-com", "everyone")} | named


DEEDS: tuple[tuple[float, Callable[[Life, Case], None]], ...] = (
    (0.008, Life.move),
    (0.008, Life.com),
    (0.004, Life.change_ldu),
    (0.004, Life.change_pom),
    (0.02, Life.record),
    (0.04, Life.sentence),
)


def live(seed: int, *, people: int, days: int) -> Life:
    """So many days, each night and evening compared with the model."""
    life = Life(seed, people)
    for number in range(days):
        life.night()
        if number == days // 3:
            life.find_missing_ldu()
        life.day()
        assert life.lists() == counts(life.world, life.on), f"seed {seed}, {life.on}"
        send_waiting(life.noon)
        if number % 30 == 29 or number == days - 1:
            sent = life.sent()
            missing, more = life.expected - sent, sent - life.expected
            assert not missing and not more, f"seed {seed}, {life.on}: missing {missing}, too many {more}"
        life.on += timedelta(days=1)
    return life


def delivered_once() -> bool:
    """Every email was delivered, each one once, and each LDU has one list and one reminder a night at most."""
    ids = Counter(message.extra_headers["Message-ID"] for message in mail.outbox)
    lists = Message.objects.filter(kind="community").filter(about__regex="^(pipeline|chaser)")
    letters = Counter(lists.values_list("on", "recipient", "about"))
    return set(ids.values()) <= {1} and len(ids) == Message.objects.count() and set(letters.values()) <= {1}


@pytest.fixture(autouse=True)
def _only_handover(settings: Any) -> None:
    settings.RECONCILE_STEPS, settings.NIGHTLY_STEPS, settings.NIGHTLY_EXTRAS = STEPS, [], NIGHT


def test_a_slice_of_a_prisons_life() -> None:
    life = live(SEED, people=8, days=30)
    assert delivered_once()
    assert {event[0] for _, event in life.expected} == KINDS


@pytest.mark.long
@pytest.mark.timeout(0)
@pytest.mark.parametrize("seed", [int(os.environ.get("THREE_YEARS_SEED", "1"))])
def test_three_years_of_a_prison(seed: int) -> None:
    life = live(seed, people=PEOPLE, days=3 * 365 + 1)
    assert delivered_once()
    kinds = Counter(event[0] for _, event in life.expected)
    assert set(kinds) == KINDS
    assert sum(kinds.values()) > 15 * PEOPLE
