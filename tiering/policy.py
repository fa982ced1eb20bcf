"""Points, bands, reasons and rules of tiering. Numbers are never edited, only followed by the next rule set."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from omic.policy import MANAGE_POM_CASES, OPERATING_MODEL, TIER_SERVICE, Cite, Rule, Source, registry

# Codes as the probation case record has them.
COMPLEXITY_REGISTERS = {
    "RMDO": "mental health",
    "ALSH": "suicide or self-harm",
    "RVLN": "vulnerability",
    "RCCO": "child concerns",
    "RCPR": "child protection",
    "RCHD": "risk to children",
    "RPIR": "public interest",
    "RVAD": "adult at risk",
    "STRG": "street gangs",
    "RTAO": "terrorism",
}
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


@dataclass(frozen=True, slots=True)
class Version3:
    """The national service's third version: letters A to G, the highest that any step gives.

    `table` has a row for each lowest CSRP and in it a letter for each lowest ARP of `arp`, highest first.
    `dcsrp_medium` is (lowest score, letter) and `lifer` (released at most so many months ago, letter), in that order.
    `enough_*` settle a tier whose RoSH is missing.
    """

    ruleset: str
    arp: tuple[int, ...]
    table: tuple[tuple[Decimal, str], ...]
    dcsrp: dict[str, str]
    dcsrp_medium: tuple[tuple[Decimal, str], ...]
    rosh_with_mappa: dict[str | None, str]
    rosh_without_mappa: dict[str | None, str]
    lifer: tuple[tuple[int, str], ...]
    lifer_earlier: str
    registrations: dict[str, str]
    highest: str
    otherwise: str
    enough_with_mappa: str
    enough_without_mappa: str
    last_checked_on: date


V3 = Version3(
    ruleset="v3",
    arp=(90, 75, 50, 25, 15, 0),
    table=(
        (Decimal("6.9"), "AABBBB"),
        (Decimal("3.0"), "ABCCCC"),
        (Decimal("1.0"), "BCDEEE"),
        (Decimal("0.5"), "CDEEFF"),
        (Decimal("0.0"), "DDEFFG"),
    ),
    dcsrp={"very_high": "A", "high": "B", "low": "E"},
    dcsrp_medium=((Decimal("3.36"), "C"), (Decimal("2.11"), "D"), (Decimal("1.12"), "C"), (Decimal("0.60"), "D")),
    rosh_with_mappa={"very_high": "A", "high": "C", "medium": "D", "low": "E", None: "E"},
    rosh_without_mappa={"very_high": "C", "high": "D"},
    lifer=((12, "B"), (60, "D")),
    lifer_earlier="E",
    registrations={"domestic_abuse": "E", "stalking": "F", "child_protection": "F", "sexual_offence": "E"},
    highest="A",
    otherwise="G",
    enough_with_mappa="A",
    enough_without_mappa="C",
    last_checked_on=date(2026, 11, 22),
)
RULESETS = (CUSTODY_V2.ruleset, CUSTODY_2019_INFERRED.ruleset, V3.ruleset)

# Legal statuses as the roll codes them.
SENTENCED = ("SENTENCED", "INDETERMINATE_SENTENCE", "RECALL")
UNCLEAR = ("UNKNOWN", "OTHER")

SETTLED = "settled"
PROVISIONAL = "provisional"
INVALID_FACT = "invalid_fact"
REASONS = {
    SETTLED: "RoSH and RSR are known",
    PROVISIONAL: "Provisional: RoSH or RSR is not known and was scored as none",
    INVALID_FACT: "No tier: a score is outside its range",
}
NOT_SUPERVISED = "not_supervised"
MISSING = "missing"
V3_REASONS = (SETTLED, PROVISIONAL, INVALID_FACT, NOT_SUPERVISED, MISSING)

# Everyone held has a stored answer: this is what one says of people for whom no tier is worked out.
SERVING = "serving"
UNSENTENCED = "unsentenced"
LEGAL_STATUS_UNKNOWN = "legal_status_unknown"
STORED_REASONS = REASONS | {
    UNSENTENCED: "No tier: only people serving a sentence have one",
    LEGAL_STATUS_UNKNOWN: "No tier: it is not known whether the person is serving a sentence",
}

# What scores on the protect axis, in words.
SCORES = {
    "rosh": "RoSH",
    "rsr": "RSR",
    "mappa": "MAPPA",
    "registers": "complexity registers",
    "parenting": "parenting",
    "impulsivity_or_temper": "impulsivity or temper",
    "enforcement": "previous enforcement",
}

# A tier entered by hand counts only while none can be settled from facts, and never below what the facts prove.
ENTRY_COUNTS_WHILE = (PROVISIONAL, INVALID_FACT)
OVERTAKEN = "overtaken"
LEFT = "the person has left custody"
ENTRY_ENDS = {
    SETTLED: "RoSH and RSR are known, so the tier worked out from them counts",
    OVERTAKEN: "what is recorded already proves a higher tier, which counts",
    UNSENTENCED: "only people serving a sentence have a tier",
    LEGAL_STATUS_UNKNOWN: "it is not known whether the person is serving a sentence",
}

_MODEL = Cite(OPERATING_MODEL, "HMPPS tiering model")
_TABLE = Cite(OPERATING_MODEL, "HMPPS – Tiering Model – Custody")
WHO_HAS_A_TIER = Rule(
    "TI-01",
    "A custody tier, A (highest) to D, decides whether a case of the POM's goes to probation or to prison staff.",
    _MODEL,
)
RULES = (
    Rule(
        "TI-02",
        "In custody the additional factors of the community tier (complexity registers, women's factors) are left out.",
        _MODEL,
    ),
    Rule(
        "TI-03",
        "When the COM becomes responsible, the community tier is reviewed with the additional factors: 2 points for "
        "each complexity register, and for a woman 2 each for parenting, impulsivity or temper, and enforcement.",
        _MODEL,
    ),
    Rule(
        "TI-04",
        "Tier A is expected with the COM and is rare with a POM, as the MAPPA level is set six months before release: "
        "only MAPPA level 2 or 3, or a very high RoSH, makes it.",
        _TABLE,
    ),
    Rule(
        "TI-05",
        "Tier B is what the operating model calls high risk: a qualified probation officer is responsible for it.",
        _MODEL,
    ),
    Rule(
        "TI-07",
        "The operating model does not print the criteria, so the national ones are used. Protect: the higher of the "
        "RoSH and RSR points, plus MAPPA points; A from 150, B from 20, C from 10, else D. Change: OASys needs, OGRS "
        "and IOM; 3 from 20 points, 2 from 10, else 1. While RoSH or RSR is missing the tier is provisional.",
        Cite(TIER_SERVICE, "service/calculation/ProtectLevelCalculator.kt, ChangeLevelCalculator.kt"),
    ),
)
RULES_BY_ID = registry(RULES)

NPS_TIERS = Source(
    title="The tiers of the National Probation Service (a secondary account)",
    issuer="NQ Online",
    dated="7 July 2015",
)
_INFERRED = Rule(
    "TI-07",
    "The operating model does not print the criteria. Inferred from an account of the older ones: the highest letter "
    "that MAPPA, RoSH, RSR (B from 6.90, C from 3.00) or OGRS (B from 90, C from 75) gives by itself.",
    Cite(NPS_TIERS, "Tiers C1 and C2"),
)
_VERSION_3 = Rule(
    "TI-07",
    "The operating model does not print the criteria. The national service's third version gives the highest letter, "
    "A to G, of: ARP with CSRP, DC-SRP, MAPPA with RoSH, life or IPP after release, and registrations.",
    Cite(TIER_SERVICE, "service/calculation/TierCalculator.kt, ProvisionalStatusCalculator.kt"),
)
# One rule, worded and cited as each rule set fills what the operating model leaves open.
RULES_BY_RULESET = {
    CUSTODY_V2.ruleset: RULES_BY_ID,
    CUSTODY_2019_INFERRED.ruleset: RULES_BY_ID | {"TI-07": _INFERRED},
    V3.ruleset: registry([_VERSION_3]),
}
# No document has this one: the national service lets a tier be entered where its own data brings none.
ENTERED_BY_HAND = Rule(
    "TI-08",
    "A tier entered by hand, with a reason, counts while RoSH or RSR is missing, and never below what the known facts "
    "already prove. Once they settle the tier, what they give counts.",
    Cite(MANAGE_POM_CASES, "app/controllers/case_information_controller.rb"),
)
STORED_RULES_BY_ID = registry((WHO_HAS_A_TIER, *RULES, ENTERED_BY_HAND))

# Rules of tiering that decide nothing here, each with the reason.
NOT_APPLICABLE = (
    ("TI-06", "No document says how much supervision a tier brings, so no time follows from one."),
    ("TI-15", "Who is responsible after an indeterminate recall is HO-08's answer; the type of POM is told it."),
)
