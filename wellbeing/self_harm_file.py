"""Files of self-harm incidents: by prison number and day, each with the incident's own number. Strict.

An incident is known by its number, so that the same file twice is each incident once. One without a number waits for a
person. So does one of a day of which another was recorded here by hand, without a number or with one that the file does
not state (mistyped, perhaps): the person says under `same` or `another` which it is. Nothing is counted twice and
nothing is dropped.
"""

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from omic.audit import Actor
from omic.models import Person, Stay, surviving_number
from omic.nomis.cells import Field, FieldError, RowErrors, day, flag, merged_away, parse_fields, shown, text, unflatten
from omic.nomis.roll_fields import prison_number
from omic.nomis.rows import Layout, Row
from omic.nomis.verdicts import UNCHANGED, Outcome, Verdict, quarantined
from omic.reconcile import lock
from wellbeing.actions.self_harm import withdraw_self_harm
from wellbeing.models import SelfHarmIncident

FIELDS = (
    Field("prison_number", "prison_number", prison_number),
    Field("on", "on", day),
    Field("reference", "reference", text(40)),
    Field("note", "note", text(2000)),
    Field("same", "same", flag),
    Field("another", "another", flag),
)
NAMES = tuple(field.name for field in FIELDS)
_IMPORTED = SelfHarmIncident.Source.IMPORTED
REQUIRED = {
    "prison_number": "is missing",
    "on": "is missing",
    "reference": "is missing: without the incident's number it could be counted twice",
}
BOTH = "is yes, and so is another: it is the incident recorded here, or another one"
SEVERAL = "leaves open which: take the right one back on the page of its person, and say yes under another"
NOTHING = "is nothing that is recorded here by hand for that day: put the day right, or leave it out"
COUNTS_NO_MORE = "is an incident that was taken back here: the one recorded by hand goes on counting, so leave this out"
NOBODY = "is for somebody to say who is signed in: on the page of this row"


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRow:
    """One incident as a file states it: the `same` that was recorded by hand of that day, or `another` one."""

    prison_number: str
    on: date
    reference: str
    note: str
    same: bool
    another: bool


def parse_incident(raw: Mapping[str, Any], *, today: date) -> IncidentRow | RowErrors:
    """The row's typed facts, or every cell that stops it. Never raises, whatever JSON the mapping holds."""
    facts, errors = parse_fields(raw, FIELDS)
    unreadable = {error.field for error in errors}
    missing = [FieldError(name, "", reason) for name, reason in REQUIRED.items() if facts[name] is None]
    errors += [error for error in missing if error.field not in unreadable]
    if facts["on"] and facts["on"] > today:
        errors.append(FieldError("on", shown(raw.get("on")), "is in the future"))
    if facts["same"] and facts["another"]:
        errors.append(FieldError("same", "", BOTH))
    if errors:
        return RowErrors(shown(raw.get("prison_number") or ""), tuple(errors))
    said = {name: bool(facts[name]) for name in ("same", "another")}
    return IncidentRow(**facts | {"note": facts["note"] or ""} | said)


def _from_flat(cells: Mapping[str, str]) -> dict[str, Any]:
    return unflatten(cells, flags=("same", "another"))


@dataclass(slots=True)
class _Known:
    """What is known of the people and numbers of a batch. Added to as its rows are judged."""

    people: dict[str, tuple[int, str | None, str | None]]  # prison number: id, prison now, number merged into
    stays: dict[int, list[tuple[str, date, date | None]]]
    numbered: dict[tuple[str, str], tuple[int, date]]  # prison and reference: person, day
    taken_back: set[tuple[str, str]]  # those of them that count no more
    by_hand: dict[tuple[int, str, date], list[SelfHarmIncident]]  # by person, prison and day, whose number no row has

    def prisons_on(self, person: int, on: date) -> list[str]:
        """Where somebody was on a day, days of arrival and leaving included."""
        stays = self.stays.get(person, ())
        return [prison for prison, first, last in stays if first <= on and (last is None or on <= last)]


