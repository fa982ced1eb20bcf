"""The pages of key work."""

from keywork.views.key_workers import allocate, end
from keywork.views.people import mine, overdue, unallocated, unseen
from keywork.views.sessions import amend, log, log_covered, log_expected, log_left, session, withdraw

__all__ = [
    "allocate",
    "amend",
    "end",
    "log",
    "log_covered",
    "log_expected",
    "log_left",
    "mine",
    "overdue",
    "session",
    "unallocated",
    "unseen",
    "withdraw",
]
