"""Kinds, owners, states and numbers of the timetable of duties. Numbers are dated and never edited, only followed."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """Every kind of dated duty. Its words for staff stand with the kernel's kinds of obligation."""

    PUBLIC_PROTECTION_SCREEN = "public_protection_screen"
    INITIAL_CATEGORISATION = "initial_categorisation"
    LISP1 = "lisp1"
    COMPLEXITY_SCREENING = "complexity_screening"
    BAIL_SCREENING = "bail_screening"
    OPD_DECISION = "opd_decision"
    MALRAP = "malrap"
    POM_CONTACT = "pom_contact"
    OASYS_INITIAL = "oasys_initial"
    OASYS_REVIEW = "oasys_review"
    OASYS_HANDOVER = "oasys_handover"
    OASYS_PAROLE = "oasys_parole"
    OASYS_PRE_RELEASE = "oasys_pre_release"
    OASYS_SIGNIFICANT_EVENT = "oasys_significant_event"
    EA_FIRST_REVIEW = "ea_first_review"
    EA_REVIEW = "ea_review"
    EA_REFERRAL_REVIEW = "ea_referral_review"
    EA_TRANSFER = "ea_transfer"
    EA_MAPPA_REFERRAL = "ea_mappa_referral"
    PRE_TARIFF_REVIEW = "pre_tariff_review"
    PAROLE_REVIEW = "parole_review"
    RECALL_EXPLANATION = "recall_explanation"
    POST_RECALL_MEETING = "post_recall_meeting"
    TRANSITION_READY = "transition_ready"
    TRANSITION_MEETING = "transition_meeting"
    TRANSITION_KEY_WORK = "transition_key_work"
    PERSONAL_ADVISER = "personal_adviser"
    OASYS_BEFORE_REMISSION = "oasys_before_remission"
    AFTERCARE_MEETING = "aftercare_meeting"
    HOSPITAL_LIAISON = "hospital_liaison"


class Owner(StrEnum):
    """Who does it, or must take part. COM stands for the responsible officer of a CRC case."""

    POM = "pom"
    COM = "com"
    KEY_WORKER = "key_worker"
    HOMD = "homd"
    PROBATION_OFFICER = "probation_officer"
    PSYCHOLOGIST = "psychologist"


class State(StrEnum):
    """What the facts say of a duty. Whether an open one is overdue follows from its date."""

    OPEN = "open"
    MET = "met"
    WAIVED = "waived"


class Cause(StrEnum):
    """The fact that gives rise to a duty: together with the kind it tells one duty from another."""

    SENTENCE = "sentence"
    RECEPTION = "reception"
    CONTACT = "contact"
    OASYS = "oasys"
    EVENT = "significant_event"
    RELEASE = "release"
    TARIFF = "tariff"
    PAROLE = "parole"
    REVIEW = "review"
    RECALL = "recall"
    TRANSFER = "transfer"
    CARE = "care"
    HOSPITAL = "hospital"
    REMISSION = "remission"


class Missing(StrEnum):
    """What still has to be there before a duty is met."""

    POM_ASSIGNED = "pom_assigned"
    KEY_WORKER_ASSIGNED = "key_worker_assigned"
    KEY_WORKER_CONTACT = "key_worker_contact"
    POM = "pom"
    KEY_WORKER = "key_worker"
    RATIONALE = "rationale"


class EarlyAllocationClass(StrEnum):
    """What the criteria of early allocation come to."""

    AUTOMATIC = "automatic"
    DISCRETIONARY = "discretionary"
    NONE = "none"


class HandoverForm(StrEnum):
    """How a case is handed over to the community."""

    MEETING = "meeting"
    REPORT = "report"
    NONE = "none"


class ReportAuthor(StrEnum):
    """Who writes the one parole report."""

    POM = "pom"
    COM_WITH_POM_SECTIONS = "com_with_pom_sections"


