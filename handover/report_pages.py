"""The handover report: its draft, sending it, and the report on paper."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from handover.casework import current_sentence
from handover.casework_forms import ReportForm, SendForm
from handover.casework_pages import answer, waits
from handover.duty_actions import RefusedError
from handover.models import HandoverReport
from handover.other_numbers import reports_of
from handover.report_actions import (
    ReportConflictError,
    changed_since,
    save_report,
    send_report,
    sending_of,
    taken_back,
)
from handover.report_text import PARTS, in_text, read
from omic import audit, pending
from omic.access import Action, requires
from omic.audit import Actor
from omic.http import PrisonRequest
from omic.people import identity


@requires(Action.WORK_HANDOVER)
def report(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Write the draft. Where somebody else has saved it meanwhile, what they wrote is shown beside what was typed."""
    if current_sentence(request.person) is None:
        return _no_sentence(request)
    draft = _draft(request)
    again = None if draft else taken_back(request.person)
    initial = _shown(draft) or _texts(again)
    form = ReportForm(pending.typed(request), initial=initial, staff=request.user, now=request.now)
    context: dict[str, Any] = {"draft": draft, "again": again}
    if request.method == "POST" and form.is_valid():
        try:
            version, texts = form.cleaned_data["version"], form.texts()
            save_report(person=request.person, texts=texts, version=version, by=request.user, at=request.now)
            messages.success(request, "The report is saved as a draft.")
            return redirect("handover:report", code, ref)
        except ReportConflictError as conflict:
            context |= _conflict(form, conflict)
        except RefusedError as refused:
            form.add_error(None, str(refused))
    back = reverse("handover:case", args=[code, ref])
    context |= {"title": "Handover report", "form": form, "person": request.person, "back": back, "cancel": back}
    return render(request, "handover/report.html", context | {"submit": "Save the draft"} | identity(request.person))


def _conflict(form: ReportForm, conflict: ReportConflictError) -> dict[str, Any]:
    """The form goes on from what stands now: saving again is then a choice that was made with both in sight.

    What was sent stays as it went out.
    """
    stands = conflict.report
    shown = {"stands": stands, "theirs": changed_since(stands, form.texts())}
    if stands.sent_at:
        form.add_error(None, f"{conflict} What you typed is not saved")
        return shown
    form.data = form.data.copy()
    form.data["version"] = str(stands.version)
    form.add_error(None, f"{conflict} Take over what you need, then save again")
    return shown | {"draft": stands}


def _shown(draft: HandoverReport | None) -> dict[str, Any]:
    return _texts(draft) | {"version": draft.version} if draft else {}


def _texts(report: HandoverReport | None) -> dict[str, Any]:
    return {name: getattr(report, name) for name in PARTS} if report else {}


@requires(Action.WORK_HANDOVER)
def send(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Keep the report as it was sent, to whom and when."""
    draft = _draft(request)
    if draft is None:
        messages.info(request, "No report waits to be sent: write it first.")
        return redirect("handover:case", code, ref)
    form = SendForm(
        pending.typed(request),
        initial={"done_on": request.on, "version": draft.version},
        staff=request.user,
        now=request.now,
        may_complete=waits(request),
    )

    def save() -> str:
        try:
            send_report(person=request.person, by=request.user, at=request.now, **form.told())
        except ReportConflictError as conflict:
            raise RefusedError(f"{conflict} Read it again") from conflict
        return "The report is kept as it was sent."

    intro = "OMiC sends nothing itself. Send the report by secure email; from then on it is kept as it stands here."
    return answer(request, form, title="Send the report", submit="It is sent", save=save, intro=intro, report=draft)


@requires(Action.SEE_DATES)
def report_print(request: PrisonRequest, code: str, ref: str, number: int) -> HttpResponse:
    """The report on paper: as it was sent, or the draft as it stands."""
    rows = reports_of(request.person).select_related("written_by", "prison", "person__pom", "sentence")
    row = get_object_or_404(rows, pk=number)
    audit.record(
        by=Actor(staff=request.user),
        action="see_handover_report",
        at=request.now,
        prison=request.prison,
        person=request.person,
        report=row.pk,
    )
    context = {
        "title": "Handover report",
        "report": row,
        "sending": sending_of(row),
        "sections": read(row.sent_text or in_text(row, on=request.on)),
        "person": request.person,
        "back": reverse("handover:case", args=[code, ref]),
    }
    return render(request, "handover/report_print.html", context | identity(request.person))


def _draft(request: PrisonRequest) -> HandoverReport | None:
    drafts = request.person.handover_reports.filter(sent_at=None, sentence__closed_at=None)
    return drafts.select_related("written_by").first()


def _no_sentence(request: PrisonRequest) -> HttpResponse:
    messages.info(request, f"{request.person.name} serves no sentence here, so there is no handover to report on.")
    return redirect("handover:case", request.prison.pk, request.person.ref)
