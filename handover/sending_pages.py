"""Notes from prison to prison: writing one where the person was, reading it where they are (HO-39)."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from handover import sending
from handover.casework_forms import NoteForm
from handover.duty_actions import RefusedError
from omic import audit, pending
from omic.access import Action, requires
from omic.audit import Actor
from omic.context import Tab
from omic.http import PrisonRequest
from omic.lists import Column, ListPage, link
from omic.models.person import PersonQuerySet
from omic.people import identity


def _write(stay: Any) -> Any:
    return link(reverse("handover:sending-note", args=[stay.prison_id, stay.pk]), stay.person.name)


def _read(code: str) -> Callable[[Any], Any]:
    """The cell that leads to a note."""

    def cell(note: Any) -> Any:
        return link(reverse("handover:sending-note-read", args=[code, note.reader, note.pk]), note.person.name)

    return cell


NUMBER = Column("number", "Prison number", "person.prison_number", order=("person__prison_number",))
WRITE = (
    Column("name", "Name", "person.name", order=("person__surname", "person__forename"), cell=_write),
    NUMBER,
    Column("left", "Left on", "left_on", order=("left_on",)),
    Column("now", "Now in", "person.prison", order=("person__prison__name",)),
    Column("owner", "Whose note", "owner_name", order=("owner_name",)),
)
READ = (
    NUMBER,
    Column("from", "From", "stay.prison", order=("stay__prison__name",)),
    Column("by", "Written by", "written_by", order=("written_by__surname",)),
    Column("written", "Written", "written_at", order=("written_at",)),
    Column("pom", "POM", "person.pom", order=("person__pom__surname",)),
)


@requires(Action.WRITE_SENDING_NOTE)
def owed(request: PrisonRequest, code: str) -> HttpResponseBase:
    """The notes that this prison owes another: about whom somebody here was the POM."""
    rows = sending.to_write(request.standing)
    empty = "No note is owed about anybody who was transferred from here. That is good."
    return _list(request, rows, WRITE, "Notes to write", sort="left", empty=empty, name="sending-notes")


@requires(Action.WRITE_SENDING_NOTE)
def unread(request: PrisonRequest, code: str) -> HttpResponseBase:
    """The notes that have come about people here and that nobody has read."""
    rows = sending.to_read(_people(request)).select_related(
        "person__pom", "person__prison", "stay__prison", "written_by"
    )
    empty = "Every note that came from another prison has been read. That is good."
    name = Column("name", "Name", "person.name", order=("person__surname", "person__forename"), cell=_read(code))
    return _list(
        request, rows, (name, *READ), "Notes to read", sort="written", empty=empty, name="sending-notes-unread"
    )


def _people(request: PrisonRequest) -> PersonQuerySet:
    people: PersonQuerySet = request.standing.people(Action.WORK_HANDOVER)  # type: ignore[assignment]
    return people


def _list(
    request: PrisonRequest, rows: Any, columns: tuple[Column, ...], title: str, *, sort: str, empty: str, name: str
) -> HttpResponseBase:
    page = ListPage(
        request,
        rows,
        title=title,
        columns=columns,
        sort=sort,
        noun="note,notes",
        empty=empty,
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, name),
    )
    tabs = [
        Tab("Notes to write", reverse("handover:sending-notes", args=[request.prison.pk]), _count(request, "write")),
        Tab(
            "Notes to read", reverse("handover:sending-notes-unread", args=[request.prison.pk]), _count(request, "read")
        ),
    ]
    lede = "A transfer is a handover too: the POM of the prison that was left writes what the next one should know."
    return page.response(context={"tabs": tabs, "lede": lede})


def _count(request: PrisonRequest, which: str) -> int:
    rows: Any = sending.to_write(request.standing) if which == "write" else sending.to_read(_people(request))
    return int(rows.count())


@requires(Action.WRITE_SENDING_NOTE)
def note(request: PrisonRequest, code: str, number: int) -> HttpResponse:
    """Write the note about one stay that ended here, or read what was written. Nothing else of the person is shown."""
    stay = get_object_or_404(sending.stays_left(request.standing), pk=number)
    written = getattr(stay, "sending_note", None)
    form = NoteForm(pending.typed(request), staff=request.user, now=request.now) if written is None else None
    back = reverse("handover:sending-notes", args=[code])
    if form and request.method == "POST" and form.is_valid():
        try:
            sending.write_sending_note(stay=stay, text=form.cleaned_data["text"], by=request.user, at=request.now)
            messages.success(request, f"The note about {stay.person.name} is with {stay.person.prison}.")
            return redirect(back)
        except RefusedError as refused:
            form.add_error(None, str(refused))
    context = {"title": "Note to the next prison", "stay": stay, "note": written, "form": form}
    return render(request, "handover/sending_note.html", context | {"submit": "Send it", "cancel": back, "back": back})


@requires(Action.WORK_HANDOVER)
def read(request: PrisonRequest, code: str, ref: str, number: int) -> HttpResponse:
    """A note about somebody here from the prison that they came from."""
    found = get_object_or_404(sending.notes_of(request.person), pk=number)
    audit.record(
        by=Actor(staff=request.user),
        action="see_sending_note",
        at=request.now,
        prison=request.prison,
        person=request.person,
        note=found.pk,
    )
    back = reverse("person", args=[code, ref])
    context = {"title": f"Note from {found.stay.prison}", "note": found, "person": request.person, "back": back}
    return render(request, "handover/sending_read.html", context | identity(request.person))


@requires(Action.WORK_HANDOVER)
@require_POST
def mark_read(request: PrisonRequest, code: str, ref: str, number: int) -> HttpResponse:
    """That the note has been read."""
    found = get_object_or_404(sending.notes_of(request.person), pk=number)
    sending.read_sending_note(note=found, person=request.person, by=request.user, at=request.now)
    messages.success(request, "The note is read.")
    return redirect("person", code, ref)
