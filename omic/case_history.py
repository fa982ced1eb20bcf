"""Case history: everything that happened to one person, newest first, by stay, with who and why.

Apps name in `settings.CASE_HISTORY` functions that give their events of a person; each asks one query. What is
recorded under numbers that were merged into the person's is told along with it, marked with the number it stands under.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.module_loading import import_string

from omic import audit
from omic.access import Action, requires
from omic.audit import Actor
from omic.calendar import london_day, london_midnight
from omic.details_pages import label, shown
from omic.formats import day, moment
from omic.forms import BaseForm
from omic.http import PrisonRequest
from omic.models import Contact, ContactKind, DetailEntry, ObligationState, Person, Stay
from omic.people import FLAGS, identity

KINDS = (
    ("stay", "Stays and movements"),
    ("details", "Details and alerts"),
    ("rule", "Tier and responsibility"),
    ("holder", "POM and key worker"),
    ("contact", "Contacts"),
    ("duty", "Duties"),
    ("note", "Case notes"),
    ("email", "Emails to the community"),
)
AT_ONCE = 60


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: when, of which of `KINDS`, in words, with why, and who did it where somebody did."""

    at: datetime
    kind: str
    title: str
    text: str = ""
    by: object = ""
    number: str = ""  # the prison number it is recorded under, where that is not the person's own
    needs: Action | None = None  # told to those alone who may take this for the person as well


Source = Callable[[Person], Iterable[Event]]


class HistoryForm(BaseForm):
    """Which kind of event is looked for."""

    kind = forms.ChoiceField(label="Show", required=False, choices=(("", "Everything"), *KINDS))


