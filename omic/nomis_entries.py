"""Contacts that are not on NOMIS yet: the list to enter them from, and marking off what has been entered.

Every kind of contact that NOMIS holds is here, whichever app wrote it, until somebody says that it stands there.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import django_filters
from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path, reverse

from omic import audit
from omic.access import Action, Relation, Standing, requires
from omic.audit import Actor
from omic.context import Tile
from omic.formats import plural
from omic.http import PrisonRequest
from omic.lists import Column, ListPage
from omic.models import Contact, ContactKind, NomisEntry, Prison, Staff


@transaction.atomic
def mark_on_nomis(*, contacts: Sequence[Contact], prison: Prison, by: Staff, at: datetime) -> int:
    """Record that `by` has found or put these contacts of `prison` on NOMIS. What was marked before stays as it was.

    Returns how many were marked now.
    """
    waiting = prison.contacts.not_yet_on_nomis().filter(pk__in=[contact.pk for contact in contacts])
    ids = sorted(waiting.select_for_update(of=("self",)).values_list("pk", flat=True))
    NomisEntry.objects.bulk_create([NomisEntry(contact_id=pk, by=by, at=at) for pk in ids])
    if ids:
        audit.record(by=Actor(staff=by), action="mark_on_nomis", at=at, prison=prison, contacts=ids)
    return len(ids)


def waiting_for(standing: Standing) -> QuerySet[Contact]:
    """What somebody in this standing may enter: a key worker their own, everyone else who enters all of the prison."""
    waiting = standing.prison.contacts.not_yet_on_nomis()
    everyones = Relation.PRISON in standing.relations(Action.MARK_ON_NOMIS)
    return waiting if everyones else waiting.filter(by=standing.staff)


def _authors(request: HttpRequest | None) -> QuerySet[Staff]:
    rows = waiting_for(request.standing)  # type: ignore[union-attr]
    return Staff.objects.filter(pk__in=rows.values("by"))


class NomisFilter(django_filters.FilterSet):
    """By what it was and who wrote it."""

    kind = django_filters.ChoiceFilter(choices=ContactKind.choices, label="Kind", empty_label="Any")
    by = django_filters.ModelChoiceFilter(queryset=_authors, label="Author", empty_label="Anyone")


COLUMNS = (
    Column("tick", "On NOMIS", cell="omic/_nomis_tick.html", export=False),
    Column("at", "When", "at", order=("at",)),
    Column("person", "Person", "person.name", order=("person__surname", "person__forename")),
    Column("number", "Number", "person.prison_number", order=("person__prison_number",)),
    Column("kind", "Kind", "get_kind_display", order=("kind",)),
    Column("type", "NOMIS type", "nomis_type", order=("nomis_type",)),
    Column("minutes", "Minutes", "minutes", order=("minutes",), numeric=True),
    Column("by", "Author", "by", order=("by__surname", "by__forename")),
    Column("text", "Text", "text", cell="omic/_nomis_text.html"),
)


@requires(Action.MARK_ON_NOMIS)
def not_on_nomis(request: PrisonRequest, code: str) -> HttpResponseBase:
    """The contacts to enter on NOMIS, oldest first; a POST marks off those that were ticked."""
    rows = waiting_for(request.standing).select_related("person", "by")
    ticked = [int(pk) for pk in request.POST.getlist("contact") if pk.isdigit()]
    if ticked:
        chosen = list(rows.filter(pk__in=ticked))
        done = mark_on_nomis(contacts=chosen, prison=request.prison, by=request.user, at=request.now)
        messages.success(request, f"{plural(done, 'contact is,contacts are')} marked as on NOMIS.")
        return redirect(f"{request.path}?{_without_tick(request)}")
    page = ListPage(
        request,
        rows,
        title="Not yet on NOMIS",
        columns=COLUMNS,
        sort="at",
        noun="contact,contacts",
        filterset=NomisFilter,
        empty="Everything recorded here has been marked as on NOMIS. That is good.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "not-on-nomis"),
        context={"tick_all": request.GET.get("tick") == "all"},
    )
    tick_url = page.url(tick="all", page=page.page.number)
    return page.response("omic/not_on_nomis.html", {"nothing_ticked": request.method == "POST", "tick_url": tick_url})


def _without_tick(request: PrisonRequest) -> str:
    """The list's filters and order, without the ticks: the next page must not come up ticked."""
    query = request.GET.copy()
    query.pop("tick", None)
    return query.urlencode()


def home_tiles(request: PrisonRequest) -> list[Tile]:
    """How much whoever is signed in has still to put on NOMIS."""
    if not request.standing.may(Action.MARK_ON_NOMIS):
        return []
    count = waiting_for(request.standing).count()
    return [Tile(count, "not yet on NOMIS", reverse("not-on-nomis", args=[request.prison.pk]))]


urls = [path("nomis/", not_on_nomis, name="not-on-nomis")]
