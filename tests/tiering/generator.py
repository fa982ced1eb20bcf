"""Seeded fictional facts for the calculator kind `tier`: every boundary often, impossible scores now and then."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from tiering.policy import COMPLEXITY_REGISTERS, NEEDS, SEVERITIES

ROSH = (None, "low", "medium", "high", "very_high")
RSR_EDGES = (
    "0",
    "0.004",
    "2.99",
    "2.9949",
    "2.995",
    "3.00",
    "6.89",
    "6.895",
    "6.90",
    "6.99",
    "6.9949",
    "6.995",
    "7.00",
)
RSR_ENDS = ("99.98", "99.984", "99.985", "99.99", "100", "-0.01", "999.99")
OGRS = (0, 9, 10, 19, 20, 59, 60, 74, 75, 89, 90, 99, 100, 101)
ARP = ("0", "14.99", "15", "24.99", "25", "49.99", "50", "74.99", "75", "89.99", "90", "100")
CSRP = ("0", "0.49", "0.5", "0.99", "1.0", "2.99", "3.0", "6.89", "6.9", "30")
DCSRP = ("-1", "0", "0.01", "0.59", "0.60", "1.11", "1.12", "2.10", "2.11", "3.35", "3.36", "9")


def people(number: int, *, seed: int, rulesets: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """So many people's facts, each naming its rule set; the same for the same seed."""
    rng = Random(seed)
    for _ in range(number):
        ruleset = rng.choice(rulesets)
        facts = _version_3(rng) if ruleset == "v3" else _version_2(rng)
        yield {name: value for name, value in facts.items() if value is not None} | {"ruleset": ruleset}


def today(rng: Random) -> date:
    """A day of the years around, with month ends and leap days often enough."""
    return rng.choice((date(2028, 2, 29), date(2026, 2, 28), date(2026, 1, 1) + timedelta(rng.randint(0, 1500))))


def _version_2(rng: Random) -> dict[str, Any]:
    return {
        "rosh": rng.choice(ROSH),
        "mappa_level": rng.choice((None, None, 0, 1, 1, 2, 3)),
        "rsr": _rsr(rng),
        "ogrs3": rng.choice((None, *OGRS[:-1])) if rng.random() < 0.99 else OGRS[-1],
        "sex": rng.choice((None, "male", "female")),
        "complexity_registers": rng.choices(list(COMPLEXITY_REGISTERS), k=rng.randint(0, 14)),
        "women_factors": {
            "parenting": rng.choice((True, False)),
            "impulsivity": rng.randint(0, 2),
            "temper": rng.randint(0, 2),
            "enforcement": rng.choice((True, False, None)),
        },
        "needs": {need: rng.choice(SEVERITIES) for need in NEEDS if rng.random() < 0.6},
        "iom": _maybe(rng),
        "mandate": rng.choice((None, True, True, False)),
        "layer3_assessment": rng.choice((None, True, True, True, False)),
    }


def _rsr(rng: Random) -> Decimal | None:
    kind = rng.random()
    if kind < 0.1:
        return None
    if kind < 0.5:
        return Decimal(rng.choice(RSR_EDGES))
    if kind < 0.55:
        return Decimal(rng.choice(RSR_ENDS))
    return Decimal(rng.randint(0, 99_980)).scaleb(-3)


def _version_3(rng: Random) -> dict[str, Any]:
    on = today(rng)
    return {
        "rosh": rng.choice((None, *ROSH)),
        "mappa_category": rng.choice((None, None, 1, 2, 3, 4)),
        "arp": _score(rng, ARP, 0.03),
        "csrp": _score(rng, CSRP, 0.03),
        "arp_dynamic": _maybe(rng),
        "csrp_dynamic": _maybe(rng),
        "dcsrp_band": rng.choice((None, None, "low", "medium", "medium", "high", "very_high")),
        "dcsrp_score": _score(rng, DCSRP, 0.1),
        "lifer_ipp": _maybe(rng),
        "latest_release_on": _release(rng, on),
        **{flag: rng.random() < 0.15 for flag in ("domestic_abuse", "stalking", "child_protection", "sexual_offence")},
        "active_event": rng.choice((None, True, True, True, True, False)),
        "today": on.isoformat(),
    }


def _score(rng: Random, edges: tuple[str, ...], unknown: float) -> Decimal | None:
    if rng.random() < unknown:
        return None
    return Decimal(rng.choice(edges)) if rng.random() < 0.7 else Decimal(rng.randint(0, 10_000)).scaleb(-2)


def _release(rng: Random, on: date) -> str | None:
    """On the anniversaries of `on` and a day either side, else any day."""
    if rng.random() < 0.2:
        return None
    if rng.random() < 0.5:
        return (on + timedelta(rng.randint(-3000, 400))).isoformat()
    year = on.year - rng.choice((1, 5))
    anniversary = date(year, on.month, min(on.day, 28 if on.month == 2 else on.day))
    return (anniversary + timedelta(rng.randint(-2, 2))).isoformat()


def _maybe(rng: Random) -> bool | None:
    return rng.choice((None, True, False))
