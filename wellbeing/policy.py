"""The numbers of wellbeing, dated, and the rules that its pages cite. Never edited, only followed.

The rules of who is owed which check stand with key work's, whose other half they are (`keywork.policy`).
"""

from dataclasses import dataclass
from datetime import date

from omic.policy import (
    EXCEPTIONAL_DELIVERY,
    SHARE_WITH_WING,
    TELL_WHO_HOLDS,
    WOMENS_TRANSITION,
    Cite,
    Rule,
    registry,
)


@dataclass(frozen=True, slots=True)
class WellbeingPolicy:
    """What holds from a day on where a prison has set nothing of its own. No seed gives these numbers."""

    id: str
    from_on: date
    review_days: int  # WB-03: to the next review of who is checked daily
    watch_days: int  # WB-14: after daily checks have become weekly
    acct_hours: int  # how old what is known of ACCTs may be before it is treated as open
    expected_by: int  # the hour of the day by which its checks are expected
    past_weeks: int  # WB-14: with whose mean a week is compared
    deviations: int  # WB-14: the alert, in standard deviations above that mean
    people_above: int  # WB-14: the alert, in people above that mean
    last_checked_on: date


VERSIONS = (
    WellbeingPolicy(
        id="wellbeing_2021_05",
        from_on=date(2021, 5, 1),
        review_days=7,
        watch_days=28,
        acct_hours=24,
        expected_by=16,
        past_weeks=8,
        deviations=2,
        people_above=3,
        last_checked_on=date(2026, 11, 22),
    ),
)


def _levels(rule_id: str, words: str, locator: str) -> Rule:
    return Rule(rule_id, words, Cite(EXCEPTIONAL_DELIVERY, locator))


def _women(rule_id: str, words: str, paragraph: str) -> Rule:
    return Rule(rule_id, words, Cite(WOMENS_TRANSITION, paragraph))


_CHECK = "Wellbeing check for priority prisoners"
RULES = (
    _levels(
        "WB-01",
        "A wellbeing check lets the person raise problems, asks about contact with family or friends and makes sure "
        "that information is understood. A roll check is none, and neither is key work.",
        _CHECK,
    ),
    _women("WB-07", "Every wellbeing check is recorded in the case notes of NOMIS.", "3.4"),
    _levels("WB-08", "A check is recorded on NOMIS, but not as a key work session.", _CHECK),
    _levels("WB-09", "A concern goes to NOMIS, and where an ACCT is open into the ACCT document.", _CHECK),
    _women("WB-10", "Each day and each week has a list of who is to be checked; a day or week without is missed.", "3"),
    TELL_WHO_HOLDS,
    _women("WB-12", "The assurance of wellbeing checks goes on, in the prison and at the PGD's office.", "4.1"),
    SHARE_WITH_WING,
    _women(
        "WB-14",
        "Governor and Safer Custody watch both the number of women who harm themselves and the number of incidents.",
        "4.3",
    ),
)
RULES_BY_ID = registry(RULES)
