"""Assurance of wellbeing checks (WB-12): what was due, by wing and day, and what became of it; several prisons at once.

Every check that was due and is not void lies in exactly one of done, missed, not yet due, waived and excepted, with or
without the night's stamp. *Due* leaves waived and excepted ones out, as the kernel's `owed` does.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from keywork.figures import rate
from omic.formats import short_day
from omic.models import (
    Contact,
    ContactKind,
    DayOut,
    Obligation,
    ObligationContact,
    ObligationKind,
    ObligationState,
    Prison,
    Stay,
)
from wellbeing.self_harm import Week, weeks_of

CHECKS = (ObligationKind.DAILY_CHECK, ObligationKind.WEEKLY_CHECK)
NO_WING = 0  # in an address: checks of people without a wing
DECLINED, DUE = "declined", "due"
Tally = dict[str, int]


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose checks, due from `first` to `last`, as seen at `at`. `wing` is an id, `NO_WING`, or None for all."""

    prison: Prison
    first: date
    last: date
    at: datetime
    wing: int | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """The checks of one wing due on one day."""

    wing: int
    wing_name: str
    on: date
    tally: Tally


def outcomes(at: datetime) -> dict[str, Q]:
    """What may have become of a check by `at`: each that is not void lies in one of five; `late` is a part of done."""
    done, waived = Q(state=ObligationState.MET), Q(state=ObligationState.WAIVED)
    void = Q(state=ObligationState.VOID)
    settled = done | waived | void
    excepted = ~settled & (Q(state=ObligationState.EXCEPTED) | Q(suspension__isnull=False))
    to_come = ~settled & ~excepted & Q(state=ObligationState.OPEN, due_before__gt=at)
    return {
        "done": done,
        "late": done & _entered_late(),
        "missed": ~settled & ~excepted & ~to_come,
        "to_come": to_come,
        "waived": waived,
        "excepted": excepted,
        "not_here": void & _not_here(),
    }


def _entered_late() -> Q:
    """What met the check was entered after its own day, or from paper: nobody could see it done in time."""
    links = ObligationContact.objects.filter(obligation=OuterRef("pk"), contact__superseded_at=None)
    return Q(Exists(links.filter(effect=ObligationContact.Effect.COUNTS, contact__check_note__late=True)))


def _not_here() -> Q:
    """The person was elsewhere on the check's last day: gone from the prison, or out for the whole of it."""
    stays = Stay.objects.filter(person=OuterRef("person"), prison=OuterRef("prison"))
    out = DayOut.objects.standing().filter(person=OuterRef("person"), prison=OuterRef("prison"), on=OuterRef("due_on"))
    return ~Q(Exists(stays.covering(OuterRef("due_on")))) | Q(Exists(out))  # type: ignore[arg-type]


FIGURES = (DUE, "done", "late", "missed", "to_come", "waived", "excepted", "not_here", DECLINED)
ADD_UP_TO_DUE = ("done", "missed", "to_come")


def checks(scope: Scope, figure: str) -> QuerySet[Obligation]:
    """The checks that a figure counts."""
    rows = _due(scope).select_related("person", "wing", "suspension")
    found = outcomes(scope.at)
    if figure == DUE:
        return rows.filter(found["done"] | found["missed"] | found["to_come"])
    return rows.filter(found[figure])


def _due(scope: Scope) -> QuerySet[Obligation]:
    rows = scope.prison.obligations.filter(kind__in=CHECKS, due_on__gte=scope.first, due_on__lte=scope.last)
    return rows if scope.wing is None else rows.filter(wing=scope.wing or None)


def declined(scope: Scope) -> QuerySet[Contact]:
    """The times that somebody declined to engage: beside the checks, for one declined is still owed."""
    rows = Contact.objects.current().filter(prison=scope.prison, kind=ContactKind.DECLINED)
    rows = rows.select_related("person", "by", "check_note__wing")
    rows = rows.filter(on__gte=scope.first, on__lte=scope.last)
    return rows if scope.wing is None else rows.filter(check_note__wing=scope.wing or None)


