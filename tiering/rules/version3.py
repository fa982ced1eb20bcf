"""The national service's third version of the tier: one letter, A to G. For display and comparison only.

Its letters do not mean what A to D mean in custody, so they never choose a POM's type.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from omic.calendar import add_months
from omic.policy import InvalidFact, Outcome, Step
from tiering.policy import INVALID_FACT, MISSING, NOT_SUPERVISED, PROVISIONAL, SETTLED, V3

PREDICTORS, MAPPA_AND_ROSH = "predictors", "mappa_and_rosh"


@dataclass(frozen=True, slots=True, kw_only=True)
class V3Facts:
    """What version 3 reads. None is unknown; an unknown yes/no is no, but predictors count as dynamic and the event as
    active. `arp`, `csrp` and `dcsrp_score` in per cent, `dcsrp_band` and `rosh` low to very_high."""

    today: date
    rosh: str | None = None
    mappa_category: int | None = None
    arp: Decimal | None = None
    csrp: Decimal | None = None
    arp_dynamic: bool = True
    csrp_dynamic: bool = True
    dcsrp_band: str | None = None
    dcsrp_score: Decimal | None = None
    lifer_ipp: bool = False
    latest_release_on: date | None = None
    domestic_abuse: bool = False
    stalking: bool = False
    child_protection: bool = False
    sexual_offence: bool = False
    active_event: bool = True


@dataclass(frozen=True, slots=True)
class V3Tier:
    """A letter A to G, MISSING or NOT_SUPERVISED, and whether a fact still to come could raise it."""

    letter: str
    provisional: bool


class Given(NamedTuple):
    """What one step of the rule gave: its letter (None: nothing) and what was found."""

    step: str
    letter: str | None
    found: str


def v3_tier(facts: V3Facts) -> Outcome[V3Tier | InvalidFact]:
    """The highest letter that any step gives, and G where none gives one."""
    if not facts.active_event:
        return _without_letter("NOT_SUPERVISED", NOT_SUPERVISED, "no active event")
    if facts.arp is None or facts.csrp is None:
        lacking = [name for name, score in (("ARP", facts.arp), ("CSRP", facts.csrp)) if score is None]
        return _without_letter("MISSING", MISSING, f"{' and '.join(lacking)} not known")
    sexual = _sexual_reoffending(facts)
    if isinstance(sexual, InvalidFact):
        problem = Step("TI-07", f"{sexual.fact} {sexual.problem}")
        return Outcome(sexual, INVALID_FACT, V3.ruleset, (problem,))
    predictors = _predictors(facts.arp, facts.csrp)
    given = (predictors, *sexual, _mappa_and_rosh(facts), *_lifer(facts), *_registrations(facts))
    letter, doubt = _highest(given), _doubt(facts, given, facts.arp, facts.csrp)
    last = f"highest of all: tier {letter}" + (f", provisional: {doubt}" if doubt else "")
    steps = tuple(Step("TI-07", step.found) for step in (*given, Given("", None, last)))
    return Outcome(V3Tier(letter, bool(doubt)), PROVISIONAL if doubt else SETTLED, V3.ruleset, steps)


def _without_letter(value: str, reason: str, found: str) -> Outcome[V3Tier | InvalidFact]:
    return Outcome(V3Tier(value, False), reason, V3.ruleset, (Step("TI-07", found),))


def _highest(given: tuple[Given, ...], *but: str) -> str:
    """The highest letter, less what the steps named `but` gave."""
    return min((step.letter for step in given if step.letter and step.step not in but), default=V3.otherwise)


def _predictors(arp: Decimal, csrp: Decimal) -> Given:
    letter = _by_table(arp, csrp)
    return Given(PREDICTORS, letter, f"ARP {arp} with CSRP {csrp}: {letter}")


def _by_table(arp: Decimal | int, csrp: Decimal) -> str:
    row = next(letters for lowest, letters in V3.table if csrp >= lowest)
    return next(letter for lowest, letter in zip(V3.arp, row, strict=True) if arp >= lowest)


def _sexual_reoffending(facts: V3Facts) -> tuple[Given, ...] | InvalidFact:
    """DC-SRP: nothing without a band, or without a score above nought."""
    band, score = facts.dcsrp_band, facts.dcsrp_score
    if band is None or score is None or score <= 0:
        return ()
    letter = V3.dcsrp.get(band) or next((letter for lowest, letter in V3.dcsrp_medium if score >= lowest), None)
    if letter is None:
        return InvalidFact("dcsrp_score", f"cannot be {score} in the band {band}")
    return (Given("sexual", letter, f"DC-SRP {band.replace('_', ' ')}, {score}: {letter}"),)


def _mappa_and_rosh(facts: V3Facts) -> Given:
    managed = facts.mappa_category is not None
    letter = (V3.rosh_with_mappa if managed else V3.rosh_without_mappa).get(facts.rosh)
    mappa = f"MAPPA category {facts.mappa_category}" if managed else "no MAPPA category"
    rosh = "not known" if facts.rosh is None else facts.rosh.replace("_", " ")
    return Given(MAPPA_AND_ROSH, letter, f"{mappa}, RoSH {rosh}: {letter or 'nothing'}")


def _lifer(facts: V3Facts) -> tuple[Given, ...]:
    """Life or IPP, by how long ago the latest release was; a release that lies ahead counts as just released."""
    released = facts.latest_release_on
    if not facts.lifer_ipp or released is None:
        return ()
    recent = (letter for months, letter in V3.lifer if released >= add_months(facts.today, -months))
    letter = next(recent, V3.lifer_earlier)
    return (Given("lifer", letter, f"life or IPP, latest release {released}, seen from {facts.today}: {letter}"),)


def _registrations(facts: V3Facts) -> tuple[Given, ...]:
    return tuple(
        Given(name, letter, f"{name.replace('_', ' ')}: {letter}")
        for name, letter in V3.registrations.items()
        if getattr(facts, name)
    )


def _doubt(facts: V3Facts, given: tuple[Given, ...], arp: Decimal, csrp: Decimal) -> str:
    """What could still raise the letter, in words; empty when nothing could."""
    return " and ".join(filter(None, (_static_doubt(facts, given, arp, csrp), _rosh_doubt(facts, given))))


def _static_doubt(facts: V3Facts, given: tuple[Given, ...], arp: Decimal, csrp: Decimal) -> str:
    """A static predictor may rise: the tier is settled only where another step gives the most it could reach."""
    if facts.arp_dynamic and facts.csrp_dynamic:
        return ""
    if not facts.arp_dynamic and not facts.csrp_dynamic:
        most, which = V3.highest, "ARP and CSRP"
    elif not facts.arp_dynamic:
        most, which = _by_table(V3.arp[0], csrp), "ARP"
    else:
        most, which = _by_table(arp, V3.table[0][0]), "CSRP"
    return f"{which} static and could reach {most}" if _highest(given, PREDICTORS) > most else ""


def _rosh_doubt(facts: V3Facts, given: tuple[Given, ...]) -> str:
    """A missing RoSH may raise the tier, unless what is certain without it already gives enough."""
    if facts.rosh is not None:
        return ""
    static = not (facts.arp_dynamic and facts.csrp_dynamic)
    certain = _highest(given, MAPPA_AND_ROSH, *((PREDICTORS,) if static else ()))
    enough = V3.enough_without_mappa if facts.mappa_category is None else V3.enough_with_mappa
    return f"RoSH not known and {enough} not reached without it" if certain > enough else ""