def _read(rows: Sequence[IncidentRow]) -> _Known:
    ids = Person.objects.filter(prison_number__in={row.prison_number for row in rows}).values_list("pk", flat=True)
    people = Person.objects.filter(pk__in=lock(list(ids)))
    numbers = people.values_list("prison_number", "pk", "prison", surviving_number())
    known = _Known({number: (pk, prison, kept) for number, pk, prison, kept in numbers}, {}, {}, set(), {})
    stays = Stay.objects.filter(person__in=people).values_list("person", "prison", "arrived_on", "left_on")
    for pk, prison, first, last in stays:
        known.stays.setdefault(pk, []).append((prison, first, last))
    stated = {row.reference for row in rows}
    recorded = Q(person__in=people, source=SelfHarmIncident.Source.RECORDED, withdrawn_at=None)
    for saved in SelfHarmIncident.objects.filter(Q(reference__in=stated) | recorded):
        if saved.reference:
            known.numbered[saved.prison_id, saved.reference] = (saved.person_id, saved.on)
        if saved.withdrawn_at:
            known.taken_back.add((saved.prison_id, saved.reference))
        if saved.reference not in stated:
            known.by_hand.setdefault((saved.person_id, saved.prison_id, saved.on), []).append(saved)
    return known


@dataclass(frozen=True, slots=True)
class _Entry:
    """An incident to write, and the one recorded by hand that it is, which counts no more then."""

    incident: SelfHarmIncident
    same: SelfHarmIncident | None


