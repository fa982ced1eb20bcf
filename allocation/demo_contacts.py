"""When the demonstration's POMs saw whom, by COPY: nearly everybody within the months that AL-12 gives."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from handover.timetable.policy import CONTACT_MONTHS
from omic.calendar import add_months
from omic.copying import copy_rows, tell_planner
from omic.demo.contacts import CONTACT_COLUMNS
from omic.demo.places import Demonstration
from omic.models import NOMIS_TYPES, Complexity, Contact, ContactKind, NomisEntry, Person

SEEN, LATELY = 0.98, 0.97  # of all cases, and of those who were seen within the months; the others a while before
MINUTES, DAY, NOT_ENTERED = (20, 30, 40, 45), timedelta(days=1), timedelta(days=5)
HOURS = [time(hour, minute, tzinfo=UTC) for hour in (9, 10, 14, 15) for minute in range(0, 60, 5)]
SAID = (
    "We went through the sentence plan and agreed what comes next.",
    "Talked about release and where to live. To ask the LDU about the address.",
    "Introduced myself and explained what a POM is for.",
    "Looked at a course that starts next month, and put the name down for it.",
)


def see(demo: Demonstration) -> dict[str, int]:
    """The last engagement of each case; women of high complexity of need have theirs with the casework."""
    rows = [row for place in demo.places for row in _engagements(demo, place.code)]
    copy_rows("omic_contact", CONTACT_COLUMNS, rows)
    engagements = Contact.objects.filter(prison__in=demo.codes, kind=ContactKind.ENGAGEMENT)
    old = engagements.filter(recorded_at__lt=demo.at - NOT_ENTERED)
    NomisEntry.objects.bulk_create(NomisEntry(contact=one, by_id=one.by_id, at=one.recorded_at + DAY) for one in old)
    tell_planner("omic_contact", "omic_nomisentry")
    return {"POM engagements": len(rows)}


def _engagements(demo: Demonstration, code: str) -> Iterator[tuple[Any, ...]]:
    chance = demo.chance("POM contacts", code)
    cases = Person.objects.filter(prison=code, pom__isnull=False, details__rosh__in=CONTACT_MONTHS)
    cases = cases.exclude(complexity=Complexity.HIGH).order_by("pk")
    for person, pom, rosh, arrived_on in cases.values_list("pk", "pom_id", "details__rosh", "arrived_on"):
        span = (demo.on - add_months(demo.on, -CONTACT_MONTHS[rosh])).days
        share = chance.random() if chance.random() < LATELY else 1 + chance.random() / 2
        at = datetime.combine(demo.on - timedelta(days=2 + int(share * span)), chance.choice(HOURS))
        told = (chance.choice(MINUTES), pom, chance.choice(SAID), NOMIS_TYPES[ContactKind.ENGAGEMENT])
        request_id = UUID(int=chance.getrandbits(128), version=4)
        if chance.random() < SEEN and at.date() >= arrived_on:
            yield person, code, ContactKind.ENGAGEMENT, at, *told, at + timedelta(hours=2), request_id, ""
