"""`manage.py bench rules`: people a second that the handover rule answers, beside an empty loop and set-based SQL.

The people are synthetic and seeded; their mix is the one with which the national service's calculator was timed. Then
a night over as many in the database, beside the SQL that does the same to the same stored facts.
"""

import gc
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from random import Random
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

from handover.bench.night import measure_night, seconds_by_sql
from handover.rules import HandoverFacts, determine
from omic.policy import POLICY_IDS

PASSES = 7
SEED = 20261121
TODAY = date(2026, 11, 21)


class Figures(NamedTuple):
    """People a second: the median of the passes and the best of them. `floor` is the same loop with nothing to do."""

    floor: int
    middle: int
    best: int


def measure(people: Sequence[HandoverFacts], policy: str) -> Figures:
    """The figures of one version in this process, after one pass to warm up."""
    nothing = _seconds(lambda facts, _policy: facts, people, policy)
    seconds = _seconds(lambda facts, policy: determine(facts, policy=policy), people, policy)
    count = len(people)
    return Figures(round(count / median(nothing)), round(count / median(seconds)), round(count / min(seconds)))


def _seconds(ask: Callable[[HandoverFacts, str], object], people: Sequence[HandoverFacts], policy: str) -> list[float]:
    passes = []
    for _ in range(PASSES + 1):
        gc.collect()
        begun = perf_counter()
        for facts in people:
            ask(facts, policy)
        passes.append(perf_counter() - begun)
    return passes[1:]


def synthetic_people(count: int, *, seed: int) -> Iterator[HandoverFacts]:
    """`count` people as of one day, the same for the same seed."""
    random = Random(seed)  # noqa: S311 - made-up people
    for _ in range(count):
        start = TODAY - timedelta(days=random.randint(1, 3650))
        dates = _tariff(random, start) if random.random() < 0.15 else _release(random, start)
        yield HandoverFacts(today=TODAY, sentence_start=start, **dates, **_status(random))


def _release(random: Random, start: date) -> dict[str, Any]:
    length = random.randint(60, 5475)
    half = start + timedelta(days=length // 2)
    return {
        "crd": half if random.random() < 0.95 else None,
        "ard": half + timedelta(days=random.randint(0, 30)) if random.random() < 0.5 else None,
        "ped": start + timedelta(days=length * 2 // 3) if random.random() < 0.12 else None,
    }


def _tariff(random: Random, start: date) -> dict[str, Any]:
    ted, thd = start + timedelta(days=random.randint(730, 9125)), TODAY + timedelta(days=random.randint(-365, 1095))
    return {
        "sentence_type": "indeterminate",
        "ted": ted if random.random() < 0.95 else None,
        "thd": thd if random.random() < 0.6 else None,
        "additional_isp": random.random() < 0.03,
        "parole_outcome": random.choices([None, "not_release", "release"], [60, 30, 10])[0],
    }


def _status(random: Random) -> dict[str, Any]:
    return {
        "provider": "nps",
        "recalled": random.random() < 0.08,
        "immigration": random.random() < 0.02,
        "early_allocation": random.random() < 0.02,
        "mappa_level": random.choices([None, 0, 1, 2, 3], [50, 10, 20, 15, 5])[0],
        "open_conditions": random.random() < 0.08,
        "womens_estate": random.random() < 0.04,
        "prison_arrival": TODAY - timedelta(days=random.randint(0, 730)),
    }


def bench(count: int) -> Iterator[str]:
    """The lines that the command prints, as they are measured. What goes into the database is rolled back."""
    people = list(synthetic_people(count, seed=SEED))
    for policy in POLICY_IDS:
        floor, middle, best = measure(people, policy)
        by_sql = round(count / seconds_by_sql(people, policy))
        yield (
            f"{policy}: {middle:,} people a second (best pass {best:,}); the empty loop {floor:,}, the rule as SQL "
            f"{by_sql:,}"
        )
    ours, by_sql_night = measure_night(count)
    yield _night("first night, everybody is written", ours.first, by_sql_night.first)
    yield _night("a night without a change", ours.again, by_sql_night.again)


def _night(what: str, ours: float, floor: float) -> str:
    return f"{what}: {ours:.1f} s; as SQL {floor:.1f} s; ratio {ours / floor:.1f}"
