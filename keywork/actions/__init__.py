"""Everything that key work writes."""

from keywork.actions.key_workers import allocate_key_worker, end_key_worker
from keywork.actions.refusals import RefusedError, SameSessionError
from keywork.actions.sessions import amend_session, log_session, withdraw_session

__all__ = [
    "RefusedError",
    "SameSessionError",
    "allocate_key_worker",
    "amend_session",
    "end_key_worker",
    "log_session",
    "withdraw_session",
]
