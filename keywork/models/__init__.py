"""The tables of key work."""

from keywork.models.allocation import BY_MANAGER, DoNotPair, EndKind, KeyWorkerAllocation, StartKind
from keywork.models.key_workers import Absence, Ceiling, Course, KeyWorker, KeyWorkerAbsence, Training
from keywork.models.plans import PlanTarget, ProgressionPlan, TargetReview
from keywork.models.priority import NotPossible, PriorityDecision, PriorityGroup
from keywork.models.quality import NoteSample
from keywork.models.regime import FortnightlyVariant, LevelTask, RegimeLevel
from keywork.models.sessions import Mode, SessionNote

__all__ = [
    "BY_MANAGER",
    "Absence",
    "Ceiling",
    "Course",
    "DoNotPair",
    "EndKind",
    "FortnightlyVariant",
    "KeyWorker",
    "KeyWorkerAbsence",
    "KeyWorkerAllocation",
    "LevelTask",
    "Mode",
    "NotPossible",
    "NoteSample",
    "PlanTarget",
    "PriorityDecision",
    "PriorityGroup",
    "ProgressionPlan",
    "RegimeLevel",
    "SessionNote",
    "StartKind",
    "TargetReview",
    "Training",
]
