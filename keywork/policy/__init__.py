"""Key work's policy: its numbers, dated; its rules in words with their sources; its codes and what staff read."""

from keywork.policy.cited import RULES, RULES_BY_ID
from keywork.policy.codes import (
    DAILY_COHORT,
    HIGH_COMPLEXITY,
    MEN_OPEN,
    WOMEN,
    Basis,
    Group,
    Kind,
    Level,
    Period,
    State,
    Why,
)
from keywork.policy.numbers import VERSIONS, KeyWorkPolicy
from keywork.policy.words import GROUP_TAGS, GROUP_WORDS, PROMPTS, REASONS, WHY_WORDS

__all__ = [
    "DAILY_COHORT",
    "GROUP_TAGS",
    "GROUP_WORDS",
    "HIGH_COMPLEXITY",
    "MEN_OPEN",
    "PROMPTS",
    "REASONS",
    "RULES",
    "RULES_BY_ID",
    "VERSIONS",
    "WHY_WORDS",
    "WOMEN",
    "Basis",
    "Group",
    "KeyWorkPolicy",
    "Kind",
    "Level",
    "Period",
    "State",
    "Why",
]
