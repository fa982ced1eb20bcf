"""Entering a sheet that was filled in by hand: everybody who was due on the wing that day, one line each (H16)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db import OperationalError

from keywork.actions.refusals import RefusedError
from omic.access import ACCESS, Action
from omic.formats import clock
from omic.http import PrisonRequest
from omic.models import Contact, Person, Prison, Staff
from omic.reconcile import is_busy
from wellbeing.actions.checks import FURTHEST_BACK, record_check
from wellbeing.lines import RosterRow
from wellbeing.paper_forms import PaperForm, PaperLine
from wellbeing.roster import Place
from wellbeing.sheets import read_rows
from wellbeing.ticking import BUSY, LINE, Ticks, read_stamp, stamp_page


class EntryLine(NamedTuple):
    """One line: how the roster has the person, None where they are on it no more, and what is typed in."""

    row: RosterRow | None
    form: PaperLine


@dataclass(frozen=True, slots=True)
class Entry:
    """A sheet as it is entered. `sheet` asks who made its checks; `officers` are those of that day, by name."""

    request: PrisonRequest
    on: date
    place: Place
    officers: Mapping[str, Staff]
    sheet: PaperForm
    lines: Sequence[EntryLine]

    @property
    def form(self) -> Ticks:
        """All lines as one form, for the page's error summary."""
        return Ticks(self.lines)

    @property
    def touched(self) -> list[PaperLine]:
        """The lines on which anything was typed."""
        return [line.form for line in self.lines if line.form.is_bound]

    @property
    def drawn(self) -> str:
        """The hidden field that says, signed, for whom the page was drawn."""
        people = [line.form.person.pk for line in self.lines]
        return stamp_page(self.request.user, people, at=self.request.now)


def open_entry(request: PrisonRequest, place: Place, on: date, data: Mapping[str, Any] | None) -> Entry:
    """A sheet as `data` fills it in. Only the lines on which something is typed are bound to it.

    Whoever was on the page when it was drawn keeps their line, also if they have moved since.
    """
    officers = officers_of(request.prison, on)
    sheet = PaperForm(data, staff=request.user, officers=officers)
    otherwise = officers.get(data.get("officer", "")) if data else None
    rows = _rows(request, place, on)
    people = [row.person for row in rows.values()] + _moved(request, data, rows)
    lines = [_line(data, person, on, officers, otherwise) for person in people]
    return Entry(request, on, place, officers, sheet, [EntryLine(rows.get(one.person.pk), one) for one in lines])


def draw_again(entry: Entry) -> Entry:
    """After saving: what was saved is drawn empty beside what now stands, what was not keeps all that was typed."""
    kept = {form.person.pk: form for form in entry.touched if form.errors}
    rows = _rows(entry.request, entry.place, entry.on)
    people = [row.person for row in rows.values()] + [form.person for pk, form in kept.items() if pk not in rows]
    fresh = ((one.pk, kept.get(one.pk) or _line(None, one, entry.on, entry.officers, None)) for one in people)
    return replace(entry, lines=[EntryLine(rows.get(pk), form) for pk, form in fresh])


def _rows(request: PrisonRequest, place: Place, on: date) -> dict[int, RosterRow]:
    rows, _ = read_rows(request.prison, on, request.now, place)
    return {row.person.pk: row for row in sorted(rows, key=lambda row: (row.person.cell, row.person.name))}


def _line(data: Any, person: Person, on: date, officers: Mapping[str, Staff], otherwise: Staff | None) -> PaperLine:
    line = PaperLine(data, person=person, on=on, officers=officers, otherwise=otherwise)
    return line if line.touched else PaperLine(None, person=person, on=on, officers=officers, otherwise=None)


def _moved(request: PrisonRequest, data: Mapping[str, Any] | None, rows: Mapping[int, Any]) -> list[Person]:
    if not data:
        return []
    drawn = read_stamp(data.get("drawn", ""), request.user)
    refs = {str(UUID(found[1])) for name in data if (found := LINE.match(name))}
    gone = Person.objects.filter(ref__in=refs, pk__in=drawn.people).exclude(pk__in=rows)
    return list(gone.select_related("wing"))


def officers_of(prison: Prison, on: date) -> dict[str, Staff]:
    """Whoever could check somebody in a prison on a day, by name; who shares a name also by how they sign in."""
    postings = prison.postings.on(on).filter(role__in=ACCESS[Action.RECORD_CHECK]).select_related("staff")
    postings = postings.order_by("staff__surname", "staff__forename", "staff")
    staff = list(dict.fromkeys(posting.staff for posting in postings))
    names = [str(one) for one in staff]
    named = zip(names, staff, strict=True)
    return {name if names.count(name) == 1 else f"{name} ({one.username})": one for name, one in named}


def may_enter(on: date, today: date) -> bool:
    """Whether a sheet of a day can be entered: not one to come, and none further back than a write settles."""
    return today - FURTHEST_BACK <= on <= today


# --- saving -----------------------------------------------------------------------------------------------------------


def save_entry(entry: Entry) -> list[PaperLine]:
    """Save every line that says all it must, each in a transaction of its own; the others say why not."""
    recorded = _recorded(entry)
    whole = [form for form in entry.touched if form.is_valid() and _is_new(form, recorded)]
    return [form for form in whole if _save(entry, form)]


def _save(entry: Entry, form: PaperLine) -> Contact | None:
    request, officer = entry.request, form.cleaned_data["officer"]
    try:
        return record_check(
            person=form.person,
            prison=request.prison,
            record=replace(form.record(at=request.now), from_paper=True),
            request_id=form.cleaned_data["request_id"],
            by=officer,
            entered_by=None if officer == request.user else request.user,
            another=form.cleaned_data["another"],
            at=request.now,
        )
    except RefusedError as error:
        form.refuse(error)
    except OperationalError as error:
        if not is_busy(error):
            raise
        form.add_error("clock", BUSY)
    return None


def _recorded(entry: Entry) -> list[tuple[Any, ...]]:
    """What stands of that day already, so that a sheet which two people enter is entered once."""
    people = [form.person.pk for form in entry.touched]
    rows = Contact.objects.current().filter(prison=entry.request.prison, person__in=people, on=entry.on)
    return list(rows.values_list("person", "by", "kind", "at", "request_id"))


def _is_new(form: PaperLine, recorded: Iterable[tuple[Any, ...]]) -> bool:
    data = form.cleaned_data
    line = (form.person.pk, data["officer"].pk, str(form.kind), data["clock"])
    if not any(facts == line and key != data["request_id"] for *same, key in recorded for facts in [tuple(same)]):
        return True
    form.add_error("clock", f"This is recorded already: {data['officer']}, {clock(data['clock'])}")
    return False
