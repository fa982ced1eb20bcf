"""The import pages: what waits for a decision, who is missing, the files, an import's report, and the upload."""

from functools import partial
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from omic import audit
from omic.access import Action, requires
from omic.http import PrisonRequest
from omic.lists import ListPage
from omic.models import RollImport
from omic.nomis import desk
from omic.nomis.decision_views import show_held_file
from omic.nomis.forms import UploadForm
from omic.nomis.tasks import run_import, start
from omic.nomis.turns import is_running
from omic.nomis.uploads import begin_upload, rehearse_upload

REFRESH_SECONDS = "2"


@requires(Action.IMPORT)
def imports(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Rows that wait for somebody, the most urgent first; files that wait as a whole above them."""
    page = ListPage(
        request,
        desk.waiting_here(request.prison),
        title="Imports",
        columns=desk.columns(request.prison, waiting=True, exporting="export" in request.GET),
        sort="due",
        empty="Nothing waits for a decision. That is good.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "import-rows"),
        context={"today": request.on},
    )
    held = desk.imports_here(request.prison).filter(state=RollImport.State.HELD)
    return page.response("omic/imports/index.html", {"tabs": desk.index_tabs(request.prison), "held_files": held})


@requires(Action.IMPORT)
def files(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Every file taken in for this prison, newest first."""
    page = ListPage(
        request,
        desk.imports_here(request.prison),
        title="Imports",
        columns=desk.FILES,
        sort="-started",
        noun="file,files",
        empty="No file has been taken in yet.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "imports"),
        context={"prison": request.prison},
    )
    return page.response("omic/imports/files.html", {"tabs": desk.index_tabs(request.prison)})


@requires(Action.IMPORT)
def missing(request: PrisonRequest, code: str) -> HttpResponseBase:
    """People whom the newest full roll left out."""
    page = ListPage(
        request,
        desk.people_missing(request.prison),
        title="Imports",
        columns=desk.MISSING,
        sort="name",
        noun="person,people",
        empty="Everybody held here was on the newest full roll. That is good.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "missing-from-roll"),
    )
    return page.response("omic/imports/missing.html", {"tabs": desk.index_tabs(request.prison)})


@requires(Action.IMPORT)
def upload(request: PrisonRequest, code: str) -> HttpResponse:
    """Take a file in, or only see what it would do."""
    form = UploadForm(request.POST or None, request.FILES or None, prison=request.prison)
    if request.method == "POST" and form.is_valid():
        return _taken_in(request, form)
    context = {"title": "Import a file", "form": form, "submit": "Import", "cancel": reverse("imports", args=[code])}
    return render(request, "omic/imports/upload.html", context)


def _taken_in(request: PrisonRequest, form: UploadForm) -> HttpResponse:
    given: dict[str, Any] = {"upload": form.cleaned_data["file"], "what": form.what(), "prison": request.prison}
    given |= {"by": request.user, "on": request.on, "at": request.now}
    if form.cleaned_data["dry_run"]:
        rehearsal = rehearse_upload(**given)
        taken, back = rehearsal.taken, reverse("new-import", args=[request.prison.pk])
        context = {"title": "What would happen", "taken": taken, "rows": rehearsal.rows, "back": back}
        context |= {"counts": desk.counts_words(taken), "fields": desk.changed_fields(taken)}
        return render(request, "omic/imports/rehearsal.html", context)
    taken = begin_upload(**given)
    start(taken)
    return redirect("import", request.prison.pk, taken.pk)


@requires(Action.IMPORT)
def report(request: PrisonRequest, code: str, pk: int, outcome: str = "") -> HttpResponseBase:
    """What became of a file's rows; while it is taken in, how far it is."""
    taken = get_object_or_404(desk.imports_here(request.prison), pk=pk)
    if taken.state == RollImport.State.RUNNING:
        return _progress(request, taken)
    if taken.state == RollImport.State.HELD:
        return show_held_file(request, taken)
    rows = desk.rows_of(taken, request.prison)
    page = ListPage(
        request,
        rows.filter(outcome=outcome) if outcome else rows,
        title=taken.file_name,
        columns=desk.columns(request.prison, exporting="export" in request.GET),
        sort="row",
        empty="No row of this kind.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, f"import-{pk}"),
    )
    context = {"taken": taken, "counts": desk.counts_words(taken), "fields": desk.changed_fields(taken)}
    context["tabs"] = desk.report_tabs(taken, request.prison)
    return page.response("omic/imports/report.html", context | {"back": reverse("import-files", args=[code])})


def _progress(request: PrisonRequest, taken: RollImport) -> HttpResponse:
    """The page asks again by itself, without a script."""
    context = {"title": taken.file_name, "taken": taken, "at_work": is_running(taken)}
    response = render(request, "omic/imports/running.html", context)
    response["Refresh"] = REFRESH_SECONDS
    return response


@requires(Action.IMPORT)
@require_POST
def go_on(request: PrisonRequest, code: str, pk: int) -> HttpResponse:
    """Go on here with an import at which nobody is at work."""
    taken = get_object_or_404(desk.imports_here(request.prison), pk=pk)
    run_import(taken.pk)
    return redirect("import", code, pk)