@requires(Action.SEE_HISTORY)
def case_history(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Newest first, grouped by stay."""
    person, form = request.person, HistoryForm(request.GET)
    audit.record(
        by=Actor(staff=request.user), action="see_history", at=request.now, prison=request.prison, person=person
    )
    kind = form.cleaned_data["kind"] if form.is_valid() else ""
    numbers = [person, *Person.objects.filter(merges_away__in=person.numbers_taken_in.standing())]
    events = [event for event in _told(request, _events(person, numbers)) if not kind or event.kind == kind]
    page = Paginator(events, AT_ONCE).get_page(request.GET.get("page"))
    stays = _stays(person, numbers)
    context = {
        "title": "Case history",
        "person": person,
        "form": form,
        "kind": kind,
        "page": page,
        "groups": [(words, list(found)) for words, found in groupby(page, lambda event: _stay_of(event, stays))],
        "back": reverse("person", args=[code, ref]),
        **identity(person),
    }
    return render(request, "omic/case_history.html", context)


def _events(person: Person, numbers: Iterable[Person]) -> list[Event]:
    """Of all `numbers` that one person is known by; those not under the person's own say under which."""
    sources: list[Source] = [import_string(name) for name in settings.CASE_HISTORY]
    found = [
        event if number == person else replace(event, number=number.prison_number)
        for number in numbers
        for source in sources
        for event in source(number)
    ]
    return sorted(found, key=lambda event: (event.at, event.title), reverse=True)


def _told(request: PrisonRequest, events: Sequence[Event]) -> list[Event]:
    """Those of which the reader has need to know; asked once for each action that any of them needs."""
    needed = {event.needs for event in events if event.needs}
    theirs = {action for action in needed if request.standing.reaches(action, request.person)}
    return [event for event in events if event.needs is None or event.needs in theirs]


def _stays(person: Person, numbers: Iterable[Person]) -> dict[str, list[Stay]]:
    """The stays under each number, the latest first; under "" those of the person's own."""
    found: dict[str, list[Stay]] = {}
    rows = Stay.objects.filter(person__in=numbers).select_related("prison", "person").order_by("-arrived_on")
    for stay in rows:
        number = "" if stay.person_id == person.pk else stay.person.prison_number
        found.setdefault(number, []).append(stay)
    return found


def _stay_of(event: Event, stays: Mapping[str, Sequence[Stay]]) -> str:
    """In which stay an event lies, in words; the later of two on the day of a move."""
    on, under = london_day(event.at), f", as {event.number}" if event.number else ""
    for stay in stays.get(event.number, ()):
        if stay.arrived_on <= on and (stay.left_on is None or on <= stay.left_on):
            until = f" to {day(stay.left_on)}" if stay.left_on else ""
            return f"{stay.prison}, from {day(stay.arrived_on)}{until}{under}"
    return f"Not in prison{under}"


# --- the kernel's own events ------------------------------------------------------------------------------------------


def merges(person: Person) -> Iterator[Event]:
    """Numbers that were merged into this one, and that it was undone; that is told of the other number as well."""
    rows = person.numbers_taken_in.filter(confirmed=True) | person.merges_away.filter(undone_at__isnull=False)
    for row in rows.select_related("kept", "gone", "decided_by").prefetch_related("undos__decided_by"):
        words = f"{row.gone.prison_number} merged into {row.kept.prison_number}"
        yield Event(row.decided_at or row.asked_at, "details", words, row.because, row.decided_by)
        for undo in row.undos.all():
            if undo.confirmed and undo.decided_at:
                yield Event(undo.decided_at, "details", f"Undone: {words}", undo.because, undo.decided_by)


def stays(person: Person) -> Iterator[Event]:
    """Arrivals and leavings."""
    for stay in person.stays.select_related("prison"):
        yield Event(london_midnight(stay.arrived_on), "stay", f"Arrived in {stay.prison}")
        if stay.left_on:
            yield Event(london_midnight(stay.left_on), "stay", f"Left {stay.prison}", stay.get_ended_because_display())


def details(person: Person) -> Iterator[Event]:
    """What was said of the case beside the roll, what was known before, and by which source."""
    stands: dict[str, DetailEntry] = {}
    for row in person.detail_entries.select_related("recorded_by").order_by("pk"):
        before = stands.get(row.field)
        if before is None or row.as_at >= before.as_at:
            stands[row.field] = row
        text = f"{_before(row, before)}Source: {row.source}, as at {day(row.as_at)}"
        title = f"{label(row.field)}: {shown(row)}"
        yield Event(row.recorded_at, "details", title, text, row.recorded_by or "")


def _before(row: DetailEntry, before: DetailEntry | None) -> str:
    """What an entry changed, in words; nothing where it is the first of its field."""
    if before is None:
        return ""
    if row.as_at < before.as_at:
        return f"Changed nothing: {shown(before)} is known as at {day(before.as_at)}. "
    return f"Before: {shown(before)}. " if row.value != before.value else "As it was before. "


def alerts(person: Person) -> Iterator[Event]:
    """The alerts that everybody is shown, as they came and went."""
    words = {code: text for code, text, _ in FLAGS}
    for row in person.alerts.filter(code__in=words):
        yield Event(row.first_seen_at, "details", f"{words[row.code]}: began", _since(row.starts_on))
        if row.ends_on:
            yield Event(london_midnight(row.ends_on), "details", f"{words[row.code]}: ended")


def contacts(person: Person) -> Iterator[Event]:
    """Who saw the person, when and for how long, and what was corrected or taken back of it, and why.

    What was said stands with the contact.
    """
    for row in person.contacts.select_related("by", "amends"):
        if row.superseded_at is None and row.kind != ContactKind.DELETED:
            yield Event(row.at, "contact", row.get_kind_display(), _minutes(row), row.by)
        if row.amends:
            what = "Recorded in error" if row.kind == ContactKind.DELETED else "Corrected"
            before = ", ".join(filter(None, (moment(row.amends.at), _minutes(row.amends))))
            title, text = f"{what}: {row.amends.get_kind_display()}", f"Before: {before}. {row.amended_because}"
            yield Event(row.recorded_at, "contact", title, text, row.by)


def _minutes(contact: Contact) -> str:
    return f"{contact.minutes} minutes" if contact.minutes else ""


def duties(person: Person) -> Iterator[Event]:
    """Duties that no contact meets, as they were closed, and the contacts that were missed."""
    closed = person.obligations.filter(closed_at__isnull=False, met_by="").select_related("closed_by")
    for row in closed:
        state = row.get_state_display().lower()
        why = row.closed_because if row.closed_because.lower() != state else ""
        if row.closed_at:
            yield Event(row.closed_at, "duty", f"{row.get_kind_display()}: {state}", why, row.closed_by or "")
    for row in person.obligations.filter(state=ObligationState.MISSED):
        if row.due_before:
            yield Event(row.due_before, "duty", f"{row.get_kind_display()}: missed", f"Due on {day(row.due_on)}")


def _since(on: date | None) -> str:
    return f"Since {day(on)}" if on else ""


urls = [path("people/<uuid:ref>/history/", case_history, name="case-history")]
