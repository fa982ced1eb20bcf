"""The page of one row, and what people decide there; the decision about a file that waits as a whole."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from omic.access import Action, requires
from omic.http import PrisonRequest
from omic.models import ImportRow, RollImport
from omic.nomis import desk
from omic.nomis.cells import FieldError
from omic.nomis.decisions import (
    DecidedError,
    Left,
    UnfitError,
    confirm_import,
    confirm_row,
    correct_row,
    reject_import,
    reject_row,
)
from omic.nomis.forms import CellsForm, ConfirmForm, LeftForm, RawForm, RejectForm
from omic.nomis.retry import cells_of, layout_of, put_right
from omic.nomis.rows import UnreadableFileError
from omic.nomis.tasks import start
from omic.nomis.verdicts import UNCHANGED, Outcome

HELD_NOW = "The row can be read now. What it states differs so much that it has to be confirmed."
TAKEN_IN = {
    Outcome.ADDED: "The row is taken in: what it states is added.",
    Outcome.CHANGED: "The row is taken in, and everything that follows from it.",
    UNCHANGED: "The row is taken in: it states what is known already.",
}


def _row(request: PrisonRequest, pk: int) -> ImportRow:
    return get_object_or_404(desk.rows_here(request.prison), pk=pk)


@requires(Action.IMPORT)
def import_row(request: PrisonRequest, code: str, pk: int) -> HttpResponse:
    """One row: what it says, what we hold, and what can be done about it."""
    return _show(request, _row(request, pk))


def _show(request: PrisonRequest, row: ImportRow, **bound: Any) -> HttpResponse:
    """The page with the forms that fit; `bound` has the one whose answer could not be taken."""
    waits = row.decision == ImportRow.Decision.WAITING
    form = (bound.get("form") or _form_for(row)) if waits else None
    reject = (bound.get("reject") or RejectForm(version=row.version, prefix="no")) if waits else None
    title = row.person.name if row.person else row.prison_number or f"Row {row.number}"
    context = {"title": title, "row": row, "form": form}
    context |= {"reject": reject, "changes": desk.changes_of(row), "back": reverse("imports", args=[request.prison.pk])}
    context |= {"held": row.outcome == Outcome.HELD, "row_colour": desk.OUTCOME_COLOURS[row.outcome]}
    context["row_word"] = row.outcome.capitalize()
    return render(request, "omic/imports/row.html", context)


def _form_for(row: ImportRow, data: Any = None) -> Any:
    """What the row asks: whether it is right, how somebody left, or other cells."""
    if row.outcome == Outcome.HELD:
        return (LeftForm if "presence" in row.changes else ConfirmForm)(data, version=row.version)
    if not row.cells:
        return RawForm(data, row=row)
    return CellsForm(data, row=row, cells=json.loads(row.cells))


@requires(Action.IMPORT)
@require_POST
def confirm(request: PrisonRequest, code: str, pk: int) -> HttpResponse:
    """What the held row says is right."""
    row = _row(request, pk)
    form = _form_for(row, request.POST)
    if row.outcome != Outcome.HELD or not form.is_valid():
        return _show(request, row, form=form)
    given = form.cleaned_data
    left = Left(given["kind"], given["on"]) if "kind" in given else None
    when: dict[str, Any] = {"by": request.user, "on": request.on, "at": request.now}
    try:
        confirm_row(row=row, version=given["version"], because=given["because"], left=left, **when)
    except UnfitError as error:
        _tell(form, error.errors)
        return _show(request, row, form=form)
    except DecidedError as error:
        return _too_late(request, row, error)
    return _decided(request, "The change is applied, and everything that follows from it.")


@requires(Action.IMPORT)
@require_POST
def reject(request: PrisonRequest, code: str, pk: int) -> HttpResponse:
    """What the row says is wrong."""
    row = _row(request, pk)
    form = RejectForm(request.POST, version=row.version, prefix="no")
    if not form.is_valid():
        return _show(request, row, reject=form)
    given = form.cleaned_data
    try:
        reject_row(row=row, version=given["version"], because=given["because"], by=request.user, at=request.now)
    except DecidedError as error:
        return _too_late(request, row, error)
    return _decided(request, "The row is left out. Everything stays as it was.")


@requires(Action.IMPORT)
@require_POST
def correct(request: PrisonRequest, code: str, pk: int) -> HttpResponse:
    """Take a quarantined row in with other cells."""
    row = _row(request, pk)
    form = _form_for(row, request.POST)
    if row.outcome != Outcome.QUARANTINED or not form.is_valid():
        return _show(request, row, form=form)
    when: dict[str, Any] = {"by": request.user, "on": request.on, "at": request.now}
    try:
        verdict = correct_row(row=row, version=form.cleaned_data["version"], cells=_cells(row, form), **when)
    except UnreadableFileError as error:
        form.add_error("raw", str(error))
        return _show(request, row, form=form)
    except UnfitError as error:
        _tell(form, error.errors)
        return _show(request, row, form=form)
    except DecidedError as error:
        return _too_late(request, row, error)
    if verdict.outcome == Outcome.HELD:
        messages.info(request, HELD_NOW)
        return redirect(desk.row_url(row, request.prison))
    return _decided(request, TAKEN_IN[verdict.outcome])


def _cells(row: ImportRow, form: Any) -> dict[str, Any]:
    if isinstance(form, RawForm):
        return cells_of(row.roll_import, form.cleaned_data["raw"])
    return put_right(json.loads(row.cells), form.typed(), layout_of(row.roll_import))


def _tell(form: Any, errors: tuple[FieldError, ...]) -> None:
    """Each error at its cell, if the form has it; the others above."""
    for error in errors:
        words = " ".join(filter(None, (error.field, error.value, error.reason)))
        form.add_error(error.field if error.field in form.fields else None, words)


def _decided(request: PrisonRequest, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("imports", request.prison.pk)


def _too_late(request: PrisonRequest, row: ImportRow, error: DecidedError) -> HttpResponse:
    messages.warning(request, str(error))
    return redirect(desk.row_url(row, request.prison))


def show_held_file(request: PrisonRequest, taken: RollImport, **bound: Any) -> HttpResponse:
    """A file that waits as a whole, and why; `bound` has the form whose answer could not be taken."""
    context = {
        "title": taken.file_name,
        "taken": taken,
        "form": bound.get("form") or ConfirmForm(version=taken.version),
        "reject": bound.get("reject") or RejectForm(version=taken.version, prefix="no"),
        "back": reverse("imports", args=[request.prison.pk]),
    }
    return render(request, "omic/imports/held_file.html", context)


@requires(Action.IMPORT)
@require_POST
def confirm_file(request: PrisonRequest, code: str, pk: int) -> HttpResponse:
    """A file that waits as a whole is right: take it in."""
    taken = get_object_or_404(desk.imports_here(request.prison), pk=pk)
    form = ConfirmForm(request.POST, version=taken.version)
    if not form.is_valid():
        return show_held_file(request, taken, form=form)
    try:
        start(confirm_import(taken=taken, by=request.user, at=request.now, **form.cleaned_data))
    except DecidedError as error:
        messages.warning(request, str(error))
    return redirect("import", code, pk)


@requires(Action.IMPORT)
@require_POST
def reject_file(request: PrisonRequest, code: str, pk: int) -> HttpResponse:
    """A file that waits as a whole is wrong."""
    taken = get_object_or_404(desk.imports_here(request.prison), pk=pk)
    form = RejectForm(request.POST, version=taken.version, prefix="no")
    if not form.is_valid():
        return show_held_file(request, taken, reject=form)
    try:
        reject_import(taken=taken, by=request.user, at=request.now, **form.cleaned_data)
    except DecidedError as error:
        messages.warning(request, str(error))
    return redirect("import", code, pk)
