"""Where what is known of somebody's risk contradicts itself: RoSH and MAPPA by system, alert and details. Pure.

A warning never decides anything: the tier and the recommendation stand on the details as they are recorded, and
somebody has to ask which is right.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from omic.formats import day

# The systems of record, by what the name of a source has in it; a letter or a call is no system.
SYSTEMS = (("delius", "nDelius"), ("oasys", "OASys"))
COMPARED = {"rosh": "RoSH", "mappa_level": "MAPPA level", "mappa_category": "MAPPA category"}
ROSH_WORDS = {"very_high": "very high", "high": "high", "medium": "medium", "low": "low"}
# NOMIS alerts that state a level of serious harm, or a category of MAPPA; they are a hint, and never the detail.
ROSH_ALERTS = {"ROV": "very_high", "ROH": "high", "ROM": "medium"}
MAPPA_ALERTS = (
    dict.fromkeys(("P11", "P22", "P33", "P44"), 1)
    | dict.fromkeys(("P55", "P66", "P77", "P88"), 2)
    | dict.fromkeys(("P99", "PA1"), 3)
    | dict.fromkeys(("P100", "P101", "P102", "P103"), 4)
)
ALERTS = (*ROSH_ALERTS, *MAPPA_ALERTS)


@dataclass(frozen=True, slots=True)
class Said:
    """One statement about RoSH or MAPPA: which detail, its value as text, by whom, and the day it was true."""

    field: str
    value: str | None
    source: str
    as_at: date


@dataclass(frozen=True, slots=True)
class RiskFacts:
    """What is recorded of RoSH and MAPPA (None: unknown), what each source said, oldest first, and active alerts."""

    rosh: str | None = None
    mappa_level: int | None = None
    mappa_category: int | None = None
    said: tuple[Said, ...] = ()
    alerts: frozenset[str] = frozenset()


def risk_warnings(facts: RiskFacts) -> tuple[str, ...]:
    """Every contradiction, in words fit to show."""
    return (*_systems_differ(facts.said), *_rosh_alerts(facts), *_mappa_alerts(facts), *_mappa_halves(facts))


def _systems_differ(said: Iterable[Said]) -> Iterator[str]:
    """The newest word of nDelius and that of OASys are not the same."""
    newest: dict[tuple[str, str], Said | None] = {}
    for one in sorted((one for one in said if one.value is not None), key=lambda one: one.as_at):
        systems = [words for part, words in SYSTEMS if part in one.source.lower()]
        for system in systems:
            # A source that names both speaks for both: it ends what either said before, and is neither's own word.
            newest[one.field, system] = one if len(systems) == 1 else None
    for field, label in COMPARED.items():
        found = {words: one for _, words in SYSTEMS if (one := newest.get((field, words)))}
        if len({one.value for one in found.values()}) > 1:
            yield f"{label} differs: {' and '.join(_in_words(system, one) for system, one in found.items())}"


def _in_words(system: str, one: Said) -> str:
    value = ROSH_WORDS.get(str(one.value), str(one.value))
    return f"{system} says {value} (as at {day(one.as_at)})"


def _rosh_alerts(facts: RiskFacts) -> Iterator[str]:
    """A NOMIS alert for serious harm names another level than the details."""
    for code, level in ROSH_ALERTS.items():
        if code in facts.alerts and level != facts.rosh:
            known = f"the RoSH recorded is {ROSH_WORDS[facts.rosh]}" if facts.rosh else "no RoSH is recorded"
            yield f"A NOMIS alert ({code}) says {ROSH_WORDS[level]} risk of serious harm, and {known}"


def _mappa_alerts(facts: RiskFacts) -> Iterator[str]:
    """A NOMIS alert names a MAPPA category, and the details none or another."""
    for category in sorted({number for code, number in MAPPA_ALERTS.items() if code in facts.alerts}):
        if facts.mappa_level in (None, 0):
            known = "MAPPA is recorded as none" if facts.mappa_level == 0 else "no MAPPA level is recorded"
            yield f"A NOMIS alert says MAPPA category {category}, and {known}"
        elif facts.mappa_category not in (None, category):
            yield f"A NOMIS alert says MAPPA category {category}, and {facts.mappa_category} is recorded"


def _mappa_halves(facts: RiskFacts) -> Iterator[str]:
    """Level and category belong together."""
    if facts.mappa_level and facts.mappa_category is None:
        yield f"MAPPA level {facts.mappa_level} is recorded without its category"
    if facts.mappa_level == 0 and facts.mappa_category:
        yield f"MAPPA category {facts.mappa_category} is recorded, and the level as none"
