"""The OMU's tables: POMs, who has whom, complexity of need, and notes."""

from allocation.models.allocations import ExtraResource, PomAllocation, PomAllocationQuerySet
from allocation.models.complexity import ComplexityScreening
from allocation.models.notes import CaseNote, NoteReading, VictimLiaisonContact
from allocation.models.poms import Pom, PomAbsence, PomCourse, PomTraining, PomType

__all__ = [
    "CaseNote",
    "ComplexityScreening",
    "ExtraResource",
    "NoteReading",
    "Pom",
    "PomAbsence",
    "PomAllocation",
    "PomAllocationQuerySet",
    "PomCourse",
    "PomTraining",
    "PomType",
    "VictimLiaisonContact",
]
