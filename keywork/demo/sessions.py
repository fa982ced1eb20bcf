"""A year of key work sessions for the demonstration, by COPY: about three in four of those owed were held."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from keywork.actions import amend_session, withdraw_session
from keywork.demo import words
from keywork.models import KeyWorkerAllocation
from keywork.notes import TEXTS, Record, nomis_text, record_of
from keywork.policy import VERSIONS
from omic import duties
from omic.calendar import month_bounds, week_start
from omic.copying import copy_rows, tell_planner
from omic.demo.contacts import CONTACT_COLUMNS
from omic.demo.personas import PERSONAS
from omic.demo.places import Demonstration
from omic.models import NOMIS_TYPES, Contact, ContactKind, Estate, Person, Posting, Role
from omic.obligations import meet

# Weeks (in women's prisons months) since the last session of each of a persona's people, this one being 0.
GAPS = (1, 3, 2, 0, 1, 1)
NEVER = 1000
HELD = 0.84
WEEKDAYS = (*range(5), *range(5), *range(5), *range(7))  # seldom at a weekend
HOURS = [time(hour, minute, tzinfo=UTC) for hour in (8, 9, 10, 13, 14, 15) for minute in range(0, 60, 5)]
NOTES = 3000  # different ones, of which each session has one
ENTERED_AFTER = timedelta(days=7)
LATE = timedelta(days=14)
LATELY = timedelta(days=10)  # what was passed on since then has not been read
NOT_YET = timedelta(hours=3)  # nothing is recorded of the last hours
NOTE_COLUMNS = ("contact_id", "person_id", "prison_id", "mode", "contact_minutes", "prompts", *TEXTS)


@dataclass(frozen=True, slots=True)
class Session:
    """One session to be written, with what was recorded."""

    person: int
    prison: str
    by: int
    record: Record
    recorded_at: datetime
    request_id: UUID

    def contact(self) -> tuple[Any, ...]:
        """The row of the contact, in the order of CONTACT_COLUMNS."""
        record = self.record
        told = (record.minutes, self.by, nomis_text(record), NOMIS_TYPES[ContactKind.SESSION], self.recorded_at)
        return (self.person, self.prison, ContactKind.SESSION, record.at, *told, self.request_id, "")

    def note(self, contact: int) -> tuple[Any, ...]:
        """The row of the note, in the order of NOTE_COLUMNS."""
        record = self.record
        texts = (getattr(record, name) for name in TEXTS)
        return (contact, self.person, self.prison, record.mode, record.contact_minutes, record.prompts, *texts)


@dataclass(frozen=True, slots=True)
class Holder:
    """One key worker's time with a person; `until` is the moment the demonstration stands at, while it lasts."""

    staff: int
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """One person to be seen: by whom, how long ago last at least, how often, and whether with something for the OMU."""

    person: int
    prison: str
    women: bool
    holders: Sequence[Holder]
    gap: int
    expected: bool
    risk: bool


def hold_sessions(demo: Demonstration) -> dict[str, int]:
    """Sessions of the year with their notes and entries on NOMIS; risk information with its duties; corrections."""
    chance = demo.chance("sessions")
    year = _Year(demo, chance)
    sessions = [session for case in _cases(demo, chance) for session in year.sessions(case)]
    copy_rows("omic_contact", CONTACT_COLUMNS, (session.contact() for session in sessions))
    ids = dict(Contact.objects.filter(prison__in=demo.codes).values_list("request_id", "pk"))
    copy_rows("keywork_sessionnote", NOTE_COLUMNS, (session.note(ids[session.request_id]) for session in sessions))
    entered = _on_nomis(demo, sessions, ids, chance)
    copy_rows("omic_nomisentry", ("contact_id", "by_id", "at"), entered)
    told = _tell_omu(demo, sessions, chance)
    _correct(demo, chance)
    tell_planner("omic_contact", "keywork_sessionnote", "omic_nomisentry")
    return {"Key work sessions": len(sessions), "Not yet on NOMIS": len(sessions) - len(entered), "Risk to read": told}


def _cases(demo: Demonstration, chance: Random) -> Iterator[Case]:
    holders: dict[int, list[Holder]] = defaultdict(list)
    rows = KeyWorkerAllocation.objects.filter(prison__in=demo.codes).order_by("pk")
    for row in rows:
        holders[row.person_id].append(Holder(row.staff_id, row.started_at, row.ended_at or demo.at))
    gaps, risky = _gaps(rows), _with_something_to_read()
    women = {place.code for place in demo.places if place.estate == Estate.WOMEN}
    for row in rows.filter(ended_at__isnull=True).order_by("person_id"):
        cast = row.person_id in gaps
        gap = gaps[row.person_id] if cast else _gap(chance)
        own = holders[row.person_id]
        yield Case(row.person_id, row.prison_id, row.prison_id in women, own, gap, cast, row.person_id in risky)


def _gaps(rows: Any) -> dict[int, int]:
    """The people of the personas, each in a case of their own."""
    found = {}
    for persona in PERSONAS:
        mine = rows.filter(ended_at__isnull=True, staff__username=persona.username)
        found |= dict(zip(mine.values_list("person_id", flat=True), GAPS, strict=False))
    return found


def _gap(chance: Random) -> int:
    """Most are seen as it comes; a few not for weeks, and somebody never."""
    drawn = chance.random()
    return NEVER if drawn < 0.008 else chance.randint(2, 10) if drawn < 0.05 else 0


