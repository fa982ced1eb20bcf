"""`manage.py bench allocation`: the optimum for a large prison beside a greedy pass that is timed in the same run.

The greedy pass serves one person after the other and gives each the cheapest key worker with room, by the same limits
and the same cost; it is what the best allocation is measured against, in seconds and in what it finds.
"""

import gc
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from statistics import median
from time import perf_counter

from keywork.recommend import PastKeyWorker, PersonToPlace, Worker, recommend

SEED = 20261121
TODAY = date(2026, 11, 21)
PASSES = 5
PEOPLE, WORKERS = 1_200, 200
WINGS = tuple("ABCDEFGH")

Facts = tuple[list[PersonToPlace], list[Worker]]
Totals = tuple[int, int, int, Fraction]


def bench(people: int) -> Iterator[str]:
    """The lines that the command prints: at most so many people, and 1,200 unless fewer are asked for."""
    count = min(people, PEOPLE)
    workers = max(1, count * WORKERS // PEOPLE)
    for title, held in (("nobody has a key worker yet", 0), ("workers hold up to four people", 4)):
        facts = made_up(count, workers, held=held, seed=SEED)
        best, greedy_pass = _seconds(lambda facts: _best(*facts), facts), _seconds(lambda facts: greedy(*facts), facts)
        yield (
            f"{count:,} people, {workers} key workers, {title}: optimum {best * 1000:.0f} ms; "
            f"greedy {greedy_pass * 1000:.0f} ms; ratio {best / greedy_pass:.1f}"
        )
        yield f"  optimum: {_words(totals(*facts, _best(*facts)))}"
        yield f"  greedy: {_words(totals(*facts, greedy(*facts)))}"


def made_up(people: int, workers: int, *, held: int, seed: int) -> Facts:
    """A synthetic prison, the same for the same seed: half the people return, one in ten must not have somebody."""
    random = Random(seed)  # noqa: S311 - made-up people
    staff = [f"S{number:03}" for number in range(workers)]
    return (
        [_person(number, staff, random) for number in range(people)],
        [
            Worker(
                staff=name,
                capacity=random.choice((6, 9, 9, 9)),
                held=random.randint(0, held),
                wings=frozenset({random.choice(WINGS)}),
            )
            for name in staff
        ],
    )


def _person(number: int, staff: Sequence[str], random: Random) -> PersonToPlace:
    since = TODAY - timedelta(days=random.randint(0, 60))
    past = (PastKeyWorker(random.choice(staff), since, ended_by_manager=random.random() < 0.1),)
    return PersonToPlace(
        number=f"A{number:04}AA",
        wing=random.choice(WINGS),
        waiting_since=since,
        past_key_workers=past if random.random() < 0.5 else (),
        not_with=frozenset({random.choice(staff)}) if random.random() < 0.1 else frozenset(),
    )


def greedy(people: Sequence[PersonToPlace], workers: Sequence[Worker]) -> dict[str, str]:
    """Each person's cheapest worker with room, longest waiting first: one scan of all the workers for each."""
    held = {worker.staff: worker.held for worker in workers}
    pairs: dict[str, str] = {}
    for person in sorted(people, key=lambda person: (person.waiting_since or TODAY, person.number)):
        returns_to = {past.staff for past in person.past_key_workers if not past.ended_by_manager}
        cheapest = None
        for worker in workers:
            staff, capacity = worker.staff, worker.capacity or 0
            load = held[staff]
            if load >= capacity or not worker.available or staff in person.not_with:
                continue
            cost = (staff not in returns_to, person.wing not in worker.wings, (2 * load + 1) / capacity, staff)
            if cheapest is None or cost < cheapest:
                cheapest = cost
        if cheapest is not None:
            pairs[person.number] = cheapest[3]
            held[cheapest[3]] += 1
    return pairs


def totals(people: Sequence[PersonToPlace], workers: Sequence[Worker], pairs: dict[str, str]) -> Totals:
    """People placed, with their previous key worker, on their wing, and the sum of held² / capacity."""
    by_staff = {worker.staff: worker for worker in workers}
    held = {worker.staff: worker.held for worker in workers}
    back = same_wing = 0
    for person in people:
        staff = pairs.get(person.number)
        if staff is not None:
            held[staff] += 1
            back += any(past.staff == staff and not past.ended_by_manager for past in person.past_key_workers)
            same_wing += person.wing in by_staff[staff].wings
    load = sum((Fraction(held[worker.staff] ** 2, worker.capacity or 1) for worker in workers), Fraction(0))
    return len(pairs), back, same_wing, load


def _best(people: Sequence[PersonToPlace], workers: Sequence[Worker]) -> dict[str, str]:
    return {pair.number: pair.staff for pair in recommend(people, workers, on=TODAY).value.pairs}


def _words(found: Totals) -> str:
    placed, back, same_wing, load = found
    return f"{placed:,} placed, {back:,} back, {same_wing:,} on their wing, sum of held² / capacity {float(load):.3f}"


def _seconds(ask: Callable[[Facts], object], facts: Facts) -> float:
    gc.collect()
    passes = []
    for _ in range(PASSES):
        begun = perf_counter()
        ask(facts)
        passes.append(perf_counter() - begun)
    return median(passes)
