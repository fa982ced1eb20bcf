"""Numbers, reasons and rules of responsibility and handover. Numbers are dated and never edited, only followed."""

from handover.policy.cited import DUTY_RULES, RULES, RULES_BY_ID, STORED_RULES_BY_ID
from handover.policy.community import COMMUNITY_TIMES, REMINDER_TIMES, CommunityTimes, ReminderTimes
from handover.policy.reasons import (
    LEGAL_STATUS_UNKNOWN,
    PROVIDER_UNKNOWN,
    REASONS,
    STORED_REASONS,
    Blocking,
    Reason,
    Responsibility,
)
from handover.policy.timings import (
    CRCS_ENDED_ON,
    MEN_OPEN_FROM,
    OVERRIDE_MONTHS,
    TIMING_BY_VERSION,
    TIMINGS,
    WELSH_OPEN_FROM,
    WORK_LISTS,
    Span,
    Timing,
    WorkLists,
)
from handover.policy.wording import reason_words

__all__ = [
    "COMMUNITY_TIMES",
    "CRCS_ENDED_ON",
    "DUTY_RULES",
    "LEGAL_STATUS_UNKNOWN",
    "MEN_OPEN_FROM",
    "OVERRIDE_MONTHS",
    "PROVIDER_UNKNOWN",
    "REASONS",
    "REMINDER_TIMES",
    "RULES",
    "RULES_BY_ID",
    "STORED_REASONS",
    "STORED_RULES_BY_ID",
    "TIMINGS",
    "TIMING_BY_VERSION",
    "WELSH_OPEN_FROM",
    "WORK_LISTS",
    "Blocking",
    "CommunityTimes",
    "Reason",
    "ReminderTimes",
    "Responsibility",
    "Span",
    "Timing",
    "WorkLists",
    "reason_words",
]
