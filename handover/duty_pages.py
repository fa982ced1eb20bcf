"""The page of one duty of the OMU: what it asks, recording it as done or not needed, and taking that back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from handover.duty_actions import (
    RefusedError,
    Way,
    can_be_needless,
    can_be_taken_back,
    open_duty,
    record_duty_done,
    record_not_needed,
    take_back,
    way_of,
)
from handover.duty_forms import DoneAtForm, DoneForm, DutyForm, OpenDutyForm, ReasonForm
from handover.duty_rows import omu_duties, row_of
from omic import pending
from omic.access import Action, Relation, requires
from omic.calendar import london_day
from omic.formats import day
from omic.http import PrisonRequest
from omic.models import AuditEvent, Obligation, ObligationKind, Role
from omic.people import identity
from omic.policy import steps_from_json
from omic.why import policy_in_words, rendered, rulebook

# What is kept of a duty in the audit, in words.
EVENTS = {
    "open_duty": "Opened by hand",
    "record_duty_done": "Recorded as done",
    "record_duty_not_needed": "Recorded as not needed",
    "record_handover": "Recorded as handed over",
    "take_back_duty": "Recorded in error: open again",
}
CLOSINGS = ("record_duty_done", "record_duty_not_needed", "record_handover")
# Duties that are done on a page of their own: its name, its words, and who may open it.
PAGES = {
    ObligationKind.HANDOVER: ("handover:record", "Record the handover", Action.RECORD_HANDOVER),
    ObligationKind.ALLOCATE_POM: ("allocation:allocate", "Allocate a POM", Action.ALLOCATE_POM),
    ObligationKind.TELL_POM: ("allocation:notice", "Print the notice", Action.RECORD_DUTY),
    ObligationKind.RISK_TO_READ: ("risk-read", "Read it", Action.READ_RISK),
    ObligationKind.HELD_CHANGE: ("imports", "Decide it", Action.IMPORT),
    ObligationKind.SENDING_NOTE: ("handover:sending-notes-unread", "Notes to read", Action.WRITE_SENDING_NOTE),
    ObligationKind.RELEASE_REVIEW: ("handover:recall-review", "Record the review", Action.RECORD_RECALL),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a duty's history."""

    title: str
    at: datetime
    by: Any = None
    text: str = ""


@requires(Action.SEE_DATES)
def duty(request: PrisonRequest, code: str, number: int) -> HttpResponse:
    """What a duty asks, of whom, by when and why, and what has become of it."""
    found = _found(request, number)
    return _page(request, found, _done_form(request, found) if _may_close(request, found) else None)


@requires(Action.RECORD_DUTY)
def record_done(request: PrisonRequest, code: str, number: int) -> HttpResponse:
    """Record the duty as done, which is also the address that its form is sent to."""
    found = _own(request, number)
    if way_of(found) not in (Way.BY_HAND, Way.OASYS):
        raise Http404("This duty is done elsewhere.")
    form = _done_form(request, found)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        facts = {"done_at": given["done"], "note": given["note"]}
        if _acted(form, lambda: record_duty_done(duty=found, by=request.user, at=request.now, **facts)):
            return _told(request, found, "recorded as done")
        found = _found(request, number)
    return _page(request, found, form)


@requires(Action.RECORD_DUTY)
def not_needed(request: PrisonRequest, code: str, number: int) -> HttpResponse:
    """Record, with the reason, that the duty need not be done."""
    found = _own(request, number)
    if not can_be_needless(found):
        raise Http404("No rule lets this duty be left undone.")
    form = _reason_form(request, "Why is it not needed?")
    if request.method == "POST" and form.is_valid():
        facts = {"reason": form.cleaned_data["reason"], "by": request.user, "at": request.now}
        if _acted(form, lambda: record_not_needed(duty=found, **facts)):
            return _told(request, found, "recorded as not needed")
    return _reason_page(request, found, form, f"{found.get_kind_display()}: not needed", "Record as not needed")


@requires(Action.RECORD_DUTY)
def in_error(request: PrisonRequest, code: str, number: int) -> HttpResponse:
    """Take back what was recorded in error: everybody on the same day, later the HOMD."""
    found = _own(request, number)
    if not _may_take_back(request, found, _events(found)):
        raise PermissionDenied("What was recorded before today is taken back by the HOMD.")
    form = _reason_form(request, "What was recorded in error?")
    if request.method == "POST" and form.is_valid():
        facts = {"reason": form.cleaned_data["reason"], "by": request.user, "at": request.now}
        if _acted(form, lambda: take_back(duty=found, **facts)):
            return _told(request, found, "taken back, and open again")
    return _reason_page(request, found, form, f"{found.get_kind_display()}: recorded in error", "Open it again")


