"""Responsibility and handover as set-based SQL over a table of facts: the rulebook once more, by Postgres's months.

Each version is its list of reasons, in order, each with its condition; the dates follow from the reason.
"""

from datetime import date

from omic.policy import POLICY_IDS

COLUMNS = {
    "sentence_type": "text", "legal_status": "text", "sentence_start": "date", "ard": "date", "crd": "date",
    "ped": "date", "ted": "date", "hdced": "date", "hdc_actual": "date", "thd": "date", "recalled": "bool",
    "immigration": "bool", "provider": "text", "mappa_level": "int", "early_allocation": "bool",
    "early_allocation_agreed_on": "date", "parole_outcome": "text", "com_oasys_reviewed": "bool",
    "last_review_on": "date", "recall_hearing_outcome": "text", "additional_isp": "bool", "open_conditions": "bool",
    "womens_estate": "bool", "prison_arrival": "date", "category_active_since": "date", "moved_to_open_on": "date",
    "welsh_open": "bool", "today": "date",
}  # fmt: skip
CREATE = f"CREATE TEMPORARY TABLE people (id int PRIMARY KEY, policy text, {', '.join(map(' '.join, COLUMNS.items()))})"
COPY = f"COPY people (id, policy, {', '.join(COLUMNS)}) FROM STDIN"

ISP = "sentence_type = 'indeterminate'"
DETERMINATE_KIND = """CASE WHEN ped IS NOT NULL THEN 'ped' WHEN ard <= coalesce(crd, 'infinity') THEN 'ard'
    WHEN crd IS NOT NULL THEN 'crd' END"""
CRC_KIND = """CASE WHEN hdc_actual IS NOT NULL THEN 'hdc_actual'
    WHEN hdced < coalesce(least(ard, crd), 'infinity') THEN 'hdced'
    WHEN ard <= coalesce(crd, 'infinity') THEN 'ard' WHEN crd IS NOT NULL THEN 'crd' END"""
NEARER_KIND = """CASE WHEN ted > today THEN 'ted' WHEN thd > today THEN 'thd'
    WHEN ted >= coalesce(thd, '-infinity') THEN 'ted' WHEN thd IS NOT NULL THEN 'thd' END"""
HEARING_KIND = "CASE WHEN ted > today THEN 'ted' WHEN thd IS NOT NULL THEN 'thd' END"

SHORT = f"NOT {ISP} AND sentence_start + interval '10 months' >= release_on"
PED = "kind = 'ped'"
EARLY = "early_allocation"
OPEN = "(open_conditions OR welsh_open AND NOT womens_estate)"
REVIEWED = f"({ISP} AND ted <= today AND parole_outcome IN ('not_release', 'deferred'))"
NEXT_ON = "CASE WHEN thd > today OR thd > last_review_on THEN thd END"
BACK = "recall_hearing_outcome IS NOT DISTINCT FROM 'not_release'"
FAR = f"({ISP} AND thd >= today + interval '12 months')"

Branches = list[tuple[str, str]]
_UNSENTENCED = ("unsentenced", "legal_status IN ('remand', 'civil')")
_IMMIGRATION = ("immigration_case", "immigration OR legal_status = 'immigration'")
_RECALL = ("recall_case", "recalled")
_UNKNOWN = ("release_date_unknown", "release_on IS NULL")
_CRC: Branches = [
    ("crc_short", "provider = 'crc' AND sentence_start >= release_on - 84"),
    ("crc", "provider = 'crc'"),
]
_ISP: Branches = [("indeterminate_open", f"{ISP} AND {OPEN}"), ("indeterminate", ISP)]
_FIRST: Branches = [_UNSENTENCED, _IMMIGRATION, _RECALL, _UNKNOWN]
_PAROLE_AND_REST: Branches = [("determinate_parole", PED), ("determinate", "true")]
_EARLY_FIRST: Branches = [("early_allocation", EARLY), *_ISP, ("determinate_short", SHORT), *_PAROLE_AND_REST]
_NPS_SHORT = ("determinate_short", f"{SHORT} AND provider IS DISTINCT FROM 'crc'")

