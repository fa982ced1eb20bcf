"""The rules of tiering. Pure: frozen facts in, outcomes out."""

from tiering.rules.entry import has_tier, why_entry_ends
from tiering.rules.version2 import (
    Change,
    Tier,
    TierFacts,
    change_level,
    community_tier,
    custody_tier,
    invalid_fact,
    rounded_rsr,
)
from tiering.rules.version3 import V3Facts, V3Tier, v3_tier

__all__ = [
    "Change",
    "Tier",
    "TierFacts",
    "V3Facts",
    "V3Tier",
    "change_level",
    "community_tier",
    "custody_tier",
    "has_tier",
    "invalid_fact",
    "rounded_rsr",
    "v3_tier",
    "why_entry_ends",
]