def cells(scope: Scope) -> list[Cell]:
    """Every wing and day with checks due or declined, by wing, what has none last, then by day. Two queries."""
    found: dict[tuple[int, date], Cell] = {}
    counts = {name: Count("pk", filter=which) for name, which in outcomes(scope.at).items()}
    for row in _due(scope).order_by().values("wing_id", "wing__code", "due_on").annotate(**counts):
        cell = _cell(found, row["wing_id"], row["wing__code"], row["due_on"])
        cell.tally.update({name: row[name] for name in counts})
        cell.tally[DUE] = sum(row[name] for name in ADD_UP_TO_DUE)
    refused = declined(scope).order_by().values_list("check_note__wing", "check_note__wing__code", "on")
    for wing, code, on, number in refused.annotate(Count("pk")):
        _cell(found, wing, code, on).tally[DECLINED] = number
    kept = [cell for cell in found.values() if any(cell.tally.values())]
    return sorted(kept, key=lambda cell: (cell.wing == NO_WING, cell.wing_name, cell.on))


def _cell(found: dict[tuple[int, date], Cell], wing: int | None, code: str | None, on: date) -> Cell:
    key = (wing or NO_WING, on)
    if key not in found:
        found[key] = Cell(key[0], code or "No wing", on, dict.fromkeys(FIGURES, 0))
    return found[key]


def total(some: Iterable[Cell]) -> Tally:
    """Several cells together: wings add up to the prison, days to the period."""
    tallies = [cell.tally for cell in some]
    return {name: sum(tally[name] for tally in tallies) for name in FIGURES}


def done_rate(tally: Tally) -> Decimal | None:
    """What was done of what was owed and is over, in per cent; None where nothing was: that is no success."""
    return rate(tally["done"], tally["done"] + tally["missed"])


def people_missed(scope: Scope) -> int:
    """How many people the missed checks are of."""
    return checks(scope, "missed").order_by().values("person").distinct().count()


# --- several prisons -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PrisonLine:
    """One prison over some days: `people` missed a check, `weeks` are those of self-harm, newest last."""

    prison: Prison
    tally: Tally
    people: int
    weeks: tuple[Week, ...]

    @property
    def rate(self) -> Decimal | None:
        """As `done_rate`."""
        return done_rate(self.tally)

    @property
    def alerts(self) -> list[str]:
        """Which of the two series of self-harm raised an alert in which week: both words and Monday."""
        return [
            f"{figure.capitalize()}, week from {short_day(week.monday)}"
            for week in reversed(self.weeks)
            for figure in week.compared.alert
        ]


def side_by_side(prisons: Collection[Prison], *, first: date, last: date, at: datetime, on: date) -> list[PrisonLine]:
    """Prisons over the same days, most missed first, in as many queries as for one."""
    codes = [prison.pk for prison in prisons]
    found = outcomes(at)
    counts: dict[str, Any] = {name: Count("pk", filter=found[name]) for name in (*ADD_UP_TO_DUE, "waived", "excepted")}
    counts["people"] = Count("person", filter=found["missed"], distinct=True)
    rows = Obligation.objects.filter(prison__in=codes, kind__in=CHECKS, due_on__gte=first, due_on__lte=last)
    counted = {row.pop("prison_id"): row for row in rows.order_by().values("prison_id").annotate(**counts)}
    weeks = weeks_of(codes, on=on, number=1 + (last - first).days // 7)
    nothing = dict.fromkeys(counts, 0)
    lines = [_line(prison, counted.get(prison.pk, nothing), weeks[prison.pk]) for prison in prisons]
    return sorted(lines, key=lambda line: (-line.tally["missed"], line.prison.name))


def _line(prison: Prison, row: Tally, weeks: list[Week]) -> PrisonLine:
    tally = {name: number for name, number in row.items() if name != "people"}
    tally[DUE] = sum(tally[name] for name in ADD_UP_TO_DUE)
    return PrisonLine(prison, tally, row["people"], tuple(weeks))
