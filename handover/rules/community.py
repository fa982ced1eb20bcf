"""When the community is asked for a COM. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from handover.policy import COMMUNITY_TIMES, Reason

LIST_AHEAD = timedelta(days=COMMUNITY_TIMES.list_days)
CHASED_AFTER = timedelta(days=COMMUNITY_TIMES.chase_days)
SHORT = frozenset({Reason.DETERMINATE_SHORT, Reason.CRC_SHORT})
OPEN = frozenset({Reason.ISP_OPEN, Reason.INDETERMINATE_OPEN})


class Ask(StrEnum):
    """What an LDU is asked for because of the facts alone: a COM, in a list, again, or at once."""

    PIPELINE = "pipeline"
    CHASER = "chaser"
    SHORT = "short"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComNeed:
    """Why and from when a COM has a part in a case, and whether one is named."""

    reason: str | None
    com_from_on: date | None
    com_known: bool


def lacks_com(ask: Ask, need: ComNeed, on: date) -> bool:
    """Whether what is asked for is needed on a day: the COM's part comes up or has begun, and nobody is named."""
    if need.com_known or need.com_from_on is None:
        return False
    if ask is Ask.PIPELINE:
        return need.com_from_on <= on + LIST_AHEAD
    if ask is Ask.SHORT:
        return need.reason in SHORT
    return need.com_from_on <= on and (ask is Ask.CHASER or need.reason in OPEN)


def chased(need: ComNeed, *, last_asked_on: date | None, on: date) -> bool:
    """Whether an LDU is to be asked again: some days after the COM's part began, and after it was asked last."""
    if need.com_from_on is None or not lacks_com(Ask.CHASER, need, on):
        return False
    return max(need.com_from_on, last_asked_on or need.com_from_on) + CHASED_AFTER <= on
