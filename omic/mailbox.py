"""The emails of a prison as their readers see them, who may receive them, and why tonight's is missing if it is."""

from functools import partial

import django_filters
from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from omic import audit
from omic.access import Action, requires
from omic.audit import Actor
from omic.fields import DateField
from omic.forms import BaseForm
from omic.http import PrisonRequest
from omic.lists import Column, ListPage, link
from omic.models import Message
from omic.outbox import TO_STAFF, MailKind, as_email
from omic.recipients import AlreadyApprovedError, approve_recipient, end_recipient
from omic.templatetags.govuk import tag
from omic.tonight import tonight

COLOURS: dict[str, str] = {
    Message.State.QUEUED: "blue",
    Message.State.SENT: "green",
    Message.State.FAILED: "red",
    Message.State.WITHHELD: "orange",
}


def _link(row: Message) -> str:
    return link(reverse("mail-message", args=[row.prison_id, row.pk]), row.title)


def _state(row: Message) -> str:
    shown = tag(row.get_state_display(), COLOURS[row.state])
    return format_html("{} {}", shown, row.last_error) if row.last_error else shown


COLUMNS = (
    Column("on", "Night of", "on", order=("on", "created_at")),
    Column("title", "Subject", "title", order=("title",), cell=_link),
    Column("recipient", "To", "recipient", order=("recipient",)),
    Column("state", "State", "get_state_display", order=("state",), cell=_state),
    Column("sent", "Sent", "sent_at", order=("sent_at",)),
    Column("attempts", "Attempts", "attempts", order=("attempts",), numeric=True),
)


class DayFilter(django_filters.Filter):
    """A day, typed in three boxes."""

    field_class = DateField


class MessageFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=Message.State.choices, label="State")
    kind = django_filters.ChoiceFilter(choices=MailKind.choices, label="Email")
    on = DayFilter(label="Night of")


@requires(Action.SEE_MAIL)
def mail(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Tonight's email first, then every email of this prison, and who receives them."""
    prison = request.prison
    page = ListPage(
        request,
        prison.messages.all(),
        title="Emails",
        columns=COLUMNS,
        sort="-on",
        noun="email,emails",
        filterset=MessageFilter,
        empty="No email has been written yet. The first is written by the first night after a roll is imported.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(_record_export, request),
    )
    context = {
        "tonight": tonight(prison, on=request.on, at=request.now),
        "recipients": prison.recipients.approved(request.on).select_related("approved_by"),
        "kinds": dict(MailKind.choices),
        "may_edit": request.standing.may(Action.EDIT_PRISON),
    }
    return page.response("omic/mail.html", context)


def _record_export(request: PrisonRequest, kind: str, rows: int) -> None:
    by = Actor(staff=request.user)
    audit.record(by=by, action="export_mail", at=request.now, prison=request.prison, format=kind, rows=rows)


@requires(Action.SEE_MAIL)
def message(request: PrisonRequest, code: str, number: int) -> HttpResponse:
    """One email exactly as its reader sees it, and what became of it."""
    row = get_object_or_404(request.prison.messages, pk=number)
    back = reverse("mail", args=[code])
    context = {"title": row.title, "message": row, "email": as_email(row), "colour": COLOURS[row.state], "back": back}
    return render(request, "omic/message.html", context)


class RecipientForm(BaseForm):
    """An address for one of the emails that HOMS addresses."""

    kind = forms.ChoiceField(
        choices=[choice for choice in MailKind.choices if choice[0] not in (*TO_STAFF, MailKind.COMMUNITY)],
        widget=forms.RadioSelect,
        label="Which email?",
    )
    email = forms.EmailField(label="Email address", help_text="A shared mailbox outlasts the people who read it")


@requires(Action.EDIT_PRISON)
def approve(request: PrisonRequest, code: str) -> HttpResponse:
    """Approve an address from today."""
    form = RecipientForm(request.POST or None, initial={"kind": MailKind.COMPLIANCE})
    back = reverse("mail", args=[code])
    if request.method == "POST" and form.is_valid():
        try:
            approve_recipient(prison=request.prison, by=request.user, at=request.now, **form.cleaned_data)
        except AlreadyApprovedError as error:
            form.add_error("email", str(error))
        else:
            messages.success(request, f"{form.cleaned_data['email']} receives the next email")
            return redirect(back)
    context = {"title": "Approve an address", "form": form, "submit": "Approve", "cancel": back, "back": back}
    return render(request, "omic/form.html", context)


@require_POST
@requires(Action.EDIT_PRISON)
def end(request: PrisonRequest, code: str, number: int) -> HttpResponse:
    """End an address at once."""
    recipient = get_object_or_404(request.prison.recipients, pk=number)
    end_recipient(recipient=recipient, by=request.user, at=request.now)
    messages.success(request, f"{recipient.email} receives nothing any more")
    return redirect("mail", code)
