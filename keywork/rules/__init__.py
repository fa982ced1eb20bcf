"""Key work's rules. Pure: facts in, outcomes out; no clock, no database.

`cadence` says what somebody is owed in a week or month and `judging` whether it was given; `levels` which regime level
governs, `priority` who is in a priority group, `fallback` when checks take the place of key work, `entitlement` who is
to have a key worker, `permissions` what actions need.
"""

from keywork.rules.cadence import Owed, month_cadence, week_cadence
from keywork.rules.entitlement import entitled, frequency_in_force, full_time, is_short
from keywork.rules.facts import KeyWorkFacts, Spell, Transition, Trigger, days_here, policy_on, whole_days_here
from keywork.rules.judging import Contacts, Engagement, Judged, Suspension, judge
from keywork.rules.levels import LevelFrom, Lockdown, WeekLevel, level_of_month, level_of_week, level_on, lockdowns
from keywork.rules.permissions import (
    AllocationFacts,
    Permission,
    may_allocate,
    may_join_daily_cohort,
    may_start_progression_plan,
)
from keywork.rules.priority import Priority, PriorityFacts, PriorityWindow, priority_groups, priority_on

__all__ = [
    "AllocationFacts",
    "Contacts",
    "Engagement",
    "Judged",
    "KeyWorkFacts",
    "LevelFrom",
    "Lockdown",
    "Owed",
    "Permission",
    "Priority",
    "PriorityFacts",
    "PriorityWindow",
    "Spell",
    "Suspension",
    "Transition",
    "Trigger",
    "WeekLevel",
    "days_here",
    "entitled",
    "frequency_in_force",
    "full_time",
    "is_short",
    "judge",
    "level_of_month",
    "level_of_week",
    "level_on",
    "lockdowns",
    "may_allocate",
    "may_join_daily_cohort",
    "may_start_progression_plan",
    "month_cadence",
    "policy_on",
    "priority_groups",
    "priority_on",
    "week_cadence",
    "whole_days_here",
]
