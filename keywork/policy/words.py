"""What staff read for the codes of key work."""

from keywork.policy.codes import Group, Why

GROUP_WORDS = {
    Group.ACCT: "Open ACCT",
    Group.HIGH_ROSH: "High risk of serious harm, near release",
    Group.TACT: "TACT, near release",
    Group.NON_TACT: "Extremist concern, near release",
    Group.SHIELDING: "Shielding",
    Group.LOCAL: "Local addition",
    "none": "No priority group",
}
GROUP_TAGS = {
    Group.ACCT: ("ACCT", "red"),
    Group.HIGH_ROSH: ("High RoSH, near release", "orange"),
    Group.TACT: ("TACT, near release", "orange"),
    Group.NON_TACT: ("Extremist concern, near release", "orange"),
    Group.SHIELDING: ("Shielding", "turquoise"),
    Group.LOCAL: ("Local priority", "blue"),
}
WHY_WORDS = {
    Why.NOT_POSSIBLE: "key work marked not possible",
    Why.NO_KEY_WORKER: "no key worker or cover able to work",
    Why.WEEK_MISSED: "a week closed without a session",
}

# The words of each reason that a rule answers with.
REASONS = {
    "key_worker": "Has a key worker",
    "high_complexity": "Complexity of need is high: extra time with the POM instead of a key worker",
    "open_prison": "Open prisons owe key work to priority groups alone, and only at levels 4 to 2",
    "in_hospital": "In hospital as a restricted patient",
    "owed": "Owed",
    "nothing_owed": "Nothing is owed in this period",
    "too_few_days": "Too few whole days here",
    "priority": "In a priority group",
    "none": "In no priority group",
    "allowed": "May be done",
    "not_allowed": "May not be done yet",
    "sampled": "Notes are drawn for quality assurance",
    "not_sampled": "No notes are drawn for quality assurance",
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
