"""Points, bands, reasons and rules of tiering. Numbers are never edited, only followed by the next rule set."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from omic.policy import OPERATING_MODEL, TIER_SERVICE, Cite, Rule, registry

# Codes as the probation case record has them.
COMPLEXITY_REGISTERS = ("RMDO", "ALSH", "RVLN", "RCCO", "RCPR", "RCHD", "RPIR", "RVAD", "STRG", "RTAO")
NEEDS = (
    "accommodation",
    "ete",
    "relationships",
    "lifestyle",
    "drugs",
    "alcohol",
    "thinking",
    "attitudes",
    "finance",
    "emotional",
)
SEVERITIES = ("none", "standard", "severe")

RSR_HIGHEST = Decimal("99.98")  # a published score cannot be higher: more is a wrong score, not a low risk
RSR_STEP = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class ProtectPoints:
    """The protect axis of one rule set. A band is (lowest points or score, what it gives), highest first."""

    ruleset: str
    rsr_bands: tuple[tuple[Decimal, int], ...]
    rosh: dict[str | None, int]
    mappa: dict[int | None, int]
    register: int
    womens_factor: int
    letters: tuple[tuple[int, str], ...]
    last_checked_on: date


@dataclass(frozen=True, slots=True)
class ChangePoints:
    """The change axis: points by severity, the double weight, and the level at each total, highest first."""

    severity: dict[str, int]
    weight: dict[str, int]
    ogrs_divisor: int
    iom: int
    levels: tuple[tuple[int, int], ...]
    level_without_mandate: int
    level_without_assessment: int


CUSTODY_V2 = ProtectPoints(
    ruleset="custody_v2",
    rsr_bands=((Decimal("7.00"), 20), (Decimal("3.00"), 10), (Decimal("0.00"), 0)),
    rosh={"very_high": 150, "high": 20, "medium": 10, "low": 0, None: 0},
    mappa={3: 150, 2: 150, 1: 5, 0: 0, None: 0},
    register=2,
    womens_factor=2,
    letters=((150, "A"), (20, "B"), (10, "C"), (0, "D")),
    last_checked_on=date(2026, 11, 21),
)
CHANGE_V2 = ChangePoints(
    severity={"none": 0, "standard": 1, "severe": 2},
    weight={
        "accommodation": 1,
        "ete": 1,
        "relationships": 1,
        "lifestyle": 1,
        "drugs": 1,
        "alcohol": 1,
        "thinking": 2,
        "attitudes": 2,
        "finance": 0,
        "emotional": 0,
    },
    ogrs_divisor=10,
    iom=2,
    levels=((20, 3), (10, 2), (0, 1)),
    level_without_mandate=0,
    level_without_assessment=2,
)


@dataclass(frozen=True, slots=True)
class InferredBands:
    """The older custody criteria as inferred: a letter from each score alone, the highest counts."""

    ruleset: str
    rsr: tuple[tuple[Decimal, str], ...]
    ogrs: tuple[tuple[int, str], ...]
    rosh: dict[str | None, str]
    mappa: dict[int | None, str]
    last_checked_on: date


CUSTODY_2019_INFERRED = InferredBands(
    ruleset="custody_2019_inferred",
    rsr=((Decimal("6.90"), "B"), (Decimal("3.00"), "C"), (Decimal("0.00"), "D")),
    ogrs=((90, "B"), (75, "C"), (0, "D")),
    rosh={"very_high": "A", "high": "B", "medium": "C", "low": "D", None: "D"},
    mappa={3: "A", 2: "A", 1: "D", 0: "D", None: "D"},
    last_checked_on=date(2026, 11, 21),
)
CUSTODY_RULESETS = (CUSTODY_V2.ruleset, CUSTODY_2019_INFERRED.ruleset)

SETTLED = "settled"
PROVISIONAL = "provisional"
INVALID_FACT = "invalid_fact"
REASONS = {
    SETTLED: "RoSH and RSR are known",
    PROVISIONAL: "Provisional: RoSH or RSR is not known and was scored as none",
    INVALID_FACT: "No tier: a score is outside its range",
}

RULES = (
    Rule(
        "TI-02",
        "In custody the additional factors of the community tier (complexity registers, women's factors) are left out.",
        Cite(OPERATING_MODEL, "HMPPS tiering model"),
    ),
    Rule(
        "TI-03",
        "When the COM becomes responsible, the community tier is reviewed with the additional factors: 2 points for "
        "each complexity register, and for a woman 2 each for parenting, impulsivity or temper, and enforcement.",
        Cite(OPERATING_MODEL, "HMPPS tiering model"),
    ),
    Rule(
        "TI-07",
        "The operating model does not print the criteria, so the national ones are used. Protect: the higher of the "
        "RoSH and RSR points, plus MAPPA points; A from 150, B from 20, C from 10, else D. Change: OASys needs, OGRS "
        "and IOM; 3 from 20 points, 2 from 10, else 1.",
        Cite(TIER_SERVICE, "service/calculation/ProtectLevelCalculator.kt, ChangeLevelCalculator.kt"),
    ),
)
RULES_BY_ID = registry(RULES)

# Everyone held has a stored answer: this is what one says of people for whom the rules above are not asked.
UNSENTENCED = "unsentenced"
LEGAL_STATUS_UNKNOWN = "legal_status_unknown"
STORED_REASONS = REASONS | {
    UNSENTENCED: "No tier: only people serving a sentence have one",
    LEGAL_STATUS_UNKNOWN: "No tier: it is not known whether the person is serving a sentence",
}
WHO_HAS_A_TIER = Rule(
    "TI-01",
    "A custody tier, A (highest) to D, decides whether a case of the POM's goes to probation or to prison staff.",
    Cite(OPERATING_MODEL, "HMPPS tiering model"),
)
STORED_RULES_BY_ID = registry((WHO_HAS_A_TIER, *RULES))