REASONS: dict[str, Branches] = {
    "seed_2019": [
        _UNSENTENCED,
        _IMMIGRATION,
        ("recall_case", f"recalled AND NOT {ISP}"),
        ("isp_recall", f"recalled AND NOT {BACK}"),
        (
            "isp_recall",
            f"recalled AND (ted > today) IS NOT TRUE AND ({NEXT_ON}) IS NULL AND {REVIEWED} IS NOT TRUE",
        ),
        _UNKNOWN,
        _NPS_SHORT,
        *_CRC,
        ("parole_window", f"{REVIEWED} AND (cardinality(blocking) > 0 OR ({NEXT_ON}) IS NULL)"),
        ("isp_open", f"{ISP} AND moved_to_open_on < counted_on - interval '8 months'"),
        ("indeterminate", ISP),
        ("early_allocation", f"{EARLY} AND (crd IS NOT NULL OR ard IS NOT NULL)"),
        *_PAROLE_AND_REST,
    ],
    "omic_2019": [
        *_FIRST, *_ISP, *_CRC, _NPS_SHORT, ("early_allocation", EARLY), ("determinate_parole", PED),
        ("mappa_2_3", "mappa_level IN (2, 3)"), ("hdc_actual", "hdc_actual IS NOT NULL"),
        ("hdc_eligibility", "hdced < release_on - interval '4 months' - interval '15 days'"), ("mappa_0_1", "true"),
    ],
    "omic_2022": [*_FIRST, *_ISP, *_CRC, _NPS_SHORT, ("early_allocation", EARLY), *_PAROLE_AND_REST],
    "omic_2023_04": [*_FIRST, *_ISP, ("determinate_short", SHORT), ("early_allocation", EARLY), *_PAROLE_AND_REST],
    "omic_2023_11": [*_FIRST, *_EARLY_FIRST],
    "omic_2026": [
        _UNSENTENCED,
        ("additional_isp", f"{ISP} AND additional_isp"),
        ("recall_thd_over_12_months", f"{FAR} AND recalled AND coalesce(mappa_level, 0) < 2"),
        ("parole_mappa_2_3", f"{FAR} AND parole_outcome = 'not_release' AND mappa_level > 1"),
        ("thd_over_12_months", f"{FAR} AND parole_outcome = 'not_release'"),
        _RECALL, _IMMIGRATION, _UNKNOWN, *_EARLY_FIRST,
    ],
}  # fmt: skip

FIXED = """CASE reason
    WHEN 'additional_isp' THEN 'POM' WHEN 'release_date_unknown' THEN 'POM'
    WHEN 'recall_thd_over_12_months' THEN 'POM_WITH_COM' WHEN 'thd_over_12_months' THEN 'POM_WITH_COM'
    WHEN 'parole_mappa_2_3' THEN 'COM' WHEN 'recall_case' THEN 'COM' WHEN 'immigration_case' THEN 'COM'
    WHEN 'determinate_short' THEN 'COM' WHEN 'crc_short' THEN 'COM'
    WHEN 'isp_recall' THEN CASE WHEN recall_hearing_outcome = 'not_release' THEN 'POM' ELSE 'COM' END
    WHEN 'parole_window' THEN CASE WHEN cardinality(blocking) > 0 THEN 'COM' ELSE 'POM' END
END"""
BLOCKING = """array_remove(ARRAY[
    CASE WHEN parole_outcome = 'deferred' THEN 'outcome' END,
    CASE WHEN NOT com_oasys_reviewed THEN 'com_oasys_review' END,
    CASE WHEN mappa_level IN (2, 3) THEN 'mappa_2_or_3_active' END], NULL)"""
OPEN_SINCE = f"""CASE
    WHEN NOT {ISP} OR NOT {OPEN} THEN NULL
    WHEN womens_estate THEN category_active_since
    WHEN prison_arrival IS NOT NULL AND greatest(prison_arrival, sentence_start)
        >= CASE WHEN welsh_open THEN date '2020-10-19' ELSE date '2021-03-31' END
    THEN greatest(prison_arrival, sentence_start)
END"""


