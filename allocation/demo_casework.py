"""What else the demonstration's OMUs did: courses, parts in cases, cover, extra resource, notes and engagements."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from allocation.availability import record_pom_absence
from allocation.covers import StandIn, cover_cases
from allocation.coworking import share_case
from allocation.engagements import Engagement, log_engagement
from allocation.extra_resources import Agreed, agree_extra_resource
from allocation.models import CaseNote, Pom, PomAbsence, PomAllocation, PomCourse, PomTraining
from allocation.notes import write_note
from allocation.policy import PomType
from allocation.victim_liaison import Officer, record_officer
from omic.calendar import london_day
from omic.demo.places import Demonstration
from omic.demo.year import evening_before
from omic.models import Complexity, ContactKind, Person, Prison, Role, Staff
from omic.reconcile import postponed, reconcile_in_batches, window_of

DONE_OF_COURSES = 0.8
COVERED, ENGAGED = 6, 4  # of the POM who is away; women of high complexity of need
Part = PomAllocation.Part


@dataclass(frozen=True, slots=True)
class Unit:
    """An OMU as it works: its POMs by when they came, the persona first, its HOMD, and the last evening of the past."""

    prison: Prison
    poms: Sequence[Staff]
    homd: Staff
    at: datetime
    chance: Random

    def request_id(self) -> UUID:
        """The same in every load from the same seed."""
        return UUID(int=self.chance.getrandbits(128), version=4)

    def cases(self, pom: Staff) -> list[Person]:
        return list(self.prison.people.filter(pom=pom).order_by("prison_number"))


def work(demo: Demonstration) -> dict[str, int]:
    """In every prison a few of each, by the product's own actions."""
    made = 0
    for place in demo.places:
        prison = Prison.objects.get(pk=place.code)
        profiles = Pom.objects.filter(prison=prison).order_by("staff").select_related("staff")
        homd = prison.postings.filter(role=Role.HOMD).earliest("staff").staff
        poms = [profile.staff for profile in profiles]
        unit = Unit(prison, poms, homd, evening_before(demo), demo.chance("casework", place.code))
        with postponed():
            made += sum(part(unit) for part in PARTS)
        engaged = prison.contacts.filter(kind=ContactKind.ENGAGEMENT).values_list("person", flat=True)
        reconcile_in_batches(list(engaged), window_of(london_day(unit.at), unit.at))
    return {"Courses, parts in cases, covers, notes and engagements": made}


def _train(unit: Unit) -> int:
    rows = [
        PomTraining(
            staff=pom,
            course=course,
            completed_on=london_day(unit.at) - timedelta(days=unit.chance.randint(20, 900)),
            recorded_by=unit.homd,
            recorded_at=unit.at,
        )
        for pom in unit.poms
        for course in PomCourse.values
        if unit.chance.random() < DONE_OF_COURSES
    ]
    return len(PomTraining.objects.bulk_create(rows))


def _share(unit: Unit) -> int:
    """The persona shares two of their cases, helps with one of another POM's, and has one supported (AL-10, AL-11)."""
    mine, other = unit.cases(unit.poms[0]), unit.poms[1]
    of_prison = Pom.objects.filter(prison=unit.prison, staff__in=unit.poms[1:], pom_type=PomType.PRISON)
    parts = [(person, other, Part.COWORKING) for person in mine[:2]]
    supporters = [profile.staff for profile in of_prison.order_by("staff").select_related("staff")]
    parts += [(person, staff, Part.SUPPORT) for person, staff in zip(mine[2:3], supporters, strict=False)]
    parts += [(person, unit.poms[0], Part.COWORKING) for person in unit.cases(other)[:1]]
    for person, staff, part in parts:
        share_case(person=person, staff=staff, part=part, reason="Two offices know the case", by=unit.homd, at=unit.at)
    return len(parts)


def _cover(unit: Unit) -> int:
    """One POM is away for a fortnight; some of their cases are covered, and nobody has the others yet."""
    *there, away = unit.poms
    if not there:
        return 0
    first, back = london_day(unit.at), london_day(unit.at) + timedelta(days=14)
    times: dict[str, Any] = {"starts_on": first, "returns_on": back, "because": "Leave"}
    record_pom_absence(staff=away, prison=unit.prison, kind=PomAbsence.Kind.AWAY, by=unit.homd, at=unit.at, **times)
    cases = unit.cases(away)[:COVERED]
    stand_ins = [StandIn(person, there[number % len(there)], first, back) for number, person in enumerate(cases)]
    made, _ = cover_cases(
        stand_ins=stand_ins, prison=unit.prison, because="Leave", batch=unit.prison.pk, by=unit.homd, at=unit.at
    )
    return len(made)


def _agree(unit: Unit) -> int:
    """AL-05: one decision until a day, one until it is ended."""
    first = london_day(unit.at)
    agreed = (
        Agreed("A second POM at the oral hearing", "A contested case", "One case a week later", first, None),
        Agreed("An hour more each week", "New to custody", "Two reviews wait", first, first + timedelta(days=60)),
    )
    people = unit.cases(unit.poms[0])[3:5]
    for person, what in zip(people, agreed, strict=False):
        agree_extra_resource(person=person, prison=unit.prison, agreed=what, by=unit.homd, at=unit.at)
    return len(people)


def _note(unit: Unit) -> int:
    """A note at each level of confidentiality, and a victim liaison officer."""
    pom, people = unit.poms[0], unit.cases(unit.poms[0])
    for person, level in zip(people, CaseNote.Level, strict=False):
        about: dict[str, Any] = {"person": person, "prison": unit.prison, "by": pom, "at": unit.at}
        readers = [unit.homd] if level == CaseNote.Level.CONFIDENTIAL else []
        note: dict[str, Any] = {"level": level, "text": "Spoke to the family about visits.", "readers": readers}
        write_note(request_id=unit.request_id(), **note, **about)
        record_officer(officer=Officer("Vic", "Lawson", f"vlo.{person.pk}@probation.example"), **about)
    return 2 * len(people[:3])


def _engage(unit: Unit) -> int:
    """WB-02, WB-13: time with women of high complexity of need, some of it passed on to the wing."""
    women = unit.prison.people.filter(complexity=Complexity.HIGH, pom__isnull=False, arrived_on__lt=london_day(unit.at))
    people = list(women.order_by("prison_number").select_related("pom")[:ENGAGED]) if unit.prison.women else []
    for number, person in enumerate(people):
        shared = "Quieter than usual: please look in." if number % 2 else ""
        said = Engagement(unit.at - timedelta(hours=4), 10 + 15 * number, "We looked at the plan together.", shared)
        log_engagement(
            person=person, prison=unit.prison, said=said, request_id=unit.request_id(), by=person.pom, at=unit.at
        )
    return len(people)


PARTS: tuple[Callable[[Unit], int], ...] = (_train, _share, _cover, _agree, _note, _engage)
