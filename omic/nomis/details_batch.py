"""A batch of details: each row stated through `omic.details`, whoever is changed reconciled once a batch."""

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError

from omic.audit import Actor
from omic.details import FIELDS, Statement, clean_value
from omic.models import Person, surviving_number
from omic.nomis.cells import FieldError, RowErrors, merged_away, shown
from omic.nomis.details import (
    KEYS,
    Detail,
    DetailsRow,
    OasysRow,
    SentencePlanRow,
    Stated,
    parse_detail,
    unknown_details,
)
from omic.nomis.details_book import DetailsBook
from omic.nomis.facts import Change
from omic.nomis.rows import Row
from omic.nomis.verdicts import UNCHANGED, Outcome, Verdict, quarantined
from omic.reconcile import lock

Known = Mapping[str, tuple[int, str | None, str | None]]  # prison number: id, prison, number it was merged into


@dataclass(frozen=True, slots=True)
class DetailBatches:
    """How the batches of one file of details are read. `scope` is the prison whose people it may be about, if any."""

    scope: str | None
    on: date
    by: Actor
    at: datetime

    def ignored(self, cells: Mapping[str, Any]) -> set[str]:
        """Names that no kind of row has."""
        return unknown_details(cells)

    def judge(self, rows: Sequence[Row], claimed: MutableMapping[str, int]) -> list[Verdict]:  # noqa: ARG002
        """State each row; what is news changes the person. One person may have many rows, so none claims them."""
        parsed = [row.cells is not None and parse_detail(row.cells, today=self.on) for row in rows]
        known = self._people(parsed)
        book = DetailsBook([person for person, *_ in known.values()])
        verdicts = [self._judge(row, detail, known, book) for row, detail in zip(rows, parsed, strict=True)]
        book.write()
        return verdicts

    def apply(self, verdicts: Sequence[Verdict]) -> list[int]:
        """Whom the rows, stated already, have changed."""
        return list({v.person_id for v in verdicts if v.outcome == Outcome.CHANGED and v.person_id})

    def _people(self, parsed: Sequence[Any]) -> Known:
        numbers = {detail.prison_number for detail in parsed if isinstance(detail, Stated)}
        ids = Person.objects.filter(prison_number__in=numbers).values_list("pk", flat=True)
        people = Person.objects.filter(pk__in=lock(list(ids)))
        rows = people.values_list("prison_number", "pk", "prison", surviving_number())
        return {number: (pk, prison, kept) for number, pk, prison, kept in rows}

    def _judge(self, row: Row, detail: Detail | RowErrors | bool, known: Known, book: DetailsBook) -> Verdict:
        if isinstance(detail, bool):
            return quarantined(row, [FieldError("", "", row.problem)], prison=self.scope)
        number = detail.prison_number
        person, prison, kept = known.get(number, (None, None, None))
        if isinstance(detail, RowErrors):
            return quarantined(row, detail.errors, number=number, prison=self.scope or prison)
        if kept:
            return quarantined(row, [merged_away(_key(row), number, kept)], number=number, prison=self.scope)
        if errors := list(self._stranger(row, number, person, prison)) or list(_unfit(detail)):
            return quarantined(row, errors, number=number, prison=self.scope or prison)
        assert person
        changes = state(book, person, detail, Statement(detail.source, detail.as_at, self.by, self.at))
        return Verdict(
            row=row, outcome=Outcome.CHANGED if changes else UNCHANGED, number=number,
            prison=prison, held_at=prison, person_id=person, changes=changes,
        )  # fmt: skip

    def _stranger(self, row: Row, number: str, person: int | None, prison: str | None) -> Iterator[FieldError]:
        key = _key(row)
        if person is None:
            yield FieldError(key, number, "is nobody known here: import the roll first")
        elif self.scope and prison != self.scope:
            yield FieldError(key, number, f"is not held by {self.scope}, whose people alone this import may change")


def _unfit(detail: Detail) -> Iterator[FieldError]:
    """Values that read well and which the columns refuse all the same."""
    for name, value in detail.facts.items() if isinstance(detail, DetailsRow) else ():
        try:
            clean_value(name, value) if name in FIELDS else None
        except ValidationError as error:
            yield FieldError(name, shown(value), " ".join(error.messages))


def _key(row: Row) -> str:
    return next((name for name in KEYS if name in (row.cells or {})), KEYS[0])


def state(book: DetailsBook, person: int, row: Detail, told: Statement) -> dict[str, Change]:
    """State what the row says. Returns what was news, by field."""
    if isinstance(row, DetailsRow):
        return book.state_facts(person, row.facts, told)
    if isinstance(row, OasysRow):
        key: dict[str, Any] = {"layer": row.layer, "kind": row.oasys_kind, "completed_on": row.completed_on}
        return book.state_oasys(person, told, **key, completed_by=row.by or "")
    if isinstance(row, SentencePlanRow):
        agreed: dict[str, Any] = {"pom_agreed_on": row.pom_agreed_on, "pom_agreed_by": row.by}
        return book.state_plan(person, told, active=row.active, targets="\n".join(row.targets), **agreed)
    return book.state_review(person, told, thd=row.thd, outcome=row.outcome, outcome_on=row.outcome_on)
