"""The rules of key work, regime levels, priority groups and women's contact in words, with their sources."""

from omic.policy import (
    BEFORE_YOUTH_TRANSFER,
    EXCEPTIONAL_DELIVERY,
    OPERATING_MODEL,
    POA_CIRCULAR,
    TELL_WHO_HOLDS,
    TRANSITION_KEY_WORK,
    WOMENS_TRANSITION,
    Cite,
    Rule,
    registry,
)


def _model(rule_id: str, words: str, locator: str) -> Rule:
    """A rule of the operating model of 2019."""
    return Rule(rule_id, words, Cite(OPERATING_MODEL, locator))


def _levels(rule_id: str, words: str, locator: str) -> Rule:
    """A rule of the Exceptional Delivery Model, which sets regime levels 4 to 1."""
    return Rule(rule_id, words, Cite(EXCEPTIONAL_DELIVERY, locator))


def _women(rule_id: str, words: str, paragraph: str) -> Rule:
    """A rule of the women's estate from 1 May 2021."""
    return Rule(rule_id, words, Cite(WOMENS_TRANSITION, paragraph))


_GROUPS = "Priority Prisoner Groups"
_LEVEL_4 = "Delivery of Key Work under level 4"
_LEVELS_3_2 = "Delivery of Key Work under level 3 and level 2"
_MUST = "Key work, the points to adhere to"

