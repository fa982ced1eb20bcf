"""Days out and suspensions of the demonstration: one bad week in each prison, approved by its Governor."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from omic.calendar import LONDON, in_utc, week_start
from omic.demo.personas import LOCAL, TRAINER, WOMENS
from omic.demo.places import Demonstration
from omic.models import Contact, DayOut, Estate, Person, Posting, Role, Suspension

DAYS_OUT = 0.35  # of a woman in a year, as there are people
ALL, KEY_WORK = Suspension.Covers.ALL, Suspension.Covers.KEY_WORK


@dataclass(frozen=True, slots=True)
class Asked:
    """A suspension asked for, from the Wednesday to the Sunday of the week so many weeks ago."""

    weeks_ago: int
    covers: Suspension.Covers
    because: str
    approved: bool | None
    decision: str = ""


ASKED = {
    LOCAL: (
        Asked(25, ALL, "Outbreak on all wings, a quarter of the staff absent", True, "Agreed with the PGD"),
        Asked(7, KEY_WORK, "Training day for residential staff", False, "That is planned and no exception"),
    ),
    WOMENS: (
        Asked(9, ALL, "Norovirus on two wings, a third of the staff absent", True, "Five days, reviewed each morning"),
        Asked(-1, KEY_WORK, "Water shut off on D wing for repairs", None),
    ),
    TRAINER: (Asked(6, ALL, "Power failure in the north of the prison", True, "Until the generators are in place"),),
}


def suspend(demo: Demonstration) -> dict[str, int]:
    """What was asked for, decided by the Governor the same day; one request waits."""
    rows = [_suspension(demo, code, asked) for code in demo.codes for asked in ASKED[code]]
    Suspension.objects.bulk_create(rows)
    return {"Suspensions": len(rows)}


def send_out(demo: Demonstration) -> dict[str, int]:
    """Days at court, in hospital and on temporary release in women's prisons, on which nobody saw the woman here."""
    codes = [place.code for place in demo.places if place.estate == Estate.WOMEN]
    chance = demo.chance("days out")
    rows = DayOut.objects.bulk_create(_days_out(demo, codes, chance))
    return {"Days out": len(rows)}


def _staff(code: str, role: Role) -> int:
    return Posting.objects.filter(prison=code, role=role).earliest("staff_id").staff_id


def _at(on: date, hour: int) -> datetime:
    return in_utc(datetime.combine(on, time(hour), tzinfo=LONDON))


def _suspension(demo: Demonstration, code: str, asked: Asked) -> Suspension:
    starts_on = week_start(demo.on) - timedelta(weeks=asked.weeks_ago) + timedelta(days=2)
    asked_on = min(starts_on, demo.on - timedelta(days=1))
    row = Suspension(
        prison_id=code,
        covers=asked.covers,
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=4),
        because=asked.because,
        asked_by_id=_staff(code, Role.SAFER_CUSTODY),
        asked_at=_at(asked_on, 8),
    )
    if asked.approved is not None:
        row.approved, row.decision = asked.approved, asked.decision
        row.decided_by_id, row.decided_at = _staff(code, Role.GOVERNOR), _at(asked_on, 9)
    return row


def _days_out(demo: Demonstration, codes: list[str], chance: Random) -> Iterator[DayOut]:
    people = Person.objects.filter(prison__in=codes, arrived_on__lt=demo.on).order_by("prison_number")
    seen = set(Contact.objects.filter(prison__in=codes).values_list("person_id", "on"))
    by = {code: _staff(code, Role.SAFER_CUSTODY) for code in codes}
    for person in people:
        first = max(person.arrived_on + timedelta(days=1), demo.since)
        on = first + timedelta(days=chance.randint(0, (demo.on - first).days))
        if chance.random() < DAYS_OUT and (person.pk, on) not in seen:
            why = chance.choice(DayOut.Why.values)
            yield DayOut(
                person=person,
                prison_id=person.prison_id,
                on=on,
                why=why,
                recorded_by_id=by[person.prison_id],
                recorded_at=min(_at(on, 7), demo.at),
            )
