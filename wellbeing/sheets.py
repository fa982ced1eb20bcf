"""The roster on paper: what a sheet shows of each person, by cell, and the sheets that an outage needs.

A sheet lies about on a wing. It has who is due, where, by what they are told apart, and a letter for what must not be
overlooked: whoever speaks to somebody with an open ACCT has to know and to write in it (WB-09), also when every screen
is dark. What the letters mean stands once, at the sheet's end; no group, no reason and nothing of any note is printed.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from omic.calendar import exclusive_due, london_day
from omic.formats import clock, moment, short_day
from omic.forms import in_sentence
from omic.models import ContactKind, Prison
from omic.people import FLAGS
from wellbeing.acct import acct_age, longest, treat_as_open
from wellbeing.lines import RosterRow, State
from wellbeing.places import words_of
from wellbeing.roster import NO_WING, Place, longest_unseen_first, roster
from wellbeing.roster_page import unvouched

ONE_DAY = timedelta(days=1)
LETTERS = {"HA": "A", "HA1": "P", "RNO121": "2"}
LETTER_OF = {words: LETTERS[code] for code, words, _ in FLAGS}
TREAT_AS_OPEN = "A?"
KEY = (*((LETTERS[code], words) for code, words, _ in FLAGS), (TREAT_AS_OPEN, "Treat an ACCT as open: check today"))
LONGEST_UNSEEN = 3  # named above the table, which is in the order of cells: nobody at zero is lost in it (H21)
_SETTLED = {State.WAIVED: "Not owed", State.EXCEPTED: "Suspended", State.MISSED: "Missed"}


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One person of a sheet. `settled` stands in place of the boxes where nothing is to be filled in any more.

    `notes` are what must be read beside the name: where they are, an attempt that failed, who shares the surname.
    """

    row: RosterRow
    letters: str
    due: str
    last_seen: str
    notes: tuple[str, ...]
    settled: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The people of one place who are due a check on a day, by cell. `first` are those unseen longest."""

    place: str
    on: date
    rows: Sequence[PaperRow]
    first: Sequence[PaperRow]
    key: tuple[tuple[str, str], ...] = KEY

    @property
    def left(self) -> int:
        """How many are still to be seen."""
        return sum(1 for one in self.rows if one.row.left)


def sheet_of(prison: Prison, wing: Place, *, on: date, at: datetime) -> Sheet:
    """The sheet of one place for a day."""
    rows, known = read_rows(prison, on, at, wing)
    return _sheet(words_of(wing), on, rows, known, at)


def sheets_for_outage(prison: Prison, *, at: datetime) -> list[Sheet]:
    """What is due in every place from `at` on: the rest of today, and what the night's officers meet after midnight.

    Tomorrow's sheets have only what today's have not: a check of the week is on one sheet. Nothing is imported in an
    outage, so ACCTs are treated as open on a sheet as soon as the data will be too old before its day ends (H3).
    """
    today = london_day(at)
    tomorrow = today + ONE_DAY
    now, open_now = _read(prison, today, at, stale=_too_old_by(prison, today, at))
    shown = {row.duty.pk for row in now if row.duty and row.state != State.OUT}
    later, open_then = _read(prison, tomorrow, at, stale=_too_old_by(prison, tomorrow, at))
    later = [row for row in later if row.person.pk in open_then or (row.duty and row.duty.pk not in shown)]
    return [*_by_place(today, now, open_now, at), *_by_place(tomorrow, later, open_then, at)]


def _too_old_by(prison: Prison, on: date, at: datetime) -> bool:
    """Whether ACCT data are too old before a day ends, if nothing newer comes."""
    as_of = acct_age(prison, at=at).as_of
    return as_of is None or as_of + longest(at) < exclusive_due(on)


def cautions(prison: Prison, *, on: date, at: datetime) -> list[str]:
    """What whoever holds a sheet must know of the data behind it; the first says how old they are (H3, H1)."""
    return [f"{acct_age(prison, at=at).words}.", *filter(None, [unvouched(prison, on)])]


def cautions_of_outage(prison: Prison, *, on: date, at: datetime) -> list[str]:
    """As `cautions`, for sheets that are used while nothing is imported: also from when ACCTs are treated as open."""
    age = acct_age(prison, at=at)
    first, *rest = cautions(prison, on=on, at=at)
    if age.as_of and not age.stale and _too_old_by(prison, on + ONE_DAY, at):
        first += f" Without a newer roll they are too old from {moment(age.as_of + longest(at))}: see {TREAT_AS_OPEN}."
    return [first, *rest]


def read_rows(prison: Prison, on: date, at: datetime, wing: Place = None) -> tuple[list[RosterRow], set[int]]:
    """The roster, and who must be checked today as if their ACCT were open: each of them on one line (H3)."""
    return _read(prison, on, at, wing, stale=on == london_day(at) and acct_age(prison, at=at).stale)


def _read(
    prison: Prison, on: date, at: datetime, wing: Place = None, *, stale: bool
) -> tuple[list[RosterRow], set[int]]:
    rows = roster(prison, on=on, at=at, wing=wing)
    extra = treat_as_open(prison, on=on, at=at, wing=wing) if stale else []
    may_be_open = {row.person.pk for row in extra}
    return longest_unseen_first([*extra, *(row for row in rows if row.person.pk not in may_be_open)]), may_be_open


def _by_place(on: date, rows: Iterable[RosterRow], may_be_open: set[int], at: datetime) -> list[Sheet]:
    places: dict[Place, list[RosterRow]] = defaultdict(list)
    for row in rows:
        places[row.person.wing or NO_WING].append(row)
    return [_sheet(words_of(place), on, places[place], may_be_open, at) for place in sorted(places, key=words_of)]


def _sheet(place: str, on: date, rows: Iterable[RosterRow], may_be_open: set[int], at: datetime) -> Sheet:
    """`rows` come longest unseen first."""
    lines = [_paper(row, on, at, may_be_open) for row in rows]
    first = [one for one in lines if one.row.left][:LONGEST_UNSEEN]
    by_cell = sorted(lines, key=lambda one: (not one.row.person.cell, one.row.person.cell, one.row.person.name))
    return Sheet(place, on, by_cell, first)


def _paper(row: RosterRow, on: date, at: datetime, may_be_open: set[int]) -> PaperRow:
    letters = [LETTER_OF[words] for words, _ in row.flags]
    return PaperRow(
        row=row,
        letters=" ".join([*letters, TREAT_AS_OPEN] if row.person.pk in may_be_open else letters),
        due="" if row.due_by in (None, on) else f"by {short_day(row.due_by)}",
        last_seen=f"{_when(row.last_seen.at, at)}, {row.last_seen.by}" if row.last_seen else "Never",
        notes=tuple(_notes(row, at)) if row.left else (),
        settled=_settled(row),
    )


def _notes(row: RosterRow, at: datetime) -> Iterable[str]:
    if row.away:
        yield row.away
    if row.tried:
        yield f"{ContactKind(row.tried.kind).label}, {_when(row.tried.at, at)}"
    if row.twins:
        yield f"Same surname: {'; '.join(row.twins)}"


def _settled(row: RosterRow) -> str:
    if row.state == State.OUT:
        return row.words
    if row.state == State.DONE:
        return f"Done {short_day(row.met.at)}, {clock(row.met.at)} by {row.met.by}" if row.met else "Done"
    if row.state not in _SETTLED:
        return ""
    by = f": {in_sentence(ContactKind(row.met.kind).label)} on {short_day(row.met.at)}" if row.met else ""
    return f"{_SETTLED[row.state]}{by}"


def _when(when: datetime, at: datetime) -> str:
    """By the clock if it was today, else by the day."""
    return clock(when) if london_day(when) == london_day(at) else short_day(when)
