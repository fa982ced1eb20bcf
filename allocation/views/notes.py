"""Case notes about a person: those open to whoever asks, a line for each that is not, and how it is opened."""

from collections.abc import Sequence
from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from allocation import notes
from allocation.forms import attempt
from allocation.models import CaseNote
from allocation.notes_forms import AmendForm, NoteForm, ReasonForm
from omic import pending
from omic.access import Action, requires
from omic.http import PrisonRequest
from omic.models import Role, Staff
from omic.people import identity


@requires(Action.SEE_NOTES)
def case_notes(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Newest first. A note that is closed to one shows when and by whom it was written, never what it says."""
    person, standing = request.person, request.standing
    rows = notes.shown_to(standing, person)
    read = [note for row in rows for note in (row.note, *row.earlier) if row.is_open or note is not row.note]
    notes.record_shown(read, prison=request.prison, person=person, by=request.user, at=request.now)
    context = {
        "title": "Case notes",
        "person": person,
        "rows": rows,
        "may_write": standing.people(Action.WRITE_NOTE).filter(pk=person.pk).exists(),
        "may_break": standing.may(Action.BREAK_GLASS),
        "back": reverse("person", args=[code, ref]),
        **identity(person),
    }
    return render(request, "allocation/notes.html", context)


@requires(Action.WRITE_NOTE)
def write(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """A new note about a case of one's own."""
    initial = {"level": CaseNote.Level.OPEN}
    form = NoteForm(pending.typed(request), staff=request.user, colleagues=_colleagues(request), initial=initial)
    save = partial(notes.write_note, person=request.person, prison=request.prison, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.told()):
        messages.success(request, "Note saved.")
        return redirect("allocation:notes", code, ref)
    return _page(request, "Write a case note", form)


def _page(request: PrisonRequest, title: str, form: NoteForm) -> HttpResponse:
    back = reverse("allocation:notes", args=[request.prison.pk, request.person.ref])
    context = {"title": title, "form": form, "submit": "Save", "back": back, "cancel": back, "person": request.person}
    return render(request, "allocation/note.html", context | identity(request.person))


def _colleagues(request: PrisonRequest, named: Sequence[Staff] = ()) -> list[Staff]:
    """Who can be named as a reader: the OMU's staff here today, and who was named before."""
    posted = request.prison.postings.on(request.on).filter(role__in=notes.OPEN_TO | {Role.GOVERNOR, Role.SAFER_CUSTODY})
    staff = Staff.objects.filter(Q(pk__in=posted.values("staff")) | Q(pk__in=[one.pk for one in named]))
    return list(staff.exclude(pk=request.user.pk).order_by("surname", "forename", "pk"))


@requires(Action.WRITE_NOTE)
def amend(request: PrisonRequest, code: str, ref: str, note: int) -> HttpResponse:
    """Correct a note of one's own; the first wording stays behind it."""
    typed = pending.typed(request)
    # What was typed is answered even where a correction stands by now: a double click has saved it, else it is refused.
    found = notes.current(request.person) if typed is None else notes.wordings(request.person)
    row = get_object_or_404(found, pk=note)
    if row.by_id != request.user.pk:
        raise PermissionDenied("Only who wrote a note corrects it.")
    named = list(row.readers.all())
    initial = {"text": row.text, "level": row.level, "readers": [str(staff.pk) for staff in named]}
    colleagues = _colleagues(request, named)
    form = AmendForm(typed, staff=request.user, colleagues=colleagues, initial=initial)
    save = partial(notes.amend_note, note=row, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.told()):
        messages.success(request, "Note corrected.")
        return redirect("allocation:notes", code, ref)
    return _page(request, "Correct a case note", form)


@requires(Action.BREAK_GLASS)
def break_glass(request: PrisonRequest, code: str, ref: str, note: int) -> HttpResponse:
    """Read a closed note once, with a reason that is reported. What stands open needs none."""
    row = get_object_or_404(notes.current(request.person).select_related("by", "prison"), pk=note)
    back = reverse("allocation:notes", args=[code, ref])
    if notes.current(request.person).filter(notes.readable(request.standing, request.person), pk=row.pk).exists():
        return redirect(back)
    form = ReasonForm(pending.typed(request), staff=request.user)
    context = {"title": "Read a closed note", "person": request.person, "note": row, "back": back, "cancel": back}
    context |= {"form": form, "submit": "Read the note", **identity(request.person)}
    if request.method == "POST" and form.is_valid():
        notes.break_glass(note=row, prison=request.prison, by=request.user, at=request.now, **form.told())
        context["opened"] = True
    return render(request, "allocation/note_closed.html", context)