@requires(Action.OPEN_DUTY)
def open_by_hand(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Open a duty that no fact asks for."""
    person = request.person
    form = OpenDutyForm(pending.typed(request), staff=request.user, now=request.now)
    back = reverse("person", args=[code, ref])
    if request.method == "POST" and form.is_valid():
        facts = {name: form.cleaned_data[name] for name in ("kind", "key", "due_on", "note")}
        if _acted(form, lambda: open_duty(person=person, by=request.user, at=request.now, **facts)):
            messages.success(request, f"{facts['kind'].label} for {person.name}: opened.")
            return redirect(back)
    context = {"title": "Open a duty", "form": form, "submit": "Open the duty", "cancel": back, "back": back}
    return render(request, "handover/duty_open.html", context | {"person": person, **identity(person)})


def _found(request: PrisonRequest, number: int) -> Obligation:
    rows = omu_duties(request.prison.obligations.all())
    about = ("person__wing", "person__pom", "person__key_worker", "person__prison", "owner", "closed_by")
    return get_object_or_404(rows.select_related(*about), pk=number)


def _own(request: PrisonRequest, number: int) -> Obligation:
    """The duty, for whoever may record it: of one's own people or one's own by name, or anybody's here."""
    found = _found(request, number)
    if not _may(request, Action.RECORD_DUTY, found):
        raise PermissionDenied("This duty is not about one of yours.")
    return found


def _may(request: PrisonRequest, action: Action, duty: Obligation) -> bool:
    relations = request.standing.relations(action)
    own = request.user.pk in (duty.owner_id, duty.person.pom_id)
    return Relation.PRISON in relations or (Relation.OWN in relations and own)


def _may_close(request: PrisonRequest, duty: Obligation) -> bool:
    by_form = way_of(duty) in (Way.BY_HAND, Way.OASYS)
    return by_form and duty.closed_at is None and _may(request, Action.RECORD_DUTY, duty)


def _may_take_back(request: PrisonRequest, duty: Obligation, events: list[AuditEvent]) -> bool:
    action = Action.RECORD_HANDOVER if duty.kind == ObligationKind.HANDOVER else Action.RECORD_DUTY
    if not (_may(request, action, duty) and can_be_taken_back(duty)):
        return False
    today = bool(events) and london_day(events[0].at) == request.on
    return today or Role.HOMD in request.standing.roles


def _events(duty: Obligation) -> list[AuditEvent]:
    """What has been done to the duty, newest first."""
    rows = duty.person.audit_events.filter(action__in=EVENTS, detail__duty=duty.pk)
    return list(rows.select_related("staff").order_by("-at", "-pk"))


def _history(duty: Obligation, events: list[AuditEvent]) -> list[Entry]:
    entries = [Entry(EVENTS[event.action], event.at, event.staff, _said(event)) for event in events]
    if not events or events[-1].action != "open_duty":
        entries.append(Entry("Opened", duty.created_at))
    by_staff = bool(events) and events[0].action in CLOSINGS
    if duty.closed_at is not None and not by_staff:
        entries.insert(0, Entry(duty.get_state_display(), duty.closed_at, duty.closed_by, duty.closed_because))
    return entries


def _said(event: AuditEvent) -> str:
    done_on = event.detail.get("on")
    return f"Done on {day(datetime.fromisoformat(done_on))}" if done_on else event.detail.get("because", "")


def _done_form(request: PrisonRequest, duty: Obligation) -> DoneForm:
    chosen = DoneAtForm if duty.due_at else DoneForm
    initial = {} if duty.due_at else {"done": request.on}
    return chosen(pending.typed(request), initial=initial, staff=request.user, now=request.now)


def _reason_form(request: PrisonRequest, question: str) -> ReasonForm:
    return ReasonForm(pending.typed(request), question=question, staff=request.user, now=request.now)


def _acted(form: DutyForm, action: Callable[[], Obligation]) -> bool:
    """Whether it was done; if not, the form says why."""
    try:
        action()
    except RefusedError as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return False
    return True


def _told(request: PrisonRequest, duty: Obligation, what: str) -> HttpResponse:
    messages.success(request, f"{duty.get_kind_display()} for {duty.person.name}: {what}.")
    return redirect("handover:duty", request.prison.pk, duty.pk)


def _about(request: PrisonRequest, duty: Obligation) -> dict[str, Any]:
    """The person, as far as they are held here."""
    here = duty.person.prison_id == request.prison.pk
    back = reverse("person", args=[request.prison.pk, duty.person.ref]) if here else ""
    return {"person": duty.person, "here": here, "back": back, **(identity(duty.person) if here else {})}


def _page(request: PrisonRequest, duty: Obligation, form: DoneForm | None) -> HttpResponse:
    events = _events(duty)
    closes = _may_close(request, duty)
    context = {
        "title": duty.get_kind_display(),
        "row": row_of(duty, request.now),
        "duty": duty,
        "rule": rulebook().get(duty.rule),
        "policy": policy_in_words(duty.policy),
        "why": {"steps": rendered(steps_from_json(duty.steps))},
        "history": _history(duty, events),
        "form": form if closes or (form and form.errors) else None,
        "closes": closes,
        "elsewhere": _elsewhere(request, duty),
        "way": way_of(duty).name,
        "needless": closes and can_be_needless(duty),
        "takes_back": _may_take_back(request, duty, events),
    }
    return render(request, "handover/duty.html", context | _about(request, duty))


def _elsewhere(request: PrisonRequest, duty: Obligation) -> dict[str, str] | None:
    """The page on which the duty is done, for whoever may open it."""
    page = PAGES.get(ObligationKind(duty.kind))
    if page is None or duty.closed_at is not None or not _may(request, page[2], duty):
        return None
    name, words, _action = page
    about = {ObligationKind.RISK_TO_READ: [duty.pk], ObligationKind.HELD_CHANGE: [], ObligationKind.SENDING_NOTE: []}
    rest = about.get(ObligationKind(duty.kind), [duty.person.ref])
    return {"url": reverse(name, args=[request.prison.pk, *rest]), "words": words}


def _reason_page(request: PrisonRequest, duty: Obligation, form: ReasonForm, title: str, submit: str) -> HttpResponse:
    back = reverse("handover:duty", args=[request.prison.pk, duty.pk])
    context = {"duty": duty, "form": form, "submit": submit, "cancel": back}
    return render(
        request, "handover/duty_reason.html", context | _about(request, duty) | {"title": title, "back": back}
    )
