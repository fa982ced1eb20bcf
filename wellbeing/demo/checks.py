"""A year of wellbeing checks for the demonstration, by COPY: about 93 in a hundred of those owed were given."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from omic.calendar import LONDON, in_utc, week_start
from omic.copying import copy_rows, tell_planner
from omic.demo.places import Demonstration
from omic.models import NOMIS_TYPES, Contact, ContactKind, Estate
from wellbeing.actions.checks import undo_check
from wellbeing.demo import words
from wellbeing.demo.cases import Case, at_level_4, women
from wellbeing.notes import CheckRecord, late_sentence, nomis_text
from wellbeing.rules import cohort_on

GIVEN, IN_A_BAD_WEEK, BESIDE_A_SESSION = 0.93, 0.4, 0.3
TRIED, TRIED_BEFORE, WORRIED = 0.6, 0.02, 0.02  # where none was given; before one was; on an open ACCT
LATE, FROM_PAPER = 0.015, 0.5
WEEKDAYS = (*range(6), *range(5), *range(5), 6)
QUARTERS = [time(hour, minute) for hour in range(8, 18) for minute in (5, 20, 35, 50)]
UNLOCK, GIVEN_AT = QUARTERS[:2], (*QUARTERS[2:16], *QUARTERS[2:])  # mornings more than afternoons
ENTERED_AFTER = timedelta(days=7)
ONE_DAY, WEEK = timedelta(days=1), timedelta(days=7)
CONTACT_COLUMNS = (
    "person_id", "prison_id", "kind", "at", "by_id", "text", "nomis_type", "recorded_at", "request_id",
    "amended_because",
)  # fmt: skip
SAID = (
    "identified", "spoken_to", "raised", "family", "understood", "concern", "told", "acct_entry", "away", "because",
)  # fmt: skip
NOTE_COLUMNS = ("contact_id", "person_id", "prison_id", "wing_id", "location", *SAID, "late", "from_paper")
WHY_UNDONE = ("Ticked for the wrong person", "It was her neighbour who answered")


@dataclass(frozen=True, slots=True)
class Check:
    """One contact to be written."""

    case: Case
    by: int
    at: datetime
    record: CheckRecord
    text: str
    recorded_at: datetime
    late: bool
    from_paper: bool
    request_id: UUID

    def contact(self) -> tuple[Any, ...]:
        """The row of the contact, in the order of CONTACT_COLUMNS."""
        person, kind = self.case.person, self.record.kind
        text = f"{self.text} {late_sentence(self.recorded_at)}" if self.late else self.text
        told = (self.by, text, NOMIS_TYPES.get(kind, ""), self.recorded_at, self.request_id, "")
        return (person.pk, person.prison_id, kind, self.at, *told)

    def note(self, contact: int) -> tuple[Any, ...]:
        """The row of the note, in the order of NOTE_COLUMNS."""
        person = self.case.person
        said = (getattr(self.record, name) for name in SAID)
        return (contact, person.pk, person.prison_id, person.wing_id, person.cell, *said, self.late, self.from_paper)


@dataclass(slots=True)
class Year:
    """Draws the checks of the year, person by person."""

    demo: Demonstration
    chance: Random
    done: list[tuple[CheckRecord, str]] = field(init=False)
    not_done: list[tuple[CheckRecord, str]] = field(init=False)
    worried: list[tuple[CheckRecord, str]] = field(init=False)

    def __post_init__(self) -> None:
        for name in ("done", "not_done", "worried"):
            records = getattr(words, name)(self.chance)
            setattr(self, name, [(record, nomis_text(record)) for record in records])

    def checks(self, case: Case) -> Iterator[Check]:
        """A woman's checks: of every day in the daily cohort, and of every week outside it."""
        monday = week_start(max(case.person.arrived_on, self.demo.since))
        while monday <= self.demo.on:
            here = [monday + timedelta(days=number) for number in range(7)]
            here = [day for day in here if case.person.arrived_on <= day and day not in case.out]
            daily = [day for day in here if cohort_on(case.decided, day) == "daily"]
            for day in daily:
                yield from self.day(case, day)
            if here and here[-1] not in daily:
                yield from self._week(case, monday, [day for day in here if day not in daily])
            monday += WEEK

    def day(self, case: Case, on: date, *, surely: bool = False) -> Iterator[Check]:
        """What came of the check that was owed on a day."""
        chance = self.chance
        if on >= case.not_since:
            return
        given = surely or chance.random() < (IN_A_BAD_WEEK if on in case.bad else GIVEN)
        if chance.random() < (TRIED_BEFORE if given else TRIED):
            yield from self._written(case, on, self.not_done, chance.choice(UNLOCK))
        if given:
            worried = case.acct and chance.random() < WORRIED
            yield from self._written(case, on, self.worried if worried else self.done, chance.choice(GIVEN_AT))

    def _week(self, case: Case, monday: date, days: Sequence[date]) -> Iterator[Check]:
        wanted = monday + timedelta(days=self.chance.choice(WEEKDAYS))
        if monday not in case.sessions or self.chance.random() < BESIDE_A_SESSION:
            yield from self.day(case, min(days, key=lambda day: abs(day - wanted)))

    def _written(
        self, case: Case, on: date, records: Sequence[tuple[CheckRecord, str]], begun: time
    ) -> Iterator[Check]:
        """The contact, unless its time has not come yet."""
        chance = self.chance
        at = in_utc(datetime.combine(on, begun, tzinfo=LONDON)) + timedelta(minutes=chance.randint(0, 14))
        recorded_at, late = at + timedelta(minutes=chance.randint(2, 50)), chance.random() < LATE
        if late:
            recorded_at = in_utc(datetime.combine(on + ONE_DAY, begun, tzinfo=LONDON))
        if recorded_at <= self.demo.at:
            record, text = chance.choice(records)
            paper = late and chance.random() < FROM_PAPER
            key = UUID(int=chance.getrandbits(128), version=4)
            yield Check(case, chance.choice(case.officers), at, record, text, recorded_at, late, paper, key)


