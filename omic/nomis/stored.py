"""Reads what is stored of the people of a batch, in one query a table."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import F

from omic.calendar import london_day
from omic.models import Alert, ImportRow, Movement, Person, Prison, Sentence, Stay, surviving_number
from omic.nomis.facts import PERSON, SENTENCE, StayFacts, Stored

_TERM = ("id", "version", "kind", "recalled", "recall_kind", "returned_at", *SENTENCE)


def known_prisons() -> frozenset[str]:
    """The codes that a roll may name."""
    return frozenset(Prison.objects.values_list("code", flat=True))


def digests(numbers: Iterable[str]) -> dict[str, tuple[int, str, str | None]]:
    """prison number: (id, digest of the record last applied, prison), of those who are known."""
    people = Person.objects.filter(prison_number__in=list(numbers))
    return {
        number: (pk, digest, prison)
        for number, pk, digest, prison in people.values_list("prison_number", "pk", "roll_digest", "prison_id")
    }


def read_stored(people: Sequence[int]) -> dict[str, Stored]:
    """prison number: everything that a record is compared with."""
    stays, movements, alerts = _stays(people), _movements(people), _alerts(people)
    sentences = {row["person_id"]: row for row in _current(people)}
    rejected = _rejected(people)
    found = {}
    rows = Person.objects.filter(pk__in=people)
    columns = ("pk", "prison_number", "version", "seen_on_roll_at")
    for row in rows.values(
        *columns, *PERSON, "prison", "presence", "hospital", "arrived_on",
        wing_code=F("wing__code"), survivor=surviving_number(),
    ):  # fmt: skip
        pk, number, version, seen_at = (row.pop(name) for name in columns)
        found[number] = Stored(
            id=pk,
            version=version,
            merged_into=row.pop("survivor"),
            person={"wing": row.pop("wing_code"), **row},
            seen_on=london_day(seen_at) if seen_at else None,
            stay=next((stay for stay in stays[pk] if stay.left_on is None), None),
            last_stay=next((stay for stay in reversed(stays[pk]) if stay.left_on), None),
            sentence=sentences.get(pk),
            alerts=frozenset(alerts[pk]),
            movements=frozenset(movements[pk]),
            rejected=frozenset(rejected[pk]),
        )
    return found


def _stays(people: Sequence[int]) -> dict[int, list[StayFacts]]:
    found: dict[int, list[StayFacts]] = defaultdict(list)
    rows = Stay.objects.filter(person__in=people).order_by("person", "arrived_on", "left_on")
    for person, *facts in rows.values_list("person", "id", "prison", "arrived_on", "left_on"):
        found[person].append(StayFacts._make(facts))
    return found


def _movements(people: Sequence[int]) -> dict[int, set[tuple[Any, ...]]]:
    found: dict[int, set[tuple[Any, ...]]] = defaultdict(set)
    rows = Movement.objects.filter(person__in=people)
    for person, *key in rows.values_list("person", "kind", "on", "from_prison", "to_prison"):
        found[person].add(tuple(key))
    return found


def _current(people: Sequence[int]) -> Iterable[dict[str, Any]]:
    return Sentence.objects.filter(person__in=people, closed_at__isnull=True).values("person_id", *_TERM)


def _alerts(people: Sequence[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    active = Alert.objects.filter(person__in=people, ends_on__isnull=True)
    for person, code in active.values_list("person", "code"):
        found[person].add(code)
    return found


def _rejected(people: Sequence[int]) -> dict[int, set[tuple[str, str | None]]]:
    """The dates that somebody refused to take from a roll: whoever states them again is not asked again."""
    found: dict[int, set[tuple[str, str | None]]] = defaultdict(set)
    rows = ImportRow.objects.filter(
        person__in=people, outcome=ImportRow.Outcome.HELD, decision=ImportRow.Decision.REJECTED
    )
    for person, changes in rows.values_list("person", "changes"):
        found[person].update((name, after) for name, (_, after) in changes.items() if name in SENTENCE)
    return found
