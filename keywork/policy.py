"""The numbers and sources of key work, dated. A version is never edited, only followed by the next."""

from dataclasses import dataclass
from datetime import date

from omic.policy import (
    BEFORE_YOUTH_TRANSFER,
    EXCEPTIONAL_DELIVERY,
    OPERATING_MODEL,
    WOMENS_TRANSITION,
    Cite,
    Rule,
    registry,
)


@dataclass(frozen=True, slots=True)
class KeyWorkPolicy:
    """What is owed in key work from a day on, as far as no regime level says otherwise.

    Whole days are those a person spends in the prison from midnight to midnight: fewer in a week or month owe nothing.
    """

    id: str
    from_on: date
    sessions_a_week: int
    sessions_a_month_women: int
    whole_days_for_a_week: int
    whole_days_for_a_month: int
    session_minutes: int
    caseload_target: int
    caseload_ceiling: int
    high_rosh_days_before_release: int
    tact_months_before_release: int
    last_checked_on: date


VERSIONS = (
    KeyWorkPolicy(
        id="key_work_2021_05",
        from_on=date(2021, 5, 1),
        sessions_a_week=1,
        sessions_a_month_women=1,
        whole_days_for_a_week=4,
        whole_days_for_a_month=14,
        session_minutes=45,
        caseload_target=6,
        caseload_ceiling=9,
        high_rosh_days_before_release=28,
        tact_months_before_release=2,
        last_checked_on=date(2026, 11, 21),
    ),
)

RULES = (
    Rule(
        "KW-01",
        "Everyone held in a men's closed prison has a key worker: sentenced, remand and civil.",
        Cite(OPERATING_MODEL, "Summary of key work"),
    ),
    Rule(
        "KW-02",
        "Everyone with a key worker is owed a key work session each week.",
        Cite(OPERATING_MODEL, "Key work, fourth of the points to adhere to"),
    ),
    Rule(
        "KW-03",
        "A key worker has about six people; a ceiling of nine is held when one is allocated.",
        Cite(OPERATING_MODEL, "Key work"),
    ),
    Rule(
        "KW-09",
        "Key work goes on NOMIS: a session counts (KA/KS), an entry does not (KA/KE).",
        Cite(OPERATING_MODEL, "The role of key work"),
    ),
    Rule(
        "KW-10",
        "A key worker shares anything that matters for risk with the OMU, which has a duty to read it.",
        Cite(OPERATING_MODEL, "Training requirements"),
    ),
    Rule(
        "KW-14",
        "Each person has one key worker at a time.",
        Cite(OPERATING_MODEL, "OPD Treatment Services and PIPEs"),
    ),
    Rule(
        "KW-15",
        "Women whose complexity of need is high get extra time with their POM and no key worker; all others get one.",
        Cite(OPERATING_MODEL, "Key work"),
    ),
    Rule(
        "KW-16",
        "Everybody has an identified key worker.",
        Cite(EXCEPTIONAL_DELIVERY, "Table, Key Worker Allocation"),
    ),
    Rule(
        "KW-17",
        "In women's prisons one key work session a calendar month is the floor from 1 May 2021.",
        Cite(WOMENS_TRANSITION, "2.1"),
    ),
    Rule(
        "ED-06",
        "At level 1 a session must not be shortened: a total under 45 minutes is pointed out, and still counts.",
        Cite(EXCEPTIONAL_DELIVERY, "Table, level 1"),
    ),
    Rule(
        "ED-10",
        "A session looks at health, problems, activity, family, regime, information and questions, and its note at "
        "mood, engagement, concerns and actions.",
        Cite(EXCEPTIONAL_DELIVERY, "Delivery of Key Work under level 4"),
    ),
    Rule(
        "ED-13",
        "A session need not be face to face: by in-cell phone or at the cell door it still counts.",
        Cite(EXCEPTIONAL_DELIVERY, "Delivery of Key Work under level 4"),
    ),
    Rule(
        "ED-15",
        "Where no regime level is recorded, full delivery (level 1) applies; women's prisons follow their own floor, "
        "and open prisons owe key work to priority groups alone, at levels 4 to 2.",
        Cite(EXCEPTIONAL_DELIVERY, "Delivery of Key Work under level 1"),
    ),
    BEFORE_YOUTH_TRANSFER,
    Rule(
        "PG-1",
        "People with an open ACCT are a priority for key work.",
        Cite(EXCEPTIONAL_DELIVERY, "Priority Prisoner Groups: at risk of suicide or self-harm"),
    ),
    Rule(
        "PG-2",
        "People whose risk of serious harm is high or very high are a priority in at least their last four weeks.",
        Cite(EXCEPTIONAL_DELIVERY, "Priority Prisoner Groups: high risk of serious harm"),
    ),
    Rule(
        "PG-3a",
        "People convicted under the Terrorism Act are a priority in at least the two months before release.",
        Cite(EXCEPTIONAL_DELIVERY, "Priority Prisoner Groups: extremist prisoners"),
    ),
)
RULES_BY_ID = registry(RULES)

GROUP_WORDS = {
    "acct_open": "Open ACCT",
    "high_rosh_last_4w": "High risk of serious harm, near release",
    "tact": "TACT, near release",
    "none": "No priority group",
}
GROUP_TAGS = {
    "acct_open": ("ACCT", "red"),
    "high_rosh_last_4w": ("High RoSH, near release", "orange"),
    "tact": ("TACT, near release", "orange"),
}

# The words of each reason that a rule answers with.
REASONS = {
    "key_worker": "Has a key worker",
    "high_complexity": "Complexity of need is high: extra time with the POM instead of a key worker",
    "open_prison": "Open prisons owe key work to priority groups alone, and only at levels 4 to 2",
    "in_hospital": "In hospital as a restricted patient",
    "owed": "Owed",
    "too_few_days": "Too few whole days here",
    "priority": "In a priority group",
    "none": "In no priority group",
}

# ED-10: what a session looks at. The key is what is stored, the words are asked on the form and written for NOMIS.
PROMPTS = {
    "health": "How they seem: physical health, signs of distress",
    "problems": "Pressing problems they raised",
    "activity": "What they have to do in the cell, and any wellbeing plan",
    "family": "Contact with family and friends",
    "regime": "Use of showers, exercise and phones",
    "information": "Information given, and whether it was understood",
    "questions": "Their questions, and anything else they wanted to say",
}
