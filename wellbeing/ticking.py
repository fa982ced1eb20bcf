"""A page of a roster as one form: whom it was drawn for, what was tapped, and saving it line by line.

Each line is saved by itself, so that what is wrong with one holds up no other; nothing that was typed is lost.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.core import signing
from django.db import OperationalError
from django.db.models import Q
from django.forms import BoundField

from keywork.actions.refusals import RefusedError
from omic.access import Action, Standing
from omic.models import Contact, Person, Prison, Staff
from omic.reconcile import is_busy
from wellbeing.actions.checks import record_check
from wellbeing.notes import OUTCOMES
from wellbeing.roster import RosterRow
from wellbeing.roster_forms import RowForm

SALT = "wellbeing.roster"
DRAWN_FOR_SECONDS = 24 * 60 * 60
LINE = re.compile(r"p([0-9a-f]{32})-")
BUSY = "Somebody else is saving about this person. Nothing was lost: save again"


@dataclass(frozen=True, slots=True)
class Drawn:
    """When a page was drawn, and for whom: they were in reach then, also if they have moved to another wing since."""

    at: datetime | None = None
    people: frozenset[int] = frozenset()


def stamp_page(staff: Staff, people: Iterable[int], *, at: datetime) -> str:
    """The hidden field that says, signed, when a page was drawn, for whom and about whom."""
    return signing.dumps([staff.pk, at.isoformat(), list(people)], salt=SALT, compress=True)


def read_stamp(text: str, staff: Staff) -> Drawn:
    """What `stamp_page` wrote; nothing where it was not drawn for this member of staff within a day."""
    try:
        drawn_for, at, people = signing.loads(text, salt=SALT, max_age=DRAWN_FOR_SECONDS)
    except signing.BadSignature:
        return Drawn()
    return Drawn(datetime.fromisoformat(at), frozenset(people)) if drawn_for == staff.pk else Drawn()


def tapped(data: Mapping[str, Any], standing: Standing, drawn: Drawn, *, on: date) -> tuple[list[RowForm], int]:
    """The lines of a posted page on which something was tapped or typed, in the page's order; and how many more
    there were about people who are out of reach."""
    refs = {str(UUID(found[1])): found[0] for name in data if (found := LINE.match(name))}
    reach = Q(pk__in=standing.people(Action.RECORD_CHECK).values("pk")) | Q(pk__in=drawn.people)
    people = {str(person.ref): person for person in Person.objects.filter(reach, ref__in=refs).select_related("wing")}
    lines = [RowForm(data, person=people[ref], on=on) for ref in refs if ref in people]
    strange = tuple(prefix for ref, prefix in refs.items() if ref not in people)
    lost = {name[:34] for name in data if name.startswith(strange) and data[name] and not name.endswith("request_id")}
    return [line for line in lines if line.touched], len(lost)


def save_lines(lines: Sequence[RowForm], *, prison: Prison, by: Staff, at: datetime) -> list[Contact]:
    """Save every line that says all it must, each in a transaction of its own; the others keep their errors.

    The same page sent twice saves each line once, at the time of the first.
    """
    whole = [line for line in lines if line.is_valid()]
    before = Contact.objects.filter(request_id__in=[line.cleaned_data["request_id"] for line in whole])
    times = dict(before.values_list("request_id", "at"))
    return [saved for line in whole if (saved := _save(line, prison, by, at, times))]


def _save(line: RowForm, prison: Prison, by: Staff, at: datetime, times: Mapping[UUID, datetime]) -> Contact | None:
    data = line.cleaned_data
    record = line.record(at=times.get(data["request_id"], at))
    told = {"record": record, "request_id": data["request_id"], "another": data["another"]}
    try:
        return record_check(person=line.person, prison=prison, by=by, at=at, **told)
    except RefusedError as error:
        line.refuse(error)
    except OperationalError as error:
        if not is_busy(error):
            raise
        line.add_error("identified", BUSY)
    return None


def by_others(saved: Sequence[Contact], by: Staff, *, since: datetime | None) -> list[Contact]:
    """What other officers have recorded of the same people since a page was drawn: it stands beside what was saved."""
    if since is None or not saved:
        return []
    people, own = [one.person_id for one in saved], [one.pk for one in saved]
    rows = Contact.objects.current().filter(person__in=people, kind__in=OUTCOMES, recorded_at__gte=since)
    return list(rows.exclude(pk__in=own).exclude(by=by).select_related("person", "by").order_by("at"))


class Line(NamedTuple):
    """One line as the page draws it: who and what is owed, and the form."""

    row: RosterRow
    form: RowForm


class Ticks:
    """All lines of a page as one form: what the page's title, error summary and form ask of it."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def errors(self) -> dict[str, list[str]]:
        """The errors of every line, by the name of the control."""
        bound = (line.form for line in self.lines if line.form.is_bound)
        return {form.add_prefix(name): list(errors) for form in bound for name, errors in form.errors.items()}

    @property
    def fields(self) -> dict[str, BoundField]:
        """The controls that have errors."""
        bound = (line.form for line in self.lines if line.form.is_bound)
        return {form.add_prefix(name): form[name] for form in bound for name in form.errors if name in form.fields}

    def __getitem__(self, name: str) -> BoundField:
        return self.fields[name]
