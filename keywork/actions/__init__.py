"""Everything that key work writes."""

from keywork.actions.key_workers import allocate_key_worker, end_key_worker
from keywork.actions.priority import (
    answer_local_addition,
    decide_priority,
    mark_not_possible,
    withdraw_decision,
    withdraw_not_possible,
)
from keywork.actions.refusals import RefusedError, SameSessionError
from keywork.actions.regime import (
    ask_for_fortnightly,
    change_level,
    decide_fortnightly,
    end_fortnightly,
    finish_level_task,
    withdraw_level,
)
from keywork.actions.sessions import amend_session, log_session, withdraw_session

__all__ = [
    "RefusedError",
    "SameSessionError",
    "allocate_key_worker",
    "amend_session",
    "answer_local_addition",
    "ask_for_fortnightly",
    "change_level",
    "decide_fortnightly",
    "decide_priority",
    "end_fortnightly",
    "end_key_worker",
    "finish_level_task",
    "log_session",
    "mark_not_possible",
    "withdraw_decision",
    "withdraw_level",
    "withdraw_not_possible",
    "withdraw_session",
]