@dataclass(frozen=True, slots=True)
class Numbers:
    """Every number of the timetable, by the rule that gives it."""

    last_checked_on: date
    long_months: int = 48  # OA-01, AL-13: up to so much left, and low RoSH
    reviewed_months: int = 24  # OA-04, OA-05: from so much left at sentence on there are periodic reviews
    screen_days: int = 14  # AL-20, AL-21, AL-23
    lisp1_days: int = 7  # AL-22
    malrap_days: int = 16 * 7  # AL-27
    opd_months: int = 6  # AL-26
    initial_short_days: int = 4 * 7  # OA-02
    initial_days: int = 10 * 7  # OA-03
    initial_indeterminate_days: int = 16 * 7  # OA-08
    review_months: int = 24  # OA-05, from the last OASys
    review_indeterminate_months: int = 36  # OA-09, from the last OASys
    handover_months: int = 8  # OA-04, OA-05, before the ACR date
    pre_release_mappa_months: int = 6  # OA-06, before the ACR date
    pre_release_opens_days: int = 8 * 7  # OA-07, OA-12
    pre_release_closes_days: int = 2 * 7  # OA-07, OA-12
    tariff_oasys_months: int = 24  # OA-10, before tariff expiry: so many months first,
    tariff_oasys_days: int = 24 * 7  # then so many days
    parole_oasys_days: int = 24 * 7  # OA-11, before the next parole eligibility date
    parole_oasys_months: int = 9  # OA-13, before the first PED
    counts_days: int = 8 * 7  # an OASys so long before a day without a window counts as the one due then (HO-24)
    ea_first_days: int = 10 * 7  # EA-20
    ea_referral_months: int = 18  # EA-22, before conditional release
    ea_transfer_months: int = 15  # EA-23
    ea_mappa_months: int = 12  # EA-24
    ea_oasys_months: int = 3  # EA-20, EXT E-MPC: an assessment rests on an OASys that is younger than this
    separation_months: int = 24  # EA-02, from today to the earliest release
    pre_tariff_months: int = 42  # PA-01, before tariff expiry
    review_indeterminate_max: int = 24  # PA-07, months from one parole review to the next
    review_determinate_max: int = 12  # PA-09
    recall_hours: int = 48  # RC-01
    recall_meeting_days: int = 10  # RC-02
    recall_training_months: int = 24  # RC-04: more than so much left to the SED is training
    transition_hours: int = 72  # XC-11
    week_whole_days: int = 4  # XC-12: a week with fewer whole days here owes no session of its own
    adviser_age: int = 25  # XC-01: under this age


NUMBERS = Numbers(last_checked_on=date(2026, 11, 21))

# AL-12, in months between contacts, by RoSH. Medium stands in no document: our reading, between the two that do.
CONTACT_MONTHS = {"very_high": 1, "high": 1, "medium": 2, "low": 3}
# RC-03: the term of a fixed-term recall, in days.
RECALL_TERMS = {"fixed_14": 14, "fixed_28": 28}
# AL-13: these versions know NPS and CRC, and let Annex B decide for the NPS; the later ones ask RoSH and length alone.
VERSIONS_BY_PROVIDER = frozenset({"seed_2019", "omic_2019", "omic_2022"})

# What the rulebook says of duties that no dated duty here carries, and why.
NOT_DUTIES: dict[str, str] = {
    "AL-10": "Who does a task in a private prison: decided where tasks are assigned, not when one is due",
    "AL-17": "ACCT reviews, ROTL and categorisation have no deadline: an open ACCT, or staff, open the duty",
    "AL-25": "Offending behaviour programmes: the score that makes somebody eligible is not given; with the OASys",
    "EA-25": "After a rejection the normal rules stand, and EA-21 goes on",
    "PA-02": "A power of the casework section, not a duty",
    "PA-04": "Abolishes a report",
    "PA-05": "Decides responsibility",
    "PA-06": "Decides responsibility",
    "PA-08": "Decides responsibility",
    "PA-10": "The review is OA-13, the COM's part HO-06",
    "PA-11": "Psychologists follow the responsible manager; no deadline",
    "RC-06": "Says that OASys has no timetable for recalls, nor a CRC recall a meeting: neither is listed",
    "XC-13": "Which cadence of contact wins: decided with key work",
    "XC-31": "Which prison allocates the POM of a patient in hospital: an allocation without a deadline",
    "HO-31": "Settles which group a heading means: CRC cases, as in Annex B",
    "HO-33": "What the COM does on allocation; no deadline",
    "HO-34": "Pre-release work of short cases: OA-02, OA-06 and OA-07 carry what has a date",
    "HO-35": "ROTL, HDC and licence conditions have no deadline: an HDCED ahead, or staff, open the duty",
    "HO-36": "Who attends the first handover meeting of a parole case; its form is HO-30's",
    "HO-37": "Escalation from CRC to NPS is the responsible officer's, unchanged",
    "HO-38": "A claim about visits by the COM, shown as a counter only",
    "HO-39": "A transfer between prisons has no timing in any document: the transfer opens a duty without a date",
    "HO-40": "A contribution to a board or report has no date of its own: staff open the duty",
}
