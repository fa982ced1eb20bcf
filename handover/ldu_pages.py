"""The pages of the LDUs: mailboxes that wait for a second person, names that none bears, and every LDU that stands."""

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode

import django_filters
from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from handover.community_tabs import community_tabs
from handover.early_forms import EarlyForm
from handover.ldus import (
    TWO_PEOPLE,
    add_ldu,
    cases_everywhere,
    cases_of,
    decide_mailbox,
    end_ldu,
    mailboxes_today,
    proposals,
    proposals_to_decide,
    propose_mailbox,
    unknown_ldus,
)
from omic import audit, pending
from omic.access import Action, requires
from omic.context import Tile
from omic.formats import day, moment, noun, plural
from omic.http import PrisonRequest
from omic.lists import Column, ListPage, link
from omic.models import Ldu


class LduFilter(django_filters.FilterSet):
    """By a part of the name."""

    name = django_filters.CharFilter(label="Name", lookup_expr="icontains")


class LduForm(EarlyForm):
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


class MailboxForm(EarlyForm):
    """Another mailbox for an LDU; `version` is the row's when the page was shown."""

    email = forms.EmailField(label="New mailbox", help_text="The functional mailbox of the unit")
    version = forms.IntegerField(widget=forms.HiddenInput)


class DecideForm(EarlyForm):
    """A second person's decision about a mailbox that somebody proposed."""

    confirmed = forms.TypedChoiceField(
        label="Is this the LDU’s mailbox?",
        help_text="Ask the LDU itself, not the address that is proposed",
        choices=[("yes", "Yes: write to it from now on"), ("no", "No: all stays as it is")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class EndForm(EarlyForm):
    """That an LDU is to be ended; `version` is the row's when the page was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)


@requires(Action.EDIT_LDUS)
def ldus(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Every LDU that stands; first the mailboxes that wait for a second person, and the names that none bears."""
    here = cases_of(request.prison)
    page = ListPage(
        request,
        mailboxes_today(request.on),
        title="LDUs",
        columns=_columns(code, here),
        sort="name",
        noun="LDU,LDUs",
        filterset=LduFilter,
        empty="No LDU is recorded: nobody in the community is written to.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "ldus"),
        context={"code": code},
    )
    waiting = list(proposals())
    context = {
        "tabs": community_tabs(request),
        "unknown": unknown_ldus(request.prison),
        "proposals": [(row, row.proposed_by_id == request.user.pk) for row in waiting],
        "waiting": {row.name for row in waiting},
    }
    return page.response("handover/ldus.html", context)


def _columns(code: str, here: dict[str, int]) -> tuple[Column, ...]:
    def cases(row: Ldu) -> object:
        number = here.get(row.name, 0)
        url = f"{reverse('handover:everyone', args=[code])}?{urlencode({'ldu': row.name})}"
        return link(url, number) if number else number

    return (
        Column("name", "LDU", "name", order=("name",)),
        Column("email", "Mailbox", "email", order=("email",)),
        Column("proposed", "Proposed mailbox", "proposed_email", order=("proposed_email",)),
        Column("since", "Since", "starts_on", order=("starts_on",)),
        Column("cases", "Cases here", lambda row: here.get(row.name, 0), cell=cases, numeric=True),
        Column("change", "Change", cell="handover/_ldu_change.html", export=False),
    )


@requires(Action.EDIT_LDUS)
def add(request: PrisonRequest, code: str) -> HttpResponse:
    """Add an LDU; `?name=` is the name in case details that none bears yet."""
    form = LduForm(pending.typed(request), request=request, initial={"name": request.GET.get("name", "")})
    save = partial(add_ldu, prison=request.prison, by=request.user, at=request.now)
    lede = (
        "One person adds an LDU, or one that was ended with the mailbox it had. Where the mail of one that is known "
        "goes is changed by two: with another mailbox it comes back when a second person has confirmed it."
    )
    return _form(request, form, "Add an LDU", "Add", save, _added, lede)


def _added(row: Ldu) -> str:
    if row.proposed_email:
        return (
            f"{row.name} was written to at {row.email} before, so {row.proposed_email} is proposed. Nothing is written "
            "to either until a second person confirms it."
        )
    return f"{row.name} is added: it can be written to from now on."


@requires(Action.EDIT_LDUS)
def change(request: PrisonRequest, code: str, number: int) -> HttpResponse:
    """Propose another mailbox."""
    row = _standing(request, number)
    form = MailboxForm(pending.typed(request), request=request, initial={"email": row.email, "version": row.version})
    save = partial(propose_mailbox, ldu=row.pk, prison=request.prison, by=request.user, at=request.now)

    def done(proposed: Ldu) -> str:
        return f"Proposed. Mail goes to {row.email} until a second person confirms {proposed.proposed_email}."

    lede = (
        "Mail goes to the old mailbox until another HOMS or case administrator, of any prison, confirms the new one. "
        "Then what has not reached the old one goes to it at once."
    )
    return _form(request, form, f"Propose another mailbox for {row.name}", "Propose", save, done, lede)


@requires(Action.EDIT_LDUS)
def decide(request: PrisonRequest, code: str, number: int) -> HttpResponse:
    """Confirm or reject the mailbox that somebody else proposed."""
    row = get_object_or_404(proposals(), pk=number)
    form = DecideForm(pending.typed(request), request=request, initial={"version": row.version})
    if row.ends_on:
        now = f"It was ended on {day(row.ends_on)} and is written to nowhere now; before it was {row.email}."
    else:
        now = f"Mail goes to {row.email} now."
    save = partial(decide_mailbox, ldu=row.pk, prison=request.prison, by=request.user, at=request.now)
    lede = f"{row.proposed_by} proposed {row.proposed_email} on {moment(row.proposed_at)}. {now}"
    own = f" {TWO_PEOPLE}." if row.proposed_by_id == request.user.pk else ""
    title = f"Mailbox of {row.name}: confirm or reject"
    return _form(request, form, title, "Save", save, lambda _row: "Saved.", lede + own)


@requires(Action.EDIT_LDUS)
def end(request: PrisonRequest, code: str, number: int) -> HttpResponse:
    """Write to an LDU no more; what that leaves without one is said first."""
    row = _standing(request, number)
    form = EndForm(pending.typed(request), request=request, initial={"version": row.version})

    def save(version: int) -> Ldu:
        end_ldu(ldu=row.pk, version=version, prison=request.prison, by=request.user, at=request.now)
        return row

    here, all_cases = cases_of(request.prison).get(row.name, 0), cases_everywhere(row.name)
    lede = (
        f"Nothing is written to {row.email} any more, from any prison, what still waits for it included. "
        f"{plural(all_cases, 'case,cases')} will be without an LDU, {here} of them here: for these no COM can be asked "
        "for, until another LDU is recorded or this one is added again."
    )
    return _form(request, form, f"End {row.name}", "End it everywhere", save, _ended, lede)


def _ended(row: Ldu) -> str:
    return f"{row.name} is written to no more. Add it again if that was a mistake."


def _standing(request: PrisonRequest, number: int) -> Ldu:
    return get_object_or_404(mailboxes_today(request.on), pk=number)


def _form(
    request: PrisonRequest,
    form: EarlyForm,
    title: str,
    submit: str,
    save: Callable[..., Ldu],
    done: Callable[[Ldu], str],
    lede: str,
) -> HttpResponse:
    back = reverse("handover:ldus", args=[request.prison.pk])

    def saved(**said: Any) -> None:
        messages.success(request, done(save(**said)))

    if request.method == "POST" and form.is_valid() and form.attempt(saved):
        return redirect(back)
    context = {"title": title, "lede": lede, "form": form, "submit": submit, "cancel": back, "back": back}
    return render(request, "omic/form.html", context)


def home_tiles(request: PrisonRequest) -> list[Tile]:
    """For those who keep the LDUs: mailboxes that somebody else proposed, of LDUs that are anything to this prison."""
    if not request.standing.may(Action.EDIT_LDUS):
        return []
    count = proposals_to_decide(request.prison, request.user, request.on).count()
    url = reverse("handover:ldus", args=[request.prison.pk])
    words = noun(count, "LDU mailbox to confirm,LDU mailboxes to confirm")
    return [Tile(count, words, url, "yellow")] if count else []
