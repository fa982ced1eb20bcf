"""Synthetic people for comparing rules with oracles: seeded, mixed like a national caseload, with many close calls."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from omic.policy import POLICY_IDS

Facts = dict[str, Any]
FIRST_DAY, DAYS = date(2019, 2, 1), 3300
MONTHS_THAT_MATTER = (0, 4, 7, 8, 10, 12, 15, 18)


def people(count: int, *, seed: int) -> Iterator[tuple[Facts, str]]:
    """`count` people with the policy version to ask, each version in turn. Unknown facts are left out.

    Every second person has the uncommon facts five times as often as the caseload, so that branches meet.
    """
    random = Random(seed)
    for number in range(count):
        facts = _person(random, 5 if number % 2 else 1)
        known = {name: value for name, value in facts.items() if value is not None}
        yield known, POLICY_IDS[number // 2 % len(POLICY_IDS)]


def _person(random: Random, often: int) -> Facts:
    today = FIRST_DAY + timedelta(days=random.randrange(DAYS))
    start = today - timedelta(days=random.randint(1, 3650))
    indeterminate = random.random() < 0.15 * (2 if often > 1 else 1)
    dates = _tariff(random, start, today, often) if indeterminate else _release(random, start)
    facts = {
        "sentence_type": "indeterminate" if indeterminate else "determinate",
        "sentence_start": start,
        **dates,
        **_status(random, today, often),
        **_place(random, start, today, often),
    }
    days = {name: _close_call(random, value, today) for name, value in facts.items() if isinstance(value, date)}
    unknown_start = {"sentence_start": None} if random.random() < 0.02 * often else {}
    return {"today": today, **facts, **days, **unknown_start}


def _close_call(random: Random, day: date, today: date) -> date:
    """Now and then a day is moved to a month's end, or close to where a rule's months end, counted from today."""
    dice = random.random()
    if dice < 0.1:
        return day.replace(day=monthrange(day.year, day.month)[1])
    if dice > 0.05 * 3:
        return day
    months = today.year * 12 + today.month - 1 + random.choice(MONTHS_THAT_MATTER)
    year, month = divmod(months, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(today.day, last)) + timedelta(days=random.randint(-1, 1))


def _release(random: Random, start: date) -> Facts:
    length = random.randint(60, 5475)
    half = start + timedelta(days=length // 2)
    return {
        "crd": half if random.random() < 0.95 else None,
        "ard": half + timedelta(days=random.randint(-3, 30)) if random.random() < 0.5 else None,
        "ped": start + timedelta(days=length * 2 // 3) if random.random() < 0.12 else None,
        "hdced": half - timedelta(days=random.randint(0, 240)) if random.random() < 0.3 else None,
        "hdc_actual": half - timedelta(days=random.randint(0, 240)) if random.random() < 0.1 else None,
    }


def _tariff(random: Random, start: date, today: date, often: int) -> Facts:
    thd = today + timedelta(days=random.randint(-365, 1095))
    return {
        "ted": start + timedelta(days=random.randint(730, 9125 // often)) if random.random() < 0.95 else None,
        "thd": thd if random.random() < 0.6 else None,
        "additional_isp": random.random() < 0.03,
        "parole_outcome": random.choices([None, "not_release", "release", "deferred"], [55, 30, 10, 5])[0],
        "com_oasys_reviewed": random.random() < 0.5,
        "last_review_on": today - timedelta(days=random.randint(0, 900)) if random.random() < 0.5 else None,
        "recall_hearing_outcome": random.choice([None, "release", "not_release", "not_release"]),
    }


def _status(random: Random, today: date, often: int) -> Facts:
    agreed_on = today + timedelta(days=random.randint(-700, 200))
    return {
        "legal_status": random.choices(["sentenced", "remand", "civil", "immigration"], [970, 10, 10, 10])[0],
        "recalled": random.random() < 0.08 * often / 2,
        "immigration": random.random() < 0.02,
        "early_allocation": random.random() < 0.02 * often,
        "early_allocation_agreed_on": agreed_on if random.random() < 0.5 else None,
        "mappa_level": random.choices([None, 0, 1, 2, 3], [50, 10, 20, 15, 5])[0],
        "provider": random.choices([None, "nps", "crc"], [30, 50, 20])[0],
    }


def _place(random: Random, start: date, today: date, often: int) -> Facts:
    arrival = today - timedelta(days=random.randint(-60, 730 * often))
    opened = today - timedelta(days=random.randint(-60, 730 * often))
    return {
        "open_conditions": random.random() < 0.08 * often,
        "womens_estate": random.random() < 0.04 * often,
        "welsh_open": random.random() < 0.01 * often,
        "prison_arrival": arrival if random.random() < 0.9 else None,
        "category_active_since": opened if random.random() < 0.5 else None,
        "moved_to_open_on": opened if random.random() < 0.05 * often else None,
    }
