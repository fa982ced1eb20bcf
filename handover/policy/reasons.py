"""The codes that an answer gives, and their words. Words hold for every version that can give the reason."""

from enum import StrEnum


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

    OVERRIDDEN = "overridden"
    UNSENTENCED = "unsentenced"
    ADDITIONAL_ISP = "additional_isp"
    RECALL_THD_OVER_12_MONTHS = "recall_thd_over_12_months"
    PAROLE_MAPPA_2_3 = "parole_mappa_2_3"
    THD_OVER_12_MONTHS = "thd_over_12_months"
    RECALL_CASE = "recall_case"
    ISP_RECALL = "isp_recall"
    IMMIGRATION_CASE = "immigration_case"
    RELEASE_DATE_UNKNOWN = "release_date_unknown"
    EARLY_ALLOCATION = "early_allocation"
    DETERMINATE_SHORT = "determinate_short"
    CRC = "crc"
    CRC_SHORT = "crc_short"
    PAROLE_WINDOW = "parole_window"
    INDETERMINATE = "indeterminate"
    ISP_OPEN = "isp_open"
    INDETERMINATE_OPEN = "indeterminate_open"
    DETERMINATE_PAROLE = "determinate_parole"
    DETERMINATE = "determinate"
    MAPPA_2_3 = "mappa_2_3"
    MAPPA_0_1 = "mappa_0_1"
    HDC_ELIGIBILITY = "hdc_eligibility"
    HDC_ACTUAL = "hdc_actual"


REASONS: dict[str, str] = {
    Reason.OVERRIDDEN: "Overridden: decided by a HOMD and confirmed by a second person",
    Reason.UNSENTENCED: "Not sentenced: no case responsibility, only tasks for the POM",
    Reason.ADDITIONAL_ISP: "Serving an additional indeterminate sentence: the POM is responsible",
    Reason.RECALL_THD_OVER_12_MONTHS: (
        "Recalled, indeterminate sentence, hearing 12 months or more away: the POM is responsible, the COM supports"
    ),
    Reason.PAROLE_MAPPA_2_3: (
        "Parole refused, next hearing 12 months or more away, MAPPA level 2 or 3: the COM is responsible"
    ),
    Reason.THD_OVER_12_MONTHS: (
        "Parole refused, next hearing 12 months or more away: the POM is responsible, the COM supports"
    ),
    Reason.RECALL_CASE: "Recalled: the COM stays responsible",
    Reason.ISP_RECALL: "Recalled, indeterminate sentence: the COM's until the recall hearing's outcome, then the POM's",
    Reason.IMMIGRATION_CASE: "Immigration case: the COM is responsible",
    Reason.RELEASE_DATE_UNKNOWN: "Release date unknown: the POM is responsible until one is recorded",
    Reason.EARLY_ALLOCATION: "Early allocation: the COM takes over up to 15 months before release",
    Reason.DETERMINATE_SHORT: "10 months or less left to serve at sentence: the COM is responsible from the start",
    Reason.CRC: "CRC case: the responsible officer takes over 12 weeks before release",
    Reason.CRC_SHORT: "CRC case with 12 weeks or less left at sentence: the responsible officer's from the start",
    Reason.PAROLE_WINDOW: "Parole window: the COM keeps the case until it may go back to the POM",
    Reason.INDETERMINATE: "Indeterminate sentence: the COM takes over some months before tariff expiry or parole date",
    Reason.ISP_OPEN: "Indeterminate sentence, open conditions: the COM supports from the move and takes over later",
    Reason.INDETERMINATE_OPEN: (
        "Indeterminate sentence, open conditions: the COM may support from the move, and takes over some months "
        "before tariff expiry or parole date"
    ),
    Reason.DETERMINATE_PAROLE: (
        "Determinate sentence, parole: the COM takes over some months before parole eligibility"
    ),
    Reason.DETERMINATE: "Determinate sentence: the COM takes over some months before release",
    Reason.MAPPA_2_3: "Determinate sentence, MAPPA level 2 or 3: the COM takes over when allocated, before release",
    Reason.MAPPA_0_1: "Determinate sentence, no MAPPA level or level 1: the COM supports first and takes over later",
    Reason.HDC_ELIGIBILITY: "Determinate sentence: the COM takes over on the home detention curfew eligibility date",
    Reason.HDC_ACTUAL: "Determinate sentence: the COM takes over on the day of release on home detention curfew",
}

# Everyone held has a stored answer: this reason stands where the rules cannot be asked.
LEGAL_STATUS_UNKNOWN = "legal_status_unknown"
STORED_REASONS = REASONS | {
    LEGAL_STATUS_UNKNOWN: "Legal status not known: whether this is anybody's case cannot be said",
}
