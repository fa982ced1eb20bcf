"""What the demonstration's officers record of a check, or of an attempt at one: some hundred ways, about nobody."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

from omic.models import ContactKind
from wellbeing.notes import CheckRecord

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)  # each record gets a moment of its own
RAISED = (
    "Asks when the phone on the landing is repaired.",
    "Has not had canteen this week.",
    "Would like to change work.",
    "Worried about her youngest, who starts a new school.",
    "Sleeps badly.",
)
CONCERNS = ("Tearful, and does not want to say why", "Speaks of debts and keeps to her cell", "Fresh marks on one arm")
TOLD = ("Duty manager", "Safer Custody", "Healthcare on the wing")
FAMILY, UNDERSTOOD = ("yes", "yes", "yes", "no", "not_wanted"), ("yes", "yes", "none_given", "no")
IDENTIFIED = ("birth_date", "number")
AWAY = ("court", "hospital", "activity", "elsewhere")
WHY_DECLINED = ("Does not want to talk today", "Asks to be left to sleep", "Says that all is well and closes the door")


def done(chance: Random) -> list[CheckRecord]:
    """Checks as they are most days: one in eight raises something."""
    return [_done(chance, RAISED[number % len(RAISED)] if number % 8 == 0 else "") for number in range(120)]


def worried(chance: Random) -> list[CheckRecord]:
    """Checks of somebody on an open ACCT that left the officer worried."""
    passed_on = zip(CONCERNS, TOLD, strict=True)
    return [replace(_done(chance, ""), concern=one, told=told, acct_entry=True) for one, told in passed_on]


def not_done(chance: Random) -> list[CheckRecord]:
    """What stands in place of a check that did not come about."""
    return list(_not_done(chance))


def _done(chance: Random, raised: str) -> CheckRecord:
    return CheckRecord(
        kind=ContactKind.CHECK,
        at=LONG_AGO,
        identified=chance.choice(IDENTIFIED),
        spoken_to=True,
        raised=raised,
        family=chance.choice(FAMILY),
        understood=chance.choice(UNDERSTOOD),
    )


def _not_done(chance: Random) -> Iterator[CheckRecord]:
    for because in WHY_DECLINED:
        yield CheckRecord(kind=ContactKind.DECLINED, at=LONG_AGO, identified=chance.choice(IDENTIFIED), because=because)
    for away in AWAY:
        yield CheckRecord(kind=ContactKind.UNAVAILABLE, at=LONG_AGO, away=away)
    yield CheckRecord(kind=ContactKind.ATTEMPT, at=LONG_AGO, because="No answer at the door, the light was on")
    yield CheckRecord(kind=ContactKind.SEEN, at=LONG_AGO, identified=chance.choice(IDENTIFIED))