@dataclass(frozen=True, slots=True)
class IncidentBatches:
    """How the batches of one file of incidents are read. `scope` is the prison in which they happened, if one alone."""

    scope: str | None
    on: date
    by: Actor
    at: datetime

    def ignored(self, cells: Mapping[str, Any]) -> set[str]:
        """Names that no incident has."""
        return set(cells) - set(NAMES)

    def judge(self, rows: Sequence[Row], claimed: MutableMapping[str, int]) -> list[Verdict]:  # noqa: ARG002
        """What becomes of each row. One person may have many, so none claims them."""
        parsed = [None if row.cells is None else parse_incident(row.cells, today=self.on) for row in rows]
        known = _read([found for found in parsed if isinstance(found, IncidentRow)])
        return [self._judge(row, found, known) for row, found in zip(rows, parsed, strict=True)]

    def apply(self, verdicts: Sequence[Verdict]) -> list[int]:
        """Write the new incidents, and take back those that they are. They change nothing that is owed.

        One recorded by hand whose number the file states is imported from then on: no later row asks about it.
        """
        new: list[_Entry] = [verdict.entry for verdict in verdicts if verdict.outcome == Outcome.ADDED]
        known: list[_Entry] = [verdict.entry for verdict in verdicts if verdict.outcome == UNCHANGED]
        SelfHarmIncident.objects.bulk_create(entry.incident for entry in new)
        said = reduce(or_, (Q(prison=e.incident.prison_id, reference=e.incident.reference) for e in known), Q(pk=None))
        SelfHarmIncident.objects.filter(said).exclude(source=_IMPORTED).update(source=_IMPORTED)
        for entry in [*new, *known]:
            if entry.same and self.by.staff:
                because = f"Imported with the number {entry.incident.reference}"
                withdraw_self_harm(incident=entry.same, because=because, by=self.by.staff, at=self.at)
        return []

    def _judge(self, row: Row, found: IncidentRow | RowErrors | None, known: _Known) -> Verdict:
        if found is None:
            return self._bad(row, "", FieldError("", "", row.problem))
        if isinstance(found, RowErrors):
            return self._bad(row, found.prison_number, *found.errors)
        prisons, error = self._prisons(found, known)
        if error:
            return self._bad(row, found.prison_number, error)
        person, prison = known.people[found.prison_number][0], prisons[0]
        saved = known.numbered.get((prison, found.reference))
        if saved is not None and saved != (person, found.on):
            reason = "is another incident's number here, of somebody else or another day"
            return self._bad(row, found.prison_number, FieldError("reference", found.reference, reason))
        by_hand = known.by_hand.get((person, prison, found.on), [])
        if found.same and by_hand and (prison, found.reference) in known.taken_back:
            return self._bad(row, found.prison_number, FieldError("reference", found.reference, COUNTS_NO_MORE))
        if not found.another and (doubt := self._doubt(found, by_hand, new=saved is None)):
            return self._bad(row, found.prison_number, *doubt)
        known.numbered[prison, found.reference] = (person, found.on)
        same = by_hand.pop() if by_hand and found.same else None
        return self._good(row, found, person, prison, new=saved is None, same=same)

    def _doubt(self, found: IncidentRow, by_hand: Sequence[SelfHarmIncident], *, new: bool) -> list[FieldError]:
        """What is asked where incidents of the day were recorded by hand; nothing if the answer is there."""
        if not by_hand:
            return [FieldError("same", "yes", NOTHING)] if found.same and new else []
        if not found.same and not new:
            return []
        if not found.same:
            which = ", ".join(one.reference or "one without a number" for one in by_hand)
            words = (
                f"must be yes if it is what was recorded here by hand for {found.on} ({which}), which is then taken "
            )
            return [
                FieldError("same", "", f"{words}back for this one"),
                FieldError("another", "", "must be yes if it is another incident of that day"),
            ]
        if len(by_hand) > 1:
            return [FieldError("same", "yes", SEVERAL)]
        return [] if self.by.staff else [FieldError("same", "yes", NOBODY)]

    def _prisons(self, found: IncidentRow, known: _Known) -> tuple[list[str], FieldError | None]:
        """In which prison it happened: the one where the person was that day, or of two the one whose file it is."""
        person, _, kept = known.people.get(found.prison_number, (None, None, None))
        if person is None:
            return [], FieldError("prison_number", found.prison_number, "is nobody known here: import the roll first")
        if kept:
            return [], merged_away("prison_number", found.prison_number, kept)
        prisons = known.prisons_on(person, found.on)
        if self.scope:
            prisons = [prison for prison in prisons if prison == self.scope]
        if len(set(prisons)) > 1:
            return [], FieldError("on", str(found.on), "is a day in two prisons: import it with the prison named")
        where = f"in {self.scope}" if self.scope else "in any prison known here"
        return prisons, None if prisons else FieldError("on", str(found.on), f"is a day on which they were not {where}")

    def _bad(self, row: Row, number: str, *errors: FieldError) -> Verdict:
        verdict = quarantined(row, errors, number=number, prison=self.scope)
        verdict.about_one_thing = True
        return verdict

    def _good(
        self, row: Row, found: IncidentRow, person: int, prison: str, *, new: bool, same: SelfHarmIncident | None
    ) -> Verdict:
        incident = SelfHarmIncident(
            person_id=person,
            prison_id=prison,
            on=found.on,
            reference=found.reference,
            note=found.note or (same.note if same else ""),
            source=_IMPORTED,
            recorded_by=self.by.staff,
            recorded_at=self.at,
        )
        return Verdict(
            row=row, outcome=Outcome.ADDED if new else UNCHANGED, number=found.prison_number, prison=prison,
            held_at=prison, person_id=person, entry=_Entry(incident, same), about_one_thing=True,
            changes={"incident": (None, str(found.on))} if new else {},
        )  # fmt: skip


class SelfHarmFile:
    """A file of incidents, for the kernel's importer (see omic/nomis/kinds.py)."""

    layout = Layout(keys=("prison_number",), dates=frozenset(("on",)), unflatten=_from_flat)
    names = NAMES

    def batches(self, *, scope: str | None, on: date, by: Actor, at: datetime) -> IncidentBatches:
        """How the rows of one file are judged and applied."""
        return IncidentBatches(scope=scope, on=on, by=by, at=at)


SELF_HARM_FILE = SelfHarmFile()
