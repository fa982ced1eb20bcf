"""The demonstration's POMs and whom they hold: nearly everybody who needs one, by tier and load."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from random import Random

from allocation.caseload import recommendation, with_case
from allocation.models import Pom, PomAllocation
from allocation.pipeline import settle_holders
from allocation.policy import PomType
from allocation.rules import NEEDS_POM
from handover.pipeline import determine_handovers
from omic.copying import tell_planner
from omic.demo.personas import PERSONAS
from omic.demo.places import Demonstration, Place
from omic.demo.year import evening_before
from omic.models import Person, Posting, Role
from omic.reconcile import in_batches, window_of
from tiering.pipeline import determine_tiers

NEWCOMER = timedelta(days=4)
LEFT_OUT = 0.02
OTHER_TYPE = 0.06
FURTHEST_BACK = timedelta(days=700)
SOON = timedelta(weeks=8)
SOON_FOR_PERSONA, CASES_OF_PERSONA = 4, 34
HUB = "Long Vale hub"
WHY_OTHER_TYPE = (
    "Continuity: knew the person from an earlier sentence",
    "No probation POM has room this month",
    "Speaks the person’s language",
)


def allocate(demo: Demonstration) -> dict[str, int]:
    """Profiles of the POMs, then a primary POM for everyone who needs one, but for the newest and a few others.

    Who gets which type of POM depends on tier and responsibility, so these are determined first.
    """
    window = window_of(demo.on - timedelta(days=2), evening_before(demo))
    for batch in in_batches(list(Person.objects.filter(prison__in=demo.codes).values_list("pk", flat=True))):
        determine_tiers(batch, window)
        determine_handovers(batch, window)
    Pom.objects.bulk_create(profile for place in demo.places for profile in _profiles(demo, place))
    rows = [row for place in demo.places for row in _allocations(demo, place)]
    PomAllocation.objects.bulk_create(rows, batch_size=2000)
    settle_holders(sorted(row.person_id for row in rows), window)
    tell_planner("allocation_pomallocation")
    waiting = Person.objects.filter(prison__in=demo.codes, pom__isnull=True, legal_status__in=NEEDS_POM)
    return {"POM allocations": len(rows), "People waiting for a POM": waiting.count()}


def _profiles(demo: Demonstration, place: Place) -> Iterator[Pom]:
    """Every fourth is a probation POM, the persona among them; one holds cases from a hub (AL-19). The last has no
    profile, so that one type is unknown."""
    chance = demo.chance("POMs", place.code)
    *known, _ = _posted(place)
    for number, staff in enumerate(known):
        prison_pom, from_hub = number % 4 != 0, number % 7 == 6
        yield Pom(
            staff_id=staff,
            prison_id=place.code,
            pom_type=PomType.PRISON if prison_pom else PomType.PROBATION,
            operational=number % 2 == 0 if prison_pom else None,
            base=Pom.Base.HUB if from_hub else Pom.Base.PRISON,
            hub=HUB if from_hub else "",
            working_days=chance.choice((5, 5, 5, 4, 3)) if number else 5,
            starts_on=demo.on - FURTHEST_BACK,
            recorded_at=demo.at,
        )


def _posted(place: Place) -> list[int]:
    """The POMs of the prison, the persona first."""
    posted = Posting.objects.filter(prison=place.code, role=Role.POM).order_by("staff_id")
    return list(posted.values_list("staff_id", flat=True))


def _allocations(demo: Demonstration, place: Place) -> Iterator[PomAllocation]:
    chance = demo.chance("POM allocations", place.code)
    homd = Posting.objects.filter(prison=place.code, role=Role.HOMD).earliest("staff_id").staff_id
    types = dict(Pom.objects.filter(prison=place.code).values_list("staff_id", "pom_type"))
    loads: Counter[int] = Counter(dict.fromkeys(types, 0))
    cases = _cases(demo, place, chance)
    mine = _for_persona(demo, place, cases)
    for case in cases:
        advised = recommendation(case, operator=place.operator, on=demo.on).value.pom_type
        persona = mine.get(case.pk)
        staff = persona or _least_loaded(loads, types, advised, chance)
        loads[staff] += 1
        differs = types[staff] != advised
        yield PomAllocation(
            person=case,
            prison_id=place.code,
            staff_id=staff,
            pom_type=types[staff],
            recommended_type=advised or "",
            started_at=_started_at(demo, case, chance),
            started_by_id=homd,
            started_because=chance.choice(WHY_OTHER_TYPE) if differs else "",
        )


def _cases(demo: Demonstration, place: Place, chance: Random) -> list[Person]:
    here = Person.objects.filter(prison=place.code, legal_status__in=NEEDS_POM)
    people = with_case(here.filter(arrived_on__lte=demo.on - NEWCOMER), on=demo.on).order_by("prison_number")
    return [case for case in people if chance.random() > LEFT_OUT]


def _for_persona(demo: Demonstration, place: Place, cases: Sequence[Person]) -> dict[int, int]:
    """The people of the POM who signs in: some whose handover is near, and others of tier A and B."""
    for persona in PERSONAS:
        if (persona.role, persona.prison) == (Role.POM, place.code):
            staff = Posting.objects.get(staff__username=persona.username).staff_id
            soon = [case for case in cases if case.handover_on and demo.on <= case.handover_on <= demo.on + SOON]
            rest = [case for case in cases if case.tier in ("A", "B") and case not in soon]
            chosen = (soon[:SOON_FOR_PERSONA] + rest)[:CASES_OF_PERSONA]
            return {case.pk: staff for case in chosen}
    return {}


def _least_loaded(loads: Counter[int], types: dict[int, str], advised: PomType | None, chance: Random) -> int:
    """The POM of the advised type with the fewest cases; now and then one of the other type."""
    other = chance.random() < OTHER_TYPE
    fitting = [staff for staff in loads if (types[staff] == advised) is not other] or list(loads)
    return min(fitting, key=lambda staff: (loads[staff], staff))


def _started_at(demo: Demonstration, case: Person, chance: Random) -> datetime:
    begun = max(case.arrived_on + timedelta(days=chance.randint(1, 3)), demo.on - FURTHEST_BACK)
    return datetime.combine(begun, time(9, 15), tzinfo=UTC)
