"""The kernel's tables, which every app shares."""

from omic.models.contact import NOMIS_TYPES, SIGHTINGS, Contact, ContactKind, NomisEntry
from omic.models.cover import Cover
from omic.models.custody import DayOut, Movement, ParoleReview, Sentence, Stay
from omic.models.details import CaseDetails, DetailEntry, OasysAssessment, Provider, Rosh, SentencePlan
from omic.models.determination import Determination
from omic.models.guidance import DutyGuidance
from omic.models.imports import ImportRow, RollImport
from omic.models.ldu import Ldu
from omic.models.ledger import AuditEvent, Message, Recipient, Run
from omic.models.merge import MergeUndo, PersonMerge, surviving_number, under_any_number
from omic.models.obligation import Flag, Obligation, ObligationContact, ObligationKind, ObligationState
from omic.models.person import (
    SENTENCED_STATUSES,
    UNCLEAR_STATUSES,
    Alert,
    Complexity,
    ExpectedArrival,
    LegalStatus,
    Person,
    Presence,
)
from omic.models.prison import (
    DateRange,
    Estate,
    Operator,
    PolicyAdoption,
    Prison,
    PrisonSetting,
    SettingKind,
    TstzRange,
    Wing,
)
from omic.models.staff import PRISON_ROLES, Posting, Role, Staff
from omic.models.suspension import Suspension

__all__ = [
    "NOMIS_TYPES",
    "PRISON_ROLES",
    "SENTENCED_STATUSES",
    "SIGHTINGS",
    "UNCLEAR_STATUSES",
    "Alert",
    "AuditEvent",
    "CaseDetails",
    "Complexity",
    "Contact",
    "ContactKind",
    "Cover",
    "DateRange",
    "DayOut",
    "DetailEntry",
    "Determination",
    "DutyGuidance",
    "Estate",
    "ExpectedArrival",
    "Flag",
    "ImportRow",
    "Ldu",
    "LegalStatus",
    "MergeUndo",
    "Message",
    "Movement",
    "NomisEntry",
    "OasysAssessment",
    "Obligation",
    "ObligationContact",
    "ObligationKind",
    "ObligationState",
    "Operator",
    "ParoleReview",
    "Person",
    "PersonMerge",
    "PolicyAdoption",
    "Posting",
    "Presence",
    "Prison",
    "PrisonSetting",
    "Provider",
    "Recipient",
    "Role",
    "RollImport",
    "Rosh",
    "Run",
    "Sentence",
    "SentencePlan",
    "SettingKind",
    "Staff",
    "Stay",
    "Suspension",
    "TstzRange",
    "Wing",
    "surviving_number",
    "under_any_number",
]
