"""Numbers, reasons and rules of responsibility and handover. Numbers are dated and never edited, only followed."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from omic.policy import MANAGE_POM_CASES, OPERATING_MODEL, Cite, Rule, registry


class Responsibility(StrEnum):
    """Who leads, and whether the COM already supports. COM stands for the responsible officer of a CRC case."""

    POM = "POM"
    POM_WITH_COM = "POM_WITH_COM"
    COM = "COM"


class Blocking(StrEnum):
    """What still keeps a case with the COM inside the parole window (PA-05)."""

    OUTCOME = "outcome"
    COM_OASYS_REVIEW = "com_oasys_review"
    MAPPA_ACTIVE = "mappa_2_or_3_active"


PROVIDER_UNKNOWN = "provider_unknown"


class Reason(StrEnum):
    """Why a case stands as it does. The words are in REASONS."""

    UNSENTENCED = "unsentenced"
    IMMIGRATION_CASE = "immigration_case"
    RECALL_CASE = "recall_case"
    ISP_RECALL = "isp_recall"
    DETERMINATE_SHORT = "determinate_short"
    CRC = "crc"
    CRC_SHORT = "crc_short"
    RELEASE_DATE_UNKNOWN = "release_date_unknown"
    EARLY_ALLOCATION = "early_allocation"
    PAROLE_WINDOW = "parole_window"
    INDETERMINATE = "indeterminate"
    ISP_OPEN = "isp_open"
    DETERMINATE_PAROLE = "determinate_parole"
    DETERMINATE = "determinate"


REASONS: dict[str, str] = {
    Reason.UNSENTENCED: "Not sentenced: no case responsibility, only tasks for the POM",
    Reason.IMMIGRATION_CASE: "Immigration case: the COM is responsible",
    Reason.RECALL_CASE: "Recalled, determinate sentence: the COM stays responsible",
    Reason.ISP_RECALL: "Recalled, indeterminate sentence: the COM's until the recall hearing's outcome, then the POM's",
    Reason.DETERMINATE_SHORT: "10 months or less left to serve at sentence: the COM is responsible from the start",
    Reason.CRC: "CRC case: the responsible officer takes over 12 weeks before release",
    Reason.CRC_SHORT: "CRC case with 12 weeks or less left at sentence: the responsible officer's from the start",
    Reason.RELEASE_DATE_UNKNOWN: "Release date unknown: the POM is responsible until one is recorded",
    Reason.EARLY_ALLOCATION: "Early allocation: the COM takes over up to 15 months before conditional release",
    Reason.PAROLE_WINDOW: "Parole window: the COM keeps the case until it may go back to the POM",
    Reason.INDETERMINATE: "Indeterminate sentence: the COM takes over 8 months before tariff expiry or parole date",
    Reason.ISP_OPEN: "Indeterminate sentence, open conditions: the COM supports from the move and takes over later",
    Reason.DETERMINATE_PAROLE: "Determinate sentence, parole: the COM takes over 8 months before parole eligibility",
    Reason.DETERMINATE: "Determinate sentence: the COM takes over 8 months before release",
}


@dataclass(frozen=True, slots=True)
class Timing:
    """The numbers of one policy version."""

    version: str
    short_months: int  # HO-02: this much or less left at sentence is short
    crc_days: int  # HO-03: 12 weeks
    early_allocation_months: int  # EA-23, before the CRD
    indeterminate_months: int  # HO-04 and PA-06, before tariff expiry or the next parole eligibility
    parole_months: int  # HO-06, before parole eligibility
    determinate_months: int  # Annex C, before automatic or conditional release
    override_months: int  # PA-07: a next review this soon after the last one lets the HOMD override
    last_checked_on: date


# Other versions follow as their rules are added; `determine` refuses those that are missing here.
TIMINGS = (
    Timing(
        version="seed_2019",
        short_months=10,
        crc_days=12 * 7,
        early_allocation_months=15,
        indeterminate_months=8,
        parole_months=8,
        determinate_months=8,
        override_months=12,
        last_checked_on=date(2026, 11, 21),
    ),
)
TIMING_BY_VERSION = {timing.version: timing for timing in TIMINGS}

# From this day every sentence is the unified Probation Service's: an unknown provider is then read as NPS.
CRCS_ENDED_ON = date(2021, 6, 26)

RULES = (
    Rule(
        "HO-01",
        "An NPS case with more than 10 months left to serve at sentence is the POM's alone, with no COM, "
        "until the pre-release phase.",
        Cite(OPERATING_MODEL, "Summary of case management"),
    ),
    Rule(
        "HO-02",
        "An NPS case with 10 months or less left to serve at sentence is the COM's from the start; the POM supports.",
        Cite(OPERATING_MODEL, "Community Offender Manager; Individuals serving less than 10 months"),
    ),
    Rule(
        "HO-03",
        "A CRC case passes to the responsible officer 12 weeks before release, or is the officer's from the start "
        "where 12 weeks or less are left at sentence. Sentences from 26 June 2021 are never CRC cases.",
        Cite(OPERATING_MODEL, "Community Rehabilitation Company Responsible Officer"),
    ),
    Rule(
        "HO-04",
        "An indeterminate sentence is the POM's until the COM becomes responsible 8 months before the tariff expires.",
        Cite(OPERATING_MODEL, "Indeterminate sentence individuals – pre-tariff; Community Offender Manager Allocation"),
    ),
    Rule(
        "HO-05",
        "A move to open conditions, or for a woman being found suitable for them, brings a COM who is allocated but "
        "not responsible.",
        Cite(OPERATING_MODEL, "Community Offender Manager Allocation (indeterminate)"),
    ),
    Rule(
        "HO-06",
        "On a determinate sentence with parole eligibility the COM is allocated and becomes responsible 8 months "
        "before the first parole eligibility date, and stays responsible.",
        Cite(OPERATING_MODEL, "Community Offender Manager Allocation (determinate, Parole Board)"),
    ),
    Rule(
        "HO-07",
        "A person recalled on a determinate sentence remains the COM's.",
        Cite(OPERATING_MODEL, "Recalled individuals: Offender Manager Responsibility"),
    ),
    Rule(
        "HO-08",
        "A person recalled on an indeterminate sentence remains the COM's until the outcome of the recall oral "
        "hearing. If release is not directed, the POM takes the case back and the general parole process applies.",
        Cite(OPERATING_MODEL, "Recalled individuals: Offender Manager Responsibility"),
    ),
    Rule(
        "HO-09",
        "Remand and civil prisoners are nobody's case: only tasks are owed to them.",
        Cite(OPERATING_MODEL, "Remand and civil prisoners"),
    ),
    Rule(
        "HO-11",
        "An immigration case is the COM's, without handover dates.",
        Cite(MANAGE_POM_CASES, "app/domains/offender_handover.rb"),
    ),
    Rule(
        "HO-12",
        "Without a release date the POM is responsible and no handover date is given.",
        Cite(MANAGE_POM_CASES, "app/domains/offender_handover.rb"),
    ),
    Rule(
        "HO-13",
        "Before the start date the POM is responsible; from it the COM supports; from the handover date the COM is "
        "responsible and the POM supports. A date itself belongs to the later state.",
        Cite(MANAGE_POM_CASES, "app/lib/handover/handover_calculation.rb, calculate_responsibility"),
    ),
    Rule(
        "HO-20",
        "The policy version decides every number used; a prison adopts a later version from a date.",
        Cite(OPERATING_MODEL, "Annex E: Handover timings into the community (an image that is lost)"),
    ),
    Rule(
        "HO-26",
        "Any other determinate sentence is handed over 8 months before its automatic or conditional release date.",
        Cite(OPERATING_MODEL, "Annex C, determinate review"),
    ),
    Rule(
        "EA-23",
        "On early allocation the COM becomes responsible 15 months before the conditional release date, or on the "
        "day of agreement where that is later; early allocation never makes handover later.",
        Cite(OPERATING_MODEL, "Early Allocation Process: 15 months pre-release"),
    ),
    Rule(
        "PA-05",
        "Inside the parole window the COM is responsible until the Board has decided against release, the COM has "
        "reviewed OASys and the sentence plan, and the case is not actively managed at MAPPA level 2 or 3.",
        Cite(OPERATING_MODEL, "Joint work: Offender Manager Responsibility"),
    ),
    Rule(
        "PA-06",
        "The COM is responsible again 8 months before the next parole eligibility date.",
        Cite(OPERATING_MODEL, "Joint work: Offender Manager Responsibility"),
    ),
    Rule(
        "PA-07",
        "Where the next review comes 12 months or less after the last, the HOMD may override the move back to the POM.",
        Cite(OPERATING_MODEL, "Joint work: Offender Manager Responsibility"),
    ),
    Rule(
        "PA-08",
        "Where a review is adjourned or deferred, the case stays with the COM.",
        Cite(OPERATING_MODEL, "Joint work: Offender Manager Responsibility"),
    ),
)
RULES_BY_ID = registry(RULES)

# Everyone held has a stored answer: this reason stands where the rules above cannot be asked.
LEGAL_STATUS_UNKNOWN = "legal_status_unknown"
STORED_REASONS = REASONS | {
    LEGAL_STATUS_UNKNOWN: "Legal status not known: whether this is anybody's case cannot be said",
}


@dataclass(frozen=True, slots=True)
class WorkLists:
    """HO-24: when a handover comes up on the work lists, and from when on a COM who is not named is overdue."""

    upcoming_days: int  # 8 weeks before the handover date
    com_days: int  # 48 hours after the COM's part has begun, in days
    last_checked_on: date


WORK_LISTS = WorkLists(upcoming_days=8 * 7, com_days=2, last_checked_on=date(2026, 11, 21))
DUTY_RULES = (
    Rule(
        "HO-24",
        "A handover comes up 8 weeks before its date, and is owed until somebody records it. A COM who is not named "
        "48 hours after the COM's part has begun is overdue.",
        Cite(MANAGE_POM_CASES, "app/models/calculated_handover_date.rb"),
    ),
)
STORED_RULES_BY_ID = registry((*RULES, *DUTY_RULES))
