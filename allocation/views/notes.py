"""Case notes about a person: those open to whoever asks, a line for each that is not, and how it is opened."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from allocation import notes
from allocation.actions import RefusedError
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
    rows = list(notes.current(person).select_related("by", "prison", "amends"))
    mine = set(notes.current(person).filter(notes.readable(standing, person)).values_list("pk", flat=True))
    shown = [row for row in rows if row.pk in mine]
    notes.record_shown(shown, prison=request.prison, person=person, by=request.user, at=request.now)
    context = {
        "title": "Case notes",
        "person": person,
        "rows": [(row, row.pk in mine) for row in rows],
        "may_write": standing.people(Action.WRITE_NOTE).filter(pk=person.pk).exists(),
        "may_break": standing.may(Action.BREAK_GLASS),
        "back": reverse("person", args=[code, ref]),
        **identity(person),
    }
    return render(request, "allocation/notes.html", context)


@requires(Action.WRITE_NOTE)
def write(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """A new note about a case of one's own."""
    initial = {"level": CaseNote.Level.OPEN, "typed_by": pending.stamp(request.user)}
    form = NoteForm(pending.typed(request), colleagues=_colleagues(request), initial=initial)
    back = reverse("allocation:notes", args=[code, ref])
    if request.method == "POST" and form.is_valid() and _written(request, form):
        messages.success(request, "Note saved.")
        return redirect(back)
    context = {"title": "Write a case note", "form": form, "submit": "Save", "back": back, "cancel": back}
    return render(request, "allocation/note.html", context | {"person": request.person} | identity(request.person))


def _written(request: PrisonRequest, form: NoteForm) -> bool:
    said = {name: form.cleaned_data[name] for name in ("text", "level", "readers", "request_id")}
    try:
        notes.write_note(person=request.person, prison=request.prison, by=request.user, at=request.now, **said)
    except RefusedError as refused:
        form.add_error(None, str(refused))
        return False
    return True


def _colleagues(request: PrisonRequest) -> list[Staff]:
    """Who can be named as a reader: the OMU's staff here today."""
    posted = request.prison.postings.on(request.on).filter(role__in=notes.OPEN_TO | {Role.GOVERNOR, Role.SAFER_CUSTODY})
    staff = Staff.objects.filter(pk__in=posted.values("staff")).exclude(pk=request.user.pk)
    return list(staff.order_by("surname", "forename", "pk"))


@requires(Action.WRITE_NOTE)
def amend(request: PrisonRequest, code: str, ref: str, note: int) -> HttpResponse:
    """Correct a note of one's own; the first wording stays behind it."""
    row = get_object_or_404(notes.current(request.person), pk=note)
    if row.by_id != request.user.pk:
        raise PermissionDenied("Only who wrote a note corrects it.")
    form = AmendForm(request.POST or None, initial={"text": row.text, "level": row.level})
    back = reverse("allocation:notes", args=[code, ref])
    if request.method == "POST" and form.is_valid() and _amended(request, row, form):
        messages.success(request, "Note corrected.")
        return redirect(back)
    context = {"title": "Correct a case note", "form": form, "submit": "Save", "back": back, "cancel": back}
    return render(request, "allocation/note.html", context | {"person": request.person} | identity(request.person))


def _amended(request: PrisonRequest, row: CaseNote, form: AmendForm) -> bool:
    try:
        notes.amend_note(note=row, by=request.user, at=request.now, **form.cleaned_data)
    except RefusedError as refused:
        form.add_error(None, str(refused))
        return False
    return True


@requires(Action.BREAK_GLASS)
def break_glass(request: PrisonRequest, code: str, ref: str, note: int) -> HttpResponse:
    """Read a closed note once, with a reason that is reported. What stands open needs none."""
    row = get_object_or_404(notes.current(request.person).select_related("by", "prison"), pk=note)
    back = reverse("allocation:notes", args=[code, ref])
    if notes.current(request.person).filter(notes.readable(request.standing, request.person), pk=row.pk).exists():
        return redirect(back)
    form = ReasonForm(request.POST or None)
    context = {"title": "Read a closed note", "person": request.person, "note": row, "back": back, "cancel": back}
    context |= {"form": form, "submit": "Read the note", **identity(request.person)}
    if request.method == "POST" and form.is_valid():
        notes.break_glass(
            note=row, prison=request.prison, because=form.cleaned_data["because"], by=request.user, at=request.now
        )
        context["opened"] = True
    return render(request, "allocation/note_closed.html", context)
