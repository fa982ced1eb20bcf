"""Responsibility and handover: pure rules, no Django, no clock."""

from handover.rules.facts import Determination, HandoverFacts, Override, Release
from handover.rules.responsibility import determine, state_on, state_step

__all__ = ["Determination", "HandoverFacts", "Override", "Release", "determine", "state_on", "state_step"]
