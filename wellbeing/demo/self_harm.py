"""A year of self-harm for the demonstration: about the same every week, but for one week in the women's prison."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random

from django.db.models import Q

from keywork.priority import OPEN_ACCT, SELF_HARM
from omic.calendar import LONDON, in_utc, week_start
from omic.demo.places import Demonstration, Place
from omic.models import Estate, Person, Posting, Role
from wellbeing.models import CohortDecision, SelfHarmIncident
from wellbeing.policy import VERSIONS

USUAL, IN_THE_BAD_WEEK = (3, 4, 4, 5), 11  # people a week
WEEKS, IMPORTED = 52, 0.4
SOON_AFTER = timedelta(days=2)
WATCH = timedelta(days=VERSIONS[-1].watch_days)


def harm(demo: Demonstration) -> dict[str, int]:
    """Incidents by the week, some imported; the last whole week is a bad one. One woman had been stepped down."""
    rows = [row for place in demo.places for row in _incidents(demo, place)]
    SelfHarmIncident.objects.bulk_create(rows)
    return {"Incidents of self-harm": len(rows)}


def _incidents(demo: Demonstration, place: Place) -> Iterator[SelfHarmIncident]:
    chance = demo.chance("self-harm", place.code)
    alerted = Q(alerts__code__in=(OPEN_ACCT, SELF_HARM))
    people = list(Person.objects.filter(alerted, prison=place.code).distinct().order_by("prison_number"))
    by = Posting.objects.filter(prison=place.code, role=Role.SAFER_CUSTODY).earliest("staff_id").staff_id
    numbers = count(1)
    last = week_start(demo.on) - timedelta(weeks=1)
    for ago in range(-1, WEEKS):
        bad = place.estate == Estate.WOMEN and ago == 0
        for person, on in _of_week(last - timedelta(weeks=ago), people, IN_THE_BAD_WEEK if bad else 0, chance):
            if on < demo.on:
                yield _incident(place, person, on, by, number=next(numbers) if chance.random() < IMPORTED else 0)
    for row in _stepped_down(demo, place):
        yield _incident(place, row.person, row.starts_on + SOON_AFTER, by, number=0)


def _of_week(monday: date, people: Sequence[Person], number: int, chance: Random) -> Iterator[tuple[Person, date]]:
    """So many people, or as many as usual; one of them once more."""
    here = [person for person in people if person.arrived_on <= monday]
    chosen = chance.sample(here, min(len(here), number or chance.choice(USUAL)))
    for person in [*chosen, *chosen[:1]]:
        yield person, monday + timedelta(days=chance.randint(0, 6))


def _stepped_down(demo: Demonstration, place: Place) -> list[CohortDecision]:
    rows = CohortDecision.objects.filter(prison=place.code, stepped_down=True, starts_on__gt=demo.on - WATCH)
    rows = rows.filter(starts_on__lt=demo.on - SOON_AFTER)
    return list(rows.select_related("person").order_by("starts_on", "pk")[:1])


def _incident(place: Place, person: Person, on: date, by: int, *, number: int) -> SelfHarmIncident:
    at = in_utc(datetime.combine(on, time(20, 30), tzinfo=LONDON))
    source = SelfHarmIncident.Source
    return SelfHarmIncident(
        person=person,
        prison_id=place.code,
        on=on,
        reference=f"SH{number:05d}" if number else "",
        source=source.IMPORTED if number else source.RECORDED,
        recorded_by_id=None if number else by,
        recorded_at=at,
    )