def handover(policy: str) -> str:
    """The date of responsibility by reason; the version's months stand here once more."""
    parole = "12 months" if policy in ("omic_2023_11", "omic_2026") else "8 months"
    rest = {"seed_2019": "8 months", "omic_2022": "7 months", "omic_2019": "7 months"}.get(policy, "8 months")
    days = {"seed_2019": 0, "omic_2022": 15, "omic_2019": 15}.get(policy, 14)
    early = "release_on - interval '15 months'"
    if policy == "seed_2019":
        early = """least(greatest(coalesce(crd, ard) - interval '15 months', early_allocation_agreed_on),
            release_on - interval '8 months')"""
    return f"""CASE
        WHEN reason = 'early_allocation' THEN {early}
        WHEN reason = 'crc' THEN release_on - 84
        WHEN reason IN ('indeterminate', 'indeterminate_open', 'isp_open') THEN counted_on - interval '{parole}'
        WHEN reason = 'determinate_parole' THEN release_on - interval '{parole}'
        WHEN reason IN ('determinate', 'mappa_2_3') THEN release_on - interval '{rest}' - interval '{days} days'
        WHEN reason = 'mappa_0_1' THEN release_on - interval '4 months' - interval '15 days'
        WHEN reason = 'hdc_actual' THEN hdc_actual
        WHEN reason = 'hdc_eligibility' THEN hdced
    END::date"""


def start(policy: str) -> str:
    """The date of the COM's support; everywhere else that of responsibility."""
    open_since = "moved_to_open_on" if policy == "seed_2019" else OPEN_SINCE
    early = "- interval '18 months'" if policy == "omic_2019" else "- interval '15 months'"
    return f"""CASE
        WHEN reason = 'early_allocation' AND '{policy}' = 'seed_2019' THEN handover_on
        WHEN reason = 'early_allocation' THEN least(release_on {early}, {open_since})
        WHEN reason IN ('indeterminate_open', 'isp_open') THEN least(handover_on, {open_since})
        WHEN reason IN ('mappa_0_1', 'hdc_actual', 'hdc_eligibility')
        THEN least(handover_on, release_on - interval '7 months' - interval '15 days')
        ELSE handover_on
    END::date"""


def select(policy: str) -> str:
    """Every answer of one version, by person: reason, fixed, start, handover, release, blocking, provisional."""
    reads_provider = policy in ("seed_2019", "omic_2019", "omic_2022")
    isp_kind = NEARER_KIND if policy in ("seed_2019", "omic_2026") else HEARING_KIND
    crc_kind = f"WHEN provider = 'crc' THEN {CRC_KIND}" if policy in ("omic_2019", "omic_2022") else ""
    reasons = " ".join(f"WHEN {condition} THEN '{reason}'" for reason, condition in REASONS[policy])
    counted_on = f"CASE WHEN {REVIEWED} THEN {NEXT_ON} ELSE release_on END" if policy == "seed_2019" else "release_on"
    settled = "'unsentenced', 'immigration_case', 'recall_case', 'isp_recall'"
    return f"""
        WITH kinds AS (
            SELECT *, CASE WHEN {ISP} THEN {isp_kind} {crc_kind} ELSE {DETERMINATE_KIND} END AS kind,
                {BLOCKING} AS blocking
            FROM people WHERE policy = '{policy}'
        ), released AS (
            SELECT *, CASE kind WHEN 'ped' THEN ped WHEN 'ard' THEN ard WHEN 'crd' THEN crd WHEN 'ted' THEN ted
                WHEN 'thd' THEN thd WHEN 'hdced' THEN hdced WHEN 'hdc_actual' THEN hdc_actual END AS release_on
            FROM kinds
        ), counted AS (SELECT *, {counted_on} AS counted_on FROM released
        ), decided AS (SELECT *, CASE {reasons} END AS reason FROM counted
        ), handed AS (SELECT *, {handover(policy)} AS handover_on FROM decided
        )
        SELECT id, reason, {FIXED}, {start(policy)}, handover_on, kind, release_on,
            CASE WHEN reason = 'parole_window' THEN blocking ELSE '{{}}' END,
            {reads_provider} AND provider IS NULL AND coalesce(sentence_start, '-infinity') < date '2021-06-26'
                AND reason NOT IN ({settled})
        FROM handed ORDER BY id
    """  # noqa: S608 - every part is a constant of this module


QUERIES = {policy: select(policy) for policy in POLICY_IDS}


def copy_line(number: int, policy: str, facts: dict[str, object]) -> str:
    """One person as a line for COPY."""
    cells = [_cell(facts.get(name), kind) for name, kind in COLUMNS.items()]
    return "\t".join([str(number), policy, *cells]) + "\n"


def _cell(value: object, kind: str) -> str:
    if value is None:
        return "f" if kind == "bool" else "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    return value.isoformat() if isinstance(value, date) else str(value)
