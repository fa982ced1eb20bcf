"""Logging a session or an entry, reading it, correcting it."""

from datetime import date, timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from keywork import columns, lists, plans, quality
from keywork.actions import amend_session, log_session, withdraw_session
from keywork.forms import AmendForm, SessionForm, WithdrawForm, attempt, initial_of, typed_targets
from keywork.notes import answers, record_of
from omic import audit, duties, pending
from omic.access import Action, Relation, requires
from omic.audit import Actor
from omic.calendar import london_day
from omic.contacts import contacts_of
from omic.http import PrisonRequest
from omic.models import Contact, ContactKind, ExpectedArrival, Person
from omic.people import identity

RECORDED = (ContactKind.SESSION, ContactKind.ENTRY)


@requires(Action.LOG_SESSION)
def log(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Log a session or an entry with one of the people held here."""
    beside = {"beside": True, "last": lists.last_session(request.person)}
    return _log(request, request.person, identity(request.person) | beside, with_plan=True)


@requires(Action.LOG_SESSION)
def log_expected(request: PrisonRequest, code: str, arrival: int) -> HttpResponse:
    """Log a contact with somebody who is expected here (XC-10). What the sending prison wrote is not shown."""
    rows = request.prison.expected_arrivals.filter(closed_at=None).select_related("person__wing")
    found: ExpectedArrival = get_object_or_404(rows, pk=arrival)
    everybodys = Relation.PRISON in request.standing.relations(Action.LOG_SESSION)
    if not everybodys and found.key_worker_id != request.user.pk:
        raise PermissionDenied("This person is not one of yours.")
    facts = {"identity_facts": [("Expected", found.expected_on)], "identity_tags": [("Expected", "blue")]}
    last = lists.last_session(found.person, of_prison=request.prison)
    return _log(request, found.person, facts | {"beside": True, "last": last})


@requires(Action.LOG_SESSION)
def log_left(request: PrisonRequest, code: str, allocation: int) -> HttpResponse:
    """Write up what was said before somebody left, or had another key worker. Nothing about them is shown any more."""
    found = get_object_or_404(lists.left_lately(request.prison, request.user, on=request.on), pk=allocation)
    days = london_day(found.started_at), london_day(found.ended_at)  # type: ignore[arg-type]
    return _log(request, found.person, _yours_until(days[1]), theirs=days)


@requires(Action.LOG_SESSION)
def log_covered(request: PrisonRequest, code: str, cover: int) -> HttpResponse:
    """Write up what was said on the days on which they stood in, once that is over. Nothing else is shown."""
    found = get_object_or_404(lists.covered_lately(request.prison, request.user, on=request.on), pk=cover)
    last: date = found.ends_on - timedelta(days=1)  # type: ignore[assignment, operator]
    return _log(request, found.person, _yours_until(last), theirs=(found.starts_on, last))


def _yours_until(last: date) -> dict[str, Any]:
    return {"identity_facts": [("Yours until", last)], "identity_tags": []}


def _log(
    request: PrisonRequest,
    person: Person,
    context: dict[str, Any],
    *,
    with_plan: bool = False,
    theirs: tuple[date, date] | None = None,
) -> HttpResponse:
    """The form; `with_plan` asks about the targets of the progression plan of somebody who is held here.

    `theirs` are the first and last day that may be written up of somebody who is theirs no more.
    """
    typed = pending.typed(request)
    targets = plans.to_review(person, typed=typed_targets(typed)) if with_plan else ()
    form = SessionForm(typed, request=request, targets=targets)
    if request.method == "POST" and form.is_valid() and (contact := _logged(request, form, person, theirs)):
        met = contact.links.exists()
        kind = contact.get_kind_display()
        messages.success(request, f"{kind} with {person.name} saved." + " It counts toward what is owed." * met)
        if hint := quality.hint_to_author(contact):
            messages.warning(request, hint)
        return redirect(_onward(request, person))
    words: dict[str, Any] = {
        "title": f"Log a session with {person.name}",
        "submit": "Save",
        "also": "Save and next person",
    }
    words |= {"cancel": _home(request), "form": form, "person": person}
    return render(request, "keywork/log.html", context | words)


def _logged(
    request: PrisonRequest, form: SessionForm, person: Person, theirs: tuple[date, date] | None
) -> Contact | None:
    save = partial(log_session, person=person, prison=request.prison, by=request.user, at=request.now, theirs=theirs)
    return attempt(form, save, **form.told())


def _home(request: PrisonRequest) -> str:
    """Where whoever logs sessions comes from: a key worker's own people, a manager's overdue ones."""
    name = "keywork:mine" if request.standing.may(Action.MY_KEY_WORK) else "keywork:overdue"
    return reverse(name, args=[request.prison.pk])


def _onward(request: PrisonRequest, person: Person) -> str:
    """After a save: the next person who is owed a session when that was asked for, else the list."""
    if "also" not in request.POST:
        return _home(request)
    following = lists.next_to_see(request.prison, request.user, on=request.on, after=person)
    if following is None:
        messages.info(request, "That was everybody: nobody of yours is owed a session now.")
        return _home(request)
    return reverse("keywork:log", args=[request.prison.pk, following.ref])


def _contact(request: PrisonRequest, pk: int) -> Contact:
    kinds = (*RECORDED, ContactKind.DELETED)
    rows = (
        contacts_of(request.person)
        .filter(kind__in=kinds)
        .select_related("session_note", "by", "prison", "amends__by", "amended_by__by", "nomis_entry__by")
    )
    return get_object_or_404(rows, pk=pk)


@requires(Action.SEE_PERSON)
def session(request: PrisonRequest, code: str, ref: str, contact: int) -> HttpResponse:
    """One session or entry as it was recorded, what it corrects and what corrected it."""
    found = _contact(request, contact)
    audit.record(
        by=Actor(staff=request.user), action="see_session", at=request.now, prison=request.prison, person=found.person,
        contact=found.pk,
    )  # fmt: skip
    note = getattr(found, "session_note", None)
    context = {
        "title": f"{found.get_kind_display()} with {request.person.name}",
        "contact": found,
        "note": note,
        "answers": [*answers(note), *plans.reviewed_in(found)] if note else [],
        "short_of": (full := lists.shortened_below(found)) and f"Under {full} minutes",
        "risk_duty": duties.duty_to_read(found) if note and note.risk_information else None,
        "may_amend": _may_amend(request, found),
        "may_withdraw": _may_withdraw(request, found),
        "back": columns.person_url(request.person),
    }
    return render(request, "keywork/session.html", {**context, **identity(request.person), "person": request.person})


def _stands(request: PrisonRequest, contact: Contact) -> bool:
    """Whether it can still be corrected here at all."""
    here = contact.prison_id == request.prison.pk and contact.person_id == request.person.pk
    return here and contact.superseded_at is None and contact.kind in RECORDED


def _may_amend(request: PrisonRequest, contact: Contact) -> bool:
    """The author alone says what happened, as long as they may log sessions."""
    return _stands(request, contact) and contact.by_id == request.user.pk and request.standing.may(Action.LOG_SESSION)


def _may_withdraw(request: PrisonRequest, contact: Contact) -> bool:
    """Its author, or a key work manager."""
    everybodys = Relation.PRISON in request.standing.relations(Action.LOG_SESSION)
    return _may_amend(request, contact) or (everybodys and _stands(request, contact))


@requires(Action.LOG_SESSION)
def amend(request: PrisonRequest, code: str, ref: str, contact: int) -> HttpResponse:
    """Correct a session or an entry: a new one takes its place, with the reason."""
    found = _contact(request, contact)
    if not _may_amend(request, found):
        raise PermissionDenied("Only its author can correct what was recorded, and only once.")
    typed, initial = pending.typed(request), initial_of(record_of(found))
    targets = plans.to_review(request.person, typed=typed_targets(typed), contact=found)
    form = AmendForm(typed, request=request, initial=initial, targets=targets)
    if request.method == "POST" and form.is_valid() and (new := _amended(request, form, found)):
        messages.success(request, "Correction saved. The first version stays on record.")
        return redirect("keywork:session", code, ref, new.pk)
    back = reverse("keywork:session", args=[code, ref, contact])
    context = {"title": "Correct a session", "form": form, "submit": "Save correction", "cancel": back}
    return render(request, "keywork/log.html", {**context, **identity(request.person), "person": request.person})


def _amended(request: PrisonRequest, form: AmendForm, contact: Contact) -> Contact | None:
    because = form.cleaned_data["because"]
    return attempt(
        form, amend_session, contact=contact, because=because, by=request.user, at=request.now, **form.told()
    )


@requires(Action.LOG_SESSION)
def withdraw(request: PrisonRequest, code: str, ref: str, contact: int) -> HttpResponse:
    """Mark a session or an entry as recorded in error."""
    found = _contact(request, contact)
    if not _may_withdraw(request, found):
        raise PermissionDenied("Only its author or a key work manager can withdraw what was recorded, and only once.")
    form = WithdrawForm(request.POST or None)
    back = reverse("keywork:session", args=[code, ref, contact])
    save = partial(withdraw_session, contact=found, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.cleaned_data):
        messages.success(request, "Marked as recorded in error. It no longer counts.")
        return redirect(back)
    context = {"title": "Recorded in error", "form": form, "submit": "Mark as recorded in error", "cancel": back}
    return render(request, "omic/form.html", {**context, "back": back})