def check(demo: Demonstration) -> dict[str, int]:
    """Checks of the year with their notes and entries on NOMIS, two of them taken back in each women's prison."""
    chance = demo.chance("checks")
    year = Year(demo, chance)
    made = [one for case in women(demo) for one in year.checks(case)]
    made += [one for case, on, last in at_level_4(demo) for one in year.day(case, on, surely=last)]
    copy_rows("omic_contact", CONTACT_COLUMNS, (one.contact() for one in made))
    keys = Contact.objects.filter(prison__in=demo.codes, kind__in={one.record.kind for one in made})
    ids = dict(keys.values_list("request_id", "pk"))
    copy_rows("wellbeing_checknote", NOTE_COLUMNS, (one.note(ids[one.request_id]) for one in made))
    copy_rows("omic_nomisentry", ("contact_id", "by_id", "at"), _on_nomis(demo, made, ids))
    tell_planner("omic_contact", "wellbeing_checknote", "omic_nomisentry")
    _undo(demo, chance)
    return {"Wellbeing checks": len(made)}


def _on_nomis(
    demo: Demonstration, made: Sequence[Check], ids: Mapping[UUID, int]
) -> Iterator[tuple[int, int, datetime]]:
    """Everything older than a week that belongs on NOMIS has been entered there, on its own evening."""
    for one in made:
        at = one.recorded_at + timedelta(hours=3)
        if one.recorded_at < demo.at - ENTERED_AFTER and NOMIS_TYPES.get(one.record.kind):
            yield ids[one.request_id], one.by, at


def _undo(demo: Demonstration, chance: Random) -> None:
    for place in demo.places:
        if place.estate == Estate.WOMEN:
            recent = Contact.objects.filter(prison=place.code, kind=ContactKind.CHECK, on__lt=demo.on - ENTERED_AFTER)
            for contact, because in zip(recent.select_related("by").order_by("-at", "pk")[:2], WHY_UNDONE, strict=True):
                key = UUID(int=chance.getrandbits(128), version=4)
                at = contact.recorded_at + timedelta(hours=1)
                undo_check(contact=contact, because=because, request_id=key, by=contact.by, at=at)
