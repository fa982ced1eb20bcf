"""Eight managers at once, each on a connection of their own: nobody has two key workers, nobody holds too many (R4).

Every attempt is a choice for one person. After each save the whole prison is looked at, as committed. What proves the
locks is that the same run without either of them finds what it must not.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from threading import Event
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections

from keywork.actions import RefusedError, allocate_key_worker, end_key_worker, key_workers
from keywork.actions.key_workers import Choice
from keywork.actions.placing import place_people
from keywork.models import Ceiling, KeyWorkerAllocation
from omic.models import Prison, Staff
from omic.reconcile import postponed
from tests.factories import NOW, TODAY, KeyWorkerFactory, PersonFactory, PrisonFactory, StaffFactory

pytestmark = pytest.mark.django_db(transaction=True)
THREADS, CEILING, PEOPLE, WORKERS, MANY = 8, 3, 128, 40, 60
# What fits beside the other tests: RACE_ATTEMPTS=1000000 for more.
ATTEMPTS = int(os.environ.get("RACE_ATTEMPTS", "10000"))
STRAY = 0.4  # how often somebody overlooks whom the page offers first
UNTIL_FOUND = 20_000  # without a lock; the first fault ends the run
FAULTS = """
    SELECT 'above the ceiling' FROM keywork_keyworkerallocation WHERE ended_at IS NULL
    GROUP BY staff_id HAVING count(*) > %s
    UNION ALL SELECT 'two key workers' FROM keywork_keyworkerallocation WHERE ended_at IS NULL
    GROUP BY person_id HAVING count(*) > 1
    UNION ALL SELECT 'pointer is not the open row' FROM omic_person p
    LEFT JOIN keywork_keyworkerallocation a ON a.person_id = p.id AND a.ended_at IS NULL
    WHERE p.key_worker_id IS DISTINCT FROM a.staff_id
"""


@dataclass
class Race:
    """A prison with more people than places, and managers who know nothing of each other."""

    prison: Prison
    people: list[Any]
    workers: list[Staff]
    manager: Staff
    over: Event

    def run(self, attempts: int) -> tuple[set[str], int]:
        """What went wrong, and how many choices were made; it ends at the first fault."""
        with ThreadPoolExecutor(THREADS) as pool:
            jobs = [pool.submit(self._manage, seed, attempts // THREADS) for seed in range(THREADS)]
        return set().union(*(job.result()[0] for job in jobs)), sum(job.result()[1] for job in jobs)

    def _manage(self, seed: int, attempts: int) -> tuple[set[str], int]:
        chance, made, found = Random(seed), 0, set()
        try:
            with postponed():
                while made < attempts and not self.over.is_set():
                    made += self._attempt(chance, wing=self.people[seed::THREADS])
                    if found := faults():
                        self.over.set()
        except IntegrityError:
            found = {"two key workers, stopped by the database alone"}
            self.over.set()
        finally:
            connections.close_all()
        return found, made

    def _attempt(self, chance: Random, wing: list[Any]) -> int:
        """Choices for one person, for the manager's own wing or for many of the prison; the number of choices."""
        seen = {row.person_id: row for row in KeyWorkerAllocation.objects.filter(ended_at=None)}
        many = chance.sample(self.people, MANY)
        people = chance.choices((wing, many[:1], many), (5, 3, 2))[0]
        with suppress(RefusedError):
            self._decide(chance, people, seen)
        return len(people)

    def _decide(self, chance: Random, people: list[Any], seen: dict[int, KeyWorkerAllocation]) -> None:
        decided = {"prison": self.prison, "by": self.manager, "at": NOW + timedelta(seconds=chance.randrange(3600))}
        one, present = people[0], seen.get(people[0].pk)
        worker = self._worker(chance, seen)
        if len(people) > 1:
            place_people(
                choices=[Choice(p.pk, worker.pk, (p.pk in seen and seen[p.pk].pk) or None) for p in people], **decided
            )
        elif present and chance.random() < 0.5:
            end_key_worker(person=one, instead_of=present.pk, because="Race", **decided)
        else:
            allocate_key_worker(person=one, staff=worker, instead_of=present and present.pk, because="Race", **decided)

    def _worker(self, chance: Random, seen: dict[int, KeyWorkerAllocation]) -> Staff:
        """Often whom the page offers first, the one who holds fewest: so do all managers at once."""
        load = Counter(row.staff_id for row in seen.values())
        return min(self.workers, key=lambda worker: (chance.random() < STRAY, load[worker.pk], worker.pk))


def faults() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(FAULTS, [CEILING])
        return {row[0] for row in cursor.fetchall()}


@pytest.fixture
def race(frozen: object) -> Iterator[Race]:
    prison = PrisonFactory(code="LEI")
    workers = [KeyWorkerFactory(prison=prison) for _ in range(WORKERS)]
    manager = StaffFactory()
    recorded = {"starts_on": TODAY, "because": "Race", "recorded_by": manager, "recorded_at": NOW}
    for worker in workers:
        Ceiling.objects.create(key_worker=worker, people=CEILING, **recorded)
    people = [PersonFactory(prison=prison) for _ in range(PEOPLE)]
    return Race(prison, people, [worker.staff for worker in workers], manager, Event())


def test_r4_no_double_allocation_and_nobody_above_the_ceiling(race: Race) -> None:
    found, made = race.run(ATTEMPTS)
    assert found == set()
    assert made >= ATTEMPTS
    assert KeyWorkerAllocation.objects.filter(ended_at=None).exists()


@pytest.mark.parametrize("lock", ["lock_staff", "lock_people"])
def test_without_either_lock_the_same_run_finds_it(race: Race, monkeypatch: pytest.MonkeyPatch, lock: str) -> None:
    nothing: Callable[[object], None] = lambda _rows: None  # noqa: E731
    monkeypatch.setattr(key_workers, lock, nothing)
    assert race.run(UNTIL_FOUND)[0]
