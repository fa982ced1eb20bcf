"""Custody tier, community tier and change level. Pure: frozen facts in, `Outcome` out, points kept for the *why* page.

An impossible score gives an `InvalidFact`, never a low tier; a missing RoSH or RSR scores nothing and is provisional.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeVar

from omic.policy import InvalidFact, Outcome, Step, Steps
from tiering.policy import (
    CHANGE_V2,
    COMPLEXITY_REGISTERS,
    CUSTODY_2019_INFERRED,
    CUSTODY_V2,
    INVALID_FACT,
    PROVISIONAL,
    RSR_HIGHEST,
    RSR_STEP,
    SCORES,
    SETTLED,
)

Points = tuple[tuple[str, int], ...]
Given = TypeVar("Given")


@dataclass(frozen=True, slots=True, kw_only=True)
class TierFacts:
    """What the tiers read. None is unknown; an unknown yes/no is no, but `mandate` is yes: custody is one.

    `rosh` very_high|high|medium|low, `mappa_level` 0 to 3, `rsr` in per cent, `ogrs3` 0 to 100, `sex` male|female,
    `registers` complexity registers by code (repeats count once), `impulsivity` and `temper` OASys 11.2 and 11.4
    (0 to 2), `needs` OASys needs by name (none|standard|severe). `additional_known` says whether registers and women's
    factors were looked up at all: where they were not, the community tier is provisional.
    """

    rosh: str | None = None
    mappa_level: int | None = None
    rsr: Decimal | None = None
    ogrs3: Decimal | int | None = None
    sex: str | None = None
    registers: tuple[str, ...] = ()
    parenting: bool = False
    impulsivity: int = 0
    temper: int = 0
    enforcement: bool = False
    additional_known: bool = True
    needs: Mapping[str, str] = field(default_factory=dict)
    iom: bool = False
    mandate: bool = True
    layer3_assessment: bool = False


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier by the protect axis. `breakdown` names what scored, of RSR and RoSH the higher; it adds up to `points`."""

    letter: str
    points: int
    breakdown: Points
    provisional: bool


@dataclass(frozen=True, slots=True)
class Change:
    """The change level 0 to 3; `points` is 0 where the level is fixed without counting."""

    level: int
    points: int


def custody_tier(facts: TierFacts, *, ruleset: str = CUSTODY_V2.ruleset) -> Outcome[Tier | InvalidFact]:
    """TI-02: the custody tier, without additional factors. `custody_2019_inferred` moves the letter alone."""
    problem = invalid_fact(facts)
    if problem is not None:
        return _invalid(problem, ruleset)
    rsr = rounded_rsr(facts.rsr)
    scored = _scored(facts, rsr)
    points = _total(scored)
    if ruleset == CUSTODY_2019_INFERRED.ruleset:
        letter, found = _inferred(facts, rsr)
    else:
        letter, found = _letter(points), _by_points(facts, rsr, scored)
    steps = (Step("TI-02", "additional factors not counted"), Step("TI-07", found), *_about(letter))
    return _outcome(Tier(letter, points, scored, _risk_unknown(facts)), ruleset, steps)


def community_tier(facts: TierFacts) -> Outcome[Tier | InvalidFact]:
    """TI-03: the community tier, with complexity registers and, for women, three further factors."""
    problem = invalid_fact(facts)
    if problem is not None:
        return _invalid(problem, CUSTODY_V2.ruleset)
    scored = _scored(facts, rounded_rsr(facts.rsr)) + _additional(facts)
    points = _total(scored)
    tier = Tier(_letter(points), points, scored, _risk_unknown(facts) or not facts.additional_known)
    return _outcome(tier, CUSTODY_V2.ruleset, (Step("TI-03", _community_words(facts, tier)),))