def _with_something_to_read() -> set[int]:
    """A few people of each POM who signs in."""
    people: set[int] = set()
    for persona in PERSONAS:
        if persona.role == Role.POM:
            mine = Person.objects.filter(pom__username=persona.username, key_worker__isnull=False)
            people.update(mine.order_by("prison_number").values_list("pk", flat=True)[:3])
    return people


class _Year:
    """Draws the sessions of the year, person by person."""

    def __init__(self, demo: Demonstration, chance: Random) -> None:
        self.chance, self.at = chance, demo.at
        self.latest = (demo.at - NOT_YET).date() - timedelta(days=1)
        self.periods = {women: list(_periods(demo, women)) for women in (True, False)}
        self.notes = [words.note(chance) for _ in range(NOTES)]

    def sessions(self, case: Case) -> list[Session]:
        """The person's sessions, oldest first."""
        chance, keen = self.chance, min(0.97, self.chance.gauss(HELD, 0.1))
        made = []
        for ago, (first, days) in enumerate(self.periods[case.women]):
            forced = case.expected and ago == case.gap
            if ago < case.gap or not (forced or chance.random() < keen):
                continue
            at = self._moment(first, days, forced=forced)
            holder = at and next((one.staff for one in case.holders if one.since <= at < one.until), None)
            if at and holder:
                made.append(self._session(case, at, holder, case.risk and not made))
        return made[::-1]

    def _moment(self, first: date, days: int, *, forced: bool) -> datetime | None:
        """A time of day in the period; None when it has not come yet."""
        day = first + timedelta(days=7 * int(self.chance.random() * (days // 7)) + self.chance.choice(WEEKDAYS))
        if forced and day > self.latest:
            day = max(first, self.latest)
        hour = self.chance.choice(HOURS)
        return datetime.combine(day, hour) if day <= self.latest else None

    def _session(self, case: Case, at: datetime, holder: int, risk: bool) -> Session:
        chance = self.chance
        together = int(30 + 25 * chance.random() if chance.random() < 0.93 else 10 + 15 * chance.random())
        record = Record(
            kind=ContactKind.SESSION,
            at=at,
            minutes=together + 15,
            contact_minutes=together,
            risk_information=chance.choice(words.RISK) if risk or chance.random() < 0.01 else "",
            **chance.choice(self.notes),
        )
        late = LATE if chance.random() < 0.012 else timedelta(minutes=int(70 + 100 * chance.random()))
        request_id = UUID(int=chance.getrandbits(128), version=4)
        return Session(case.person, case.prison, holder, record, min(at + late, self.at), request_id)


def _periods(demo: Demonstration, women: bool) -> Iterator[tuple[date, int]]:
    """The weeks, in women's prisons the months, of the year: first day and length, the present one first."""
    day = demo.on
    while day >= demo.since:
        first, last = month_bounds(day) if women else (week_start(day), week_start(day) + timedelta(days=6))
        yield first, (last - first).days + 1
        day = first - timedelta(days=1)


def _on_nomis(
    demo: Demonstration, sessions: Sequence[Session], ids: dict[UUID, int], chance: Random
) -> list[tuple[int, int, datetime]]:
    """Nearly everything older than a week has been entered; of the last week, the lesser part."""
    entered = []
    for session in sessions:
        old = session.recorded_at < demo.at - ENTERED_AFTER
        at = session.recorded_at + timedelta(hours=chance.randint(1, 60))
        if chance.random() < (0.995 if old else 0.35) and at <= demo.at:
            entered.append((ids[session.request_id], session.by, at))
    return entered


def _tell_omu(demo: Demonstration, sessions: Sequence[Session], chance: Random) -> int:
    """A duty to read for each piece of risk information; all old ones have been read."""
    told = {session.request_id for session in sessions if session.record.risk_information}
    homds = {posting.prison_id: posting.staff for posting in Posting.objects.filter(role=Role.HOMD)}
    contacts = Contact.objects.filter(request_id__in=told).select_related("person__pom", "prison", "by", "session_note")
    waiting = 0
    for contact in contacts.order_by("recorded_at", "pk"):
        text, pom = contact.session_note.risk_information, contact.person.pom
        place, policy = contact.prison, VERSIONS[-1].id
        duty = duties.ask_to_read(
            contact=contact, text=text, prison=place, pom=pom, policy=policy, at=contact.recorded_at
        )
        if contact.recorded_at < demo.at - LATELY:
            read_at = contact.recorded_at + LATELY * chance.random()
            meet(duty, by=pom or homds[contact.prison_id], at=read_at, because="read")
        else:
            waiting += 1
    return waiting


def _correct(demo: Demonstration, chance: Random) -> None:
    """Some corrections in each prison, with their reasons, and one session written under the wrong name."""
    for place in demo.places:
        recent = Contact.objects.filter(prison=place.code, on__lt=demo.on - timedelta(days=10)).order_by("-at", "pk")
        *wrong, mistaken = recent.select_related("by", "session_note")[: len(words.WHY_AMENDED) + 1]
        for contact, because in zip(wrong, words.WHY_AMENDED, strict=True):
            record = replace(record_of(contact), minutes=(contact.minutes or 0) + 5)
            key = UUID(int=chance.getrandbits(128), version=4)
            at = contact.recorded_at + timedelta(days=1)
            amend_session(contact=contact, record=record, because=because, request_id=key, by=contact.by, at=at)
        key = UUID(int=chance.getrandbits(128), version=4)
        at = mistaken.recorded_at + timedelta(days=1)
        withdraw_session(contact=mistaken, because=words.WHY_WITHDRAWN, request_id=key, by=mistaken.by, at=at)
