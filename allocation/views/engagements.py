"""A POM's engagement with one of their people: logging it, reading it, correcting it."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from allocation.engagement_forms import AmendEngagementForm, EngagementForm, WithdrawEngagementForm
from allocation.engagements import amend_engagement, log_engagement, said_of, withdraw_engagement
from allocation.forms import attempt
from omic import audit, pending
from omic.access import Action, Relation, requires
from omic.audit import Actor
from omic.contacts import contacts_of
from omic.http import PrisonRequest
from omic.models import Contact, ContactKind
from omic.people import identity
from omic.sharing import readings, shared_in


@requires(Action.LOG_ENGAGEMENT)
def log(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Log an engagement with somebody held here."""
    on, person = request.on, request.person
    today = {"at": [str(on.day), str(on.month), str(on.year), ""]}
    form = EngagementForm(pending.typed(request), staff=request.user, initial=today)
    save = partial(log_engagement, person=person, prison=request.prison, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.told()):
        messages.success(request, f"Engagement with {person.name} saved.")
        return redirect("person", code, ref)
    last = person.contacts.current().filter(kind=ContactKind.ENGAGEMENT).select_related("by").first()
    context = {"title": f"Log an engagement with {person.name}", "form": form, "submit": "Save", "last": last}
    return render(request, "allocation/engagement_form.html", {**context, **_about(request, _person_url(request))})


def _person_url(request: PrisonRequest) -> str:
    return reverse("person", args=[request.prison.pk, request.person.ref])


def _about(request: PrisonRequest, back: str) -> dict[str, Any]:
    return {"person": request.person, "back": back, "cancel": back, **identity(request.person)}


@requires(Action.SEE_DATES)
def engagement(request: PrisonRequest, code: str, ref: str, contact: int) -> HttpResponse:
    """One engagement as it was recorded, what it corrects and what corrected it. Reading it is logged."""
    found = _contact(request, contact)
    audit.record(
        by=Actor(staff=request.user), action="see_engagement", at=request.now, prison=request.prison,
        person=request.person, contact=found.pk,
    )  # fmt: skip
    may = {"may_amend": _may_amend(request, found), "may_withdraw": _may_withdraw(request, found)}
    title = f"{found.get_kind_display()} with {request.person.name}"
    shared = shared_in(found)
    context = {"title": title, "contact": found, **may, **_about(request, _person_url(request))}
    context |= {"shared": shared, "readings": readings([shared])[shared.pk] if shared else ()}
    return render(request, "allocation/engagement.html", context)


def _contact(request: PrisonRequest, pk: int) -> Contact:
    """An engagement of the request's person, or that one was recorded in error."""
    rows = contacts_of(request.person).select_related("by", "prison", "amends", "amended_by__by", "nomis_entry__by")
    engagements = rows.filter(kind=ContactKind.ENGAGEMENT)
    taken_back = rows.filter(kind=ContactKind.DELETED, amends__kind=ContactKind.ENGAGEMENT)
    return get_object_or_404(engagements | taken_back, pk=pk)


def _stands(request: PrisonRequest, contact: Contact) -> bool:
    """Whether it can still be corrected here at all."""
    is_engagement = contact.kind == ContactKind.ENGAGEMENT
    here = contact.prison_id == request.prison.pk and contact.person_id == request.person.pk
    return here and is_engagement and contact.superseded_at is None


def _may_amend(request: PrisonRequest, contact: Contact) -> bool:
    """The author alone says what happened, as long as they may log engagements."""
    author = contact.by_id == request.user.pk
    return author and _stands(request, contact) and request.standing.may(Action.LOG_ENGAGEMENT)


def _may_withdraw(request: PrisonRequest, contact: Contact) -> bool:
    """Its author, or the HOMD."""
    everybodys = Relation.PRISON in request.standing.relations(Action.LOG_ENGAGEMENT)
    return _may_amend(request, contact) or (everybodys and _stands(request, contact))


@requires(Action.LOG_ENGAGEMENT)
def amend(request: PrisonRequest, code: str, ref: str, contact: int) -> HttpResponse:
    """Correct an engagement: a new one takes its place, with the reason."""
    found = _contact(request, contact)
    if not _may_amend(request, found):
        raise PermissionDenied("Only its author can correct what was recorded, and only once.")
    said = said_of(found)
    initial = {"at": said.at, "minutes": said.minutes, "text": said.text, "shared": said.shared}
    form = AmendEngagementForm(pending.typed(request), staff=request.user, initial=initial)
    save = partial(amend_engagement, contact=found, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and (new := attempt(form, save, **form.told())):
        messages.success(request, "Correction saved. The first version stays on record.")
        return redirect("allocation:engagement", code, ref, new.pk)
    back = reverse("allocation:engagement", args=[code, ref, contact])
    context = {"title": "Correct an engagement", "form": form, "submit": "Save correction"}
    return render(request, "allocation/engagement_form.html", {**context, **_about(request, back)})


@requires(Action.LOG_ENGAGEMENT)
def withdraw(request: PrisonRequest, code: str, ref: str, contact: int) -> HttpResponse:
    """Mark an engagement as recorded in error."""
    found = _contact(request, contact)
    if not _may_withdraw(request, found):
        raise PermissionDenied("Only its author or the HOMD can withdraw what was recorded, and only once.")
    form = WithdrawEngagementForm(pending.typed(request), staff=request.user)
    save = partial(withdraw_engagement, contact=found, by=request.user, at=request.now)
    back = reverse("allocation:engagement", args=[code, ref, contact])
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.told()):
        messages.success(request, "Marked as recorded in error. It no longer counts.")
        return redirect(back)
    context = {"title": "Recorded in error", "form": form, "submit": "Mark as recorded in error"}
    return render(request, "allocation/engagement_form.html", {**context, **_about(request, back)})
