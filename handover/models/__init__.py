"""Handover's tables: who is responsible, the casework of a handover, and what passes between prison and community."""

from handover.models.casework import (
    FormDecision,
    HandoverForm,
    HandoverReport,
    HandoverStep,
    HandoverStepQuerySet,
    SendingNote,
)
from handover.models.community import CommunityRequest, ReminderChoice
from handover.models.early import EarlyAssessment, EarlyAssessmentQuerySet
from handover.models.recall import ExecutiveReview, FunctionDecision
from handover.models.responsibility import (
    HandoverDetermination,
    HandoverQuerySet,
    OverrideQuerySet,
    Responsibility,
    ResponsibilityOverride,
    responsibility_on,
)

__all__ = [
    "CommunityRequest",
    "EarlyAssessment",
    "EarlyAssessmentQuerySet",
    "ExecutiveReview",
    "FormDecision",
    "FunctionDecision",
    "HandoverDetermination",
    "HandoverForm",
    "HandoverQuerySet",
    "HandoverReport",
    "HandoverStep",
    "HandoverStepQuerySet",
    "OverrideQuerySet",
    "ReminderChoice",
    "Responsibility",
    "ResponsibilityOverride",
    "SendingNote",
    "responsibility_on",
]
