"""Numbers, the POM type table, reasons and rules of POM allocation. A version is never edited, only followed."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from omic.policy import (
    MANAGE_POM_CASES,
    OPERATING_MODEL,
    POA_CIRCULAR,
    PROBATION_BLOG,
    TELL_WHO_HOLDS,
    Cite,
    Rule,
    registry,
)


class PomType(StrEnum):
    """A POM who is a probation officer, or a member of the prison's staff."""

    PROBATION = "probation"
    PRISON = "prison"


class Responsible(StrEnum):
    """Who is responsible today. NOBODY: civil people are no case, and have a POM all the same (HO-09, AL-01)."""

    POM = "pom"
    COM = "com"
    NOBODY = "nobody"


class Advice(StrEnum):
    """What to look at before choosing. Advice never refuses."""

    CHECK_MAPPA = "check_mappa_and_responsibility"
    CASE_SUPPORT = "case_support_possible"
    KEEP_POM = "keep_present_pom"
    TIER_MISSING = "tier_missing"


class Reason(StrEnum):
    """Why a type is recommended, or none. The words are in REASONS."""

    IMMIGRATION = "immigration"
    KEEP_POM = "keep_pom"
    BY_TABLE = "by_table"
    SAME_EITHER_WAY = "same_either_way"
    TIER_UNKNOWN = "tier_unknown"
    RESPONSIBLE_UNKNOWN = "responsible_unknown"


class TaskRole(StrEnum):
    """Who in the prison may be asked to do a task."""

    KEY_WORKER = "key_worker"
    POM = "pom"


# AL-10: what the probation officer who oversees a case in a private prison does, and what case management support does.
OVERSIGHT_TASKS = (
    "oasys", "oasys_review", "one_to_one", "sentence_planning", "malrap", "mappa", "opd", "parole", "handover",
)  # fmt: skip
SUPPORT_TASKS = ("referral", "information_gathering", "agency_liaison", "victim_liaison_contact")
SCREENING_TOOL = "bcst"  # KW-08: neither a key worker's nor a POM's
TASKS = (*OVERSIGHT_TASKS, *SUPPORT_TASKS, SCREENING_TOOL)


# AL-31: the questions of the form, and the words in which a step names those answered with yes.
INDICATORS = {
    "violent_offence": "arson or a violent index offence",
    "harassment_order": "a restraining, harassment or stalking order",
    "mental_health_contact": "contact with mental health services in the last 6 months",
    "vulnerability": "a current concern about vulnerability",
    "acct_recent": "an ACCT now or in the last 6 months",
    "temper": "temper or impulsivity",
    "ten_months_custody": "10 months or more in custody from sentence",
}


@dataclass(frozen=True, slots=True)
class AllocationPolicy:
    """The operating model's tier table and the caseload figure. `pom_types` holds a type for each tier, by who leads.

    `rare_tier` is the one that a POM is hardly ever responsible for (TI-11).
    """

    id: str
    from_on: date
    pom_types: dict[Responsible, dict[str, PomType]]
    rare_tier: str
    probation_caseload: int
    span_fte: int
    complexity_levels: tuple[tuple[str, int], ...]  # the level, and the fewest indicators that make it
    last_checked_on: date


_PRISON_ALWAYS = dict.fromkeys("ABCD", PomType.PRISON)
VERSIONS = (
    AllocationPolicy(
        id="pom_type_2019",
        from_on=date.min,
        pom_types={
            Responsible.POM: {
                "A": PomType.PROBATION,
                "B": PomType.PROBATION,
                "C": PomType.PRISON,
                "D": PomType.PRISON,
            },
            Responsible.COM: _PRISON_ALWAYS,
            Responsible.NOBODY: _PRISON_ALWAYS,
        },
        rare_tier="A",
        probation_caseload=80,
        span_fte=14,
        complexity_levels=(("high", 3), ("medium", 2), ("low", 0)),
        last_checked_on=date(2026, 11, 22),
    ),
)

