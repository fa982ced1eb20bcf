"""Who may be given to which key worker: the facts that a recommendation is made from, and what forbids a pair.

Hard for every way of choosing: do not pair and conflicts of interest, recorded by prison; and at regime level 4, while
people are kept in compartments, a key worker's own wings (ED-01). A key worker with no wing is tied to none.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import DateField, OuterRef, QuerySet, Subquery, Value

from keywork.lists import without_key_worker
from keywork.models import BY_MANAGER, DoNotPair, KeyWorkerAllocation
from keywork.recommend import WORDS, Cost, PastKeyWorker, PersonToPlace, Suggestion, Worker, recommend
from keywork.regime import locked_down
from keywork.staffing import hindrance, staff_of
from omic.calendar import london_day
from omic.models import Alert, Complexity, Person, Prison, Staff

# Alerts that whoever chooses a key worker must see: code, words, colour.
ALERTS = {"RNO121": ("No one-to-one", "red"), "XRF": ("Risk to females", "red")}


def waiting(prison: Prison) -> QuerySet[Person]:
    """Everybody who is to have a key worker here and has none, with `waiting_since` (KW-16)."""
    return without_key_worker(prison.people.all())


def held_by(prison: Prison, staff: Staff) -> QuerySet[Person]:
    """The people of one key worker here, for a change of them all; none of them waits."""
    return _not_waiting(prison.people.filter(key_worker=staff))


def these(prison: Prison, people: Collection[int]) -> QuerySet[Person]:
    """Some people (ids), waiting or not: those for whom a choice was not saved."""
    return _not_waiting(prison.people.filter(pk__in=people))


def _not_waiting(people: QuerySet[Person]) -> QuerySet[Person]:
    return people.annotate(waiting_since=Value(None, output_field=DateField()))


def shown(people: QuerySet[Person]) -> QuerySet[Person]:
    """As the page to choose for many needs them: `allocation` (id of the open one) and `warned` (codes of `ALERTS`)."""
    present = KeyWorkerAllocation.objects.filter(person=OuterRef("pk"), ended_at=None)
    alerts = Alert.objects.filter(person=OuterRef("pk"), ends_on=None, code__in=ALERTS)
    return people.select_related("wing", "key_worker").annotate(
        allocation=Subquery(present.values("pk")[:1]), warned=ArraySubquery(alerts.order_by("code").values("code"))
    )


def not_to_be_paired(prison: Prison) -> dict[int, frozenset[int]]:
    """For each person (by id) the staff (by id) with whom they must not be brought together here."""
    found: dict[int, set[int]] = defaultdict(set)
    rows = DoNotPair.objects.filter(prison=prison, lifted_at=None)
    for person, staff in rows.values_list("person_id", "staff_id"):
        found[person].add(staff)
    return {person: frozenset(staff) for person, staff in found.items()}


def pair_hindrance(person: Person, worker: Any, *, forbidden: Mapping[int, frozenset[int]], locked: bool) -> str:
    """Why somebody and a row of `staff_of` must not be brought together, and what to do; "" when nothing forbids it."""
    if worker.pk in forbidden.get(person.pk, ()):
        return f"{worker} and {person.name} are not to be brought together: choose somebody else"
    if not locked or not worker.wing_codes or (person.wing and person.wing.code in worker.wing_codes):
        return ""
    wings = " and ".join(worker.wing_codes)
    return f"At regime level 4 {worker} has people of {wings} only (ED-01): choose somebody of their wing"


@dataclass(frozen=True, slots=True)
class Desk:
    """The key workers of a prison on a day, whoever holds fewest first, and what forbids a pair."""

    workers: tuple[Any, ...]  # rows of `staff_of`
    free: tuple[Any, ...]  # those who may be given somebody
    locked: bool
    forbidden: Mapping[int, frozenset[int]]
    besides: int | None  # staff (id) whose people are to go to others

    def may_have(self, person: Person) -> list[Any]:
        """The free key workers whom the person may have."""
        facts = {"forbidden": self.forbidden, "locked": self.locked}
        return [worker for worker in self.free if not pair_hindrance(person, worker, **facts)]


def desk_of(prison: Prison, *, on: date, besides: int | None = None) -> Desk:
    """What choices are made from, in three queries, however many they are. `besides` (staff id) is given nobody."""
    workers = tuple(staff_of(prison, on=on).order_by("load", "surname", "forename", "pk"))
    free = tuple(worker for worker in workers if worker.pk != besides and not hindrance(worker, on=on))
    return Desk(workers, free, locked_down(prison, on=on), not_to_be_paired(prison), besides)


@dataclass(frozen=True, slots=True)
class Advice:
    """What is recommended for one person: a key worker with the reasons, or why there is none."""

    staff: int | None  # id
    because: str
    next_best: str = ""


def advise(people: Sequence[Any], desk: Desk, prison: Prison, *, on: date) -> dict[int, Advice]:
    """The optimum for all of `people`, rows of `waiting` or `held_by`, by their ids."""
    by_number = {person.prison_number: person.pk for person in people}
    past = _past(prison, list(by_number.values()))
    facts = [_person(person, past[person.pk], desk, women=prison.women) for person in people]
    workers = [_worker(worker, desk) for worker in desk.workers if worker.pk != desk.besides]
    found = recommend(facts, workers, on=on).value
    names = {_key(worker.pk): str(worker) for worker in desk.workers}
    advice = {by_number[pair.number]: _suggested(pair, names) for pair in found.pairs}
    left = (*found.unallocated, *found.excluded)
    return advice | {by_number[one.number]: Advice(None, f"{WORDS[one.why]}.") for one in left}


def _key(staff: int) -> str:
    """The id as the recommendation sorts it: ties go to the lowest number."""
    return f"{staff:010d}"


def _past(prison: Prison, people: Collection[int]) -> dict[int, list[PastKeyWorker]]:
    """Earlier key workers here, whoever is the key worker now left out."""
    found: dict[int, list[PastKeyWorker]] = defaultdict(list)
    rows = KeyWorkerAllocation.objects.filter(prison=prison, person__in=people, ended_at__isnull=False)
    for person, staff, started_at, kind in rows.values_list("person_id", "staff_id", "started_at", "ended_kind"):
        found[person].append(PastKeyWorker(_key(staff), london_day(started_at), kind in BY_MANAGER))
    return found


def _person(person: Any, past: Iterable[PastKeyWorker], desk: Desk, *, women: bool) -> PersonToPlace:
    high = women and person.complexity == Complexity.HIGH
    return PersonToPlace(
        number=person.prison_number,
        surname=person.surname,
        forename=person.forename,
        wing=person.wing.code if person.wing else None,
        complexity="high" if high else None,
        waiting_since=person.waiting_since,
        past_key_workers=tuple(past),
        not_with=frozenset(map(_key, desk.forbidden.get(person.pk, ()))),
    )


def _worker(worker: Any, desk: Desk) -> Worker:
    wings = frozenset(worker.wing_codes)
    return Worker(
        staff=_key(worker.pk),
        status=worker.absence or "active",
        trained=worker.trained,
        capacity=worker.ceiling,
        held=worker.load,
        wings=wings,
        only_wings=wings if desk.locked and wings else None,
    )


def _suggested(pair: Suggestion, names: Mapping[str, str]) -> Advice:
    because = "; ".join(_in_sentence(WORDS[reason], first=not at) for at, reason in enumerate(pair.because))
    if pair.next_best is None:
        return Advice(int(pair.staff), f"{because}.")
    other = names[pair.next_best.staff]
    return Advice(int(pair.staff), f"{because}.", f"Next best: {other}, {_dearer(pair.cost, pair.next_best.cost)}.")


def _in_sentence(words: str, *, first: bool) -> str:
    return words if first else words[0].lower() + words[1:]


def _dearer(best: Cost, other: Cost) -> str:
    """What the next best would cost beside the best, in the order in which it counts."""
    worse = []
    if other.not_previous > best.not_previous:
        worse.append("not their previous key worker")
    if other.other_wing != best.other_wing:
        worse.append("not on their wing" if other.other_wing else "on their wing")
    return ", ".join([*worse, f"adding {float(other.load):.2f} to the load instead of {float(best.load):.2f}"])
