"""The tiers a second time, from the published tables and in another style: the oracle of the rules, not their user.

Facts come as the calculator's JSON values. Custody goes by the published reduction instead of points; provisional
version 3 letters go by trying out every value that a missing or static fact could still take.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

from dateutil.relativedelta import relativedelta

Facts = dict[str, Any]
ORDER = "GFEDCBA"
ROSH = ("low", "medium", "high", "very_high")
TABLE = """
    6.9 A A B B B B
    3.0 A B C C C C
    1.0 B C D E E E
    0.5 C D E E F F
    0.0 D D E F F G
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]


def hundredths(score: Decimal) -> int:
    """A percentage in hundredths, half up."""
    return floor(Fraction(score) * 100 + Fraction(1, 2))


def protect(facts: Facts) -> dict[str, Any] | None:
    """Letters and points of both tiers; None where RSR or OGRS cannot be true."""
    rsr, ogrs = facts.get("rsr"), facts.get("ogrs3")
    if (rsr is not None and (rsr < 0 or hundredths(rsr) > 9998)) or (ogrs is not None and not 0 <= ogrs <= 100):
        return None
    cents = 0 if rsr is None else hundredths(rsr)
    rosh, mappa = facts.get("rosh"), facts.get("mappa_level") or 0
    risk = max((cents >= 300) * 10 + (cents >= 700) * 10, dict(zip(ROSH, (0, 10, 20, 150), strict=True)).get(rosh, 0))
    base = risk + (0, 5, 150, 150)[mappa]
    extra = 2 * len(set(facts.get("complexity_registers") or []))
    women = facts.get("women_factors") or {}
    if facts.get("sex") == "female":
        awards = [women.get("parenting"), women.get("impulsivity") or women.get("temper"), women.get("enforcement")]
        extra += 2 * sum(map(bool, awards))
    if facts.get("ruleset") == "custody_2019_inferred":
        letter = older(rosh, mappa, cents, ogrs or 0)
    else:
        letter = reduced(rosh, mappa, cents)
    return {
        "custody_tier": letter,
        "custody_points": base,
        "community_points": base + extra,
        "community_tier": "A" if base + extra > 149 else "B" if base + extra > 19 else "C" if base + extra > 9 else "D",
        "provisional": rosh is None or rsr is None,
    }


def reduced(rosh: str | None, mappa: int, cents: int) -> str:
    if rosh == "very_high" or mappa > 1:
        return "A"
    if rosh == "high" or cents >= 700:
        return "B"
    return "C" if rosh == "medium" or cents >= 300 else "D"


def older(rosh: str | None, mappa: int, cents: int, ogrs: Decimal) -> str:
    if rosh == "very_high" or mappa > 1:
        return "A"
    if rosh == "high" or cents > 689 or ogrs >= 90:
        return "B"
    return "C" if rosh == "medium" or cents > 299 or ogrs >= 75 else "D"


def change(facts: Facts) -> dict[str, int]:
    """The change level and its points."""
    if facts.get("mandate") is False:
        return {"change_level": 0, "change_points": 0}
    if not facts.get("layer3_assessment"):
        return {"change_level": 2, "change_points": 0}
    points = int(facts.get("ogrs3") or 0) // 10 + (2 if facts.get("iom") else 0)
    for need, severity in (facts.get("needs") or {}).items():
        once = ("none", "standard", "severe").index(severity)
        points += {"finance": 0, "emotional": 0, "thinking": 2 * once, "attitudes": 2 * once}.get(need, once)
    return {"change_level": 1 + (points >= 10) + (points >= 20), "change_points": points}


def third(facts: Facts, today: date) -> tuple[str, bool] | None:
    """The letter of version 3 and whether it is provisional; None where the DC-SRP cannot be true."""
    if facts.get("active_event") is False:
        return "NOT_SUPERVISED", False
    arp, csrp = facts.get("arp"), facts.get("csrp")
    if arp is None or csrp is None:
        return "MISSING", False
    others = [*sexual(facts), *lifer(facts, today), *registered(facts)]
    if "?" in others:
        return None
    managed, rosh = facts.get("mappa_category") is not None, facts.get("rosh")
    with_rosh = best([*others, harm(managed, rosh)])
    return best([with_rosh, table(arp, csrp)]), could_rise(facts, others, with_rosh, managed)


def could_rise(facts: Facts, others: list[str], with_rosh: str, managed: bool) -> bool:
    """Whether any value of a static predictor, or of a missing RoSH, would give more than what is certain without."""
    arps = range(101) if facts.get("arp_dynamic") is False else None
    csrps = [row[0] for row in ROWS] if facts.get("csrp_dynamic") is False else None
    if arps is not None or csrps is not None:
        tried = (table(arp, Decimal(csrp)) for arp in arps or [facts["arp"]] for csrp in csrps or [facts["csrp"]])
        if any(higher(letter, with_rosh) for letter in tried):
            return True
    if facts.get("rosh") is not None:
        return False
    certain = best([*others, table(facts["arp"], facts["csrp"])] if arps is None and csrps is None else others)
    return any(higher(harm(managed, rosh), certain) for rosh in ROSH)


def best(letters: list[str]) -> str:
    return max(letters, key=ORDER.index, default="G")


def higher(one: str, other: str) -> bool:
    return ORDER.index(one) > ORDER.index(other)


def table(arp: Any, csrp: Any) -> str:
    columns = sum(arp < edge for edge in (90, 75, 50, 25, 15))
    return next(row[1 + columns] for row in ROWS if csrp >= Decimal(row[0]))


def harm(managed: bool, rosh: str | None) -> str:
    if managed:
        return {"very_high": "A", "high": "C", "medium": "D"}.get(str(rosh), "E")
    return {"very_high": "C", "high": "D"}.get(str(rosh), "G")


def sexual(facts: Facts) -> list[str]:
    band, score = facts.get("dcsrp_band"), facts.get("dcsrp_score")
    if not band or score is None or score <= 0:
        return []
    if band != "medium":
        return [{"very_high": "A", "high": "B", "low": "E"}[band]]
    checks: list[tuple[Callable[[], bool], str]] = [
        (lambda: score < Decimal("0.60"), "?"),
        (lambda: score < Decimal("1.12"), "D"),
        (lambda: score < Decimal("2.11"), "C"),
        (lambda: score < Decimal("3.36"), "D"),
    ]
    return [next((letter for check, letter in checks if check()), "C")]


def lifer(facts: Facts, today: date) -> list[str]:
    on = facts.get("latest_release_on")
    if not facts.get("lifer_ipp") or on is None:
        return []
    released = date.fromisoformat(on)
    if released >= today - relativedelta(years=1):
        return ["B"]
    return ["D" if released >= today - relativedelta(years=5) else "E"]


def registered(facts: Facts) -> list[str]:
    each = {"domestic_abuse": "E", "stalking": "F", "child_protection": "F", "sexual_offence": "E"}
    return [letter for name, letter in each.items() if facts.get(name)]
