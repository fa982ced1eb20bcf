"""Custody tier, community tier and change level. Pure: frozen facts in, `Outcome` out, points kept for the *why* page.

An impossible score gives an `InvalidFact`, never a low tier; a missing RoSH or RSR scores nothing and is provisional.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeVar

from omic.policy import InvalidFact, Outcome, Step
from tiering.policy import (
    CHANGE_V2,
    CUSTODY_2019_INFERRED,
    CUSTODY_V2,
    INVALID_FACT,
    PROVISIONAL,
    RSR_HIGHEST,
    RSR_STEP,
    SETTLED,
)

Points = tuple[tuple[str, int], ...]
Given = TypeVar("Given")


@dataclass(frozen=True, slots=True, kw_only=True)
class TierFacts:
    """What the tiers read. None is unknown; an unknown yes/no is no, but `mandate` is yes: custody is one.

    `rosh` very_high|high|medium|low, `mappa_level` 0 to 3, `rsr` in per cent, `ogrs3` 0 to 100, `sex` male|female,
    `registers` complexity registers by code (repeats count once), `impulsivity` and `temper` OASys 11.2 and 11.4
    (0 to 2), `needs` OASys needs by name (none|standard|severe).
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
    problem = _problem(facts)
    if problem is not None:
        return _invalid(problem, ruleset)
    rsr = rounded_rsr(facts.rsr)
    scored = _scored(facts, rsr)
    letter = _inferred_letter(facts, rsr) if ruleset == CUSTODY_2019_INFERRED.ruleset else None
    return _tier(facts, rsr, scored, letter, ruleset, Step("TI-02", "additional factors not counted"))


def community_tier(facts: TierFacts) -> Outcome[Tier | InvalidFact]:
    """TI-03: the community tier, with complexity registers and, for women, three further factors."""
    problem = _problem(facts)
    if problem is not None:
        return _invalid(problem, CUSTODY_V2.ruleset)
    rsr = rounded_rsr(facts.rsr)
    additional = _additional(facts)
    found = ", ".join(f"{name} {number}" for name, number in additional) or "no additional factors"
    return _tier(facts, rsr, _scored(facts, rsr) + additional, None, CUSTODY_V2.ruleset, Step("TI-03", found))


def change_level(facts: TierFacts) -> Outcome[Change | InvalidFact]:
    """The change level (TI-07): never used to choose a POM's type."""
    problem = _problem(facts)
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


def _problem(facts: TierFacts) -> InvalidFact | None:
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


def _scored(facts: TierFacts, rsr: Decimal | None) -> Points:
    """What scores in custody and community alike: the higher of RoSH and RSR, and MAPPA."""
    rosh = CUSTODY_V2.rosh[facts.rosh]
    by_rsr = 0 if rsr is None else _band(CUSTODY_V2.rsr_bands, rsr)
    risk = ("rsr", by_rsr) if by_rsr > rosh else ("rosh", rosh)
    return risk, ("mappa", CUSTODY_V2.mappa[facts.mappa_level])


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


def _band(bands: Sequence[tuple[Decimal | int, Given]], value: Decimal | int) -> Given:
    """The first band (highest first) whose lower end `value` reaches."""
    return next(given for lowest, given in bands if value >= lowest)


def _inferred_letter(facts: TierFacts, rsr: Decimal | None) -> str:
    """The older criteria: the highest letter that any one score gives."""
    return min(
        CUSTODY_2019_INFERRED.mappa[facts.mappa_level],
        CUSTODY_2019_INFERRED.rosh[facts.rosh],
        _band(CUSTODY_2019_INFERRED.rsr, rsr or 0),
        _band(CUSTODY_2019_INFERRED.ogrs, facts.ogrs3 or 0),
    )


def _tier(
    facts: TierFacts, rsr: Decimal | None, scored: Points, letter: str | None, ruleset: str, step: Step
) -> Outcome[Tier | InvalidFact]:
    """The outcome for what scored; without a `letter`, by the points."""
    points = sum(number for _, number in scored)
    letter = letter or _band(CUSTODY_V2.letters, points)
    provisional = facts.rosh is None or rsr is None
    steps = (step, Step("TI-07", _found(facts, rsr, points, letter)))
    return Outcome(Tier(letter, points, scored, provisional), PROVISIONAL if provisional else SETTLED, ruleset, steps)


def _found(facts: TierFacts, rsr: Decimal | None, points: int, letter: str) -> str:
    rosh = "not known" if facts.rosh is None else facts.rosh.replace("_", " ")
    mappa = "none" if not facts.mappa_level else f"level {facts.mappa_level}"
    return f"RoSH {rosh}, RSR {'not known' if rsr is None else rsr}, MAPPA {mappa}: {points} points, tier {letter}"


def _change(level: int, points: int, found: str) -> Outcome[Change | InvalidFact]:
    return Outcome(
        Change(level, points), SETTLED, CUSTODY_V2.ruleset, (Step("TI-07", f"{found}: change level {level}"),)
    )
