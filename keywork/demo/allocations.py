"""Who is whose key worker in the demonstration: six or seven people each, a few over, and a few people without."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from keywork.models import EndKind, KeyWorkerAllocation
from keywork.pipeline import settle_holders
from keywork.rules import KeyWorkFacts, entitled
from omic.copying import tell_planner
from omic.demo.personas import PERSONAS
from omic.demo.places import Demonstration, Place
from omic.models import Alert, Person, Posting, Presence, Role
from omic.reconcile import window_of

Row = dict[str, Any]
LOADS = {5: 2, 6: 11, 7: 6, 8: 1, 9: 1}
CAST = 6  # people of a persona: each in a case of their own (see keywork.demo.sessions.GAPS)
LEFT_OUT = 0.025
NEWCOMER = timedelta(days=2)
A_MONTH, LONG_HERE = timedelta(days=30), timedelta(days=100)
FURTHEST_BACK = timedelta(days=700)


def allocate(demo: Demonstration) -> dict[str, int]:
    """Give everyone who may have a key worker one, but for the newest and a few others; earlier ones are kept ended."""
    rows = [row for place in demo.places for row in _allocations(demo, place)]
    KeyWorkerAllocation.objects.bulk_create(rows, batch_size=2000)
    people = sorted({row.person_id for row in rows})
    settle_holders(people, window_of(demo.on, demo.at))
    tell_planner("keywork_keyworkerallocation")
    without = Person.objects.filter(prison__in=demo.codes, key_worker__isnull=True).count()
    return {"Key worker allocations": len(rows), "People without a key worker": without}


def _allocations(demo: Demonstration, place: Place) -> Iterator[KeyWorkerAllocation]:
    chance = demo.chance("key workers", place.code)
    people = _entitled(demo, place, chance)
    manager = Posting.objects.on(demo.on).filter(prison=place.code, role=Role.KEY_WORK_MANAGER).earliest("staff_id")
    workers = _key_workers(place)
    for persona in PERSONAS:
        if (persona.role, persona.prison) == (Role.KEY_WORKER, place.code):
            chosen = _cast(people, demo.on)
            people = [row for row in people if row not in chosen]
            workers = [posting for posting in workers if posting.staff.username != persona.username]
            staff = Posting.objects.get(staff__username=persona.username).staff_id
            yield from (_since(demo, row, staff, manager.staff_id, chance) for row in chosen)
    for wing in sorted({row["wing_id"] for row in people if row["wing_id"]}):
        here = [row for row in people if row["wing_id"] == wing]
        staff_ids = [posting.staff_id for posting in workers if posting.wing_id == wing]
        for row, staff_id in zip(here, _turns(staff_ids, chance), strict=False):
            yield from _history(demo, row, staff_id, staff_ids, manager.staff_id, chance)


def _entitled(demo: Demonstration, place: Place, chance: Random) -> list[Row]:
    columns = (
        "pk",
        "prison_id",
        "wing_id",
        "arrived_on",
        "complexity",
        "presence",
        "earliest_release_on",
        "details__rosh",
    )
    people = Person.objects.filter(prison=place.code, arrived_on__lte=demo.on - NEWCOMER).order_by("prison_number")
    acct = set(Alert.objects.filter(code="HA", ends_on__isnull=True).values_list("person_id", flat=True))
    rows = []
    for row in people.values(*columns):
        facts = KeyWorkFacts(place.estate, row["complexity"], (), row["presence"] == Presence.HOSPITAL)
        if entitled(facts, on=demo.on).value and chance.random() > LEFT_OUT:
            rows.append(row | {"acct": row["pk"] in acct})
    return rows


def _cast(people: Sequence[Row], on: date) -> list[Row]:
    """A persona's people, all long here: the first with an open ACCT, the second high RoSH and near release if any."""
    acct = [row for row in people if row["acct"] and row["arrived_on"] <= on - A_MONTH][:1]
    settled = [row for row in people if not row["acct"] and row["arrived_on"] <= on - LONG_HERE]
    soon = [row for row in settled if _high_and_near(row, on)][:1]
    return (acct + soon + [row for row in settled if row not in soon])[:CAST]


def _high_and_near(row: Row, on: date) -> bool:
    release = row["earliest_release_on"]
    return row["details__rosh"] in ("high", "very_high") and release is not None and 0 <= (release - on).days <= 28


def _key_workers(place: Place) -> list[Posting]:
    """Everyone ever posted as one: somebody who has left still holds people until another is found."""
    postings = Posting.objects.filter(prison=place.code, role=Role.KEY_WORKER).select_related("staff")
    return list(postings.order_by("staff_id"))


def _turns(staff: Sequence[int], chance: Random) -> Iterator[int]:
    """Each key worker as often as they have places."""
    for one in staff:
        yield from [one] * chance.choices(list(LOADS), list(LOADS.values()))[0]


def _since(demo: Demonstration, row: Row, staff: int, manager: int, chance: Random) -> KeyWorkerAllocation:
    begun = max(row["arrived_on"] + timedelta(days=chance.randint(1, 2)), demo.on - FURTHEST_BACK)
    return _row(row, demo, staff, manager, begun)


def _history(
    demo: Demonstration, row: Row, staff: int, colleagues: Sequence[int], manager: int, chance: Random
) -> Iterator[KeyWorkerAllocation]:
    """The present allocation, and for some who have been here long, the key worker before."""
    present = _since(demo, row, staff, manager, chance)
    days = (demo.at - present.started_at).days
    if days > LONG_HERE.days and chance.random() < 0.3:
        changed_at = present.started_at + timedelta(days=chance.randint(40, days - 30))
        others = [one for one in colleagues if one != staff] or [staff]
        first = _row(row, demo, chance.choice(others), manager, present.started_at.date())
        first.ended_at, first.ended_by_id = changed_at, manager
        first.ended_because, first.ended_kind = "Changed", EndKind.REPLACED
        present.started_at = changed_at
        yield first
    yield present


def _row(row: Row, demo: Demonstration, staff: int, manager: int, begun: date) -> KeyWorkerAllocation:
    started_at = min(datetime.combine(begun, time(10, 30), tzinfo=UTC), demo.at)
    place = {"person_id": row["pk"], "prison_id": row["prison_id"]}
    return KeyWorkerAllocation(**place, staff_id=staff, started_at=started_at, started_by_id=manager)
