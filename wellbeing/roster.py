"""The roster: everybody due a wellbeing check on a day, where they live now, and who has been seen.

A roster is read from the duties themselves, which stand fourteen days ahead: it is right whether or not any job ran.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any, Literal, NamedTuple

from django.db.models import Q, QuerySet

from omic import ledger
from omic.calendar import LONDON, in_utc, london_day
from omic.models import (
    ContactKind,
    DayOut,
    Obligation,
    ObligationKind,
    Person,
    Prison,
    RollImport,
    SettingKind,
    Wing,
)
from omic.models.obligation import ObligationQuerySet, ObligationState
from omic.nightly import JOB
from omic.reconcile import AHEAD
from wellbeing.known import Known, read_known
from wellbeing.lines import RosterRow, State, row_of
from wellbeing.rules import policy_on

CHECKS = (ObligationKind.DAILY_CHECK, ObligationKind.WEEKLY_CHECK)
NO_WING: Literal["none"] = "none"
Place = Wing | Literal["none"] | None  # a wing, whoever has none, or the whole prison


class Home(NamedTuple):
    """Where somebody lives, and how a warning about a shared surname names them."""

    wing: int | None
    surname: str
    words: str


@dataclass(frozen=True, slots=True)
class Roster:
    """The lines of a place on a day, longest unseen first, and everybody who lives there."""

    on: date
    rows: Sequence[RosterRow]
    homes: Mapping[int, Home]

    @property
    def others(self) -> int:
        """How many live there and are on no line: no check is owed to them."""
        return len(set(self.homes) - {row.person.pk for row in self.rows})

    @property
    def left(self) -> list[RosterRow]:
        """Whoever is still to be seen."""
        return [row for row in self.rows if row.left]

    @property
    def done(self) -> list[RosterRow]:
        """Those whose check has been made."""
        return [row for row in self.rows if row.state == State.DONE]


def roster(
    prison: Prison, *, on: date, at: datetime, wing: Place = None, people: QuerySet[Person] | None = None
) -> list[RosterRow]:
    """Everybody due a check in a prison on a day, as it stands at `at`; longest unseen first, never seen before all.

    Today and later everybody is where they live now, on a past day where they lived when the check was due. `wing` and
    `people` narrow it down. Who is out all day has a line with a week's duty or none. Seven queries in all.
    """
    return list(read_roster(prison, on=on, at=at, wing=wing, people=people).rows)


def read_roster(
    prison: Prison, *, on: date, at: datetime, wing: Place = None, people: QuerySet[Person] | None = None
) -> Roster:
    """As `roster`, with everybody who lives there."""
    past = on < london_day(at)
    duties = _duties(prison, on, wing, people, past=past)
    whom = Q(person__in=list(duties))
    if not past:
        whom |= Q(person__in=people_of(prison, wing, people))
    out = _out(prison, on, whom)
    held = {person: duty.person for person, duty in duties.items()} | {one.person_id: one.person for one in out}
    homes = _homes(prison, wing, people, duties, past=past)
    known = read_known(list(held), on=on, at=at, prison=prison, since=_first_day(duties.values(), on))
    twins = find_twins(homes)
    days_out = {one.person_id: one for one in out}
    rows = [
        row_of(person, duties.get(pk), known=known, twins=twins.get(pk, ()), out=days_out.get(pk), on=on, at=at)
        for pk, person in held.items()
    ]
    return Roster(on, longest_unseen_first(rows), homes)


def longest_unseen_first(rows: Iterable[RosterRow]) -> list[RosterRow]:
    """Never seen before all (H21); of the same moment by name."""
    return sorted(
        rows, key=lambda row: (row.last_seen is not None, row.last_seen and row.last_seen.at, row.person.name)
    )


def people_of(prison: Prison, wing: Place, people: QuerySet[Person] | None = None) -> QuerySet[Person]:
    """Who lives in a place now."""
    return _at(prison.people.all() if people is None else people, wing, "wing")


def _at(rows: Any, wing: Place, path: str) -> Any:
    if wing is None:
        return rows
    return rows.filter(**{f"{path}__isnull": True}) if wing == NO_WING else rows.filter(**{path: wing})


def _duties(
    prison: Prison, on: date, wing: Place, people: QuerySet[Person] | None, *, past: bool
) -> dict[int, Obligation]:
    """The most pressing check of each person: who is owed one today and one this week is on one line.

    On a Sunday the daily one: a week's check that was made before she was checked daily says nothing of today. On a
    past day the wing is asked of that one alone: the week's moves on with her, and she was on one wing.
    """
    rows = prison.obligations.filter(kind__in=CHECKS, opens_on__lte=on, due_on__gte=on)
    rows = rows.exclude(state=ObligationState.VOID)
    if not past:
        rows = rows.filter(person__prison=prison)
    if people is not None:
        rows = rows.filter(person__in=people)
    if past:
        pressing = rows.order_by("person_id", "due_on", "kind").distinct("person_id")
        rows = prison.obligations.filter(pk__in=pressing.values("pk"))
    rows = _at(rows, wing, "wing" if past else "person__wing")
    rows = rows.select_related("person__wing", "wing", "suspension__decided_by").order_by("-due_on", "-kind")
    return {duty.person_id: duty for duty in rows}


def _out(prison: Prison, on: date, whom: Q) -> list[DayOut]:
    rows = DayOut.objects.standing().filter(whom, prison=prison, on=on)
    return list(rows.select_related("person__wing"))


def _homes(
    prison: Prison, wing: Place, people: QuerySet[Person] | None, duties: Mapping[int, Obligation], *, past: bool
) -> dict[int, Home]:
    """Everybody who lives there now; on a past day, those who were due."""
    if past:
        return {pk: Home(duty.wing_id, duty.person.surname, duty.person.name) for pk, duty in duties.items()}
    return homes_of(people_of(prison, wing, people))


def homes_of(people: QuerySet[Person]) -> dict[int, Home]:
    """Where each of the people lives now."""
    rows = people.order_by("surname", "forename", "pk")
    return {
        pk: Home(place, surname, f"{surname}, {forename} ({cell or 'no cell'})")
        for pk, place, surname, forename, cell in rows.values_list("pk", "wing_id", "surname", "forename", "cell")
    }


def find_twins(homes: Mapping[int, Home]) -> dict[int, tuple[str, ...]]:
    """For everybody whose surname somebody else on the wing has too, who those are (H2)."""
    same: dict[tuple[int | None, str], list[int]] = defaultdict(list)
    for pk, home in homes.items():
        same[home.wing, home.surname.casefold()].append(pk)
    return {pk: tuple(homes[one].words for one in group if one != pk) for group in same.values() for pk in group}


def _first_day(duties: Iterable[Obligation], on: date) -> date:
    return min((duty.opens_on for duty in duties), default=on)


def lines_without_duty(
    people: Sequence[Person], homes: Mapping[int, Home], *, prison: Prison, on: date, at: datetime
) -> list[RosterRow]:
    """Lines for people who are owed no check that day; done is who was checked all the same. Four queries."""
    known = read_known([person.pk for person in people], on=on, at=at, prison=prison, since=on)
    twins = find_twins(homes)
    return longest_unseen_first(_unowed(person, known, twins.get(person.pk, ()), on, at) for person in people)


def _unowed(person: Person, known: Known, twins: tuple[str, ...], on: date, at: datetime) -> RosterRow:
    checks = [one for _day, one in known.contacts.get(person.pk, ()) if one.kind == ContactKind.CHECK]
    row = row_of(person, None, known=known, twins=twins, out=None, on=on, at=at)
    return replace(row, state=State.DONE if checks else State.OWED, met=checks[0] if checks else None)


# --- what is expected by now, and whether the duties stand at all -----------------------------------------------------


def expected_by(prison: Prison, on: date) -> datetime:
    """The moment by which the checks of a day are expected to be made: the prison's setting, else the policy's."""
    said = prison.settings.filter(kind=SettingKind.CHECKS_EXPECTED_BY).in_force(on).first()
    hour = int(said.value.partition(":")[0]) if said else policy_on(on).expected_by
    return in_utc(datetime.combine(on, time(hour), tzinfo=LONDON))


def not_yet_seen(prison: Prison, *, at: datetime) -> ObligationQuerySet:
    """Checks whose last day is today and that are still to be made: daily ones, and weekly ones on their last day.

    At whatever hour: `expected_by` says whether that is late. What a suspension covers is not expected.
    """
    today = prison.obligations.filter(kind__in=CHECKS, due_on=london_day(at), person__prison=prison)
    return today.demanding().filter(suspension__isnull=True)


def made_until(prison: Prison) -> date | None:
    """The last day for which everybody's checks stand: fourteen days after the last night, or the first import.

    None where neither ever ran: then nobody can say that a roster is whole (H1).
    """
    if night := ledger.last_done(JOB, prison):
        return night + AHEAD
    done = prison.imports.filter(kind=RollImport.Kind.ROLL, state=RollImport.State.DONE)
    first = done.order_by("started_at").values_list("started_at", flat=True).first()
    return london_day(first) + AHEAD if first else None
