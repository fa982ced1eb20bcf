"""The page of the LDUs: their mailboxes, how many cases here, and the names in case details that none bears."""

from functools import partial
from typing import Any

import django_filters
from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from handover.community_tabs import community_tabs
from handover.duty_actions import RefusedError
from handover.ldus import add_ldu, cases_of, change_mailbox, end_ldu, mailboxes_today, unknown_ldus
from omic import audit
from omic.access import Action, requires
from omic.forms import BaseForm
from omic.http import PrisonRequest
from omic.lists import Column, ListPage
from omic.models import Ldu


class LduFilter(django_filters.FilterSet):
    """By a part of the name."""

    name = django_filters.CharFilter(label="Name", lookup_expr="icontains")


class LduForm(BaseForm):
    """An LDU as case details name it, and where its mail goes."""

    name = forms.CharField(
        label="Name of the LDU", max_length=200, help_text="Exactly as case details name it, or its cases are not found"
    )
    email = forms.EmailField(
        label="Mailbox", help_text="The functional mailbox of the unit, not somebody’s own address"
    )

    def clean_name(self) -> str:
        """Without doubled spaces."""
        return " ".join(self.cleaned_data["name"].split())


class MailboxForm(BaseForm):
    """Another mailbox for an LDU; `version` is the row's when the page was shown."""

    email = forms.EmailField(label="New mailbox", help_text="What has not reached the old one goes to this one at once")
    version = forms.IntegerField(widget=forms.HiddenInput)


@requires(Action.EDIT_LDUS)
def ldus(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Every LDU that stands, and first the names that none bears."""
    here = cases_of(request.prison)
    page = ListPage(
        request,
        mailboxes_today(request.on),
        title="LDUs",
        columns=_columns(here),
        sort="name",
        noun="LDU,LDUs",
        filterset=LduFilter,
        empty="No LDU is recorded: nobody in the community is written to.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "ldus"),
        context={"code": code, "csrf": get_token(request)},
    )
    context = {"tabs": community_tabs(request), "unknown": unknown_ldus(request.prison)}
    return page.response("handover/ldus.html", context)


def _columns(here: dict[str, int]) -> tuple[Column, ...]:
    return (
        Column("name", "LDU", "name", order=("name",)),
        Column("email", "Mailbox", "email", order=("email",)),
        Column("since", "Since", "starts_on", order=("starts_on",)),
        Column("cases", "Cases here", lambda row: here.get(row.name, 0), numeric=True),
        Column("change", "Change", cell="handover/_ldu_change.html", export=False),
    )


@requires(Action.EDIT_LDUS)
def add(request: PrisonRequest, code: str) -> HttpResponse:
    """Add an LDU; `?name=` is the name in case details that none bears yet."""
    form = LduForm(request.POST or None, initial={"name": request.GET.get("name", "")})
    save = partial(add_ldu, prison=request.prison, by=request.user, at=request.now)
    return _form(request, form, "Add an LDU", "Add", save, "{name} is added: it can be written to from now on.")


@requires(Action.EDIT_LDUS)
def change(request: PrisonRequest, code: str, number: int) -> HttpResponse:
    """Another mailbox from today."""
    row = _standing(request, number)
    form = MailboxForm(request.POST or None, initial={"email": row.email, "version": row.version})
    save = partial(change_mailbox, ldu=row.pk, prison=request.prison, by=request.user, at=request.now)
    return _form(
        request, form, f"Change the mailbox of {row.name}", "Change", save, "Mail goes to {email} from now on."
    )


@require_POST
@requires(Action.EDIT_LDUS)
def end(request: PrisonRequest, code: str, number: int) -> HttpResponse:
    """Write to an LDU no more."""
    row = _standing(request, number)
    try:
        version = int(request.POST.get("version", "0") or 0)
        end_ldu(ldu=row.pk, version=version, prison=request.prison, by=request.user, at=request.now)
        messages.success(request, f"{row.name} is written to no more. Add it again if that was a mistake.")
    except (RefusedError, ValueError) as error:
        messages.error(request, f"{error}.")
    return redirect("handover:ldus", code)


def _standing(request: PrisonRequest, number: int) -> Ldu:
    return get_object_or_404(mailboxes_today(request.on), pk=number)


def _form(request: PrisonRequest, form: BaseForm, title: str, submit: str, save: Any, done: str) -> HttpResponse:
    back = reverse("handover:ldus", args=[request.prison.pk])
    if request.method == "POST" and form.is_valid():
        try:
            save(**form.cleaned_data)
            messages.success(request, done.format(**form.cleaned_data))
            return redirect(back)
        except RefusedError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
    context = {"title": title, "form": form, "submit": submit, "cancel": back, "back": back}
    return render(request, "omic/form.html", context)
