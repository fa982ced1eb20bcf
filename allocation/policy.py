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


# AL-18: the priority courses of a POM; what is missing warns and stops nothing.
PRIORITY_COURSES = {
    "core": "core concepts and skills",
    "risk": "risk assessment and management",
    "children": "child safeguarding and domestic abuse",
    "adults": "adult safeguarding",
    "oasys": "OASys",
}


class Part(StrEnum):
    """What somebody may do in a case beside its primary POM."""

    COWORKING = "coworking"
    SUPPORT = "support"


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
    prison_pom_share: int  # per cent of the cases, as information (AL-08)
    full_time_days: int  # of a week: five; who works fewer holds fewer cases and counts as less of a post
    leaving_soon_days: int  # who leaves or is away within these is suggested for no case: ours, no document says
    complexity_levels: tuple[tuple[str, int], ...]  # the level, and the fewest indicators that make it
    last_checked_on: date


@dataclass(frozen=True, slots=True)
class CaseLists:
    """What a caseload's lists call new and soon. No document says; the screens of the national service do."""

    new_days: int
    release_days: int
    parole_months: int
    cite: Cite
    last_checked_on: date


CASE_LISTS = CaseLists(
    new_days=7,
    release_days=4 * 7,
    parole_months=10,
    cite=Cite(MANAGE_POM_CASES, "the caseload screens: new cases, releases and parole"),
    last_checked_on=date(2026, 11, 22),
)

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
        prison_pom_share=30,
        full_time_days=5,
        leaving_soon_days=14,
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
    Advice.KEEP_POM: "The present probation POM stays with the case until a transfer, unless you change the POM.",
    Advice.TIER_MISSING: "The tier is missing: enter RoSH, MAPPA level and RSR first.",
}

# What a rule points out and does not refuse.
WARNINGS: dict[str, str] = {
    "caseload_over_80": "More cases than HMPPS’s planning figure allows for the days worked, a figure that Napo "
    "disputes as unsafe",
    "span_over_14": "More full-time equivalents to manage than one senior probation officer should have",
    "priority_courses_missing": "Priority courses are missing",
    "support_without_probation_pom": "Case management support stands beside a probation POM, and this case has none",
    "second_support": "Somebody else does case management support in this case already",
}
# Why somebody cannot have a part in a case, or a profile be true.
REFUSALS: dict[str, str] = {
    "no_primary": "The case has no primary POM: allocate one first",
    "is_primary": "is the primary POM of this case already",
    "support_by_probation_pom": "Case management support is done by prison staff, not by a probation POM: choose "
    "somebody else, or co-working",
    "operational_probation_pom": "Only a prison POM is of an operational or a non-operational grade: "
    "choose “Not said, or a probation POM”",
    "hub_unnamed": "Say in which community hub",
    "hub_of_prison_based": "Only a POM based in a community hub has one: leave it empty, or choose the hub as base",
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
        "AL-05",
        "Extra resource for one case is agreed by the HOMD, who weighs staffing and who gets less because of it.",
        Cite(OPERATING_MODEL, "Executive Summary"),
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
        "AL-08",
        "About 30% of the custody caseload goes to prison POMs: a planning share that Napo reports, and no limit.",
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
        "AL-11",
        "Case management support may stand beside the POM in any prison: five short-staffed ones fell back on it.",
        Cite(PROBATION_BLOG, "Napo's letter of 12 August 2019"),
    ),
    Rule(
        "AL-18",
        "A POM is trained in five priority courses: core concepts and skills, risk assessment and management, child "
        "safeguarding and domestic abuse, adult safeguarding, OASys.",
        Cite(OPERATING_MODEL, "Training"),
    ),
    Rule(
        "AL-19",
        "A prison POM is operational or not, as the Governor chooses after consulting the unions; three community "
        "hubs cover vacancies by holding cases from afar.",
        Cite(POA_CIRCULAR, "Offender management; the hubs: Napo's letter of 1 October 2019"),
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