KEY_WORK_RULES = (
    Rule(
        "KW-07",
        "Key work needs more band 3 officers than the benchmark target, and all of them trained: a union's condition, "
        "which warns and stops nothing.",
        Cite(POA_CIRCULAR, "Important to note"),
    ),
    _model(
        "KW-01",
        "Everyone held in a men's closed prison has a key worker: sentenced, remand and civil.",
        "Summary of key work",
    ),
    _model("KW-02", "Everyone with a key worker is owed a key work session each week.", f"{_MUST}, the fourth"),
    _model("KW-03", "A key worker has about six people; a ceiling of nine is held when one is allocated.", "Key work"),
    _model(
        "KW-04",
        "A long-term training prison may give 90 minutes each fortnight instead, with the approval of the Prison Group "
        "Director; without it key work stays weekly.",
        f"{_MUST}, the fifth",
    ),
    _model(
        "KW-06",
        "A key worker has done Five Minute Intervention and key work training before the first session, in women's "
        "prisons Becoming Trauma Informed as well.",
        f"{_MUST}, the third; Training requirements",
    ),
    _model(
        "KW-09",
        "Key work goes on NOMIS: a session counts (KA/KS), an entry does not (KA/KE).",
        "The role of key work",
    ),
    _model(
        "KW-10",
        "A key worker shares anything that matters for risk with the OMU, which has a duty to read it.",
        "Training requirements",
    ),
    _model(
        "KW-12",
        "A progression plan does not stand beside a formal sentence plan unless the POM has agreed.",
        "Progression plan",
    ),
    _model(
        "KW-13",
        "When somebody on remand is sentenced and stays in the same prison, the POM meets with them and their key "
        "worker about what they did on remand; no document gives a deadline. The sentence planning meeting is with POM "
        "and key worker, who as relevant also attends the first, introductory handover meeting.",
        "Reception phase; Sentence plan and sentence planning meeting; Community Offender Manager Handover meeting",
    ),
    _model("KW-14", "Each person has one key worker at a time.", "OPD Treatment Services and PIPEs"),
    _model(
        "KW-15",
        "Women whose complexity of need is high get extra time with their POM and no key worker; all others get one.",
        "Key work",
    ),
    _levels("KW-16", "Everybody has an identified key worker.", "Table, Key Worker Allocation"),
    _women("KW-17", "In women's prisons one key work session a calendar month is the floor from 1 May 2021.", "2.1"),
    _model(
        "KW-19",
        "Key work notes are sampled for quality assurance: as many as the prison sets, otherwise none at level 4, two "
        "of each key worker a quarter at levels 3 and 2, one a month at level 1.",
        "The role of key work",
    ),
)
LEVEL_RULES = (
    _levels(
        "ED-01",
        "At level 4 people in priority groups are owed a session each week and, where key work is not possible, a "
        "wellbeing check each day; nobody else has a minimum.",
        f"{_LEVEL_4}; Table, level 4",
    ),
    _levels(
        "ED-02",
        "At level 3 people in priority groups are owed a session each week, everybody else one a month where possible.",
        f"{_LEVELS_3_2}: level 3",
    ),
    _levels(
        "ED-03",
        "At level 2 people in priority groups are owed a session each week, everybody else two a month where possible.",
        f"{_LEVELS_3_2}: level 2",
    ),
    _levels("ED-04", "At level 1 key work is delivered in full to everybody.", "Delivery of Key Work under level 1"),
    _levels(
        "ED-05",
        "At level 1 a session a week is the target and three a calendar month the floor; in a fortnightly prison one "
        "a fortnight and two a month.",
        "Delivery of Key Work under level 1; Table, level 1",
    ),
    _levels(
        "ED-06",
        "At level 1 a session must not be shortened: a total under 45 minutes (90 in a fortnightly prison) is pointed "
        "out, and still counts.",
        "Table, level 1",
    ),
    _levels(
        "ED-07",
        "At level 2 full delivery to priority groups is a session each week, as at levels 4 and 3.",
        f"{_LEVELS_3_2}: level 2",
    ),
    _levels(
        "ED-08",
        "At level 4 the daily check takes the place of key work from the day on which it is marked not possible, "
        "nobody can give it, or a week has closed without a session, to the day of the next session.",
        f"{_LEVEL_4}: Wellbeing check for priority prisoners",
    ),
    _levels(
        "ED-09",
        "In exceptional local circumstances an approved and dated suspension makes what was missed in it excepted.",
        f"{_LEVEL_4}: exceptional local circumstances",
    ),
    _levels(
        "ED-10",
        "A session looks at health, problems, activity, family, regime, information and questions, and its note at "
        "mood, engagement, concerns and actions.",
        _LEVEL_4,
    ),
    _levels(
        "ED-11",
        "The level on the Monday governs the week, a move up to level 4 at once; a month follows the level of most of "
        "its days, on a tie the stricter.",
        "Exceptional Delivery Regime model: OMiC Key Work",
    ),
    _levels(
        "ED-12",
        "When the regime changes, everybody in the prison is told what changes and how to reach support.",
        "Table, Communication",
    ),
    _levels(
        "ED-14",
        "At level 3 contact with the most vulnerable and with those near a milestone of their sentence comes first: an "
        "order of lists, which owes nobody more.",
        f"{_LEVELS_3_2}: level 3",
    ),
    _levels(
        "ED-16",
        "A change of level names its sign-off, risk assessment, safe system of work and consultation of staff "
        "associations and unions; at levels 3 and 2 also the regime recovery plan.",
        "Delivery of Key Work under level 3 and level 2; Table, Communication",
    ),
    _levels(
        "ED-13",
        "A session need not be face to face: by in-cell phone or at the cell door it still counts.",
        _LEVEL_4,
    ),
    _levels(
        "ED-15",
        "Where no regime level is recorded, full delivery (level 1) applies; women's prisons follow their own floor, "
        "and open prisons owe key work to priority groups alone, at levels 4 to 2.",
        "Delivery of Key Work under level 1",
    ),
)
GROUP_RULES = (
    _levels(
        "PG-1",
        "People with an open ACCT are a priority for key work; in the post-closure phase somebody decides.",
        f"{_GROUPS}: at risk of suicide or self-harm",
    ),
    _levels(
        "PG-2",
        "People whose risk of serious harm is high or very high are a priority in at least their last four weeks, "
        "longer where the risk management meeting says so.",
        f"{_GROUPS}: high risk of serious harm",
    ),
    _levels(
        "PG-3a",
        "People convicted under the Terrorism Act are a priority in at least the two months before release, longer "
        "where the Pathfinder Committee says so.",
        f"{_GROUPS}: extremist prisoners",
    ),
    _levels(
        "PG-3b",
        "Other people with extremist links are a priority in those months if the Pathfinder Committee recommends it.",
        f"{_GROUPS}: extremist prisoners",
    ),
    _levels("PG-4", "People advised to shield are a priority.", f"{_GROUPS}: clinically extremely vulnerable"),
    _levels(
        "PG-5",
        "The governor may add people to the priority groups once the Prison Group Director agrees.",
        f"{_GROUPS}: other priority prisoner groups",
    ),
)
WOMENS_RULES = (
    _women(
        "WB-02", "A woman of high complexity of need is owed 45 minutes a calendar month with her POM, in all.", "2.2"
    ),
    _women("WB-03", "Who keeps daily checks is decided and recorded.", "3.1 and 3.2"),
    _women("WB-04", "In the daily cohort a check is owed every day, as well as key work or POM time.", "3.2"),
    _women("WB-05", "Every other woman is owed a wellbeing check a week.", "3.3"),
    _women("WB-06", "The weekly check is waived in a week with a key work session or time with the POM.", "3.3"),
    TELL_WHO_HOLDS,
)
TRANSITION_RULES = (
    BEFORE_YOUTH_TRANSFER,
    TRANSITION_KEY_WORK,
    _model(
        "XC-13",
        "Of several cadences of key work the strongest counts: the weekly contact after a move from the youth estate "
        "stands above regime levels and the women's floor.",
        "Transitions: Following transition",
    ),
)
RULES = (*KEY_WORK_RULES, *LEVEL_RULES, *GROUP_RULES, *WOMENS_RULES, *TRANSITION_RULES)
RULES_BY_ID = registry(RULES)
