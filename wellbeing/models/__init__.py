"""Wellbeing's tables: what checks recorded, who is checked daily, and self-harm."""

from wellbeing.models.checks import CheckNote
from wellbeing.models.cohorts import Cohort, CohortDecision, Referral
from wellbeing.models.self_harm import SelfHarmIncident

__all__ = ["CheckNote", "Cohort", "CohortDecision", "Referral", "SelfHarmIncident"]
