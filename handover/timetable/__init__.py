"""The OMU's timetable of duties: pure rules, no Django, no clock."""

from handover.timetable.facts import (
    EarlyAllocationFacts,
    HospitalFacts,
    OasysFacts,
    PersonFacts,
    RecallFacts,
    Task,
    Timetable,
    TimetableFacts,
    YouthFacts,
)
from handover.timetable.timetable import timetable

__all__ = [
    "EarlyAllocationFacts",
    "HospitalFacts",
    "OasysFacts",
    "PersonFacts",
    "RecallFacts",
    "Task",
    "Timetable",
    "TimetableFacts",
    "YouthFacts",
    "timetable",
]
