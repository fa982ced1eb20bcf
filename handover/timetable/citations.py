"""The rules of the timetable in words fit to show, each with the place it is read from."""

from handover.policy import RULES_BY_ID as HANDOVER_RULES
from omic.policy import (
    BEFORE_YOUTH_TRANSFER,
    OPERATING_MODEL,
    PROBATION_BLOG,
    TRANSITION_KEY_WORK,
    Cite,
    Rule,
    registry,
)


def _model(rule_id: str, words: str, locator: str) -> Rule:
    """A rule of the operating model of 2019."""
    return Rule(rule_id, words, Cite(OPERATING_MODEL, locator))


_RECEPTION = "Reception phase: the first two weeks"
_CRITERIA = "Early Allocation: Automatic Early Allocation"
_DISCRETIONARY = "Early Allocation: Discretionary Early Allocation"
_EARLY = "Early Allocation Process"
_ANNEX_C = "Annex C: Determinate sentence individuals OASys timescales and responsibility"
_ANNEX_D = "Annex D: Indeterminate sentence individuals OASys timescales and responsibility"

ALLOCATION_RULES = (
    Rule(
        "AL-12",
        "The offender manager sees high-risk cases monthly and low-risk cases quarterly. For a medium RoSH, of which "
        "nothing is said, every two months. Counted from the last contact.",
        Cite(PROBATION_BLOG, "Napo's letter of 1 October 2019"),
    ),
    _model(
        "AL-13",
        "The additional tasks (full OASys, sentence planning, 1-to-1 supervision, handover meeting) are not owed with "
        "10 months or less left at sentence, nor to men in closed conditions with up to 48 months left and low RoSH. "
        "Up to the version of 2022 the second exception is for CRC cases: Annex B has every longer NPS case in.",
        "Executive Summary; Main sentence phase; Annex B",
    ),
    _model(
        "AL-14",
        "The exceptions from the additional tasks do not catch people who have experienced care. Fixed-term recalls "
        "are outside the additional tasks.",
        "Main sentence phase; Recalled individuals; Annex B",
    ),
    _model(
        "AL-20",
        "A probation officer screens for public protection within two weeks of sentence, or of reception for somebody "
        "on remand or held as a civil prisoner.",
        f"{_RECEPTION}; Remand and civil prisoners",
    ),
    _model("AL-21", "The POM does the initial categorisation within two weeks of sentence.", _RECEPTION),
    _model("AL-22", "The POM completes LISP1 within 1 week of a life sentence.", _RECEPTION),
    _model("AL-23", "For women the POM does the complexity screening within two weeks of sentence.", _RECEPTION),
    _model(
        "AL-24",
        "On remand the POM does bail screening and bail information; no deadline.",
        "Remand and civil prisoners",
    ),
    _model(
        "AL-26",
        "In the first six months after sentence the POM and a psychologist decide which formulation, if any, is needed "
        "for somebody screened in to the Offender Personality Disorder pathway.",
        "Main sentence phase: Offender Personality Disorder tasks",
    ),
    _model(
        "AL-27",
        "For an indeterminate sentence the MALRAP meeting, LISP2, the post-sentence report and the sentence planning "
        "minutes are done within 16 weeks of sentence.",
        "Reception phase: Indeterminate sentence individuals",
    ),
)
EARLY_ALLOCATION_RULES = (
    _model("EA-01", "Automatic: a TACT or terrorism-related offence.", _CRITERIA),
    _model(
        "EA-02",
        "Automatic: in an extremism separation centre and 24 months or less to the earliest release.",
        _CRITERIA,
    ),
    _model("EA-03", "Automatic: an in-principle decision for Critical Public Protection registration.", _CRITERIA),
    _model("EA-04", "Automatic: a National Crime Agency case with a Serious Crime Prevention Order.", _CRITERIA),
    _model("EA-05", "Automatic: a high-profile, notorious or noteworthy case.", _CRITERIA),
    _model("EA-06", "Automatic: needs to be managed at MAPPA level 3.", _CRITERIA),
    _model("EA-07", "Discretionary: managed by the multi-agency extremism screening meeting.", _DISCRETIONARY),
    _model("EA-08", "Discretionary: very high RoSH.", _DISCRETIONARY),
    _model(
        "EA-09", "Discretionary, in exceptional cases only: needs earlier management at MAPPA level 2.", _DISCRETIONARY
    ),
    _model(
        "EA-10",
        "A discretionary referral rests on the time needed to coordinate release, not on RoSH alone: it needs a "
        "written rationale, and the NPS division decides.",
        _DISCRETIONARY,
    ),
    _model("EA-20", "The POM first reviews the criteria of early allocation by 10 weeks after sentence.", _EARLY),
    _model(
        "EA-21",
        "The POM reviews the criteria again with every OASys review and every OASys after a significant event.",
        _EARLY,
    ),
    _model(
        "EA-22",
        "The referral is reviewed 18 months before conditional release, after the handover OASys, which is then due "
        "by that day too. With less time to serve it is done with the first review.",
        _EARLY,
    ),
    _model(
        "EA-24", "The COM makes a MAPPA referral, if required, at least 12 months before conditional release.", _EARLY
    ),
)
PAROLE_RULES = (
    _model(
        "PA-01",
        "The POM's review of suitability for open conditions may begin 3 and a half years before tariff expiry, "
        "and ends with the tariff.",
        "Indeterminate sentence individuals – pre-tariff",
    ),
    _model(
        "PA-03",
        "Before the tariff review is the COM's, the POM alone writes the parole report and attends the hearing. From "
        "then on, and on determinate sentences, the COM writes it with sections by the POM, and both attend.",
        "One parole report; Oral hearings",
    ),
    _model(
        "PA-09",
        "On a determinate sentence the next parole review comes within 12 months of the last, with the COM.",
        "Pre-release phase – Determinate sentence individuals eligible for discretionary release: Community Offender "
        "Manager Allocation",
    ),
)
RECALL_RULES = (
    _model(
        "RC-01",
        "Within 48 hours of the return the POM explains the reasons for recall, the dossier and the right to appeal.",
        "Recalled individuals: all individuals recalled",
    ),
    _model(
        "RC-02",
        "After an NPS standard recall the COM and the POM meet the person within 10 calendar days of the return.",
        "Recalled individuals: standard recall individuals",
    ),
    _model(
        "RC-03",
        "A fixed-term recall of 14 or 28 days stays in the reception function, without post-recall meeting or 1-to-1.",
        "Recalled individuals",
    ),
    _model(
        "RC-04",
        "A standard recall goes on from reception to training with more than 24 months left to the sentence expiry "
        "date, else to resettlement (exactly 24 months: resettlement). The HOMD may override.",
        "Recalled individuals",
    ),
    _model(
        "RC-05",
        "A standard recall gets 1-to-1 supervision with the POM; the COM keeps reviewing re-release. No interval is "
        "given: the next review is due on the day that the last one set.",
        "Recalled individuals: standard recall individuals",
    ),
)
OASYS_RULES = (
    _model(
        "OA-01",
        "A prison OASys layer 3 is for every NPS case with more than 10 months left at sentence, a CRC case with more "
        "than 10 months and medium RoSH or more than 48 months, and everyone who has experienced care.",
        "Annex B – In scope for prison OASys layer 3 assessment",
    ),
    _model(
        "OA-02",
        "With 10 months or less left at sentence the COM does the first OASys within 4 weeks of sentence.",
        f"{_ANNEX_C}: initial",
    ),
    _model(
        "OA-03",
        "With more than 10 months left at sentence the POM does the first OASys within 10 weeks of sentence.",
        f"{_ANNEX_C}: initial",
    ),
    _model(
        "OA-04",
        "With less than 2 years left at sentence the POM reviews OASys once, for handover, 8 months before automatic "
        "or conditional release; earlier where handover is earlier, never before the first OASys is due.",
        f"{_ANNEX_C}: review",
    ),
    _model(
        "OA-05",
        "With 2 years or more left at sentence the POM reviews OASys every 2 years, and for handover 8 months before "
        "automatic or conditional release; a periodic review that would follow the one for handover falls away.",
        f"{_ANNEX_C}: review",
    ),
    _model(
        "OA-06",
        "For an NPS case at MAPPA level 2 or 3 the COM reviews OASys 6 months before automatic or conditional release.",
        f"{_ANNEX_C}: pre-release",
    ),
    _model(
        "OA-07",
        "For an NPS case at MAPPA level 1 without HDC the COM reviews OASys between 8 and 2 weeks before automatic or "
        "conditional release.",
        f"{_ANNEX_C}: pre-release",
    ),
    _model(
        "OA-08", "On an indeterminate sentence the POM does the first OASys within 16 weeks.", f"{_ANNEX_D}: initial"
    ),
    _model(
        "OA-09",
        "On an indeterminate sentence the POM, whilst responsible, reviews OASys every 3 years.",
        f"{_ANNEX_D}: review",
    ),
    _model("OA-10", "The POM reviews OASys 2 years and 24 weeks before tariff expiry.", f"{_ANNEX_D}: review"),
    _model(
        "OA-11",
        "The COM reviews OASys 24 weeks before the next parole eligibility date.",
        f"{_ANNEX_D}: review",
    ),
    _model(
        "OA-12",
        "On an indeterminate sentence the COM reviews OASys between 8 and 2 weeks before release.",
        f"{_ANNEX_D}: pre-release",
    ),
    _model(
        "OA-13",
        "On a determinate sentence with parole the POM reviews OASys 9 months before the first parole eligibility "
        "date; earlier where handover is earlier.",
        "Pre-release phase – Determinate sentence individuals eligible for discretionary release by the Parole Board",
    ),
    _model(
        "OA-14",
        "After a significant event that changes risk management or the sentence plan, whoever is responsible reviews "
        "OASys.",
        "Significant events and risk escalation",
    ),
)
HANDOVER_FORM_RULES = (
    _model(
        "HO-10",
        "While somebody is treated in hospital as a restricted patient, responsibility and handover follow the same "
        "rules as in prison.",
        "Case management for restricted patients",
    ),
    _model(
        "HO-30",
        "NPS cases and everyone who has experienced care are handed over in a meeting of POM and COM, others by a "
        "report. A case that is the community's from the start is not handed over, unless care experienced.",
        "Handovers; Individuals who have experienced care",
    ),
    _model(
        "HO-32",
        "The POM may decide, with a reason, that the OASys before handover is not needed: a recent one, or little "
        "change.",
        "Pre-release: NPS Determinate sentenced individuals over 10 months",
    ),
)
SPECIAL_GROUP_RULES = (
    _model(
        "XC-01",
        "For somebody who has experienced care and is under 25 the POM finds the personal adviser and aligns the "
        "sentence plan with the pathway plan.",
        "Individuals who have experienced care",
    ),
    BEFORE_YOUTH_TRANSFER,
    _model(
        "XC-11",
        "POM and key worker meet the young person within 72 hours of arrival.",
        "Transitions: Following transition",
    ),
    TRANSITION_KEY_WORK,
    _model(
        "XC-30",
        "For a restricted patient whoever is responsible reviews OASys on the transfer to hospital and again before "
        "remission, attends section 117 aftercare meetings, and liaises with Mental Health Casework and the clinician.",
        "Case management for restricted patients",
    ),
)
RULES = (
    *ALLOCATION_RULES,
    *EARLY_ALLOCATION_RULES,
    *PAROLE_RULES,
    *RECALL_RULES,
    *OASYS_RULES,
    *HANDOVER_FORM_RULES,
    *SPECIAL_GROUP_RULES,
)
# EA-23 and PA-07 stand with responsibility, which they decide; the duties cite them from there.
RULES_BY_ID = HANDOVER_RULES | registry(RULES)
