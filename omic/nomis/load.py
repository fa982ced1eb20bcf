"""Writes the plans of a batch: a few statements a table, however many people. Call it inside a transaction."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F

from omic.models import Alert, Movement, Person, Sentence, Stay, Wing
from omic.nomis.facts import PERSON, PLACE, SENTENCE, Stored
from omic.nomis.plan import Plan

_WRITTEN = (*PERSON, *PLACE, "roll_digest", "seen_on_roll_at", "version")
_TERM = ("kind", "recalled", "recall_kind", "returned_at", *SENTENCE)
Wings = dict[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Entry:
    """One person's plan, what was stored of them (None: new), and the digest of the record that it comes from."""

    prison_number: str
    stored: Stored | None
    plan: Plan
    digest: str


def write_plans(entries: Sequence[Entry], *, on: date, at: datetime, source: str) -> dict[str, int]:
    """Apply the plans as of the day `on`. Returns everybody's id by prison number."""
    ids = _write_people(entries, at)
    _write_stays(entries, ids)
    _write_sentences(entries, ids, at)
    _write_alerts(entries, ids, on, at)
    movements = [
        Movement(
            person_id=ids[entry.prison_number],
            kind=movement.kind,
            reason=movement.reason,
            from_prison_id=movement.from_prison,
            to_prison_id=movement.to_prison,
            on=movement.on,
            recorded_at=at,
            source=source,
        )
        for entry in entries
        if (movement := entry.plan.movement)
    ]
    Movement.objects.bulk_create(movements, ignore_conflicts=True)
    return ids


def _write_people(entries: Sequence[Entry], at: datetime) -> dict[str, int]:
    """Nobody without a prison may have a holder (a check of the table), so the pointers go in the same breath; the
    pipeline then ends the allocations that they pointed at."""
    gone = [entry.stored.id for entry in entries if entry.stored and entry.plan.person["prison"] is None]
    Person.objects.filter(pk__in=gone, prison__isnull=False).update(pom=None, key_worker=None)
    wings = _wings(entries)
    rows = [_person(entry, wings, at) for entry in entries]
    written = Person.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["prison_number"], update_fields=_WRITTEN
    )
    return {person.prison_number: person.pk for person in written}


def _person(entry: Entry, wings: Wings, at: datetime) -> Person:
    stored = entry.stored
    facts: dict[str, Any] = dict(stored.person) if stored else {"legal_status": "UNKNOWN"}
    facts |= entry.plan.person
    prison, wing = facts.pop("prison"), facts.pop("wing", None)
    return Person(
        prison_number=entry.prison_number,
        prison_id=prison,
        wing_id=wings[prison, wing] if prison and wing else None,
        roll_digest=entry.digest,
        seen_on_roll_at=at,
        version=stored.version + 1 if stored else 1,
        **facts,
    )


def _wings(entries: Iterable[Entry]) -> Wings:
    """The ids of the wings that people are or will be on; a wing named for the first time is made."""
    wanted = set()
    for entry in entries:
        facts = {**(entry.stored.person if entry.stored else {}), **entry.plan.person}
        if facts["prison"] and facts.get("wing"):
            wanted.add((facts["prison"], facts["wing"]))
    known = _known_wings(wanted)
    if new := sorted(wanted - known.keys()):
        Wing.objects.bulk_create([Wing(prison_id=prison, code=code) for prison, code in new], ignore_conflicts=True)
        known = _known_wings(wanted)
    return known


def _known_wings(wanted: set[tuple[str, str]]) -> Wings:
    found = Wing.objects.filter(prison__in={prison for prison, _ in wanted}, code__in={code for _, code in wanted})
    return {(prison, code): pk for pk, prison, code in found.values_list("pk", "prison", "code")}


def _write_stays(entries: Iterable[Entry], ids: dict[str, int]) -> None:
    """Ends before beginnings: the database lets nobody be in two prisons."""
    changed, opened = [], []
    for entry in entries:
        change, stay = entry.plan.stay, entry.stored and entry.stored.stay
        if change.ends and stay:
            left_on, because = change.ends
            changed.append(Stay(pk=stay.id, arrived_on=stay.arrived_on, left_on=left_on, ended_because=because))
        if change.corrected and stay:
            changed.append(Stay(pk=stay.id, arrived_on=change.corrected, left_on=None, ended_because=""))
        if change.reopens and entry.stored and (last := entry.stored.last_stay):
            changed.append(Stay(pk=last.id, arrived_on=last.arrived_on, left_on=None, ended_because=""))
        if change.opens:
            prison, arrived_on = change.opens
            opened.append(Stay(person_id=ids[entry.prison_number], prison_id=prison, arrived_on=arrived_on))
    if changed:
        Stay.objects.bulk_update(changed, ["arrived_on", "left_on", "ended_because"])
    Stay.objects.bulk_create(opened)


def _write_sentences(entries: Iterable[Entry], ids: dict[str, int], at: datetime) -> None:
    closed, changed, opened = [], [], []
    for entry in entries:
        change, current = entry.plan.sentence, entry.stored and entry.stored.sentence
        if change.closes and current:
            closed.append(current["id"])
        if change.opens:
            opened.append(Sentence(person_id=ids[entry.prison_number], **change.facts))
        elif change.facts and current:
            facts = {name: current[name] for name in _TERM} | change.facts
            changed.append(Sentence(pk=current["id"], version=current["version"] + 1, **facts))
    if closed:
        Sentence.objects.filter(pk__in=closed).update(closed_at=at, version=F("version") + 1)
    if changed:
        Sentence.objects.bulk_update(changed, [*_TERM, "version"])
    Sentence.objects.bulk_create(opened)


def _write_alerts(entries: Iterable[Entry], ids: dict[str, int], on: date, at: datetime) -> None:
    """The roll dates no alert: one begins on the day it is first seen, and ends on the day it is seen no more."""
    begun, ended = [], defaultdict(list)
    for entry in entries:
        person = ids[entry.prison_number]
        for code in sorted(entry.plan.alerts_started):
            begun.append(Alert(person_id=person, code=code, starts_on=on, first_seen_at=at, last_seen_at=at))
        for code in entry.plan.alerts_ended:
            ended[code].append(person)
    for code, people in ended.items():
        Alert.objects.filter(person__in=people, code=code, ends_on__isnull=True).update(ends_on=on)
    Alert.objects.filter(person__in=ids.values(), ends_on__isnull=True).update(last_seen_at=at)
    Alert.objects.bulk_create(begun)
