"""Case history: everything that happened to one person, newest first, by stay, with who and why.

Apps name in `settings.CASE_HISTORY` functions that give their events of a person; each asks one query.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.module_loading import import_string

from omic.access import Action, requires
from omic.calendar import london_day, london_midnight
from omic.details import FIELDS
from omic.formats import day
from omic.forms import BaseForm
from omic.http import PrisonRequest
from omic.models import ObligationState, Person, Stay
from omic.people import FLAGS, identity

KINDS = (
    ("stay", "Stays and movements"),
    ("details", "Details and alerts"),
    ("rule", "Tier and responsibility"),
    ("holder", "POM and key worker"),
    ("contact", "Contacts"),
    ("duty", "Duties"),
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


Source = Callable[[Person], Iterable[Event]]


class HistoryForm(BaseForm):
    """Which kind of event is looked for."""

    kind = forms.ChoiceField(label="Show", required=False, choices=(("", "Everything"), *KINDS))


@requires(Action.SEE_HISTORY)
def case_history(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Newest first, grouped by stay."""
    person, form = request.person, HistoryForm(request.GET)
    kind = form.cleaned_data["kind"] if form.is_valid() else ""
    events = [event for event in _events(person) if not kind or event.kind == kind]
    page = Paginator(events, AT_ONCE).get_page(request.GET.get("page"))
    stays = list(person.stays.select_related("prison").order_by("-arrived_on"))
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


def _events(person: Person) -> list[Event]:
    found = [event for name in settings.CASE_HISTORY for event in import_string(name)(person)]
    return sorted(found, key=lambda event: (event.at, event.title), reverse=True)


def _stay_of(event: Event, stays: Sequence[Stay]) -> str:
    """In which stay an event lies, in words; the later of two on the day of a move."""
    on = london_day(event.at)
    for stay in stays:
        if stay.arrived_on <= on and (stay.left_on is None or on <= stay.left_on):
            until = f" to {day(stay.left_on)}" if stay.left_on else ""
            return f"{stay.prison}, from {day(stay.arrived_on)}{until}"
    return "Not in prison"


# --- the kernel's own events ------------------------------------------------------------------------------------------


def stays(person: Person) -> Iterator[Event]:
    """Arrivals and leavings."""
    for stay in person.stays.select_related("prison"):
        yield Event(london_midnight(stay.arrived_on), "stay", f"Arrived in {stay.prison}")
        if stay.left_on:
            yield Event(london_midnight(stay.left_on), "stay", f"Left {stay.prison}", stay.get_ended_because_display())


def details(person: Person) -> Iterator[Event]:
    """What was said of the case beside the roll, and by which source."""
    for row in person.detail_entries.select_related("recorded_by"):
        words = str(FIELDS[row.field].verbose_name) if row.field in FIELDS else row.field.replace("_", " ")
        words = words[0].upper() + words[1:]
        text = f"Source: {row.source}, as at {day(row.as_at)}"
        yield Event(row.recorded_at, "details", f"{words}: {row.value or 'taken back'}", text, row.recorded_by or "")


def alerts(person: Person) -> Iterator[Event]:
    """The alerts that everybody is shown, as they came and went."""
    words = {code: text for code, text, _ in FLAGS}
    for row in person.alerts.filter(code__in=words):
        yield Event(row.first_seen_at, "details", f"{words[row.code]}: began", _since(row.starts_on))
        if row.ends_on:
            yield Event(london_midnight(row.ends_on), "details", f"{words[row.code]}: ended")


def contacts(person: Person) -> Iterator[Event]:
    """Who saw the person, when and for how long; what was said stands with the contact."""
    for row in person.contacts.current().select_related("by", "prison"):
        minutes = f"{row.minutes} minutes" if row.minutes else ""
        yield Event(row.at, "contact", row.get_kind_display(), minutes, row.by)


def duties(person: Person) -> Iterator[Event]:
    """Duties that no contact meets, as they were closed, and the contacts that were missed."""
    closed = person.obligations.filter(closed_at__isnull=False, met_by="").select_related("closed_by")
    for row in closed:
        title = f"{row.get_kind_display()}: {row.get_state_display().lower()}"
        if row.closed_at:
            yield Event(row.closed_at, "duty", title, row.closed_because, row.closed_by or "")
    for row in person.obligations.filter(state=ObligationState.MISSED):
        if row.due_before:
            yield Event(row.due_before, "duty", f"{row.get_kind_display()}: missed", f"Due on {day(row.due_on)}")


def _since(on: date | None) -> str:
    return f"Since {day(on)}" if on else ""


urls = [path("people/<uuid:ref>/history/", case_history, name="case-history")]
