"""Responsibility and handover: pure rules, no Django, no clock."""

from handover.rules.facts import Determination, HandoverFacts, Release
from handover.rules.responsibility import determine, state_on, state_step

__all__ = ["Determination", "HandoverFacts", "Release", "determine", "state_on", "state_step"]
