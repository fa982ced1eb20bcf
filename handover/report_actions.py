"""The POM's handover report: written as a draft, sent as it stands, and kept as it went out (HO-30, HO-31)."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from handover.casework_actions import locked_case, record_step
from handover.duty_actions import RefusedError
from handover.models import HandoverReport, HandoverStep
from omic import audit
from omic.audit import Actor
from omic.formats import day
from omic.models import Person, Sentence, Staff

# Its parts, in the order in which they are written and read.
PARTS = {
    "done_in_custody": "What has been done in custody",
    "still_to_do": "What is still to do",
    "risks": "Risks, and what keeps them low",
    "release_needs": "What is needed for release",
}
GONE = "The draft that you opened was about a sentence that has ended."


class ReportConflictError(Exception):
    """Somebody has saved the draft, or sent it, since it was shown: `report` is what stands."""

    def __init__(self, report: HandoverReport) -> None:
        deed = "sent" if report.sent_at else "saved"
        super().__init__(f"{report.written_by} has {deed} this report since you opened it.")
        self.report = report


@transaction.atomic
def save_report(*, person: Person, texts: Mapping[str, str], version: int, by: Staff, at: datetime) -> HandoverReport:
    """Save the draft of the present sentence's report; `texts` by the names of PARTS.

    `version` is the one that was shown, 0 where there was none. Raises ReportConflictError when somebody has saved or
    sent it since, RefusedError when the person serves no sentence here.
    """
    person, sentence = locked_case(person)
    report = _draft(sentence)
    _unchanged(report, version, sentence)
    if report is None:
        report = HandoverReport(person=person, prison=person.prison, sentence=sentence, version=0)
    for name in PARTS:
        setattr(report, name, texts[name])
    report.written_by, report.written_at, report.version = by, at, report.version + 1
    report.save()
    _audit("save_handover_report", report, by=by, at=at)
    return report


@transaction.atomic
def send_report(
    *,
    person: Person,
    version: int,
    to: str,
    sent_on: date,
    request_id: UUID,
    completes: bool,
    by: Staff,
    at: datetime,
) -> HandoverReport:
    """Keep the draft as it was sent, and record the step; `completes` records the handover as well.

    Raises ReportConflictError when the draft is not the one that was shown, RefusedError when there is nothing to send
    or a report counts as sent already.
    """
    person, sentence = locked_case(person)
    if known := HandoverStep.objects.filter(request_id=request_id, person=person).first():
        return HandoverReport.objects.filter(sentence=known.sentence, sent_at__isnull=False).latest("sent_at")
    report = _draft(sentence)
    _unchanged(report, version, sentence)
    if report is None or not any(getattr(report, name).strip() for name in PARTS):
        raise RefusedError("Nothing is written yet: write the report first.")
    report.sent_at, report.sent_text, report.version = at, in_text(report), report.version + 1
    report.save(update_fields=["sent_at", "sent_text", "version"])
    step = {"kind": HandoverStep.Kind.REPORT, "done_on": sent_on, "texts": {"note": f"Sent to {to}"}}
    record_step(person=person, request_id=request_id, completes=completes, by=by, at=at, **step)
    _audit("send_handover_report", report, by=by, at=at)
    return report


def in_text(report: HandoverReport) -> str:
    """The report as it goes out: who it is about, who wrote it, and its parts."""
    about = f"Handover report on {report.person.name} ({report.person.prison_number}), {report.prison}"
    written = f"Written by {report.written_by}, {day(report.written_at)}"
    parts = [f"{words}\n{getattr(report, name).strip() or 'Nothing noted.'}" for name, words in PARTS.items()]
    return "\n\n".join([about, written, *parts])


def changed_since(report: HandoverReport, texts: Mapping[str, str]) -> list[tuple[str, str]]:
    """The parts in which what stands differs from what was typed: their words, and what stands."""
    return [
        (words, getattr(report, name)) for name, words in PARTS.items() if getattr(report, name) != texts.get(name, "")
    ]


def _draft(sentence: Sentence) -> HandoverReport | None:
    drafts = HandoverReport.objects.select_for_update(of=("self",)).filter(sentence=sentence, sent_at=None)
    return drafts.select_related("person", "prison", "written_by").first()


def _unchanged(report: HandoverReport | None, version: int, sentence: Sentence) -> None:
    if report is not None and report.version != version:
        raise ReportConflictError(report)
    if report is None and version:
        reports = HandoverReport.objects.filter(sentence=sentence, sent_at__isnull=False).select_related("written_by")
        sent = reports.order_by("-sent_at").first()
        raise ReportConflictError(sent) if sent else RefusedError(GONE)


def _audit(action: str, report: HandoverReport, *, by: Staff, at: datetime) -> None:
    audit.record(by=Actor(staff=by), action=action, at=at, prison=report.prison, person=report.person, report=report.pk)
