"""The numbers of what the community is asked and of what POMs are reminded (HO-24), each where it was read."""

from dataclasses import dataclass
from datetime import date

from omic.policy import MANAGE_POM_CASES, Cite


@dataclass(frozen=True, slots=True)
class CommunityTimes:
    """When an LDU is asked for a COM: in days around the first day of the COM's part in the case."""

    cites: tuple[Cite, ...]
    list_days: int  # the monthly list reaches this far ahead
    chase_days: int  # asked again so long after that day, or after the LDU was last asked, without a COM
    last_checked_on: date


@dataclass(frozen=True, slots=True)
class ReminderTimes:
    """When a POM is reminded of a handover: in days around the handover date."""

    cites: tuple[Cite, ...]
    ahead_days: int  # before the date
    no_com_days: int  # after the date, while nobody is named as COM
    last_checked_on: date


COMMUNITY_TIMES = CommunityTimes(
    cites=(
        Cite(MANAGE_POM_CASES, "app/jobs/automatic_handover_email_job.rb"),
        Cite(MANAGE_POM_CASES, "app/jobs/handover_follow_up_job.rb"),
    ),
    list_days=45,
    chase_days=7,
    last_checked_on=date(2026, 11, 22),
)
REMINDER_TIMES = ReminderTimes(
    cites=(Cite(MANAGE_POM_CASES, "Handover::HandoverEmailBatchRun"),),
    ahead_days=8 * 7,
    no_com_days=14,
    last_checked_on=date(2026, 11, 22),
)