REASONS: dict[str, str] = {
    Reason.IMMIGRATION: "an immigration case has a prison POM",
    Reason.KEEP_POM: "the probation POM who has the case keeps it after handover, until a transfer",
    Reason.BY_TABLE: "the tier and who is responsible decide",
    Reason.SAME_EITHER_WAY: "the same for this tier, whoever is responsible",
    Reason.TIER_UNKNOWN: "the tier is not known",
    Reason.RESPONSIBLE_UNKNOWN: "who is responsible is not known",
}
ADVICE: dict[str, str] = {
    Advice.CHECK_MAPPA: "Tier A with the POM responsible is rare: check the MAPPA level and who is responsible.",
    Advice.CASE_SUPPORT: "A prison POM may do case support beside a probation POM.",
    Advice.KEEP_POM: "The present probation POM stays with the case until a transfer.",
    Advice.TIER_MISSING: "The tier is missing: enter RoSH, MAPPA level and RSR first.",
}

_TIERING = Cite(OPERATING_MODEL, "HMPPS tiering model")
_TABLE = Cite(OPERATING_MODEL, "HMPPS – Tiering Model – Custody")
RULES = (
    Rule(
        "AL-01",
        "Every sentenced person gets a POM, and a civil prisoner a dedicated one; people on remand need none.",
        Cite(OPERATING_MODEL, "Remand and civil prisoners; Reception phase"),
    ),
    Rule(
        "AL-06",
        "A probation POM holds no more than 80 cases: HMPPS's planning figure, which Napo disputes as unsafe.",
        Cite(PROBATION_BLOG, "Napo's letter of 1 October 2019"),
    ),
    Rule(
        "AL-07",
        "In prison a senior probation officer line-manages no more than 14 full-time equivalents.",
        Cite(PROBATION_BLOG, "Napo's letter of 12 August 2019"),
    ),
    Rule(
        "KW-08",
        "The basic custody screening tool is done by other prison staff, never by a key worker or a POM.",
        Cite(POA_CIRCULAR, "Key worker"),
    ),
    Rule(
        "AL-10",
        "In a privately managed prison a probation POM oversees the high-risk case and prison staff support it.",
        Cite(OPERATING_MODEL, "Privately Managed Estate; HMPPS – Tiering Model – Custody"),
    ),
    Rule(
        "AL-16",
        "An immigration case gets a POM, who is a prison POM.",
        Cite(MANAGE_POM_CASES, "app/services/recommendation_service.rb"),
    ),
    Rule(
        "AL-30",
        "A woman's complexity of need is high, medium or low.",
        Cite(OPERATING_MODEL, "Summary of key work"),
    ),
    Rule(
        "AL-31",
        "Of the form's seven indicators three or more make complexity of need high, two medium, fewer low.",
        Cite(MANAGE_POM_CASES, "public/docs/complexity-of-need"),
    ),
    Rule(
        "AL-32",
        "The HOMD may say another level than the answers make, and says why; a diagnosis alone is no vulnerability.",
        Cite(MANAGE_POM_CASES, "public/docs/complexity-of-need"),
    ),
    Rule(
        "TI-10",
        "Where the POM is responsible for a tier A or B case, prison POMs may do case support as resources require.",
        _TABLE,
    ),
    Rule(
        "TI-11",
        "A POM is very rarely responsible for a tier A case, as the MAPPA level is set before release.",
        _TABLE,
    ),
    Rule(
        "TI-12",
        "Tier and who is responsible now decide: the POM responsible for tier A or B is a probation POM, all others "
        "are prison POMs.",
        _TABLE,
    ),
    Rule(
        "TI-13",
        "The probation POM who has the case when the COM becomes responsible keeps it until a transfer to another "
        "prison; then a prison POM takes it.",
        _TIERING,
    ),
    Rule(
        "TI-14",
        "Prison POMs may support high-risk cases and probation POMs may hold some of medium risk: the HOMD may choose "
        "the other type, and says why.",
        _TIERING,
    ),
    Rule(
        "TI-16",
        "An immigration case goes to a prison POM before anything else is asked; so does one for which no POM is "
        "responsible.",
        Cite(MANAGE_POM_CASES, "app/services/recommendation_service.rb"),
    ),
    TELL_WHO_HOLDS,
)
RULES_BY_ID = registry(RULES)
