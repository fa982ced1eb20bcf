"""The POM's handover report: written as a draft, sent as it stands, and kept as it went out (HO-30, HO-31)."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from handover.casework_actions import locked_case, record_step
from handover.duty_actions import RefusedError
from handover.models import HandoverReport, HandoverStep
from handover.report_text import PARTS, in_text
from omic import audit
from omic.audit import Actor
from omic.models import Person, Sentence, Staff

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

    Raises ReportConflictError when the draft is not the one that was shown, RefusedError when one of its parts is empty
    or a report counts as sent already.
    """
    person, sentence = locked_case(person)
    if known := HandoverStep.objects.filter(request_id=request_id, person=person).first():
        return HandoverReport.objects.filter(sentence=known.sentence, sent_at__isnull=False).latest("sent_at")
    report = _draft(sentence)
    _unchanged(report, version, sentence)
    if report is None:
        raise RefusedError("Nothing is written yet: write the report first.")
    _complete(report)
    report.sent_at, report.sent_text, report.version = at, in_text(report, on=sent_on, to=to), report.version + 1
    report.save(update_fields=["sent_at", "sent_text", "version"])
    step = {"kind": HandoverStep.Kind.REPORT, "done_on": sent_on, "texts": {"note": f"Sent to {to}"}}
    record_step(person=person, request_id=request_id, completes=completes, by=by, at=at, **step)
    _audit("send_handover_report", report, by=by, at=at)
    return report


def sending_of(report: HandoverReport) -> HandoverStep | None:
    """The step that was recorded with the sending of a report; None for a draft."""
    steps = HandoverStep.objects.filter(sentence=report.sentence, kind=HandoverStep.Kind.REPORT)
    return steps.filter(recorded_at=report.sent_at).select_related("withdrawn_by").first() if report.sent_at else None


def taken_back(person: Person) -> HandoverReport | None:
    """The present sentence's newest report, where its sending was taken back: what it says may be gone on with."""
    reports = HandoverReport.objects.filter(person=person, sentence__closed_at=None, sent_at__isnull=False)
    newest = reports.select_related("sentence").order_by("-sent_at").first()
    step = sending_of(newest) if newest else None
    return newest if step and step.withdrawn_at else None


def changed_since(report: HandoverReport, texts: Mapping[str, str]) -> list[tuple[str, str]]:
    """The parts in which what stands differs from what was typed: their words, and what stands."""
    return [
        (words, getattr(report, name)) for name, words in PARTS.items() if getattr(report, name) != texts.get(name, "")
    ]


def _complete(report: HandoverReport) -> None:
    """The COM can tell nothing to say from nothing said only where every part says something."""
    if empty := [words for name, words in PARTS.items() if not getattr(report, name).strip()]:
        said = "”, “".join(empty)
        raise RefusedError(f"Nothing is written under “{said}”. Where there is nothing to tell, write that.")


def _draft(sentence: Sentence) -> HandoverReport | None:
    drafts = HandoverReport.objects.select_for_update(of=("self",)).filter(sentence=sentence, sent_at=None)
    return drafts.select_related("person__pom", "prison", "sentence", "written_by").first()


def _unchanged(report: HandoverReport | None, version: int, sentence: Sentence) -> None:
    if report is not None and report.version != version:
        raise ReportConflictError(report)
    if report is None and version:
        reports = HandoverReport.objects.filter(sentence=sentence, sent_at__isnull=False).select_related("written_by")
        sent = reports.order_by("-sent_at").first()
        raise ReportConflictError(sent) if sent else RefusedError(GONE)


def _audit(action: str, report: HandoverReport, *, by: Staff, at: datetime) -> None:
    audit.record(by=Actor(staff=by), action=action, at=at, prison=report.prison, person=report.person, report=report.pk)
