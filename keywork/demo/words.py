"""What the demonstration's key workers write: fragments put together at random, about nobody."""

from random import Random

from keywork.models import Mode

MODES = {Mode.INTERVIEW_ROOM: 62, Mode.CELL_DOOR: 24, Mode.IN_CELL_PHONE: 9, Mode.OTHER: 5}
MOOD = (
    "Settled and talkative",
    "Quiet at first, opened up after a while",
    "Tired after a bad night, otherwise well",
    "In good spirits after a visit",
    "Low since the phone call home on Sunday",
    "Frustrated about the wait for an answer to an application",
    "Calm, polite, made eye contact throughout",
    "Anxious about the hearing next month",
    "Much brighter than last week",
    "Flat, short answers, did not want to talk for long",
)
ENGAGEMENT = (
    "Engaged well and asked questions",
    "Engaged, though distracted by noise on the landing",
    "Answered what was asked",
    "Set the pace and brought a list",
    "Needed some encouragement",
    "Engaged with the plan, less so with talk of the past",
)
CONCERNS = (
    "None today",
    "Debt on the wing, says it is being paid off",
    "Not sleeping, has put in for healthcare",
    "Cell mate plays music late",
    "Has not heard from family for three weeks",
    "Worried about housing on release",
    "Eats little, to be watched",
    "Would rather not go to work with the present group",
    "Property has not come from the last prison",
)
ACTIONS = (
    "To ask education about the waiting list",
    "Application for a family visit handed in together",
    "Will chase property with reception",
    "Referred to the gym induction",
    "To see healthcare about sleep",
    "Agreed to keep a diary of calls",
    "Will speak to the wing office about the cell",
    "Nothing to do before next time",
    "To book a call with the housing worker",
)
ANSWERS = {
    "health": ("Looks well", "A cold, nothing more", "Back pain, has painkillers", "No signs of distress"),
    "problems": ("None that cannot wait", "The canteen sheet was wrong again", "Phone credit", "Laundry went missing"),
    "activity": ("Reads, two books on the go", "In-cell workbook half done", "Draws most evenings", "Radio and sleep"),
    "family": (
        "Speaks to mother twice a week",
        "A visit is booked",
        "No contact at present",
        "Letters every fortnight",
    ),
    "regime": ("Showers and exercise every day", "Missed exercise twice", "Uses the phone in the evening", "All fine"),
    "information": (
        "Told about the new visits times, understood",
        "Went through the notice on regime together",
        "Nothing new to tell",
    ),
    "questions": ("When is the next review?", "How to apply for a job in the kitchen", "None", "Asked about HDC"),
}
RISK = (
    "Says a person on another wing owes a debt to people outside, and that names were mentioned on the phone.",
    "Spoke of going to an address on release that the no-contact condition may cover.",
    "Angry about the partner's new relationship, said things would be sorted out when released.",
    "Has been asked to hold something for others and is frightened to say no.",
    "Mentioned contact with a co-defendant through a third person.",
    "Talked about not wanting to be here any more; ACCT assessor told at once, wing informed.",
)
WHY_AMENDED = ("The time was wrong", "One action was left out", "The minutes were mixed up")
WHY_WITHDRAWN = "Written under the wrong name"


def note(chance: Random) -> dict[str, object]:
    """The fields of one note: mode, prompts and free text, most of them filled."""
    asked = chance.sample(list(ANSWERS), chance.randint(1, 4))
    return {
        "mode": chance.choices(list(MODES), list(MODES.values()))[0],
        "prompts": {key: chance.choice(ANSWERS[key]) for key in ANSWERS if key in asked},
        "mood": f"{chance.choice(MOOD)}.",
        "engagement": f"{chance.choice(ENGAGEMENT)}." if chance.random() < 0.8 else "",
        "concerns": f"{chance.choice(CONCERNS)}." if chance.random() < 0.7 else "",
        "actions": f"{chance.choice(ACTIONS)}." if chance.random() < 0.75 else "",
    }
