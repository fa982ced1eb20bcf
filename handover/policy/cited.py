"""The rules with their words and citations. Words hold for every version that asks the rule."""

from omic.policy import MANAGE_POM_CASES, OPERATING_MODEL, Cite, Rule, registry

_CALCULATION = "app/lib/handover/handover_calculation.rb"
_SPECIAL_CASES = "app/domains/offender_handover.rb"
_RESETTLEMENT = "Resettlement phase for determinate sentenced individuals"

RULES = (
    Rule(
        "HO-01",
        "A case with more than 10 months left to serve at sentence is the POM's alone, with no COM, until the "
        "pre-release phase.",
        Cite(OPERATING_MODEL, "Summary of case management"),
    ),
    Rule(
        "HO-02",
        "A case with 10 months or less left to serve at sentence is the COM's from the start; the POM supports. While "
        "there were CRCs this was so for NPS cases only.",
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
        "An indeterminate sentence is the POM's until the COM becomes responsible 8 months before the tariff expires "
        "(12 months in the versions from November 2023).",
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
        "before the first parole eligibility date (12 months in the versions from November 2023) and stays so.",
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
        "hearing. If release is not directed, the POM takes the case back and the general parole process applies. "
        "Versions after the first do not read the outcome: the case remains the COM's.",
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
        Cite(MANAGE_POM_CASES, _SPECIAL_CASES),
    ),
    Rule(
        "HO-12",
        "Without a release date the POM is responsible and no handover date is given.",
        Cite(MANAGE_POM_CASES, _SPECIAL_CASES),
    ),
    Rule(
        "HO-13",
        "Before the start date the POM is responsible; from it the COM supports; from the handover date the COM is "
        "responsible and the POM supports. A date itself belongs to the later state.",
        Cite(MANAGE_POM_CASES, f"{_CALCULATION}, calculate_responsibility"),
    ),
    Rule(
        "HO-20",
        "The policy version decides every number used: the first keeps the operating model's own, each later one has "
        "those of the national service in its years. A prison adopts a later version from a date.",
        Cite(
            MANAGE_POM_CASES,
            f"{_CALCULATION}, calculate_handover_date, and its history (Annex E of the operating model, which had the "
            "timings, is an image that is lost)",
        ),
    ),
    Rule(
        "HO-21",
        "Time is counted to the tariff's expiry while that lies ahead, then to the parole hearing; on a determinate "
        "sentence to the parole eligibility date, or else to the earlier of ARD and CRD. Home detention curfew dates "
        "are read for CRC cases in the versions of 2019 and 2022, and below MAPPA level 2 in that of 2019.",
        Cite(MANAGE_POM_CASES, f"{_CALCULATION}, calculate_earliest_release, and its history"),
    ),
    Rule(
        "HO-22",
        "On an indeterminate sentence in open conditions the COM supports from the day of arrival at the open prison, "
        "or for a woman from the day her category became open, where that comes before the handover date. For men "
        "this holds for arrivals from 31 March 2021, for Welsh cases at Prescoed from 19 October 2020.",
        Cite(MANAGE_POM_CASES, f"{_CALCULATION}, calculate_handover_start_date"),
    ),
    Rule(
        "HO-23",
        "On an indeterminate sentence, from May 2024: an additional indeterminate sentence keeps the case with the POM "
        "alone. With the hearing 12 months or more away, a person recalled at MAPPA level 1 or none is the POM's with "
        "the COM supporting; after a refusal of parole the case is the COM's at MAPPA level 2 or 3, else the POM's "
        "with the COM supporting. Any other recall is the COM's.",
        Cite(MANAGE_POM_CASES, _SPECIAL_CASES),
    ),
    Rule(
        "HO-26",
        "Any other determinate sentence is handed over 8 months before its automatic or conditional release date.",
        Cite(OPERATING_MODEL, "Annex C, determinate review"),
    ),
    Rule(
        "HO-27",
        "On early allocation the COM supports from 18 months before release, in the version of 2019 alone.",
        Cite(MANAGE_POM_CASES, "app/services/handover_date_service.rb, as it was until February 2021"),
    ),
    Rule(
        "EA-23",
        "On early allocation the COM becomes responsible 15 months before release. The operating model counts to the "
        "conditional release date, waits for the day of agreement where that is later, and never hands over later "
        "than without early allocation; the later versions count to the release date they use everywhere.",
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
        "The COM is responsible again 8 months before the next parole eligibility date; in the versions from November "
        "2023 12 months before the hearing.",
        Cite(OPERATING_MODEL, "Joint work: Offender Manager Responsibility"),
    ),
    Rule(
        "PA-07",
        "On an indeterminate sentence the next review comes within 24 months of the last. Where it comes 12 months or "
        "less after it, the HOMD may override the move back to the POM.",
        Cite(OPERATING_MODEL, "Joint work: Offender Manager Responsibility"),
    ),
    Rule(
        "PA-08",
        "Where a review is adjourned or deferred, the case stays with the COM.",
        Cite(OPERATING_MODEL, "Joint work: Offender Manager Responsibility"),
    ),
    Rule(
        "XC-55",
        "A decision about who is responsible, with a reason and confirmed by a second person, stands in place of what "
        "is computed until somebody takes it back. Who decided, when and why is kept.",
        Cite(MANAGE_POM_CASES, "app/controllers/responsibilities_controller.rb"),
    ),
)
RULES_BY_ID = registry(RULES)

DUTY_RULES = (
    Rule(
        "HO-24",
        "A handover comes up 8 weeks before its date, and is owed until somebody records it. A COM who is not named "
        "48 hours after becoming responsible is overdue; one who only supports is needed at once. The POM is reminded "
        "by email 8 weeks before the date, on it, and 14 days after it while no COM is named.",
        Cite(MANAGE_POM_CASES, "app/models/calculated_handover_date.rb; Handover::HandoverEmailBatchRun"),
    ),
    Rule(
        "AL-15",
        "Assessments for home detention curfew are done only where a prison has a resettlement function.",
        Cite(OPERATING_MODEL, _RESETTLEMENT),
    ),
    Rule(
        "AL-17",
        "The POM attends and contributes to ACCT reviews, and does ROTL assessments and categorisation reviews.",
        Cite(OPERATING_MODEL, "Main sentence phase"),
    ),
    Rule(
        "HO-35",
        "Before release the POM does the assessments for home detention curfew and ROTL. Where ROTL begins before a "
        "COM is due, a request for information goes to the mailbox of the LDU or CRC. No document gives a time.",
        Cite(OPERATING_MODEL, _RESETTLEMENT),
    ),
    Rule(
        "HO-39",
        "A move from one prison to another is a handover too: what is known of the case goes along. No document gives "
        "a time.",
        Cite(OPERATING_MODEL, "Executive Summary; Handovers"),
    ),
    Rule(
        "HO-40",
        "The POM contributes to a pre-release board or writes the report before release, by type and length of "
        "sentence.",
        Cite(OPERATING_MODEL, _RESETTLEMENT),
    ),
)
STORED_RULES_BY_ID = registry((*RULES, *DUTY_RULES))
