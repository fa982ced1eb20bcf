"""The numbers of key work and of the contact that each person is owed, dated. Never edited, only followed."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class KeyWorkPolicy:
    """What is owed from a day on, and the limits that go with it.

    Whole days are those a person spends in the prison from midnight to midnight: fewer in a period owe nothing.
    """

    id: str
    from_on: date
    sessions_a_week: int  # KW-02, ED-01 to ED-03 for priority groups, XC-12
    sessions_a_fortnight: int  # KW-04
    sessions_a_month_women: int  # KW-17
    sessions_a_month_level_3: int  # ED-02, where possible
    sessions_a_month_level_2: int  # ED-03, where possible
    floor_a_month: int  # ED-05
    floor_a_month_fortnightly: int  # ED-05: three sessions of 45 minutes are one and a half of 90, rounded up
    pom_minutes_a_month_women: int  # WB-02
    checks_a_week_women: int  # WB-05
    whole_days_for_a_week: int
    whole_days_for_a_fortnight: int  # no document says; as many in proportion as for a week
    whole_days_for_a_month: int
    whole_days_for_a_weekly_check: int
    session_minutes: int  # KW-02
    fortnightly_session_minutes: int  # KW-04
    caseload_target: int
    caseload_ceiling: int
    learning_half_days_a_year: int  # KW-06
    cover_write_up_days: int  # no document says; how long after it ended a stand-in may write up what was said in it
    milestone_months: int  # ED-14; no document says how near
    high_rosh_days_before_release: int
    tact_months_before_release: int
    last_checked_on: date


VERSIONS = (
    KeyWorkPolicy(
        id="key_work_2021_05",
        from_on=date(2021, 5, 1),
        sessions_a_week=1,
        sessions_a_fortnight=1,
        sessions_a_month_women=1,
        sessions_a_month_level_3=1,
        sessions_a_month_level_2=2,
        floor_a_month=3,
        floor_a_month_fortnightly=2,
        pom_minutes_a_month_women=45,
        checks_a_week_women=1,
        whole_days_for_a_week=4,
        whole_days_for_a_fortnight=8,
        whole_days_for_a_month=14,
        whole_days_for_a_weekly_check=1,
        session_minutes=45,
        fortnightly_session_minutes=90,
        caseload_target=6,
        caseload_ceiling=9,
        learning_half_days_a_year=2,
        cover_write_up_days=7,
        milestone_months=3,
        high_rosh_days_before_release=28,
        tact_months_before_release=2,
        last_checked_on=date(2026, 11, 22),
    ),
)