def change_level(facts: TierFacts) -> Outcome[Change | InvalidFact]:
    """The change level (TI-07): never used to choose a POM's type."""
    problem = invalid_fact(facts)
    if problem is not None:
        return _invalid(problem, CUSTODY_V2.ruleset)
    if not facts.mandate:
        return _change(CHANGE_V2.level_without_mandate, 0, "no mandate for change")
    if not facts.layer3_assessment:
        return _change(CHANGE_V2.level_without_assessment, 0, "no completed layer 3 assessment")
    needs = sum(CHANGE_V2.severity[severity] * CHANGE_V2.weight[need] for need, severity in facts.needs.items())
    ogrs = int((facts.ogrs3 or 0) // CHANGE_V2.ogrs_divisor)
    iom = CHANGE_V2.iom if facts.iom else 0
    points = needs + ogrs + iom
    return _change(_band(CHANGE_V2.levels, points), points, f"needs {needs}, OGRS {ogrs}, IOM {iom}: {points} points")


def rounded_rsr(rsr: Decimal | None) -> Decimal | None:
    """RSR to two decimals, half up, as every test reads it."""
    return None if rsr is None else rsr.quantize(RSR_STEP, ROUND_HALF_UP)


def invalid_fact(facts: TierFacts) -> InvalidFact | None:
    """The first fact that cannot be true, or None."""
    rsr, ogrs3 = facts.rsr, facts.ogrs3
    if rsr is not None and not (0 <= rsr < 100 and rsr.quantize(RSR_STEP, ROUND_HALF_UP) <= RSR_HIGHEST):
        return InvalidFact("rsr", f"must be between 0 and {RSR_HIGHEST}, not {rsr}")
    if ogrs3 is not None and not 0 <= ogrs3 <= 100:
        return InvalidFact("ogrs3", f"must be between 0 and 100, not {ogrs3}")
    if facts.mappa_level not in CUSTODY_V2.mappa:
        return InvalidFact("mappa_level", f"must be 0, 1, 2 or 3, not {facts.mappa_level}")
    if facts.rosh not in CUSTODY_V2.rosh:
        return InvalidFact("rosh", f"must be very_high, high, medium or low, not {facts.rosh}")
    return None


def _invalid(problem: InvalidFact, ruleset: str) -> Outcome[Any]:
    return Outcome(problem, INVALID_FACT, ruleset, (Step("TI-07", f"{problem.fact} {problem.problem}"),))


def _outcome(tier: Tier, ruleset: str, steps: Steps) -> Outcome[Tier | InvalidFact]:
    return Outcome(tier, PROVISIONAL if tier.provisional else SETTLED, ruleset, steps)


def _scored(facts: TierFacts, rsr: Decimal | None) -> Points:
    """What scores in custody and community alike: the higher of RoSH and RSR, and MAPPA."""
    rosh, by_rsr = CUSTODY_V2.rosh[facts.rosh], _rsr_points(rsr)
    risk = ("rsr", by_rsr) if by_rsr > rosh else ("rosh", rosh)
    return risk, ("mappa", CUSTODY_V2.mappa[facts.mappa_level])


def _rsr_points(rsr: Decimal | None) -> int:
    return 0 if rsr is None else _band(CUSTODY_V2.rsr_bands, rsr)


def _additional(facts: TierFacts) -> Points:
    scored: list[tuple[str, int]] = []
    registers = len(set(facts.registers))
    if registers:
        scored.append(("registers", registers * CUSTODY_V2.register))
    if facts.sex == "female":
        factors = (
            ("parenting", facts.parenting),
            ("impulsivity_or_temper", facts.impulsivity > 0 or facts.temper > 0),
            ("enforcement", facts.enforcement),
        )
        scored.extend((name, CUSTODY_V2.womens_factor) for name, present in factors if present)
    return tuple(scored)


def _band(bands: Iterable[tuple[Decimal | int, Given]], value: Decimal | int) -> Given:
    """The first band (highest first) whose lower end `value` reaches."""
    return next(given for lowest, given in bands if value >= lowest)


def _total(scored: Points) -> int:
    return sum(number for _, number in scored)


def _letter(points: int) -> str:
    return _band(CUSTODY_V2.letters, points)


def _risk_unknown(facts: TierFacts) -> bool:
    return facts.rosh is None or facts.rsr is None


def _inferred(facts: TierFacts, rsr: Decimal | None) -> tuple[str, str]:
    """The older criteria: the highest letter that any one score gives, and what each gives."""
    ogrs3 = facts.ogrs3
    each = (
        (_mappa(facts), CUSTODY_2019_INFERRED.mappa[facts.mappa_level]),
        (_rosh(facts), CUSTODY_2019_INFERRED.rosh[facts.rosh]),
        (_rsr(rsr), _band(CUSTODY_2019_INFERRED.rsr, rsr or 0)),
        (f"OGRS {'not known' if ogrs3 is None else ogrs3}", _band(CUSTODY_2019_INFERRED.ogrs, ogrs3 or 0)),
    )
    letter = min(given for _, given in each)
    return letter, f"{'; '.join(f'{what} gives {given}' for what, given in each)}: tier {letter}"


def _by_points(facts: TierFacts, rsr: Decimal | None, scored: Points) -> str:
    """What each score gave, that the higher of RoSH and RSR counts, and the sum."""
    rosh, by_rsr, mappa = CUSTODY_V2.rosh[facts.rosh], _rsr_points(rsr), CUSTODY_V2.mappa[facts.mappa_level]
    points = _total(scored)
    given = f"{_rosh(facts)}: {rosh} points; {_rsr(rsr)}: {by_rsr}; the higher counts"
    return f"{given}; {_mappa(facts)}: {mappa}; together {points} points, tier {_letter(points)}"


def _about(letter: str) -> Steps:
    """TI-04 and TI-05: what the operating model says of the two tiers that a probation POM is for."""
    if letter == "A":
        return (Step("TI-04", "tier A: check MAPPA level and who is responsible"),)
    return (Step("TI-05", "tier B: high risk"),) if letter == "B" else ()


def _rosh(facts: TierFacts) -> str:
    return f"RoSH {'not known' if facts.rosh is None else facts.rosh.replace('_', ' ')}"


def _rsr(rsr: Decimal | None) -> str:
    return f"RSR {'not known' if rsr is None else rsr}"


def _mappa(facts: TierFacts) -> str:
    if facts.mappa_level is None:
        return "MAPPA not known"
    return f"MAPPA level {facts.mappa_level}" if facts.mappa_level else "no MAPPA"


def _community_words(facts: TierFacts, tier: Tier) -> str:
    """ "RoSH 10, MAPPA 5, complexity registers 6 (mental health, …): 21 points, community tier B"."""
    names = [COMPLEXITY_REGISTERS.get(code, code) for code in dict.fromkeys(facts.registers)]
    listed = f" ({', '.join(names)})" if names else ""
    scored = ", ".join(
        f"{SCORES[name]} {number}{listed if name == 'registers' else ''}" for name, number in tier.breakdown
    )
    unknown = "" if facts.additional_known else ", additional factors not recorded"
    doubt = ", provisional" if tier.provisional else ""
    return f"{scored}{unknown}: {tier.points} points, community tier {tier.letter}{doubt}"


def _change(level: int, points: int, found: str) -> Outcome[Change | InvalidFact]:
    return Outcome(
        Change(level, points), SETTLED, CUSTODY_V2.ruleset, (Step("TI-07", f"{found}: change level {level}"),)
    )
