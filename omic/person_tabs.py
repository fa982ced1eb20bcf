"""The tabs of a person's page that the kernel keeps: every contact, every duty, and the dates with their tier."""

from functools import partial
from typing import Any

import django_filters
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

from omic import audit
from omic.access import Action, requires
from omic.audit import Actor
from omic.contacts import contacts_of
from omic.formats import short_moment
from omic.http import PrisonRequest
from omic.lists import Column, ListPage, link
from omic.models import Contact, ContactKind, Obligation, ObligationKind, ObligationState
from omic.models.obligation import SYSTEM
from omic.people import identity, tabs_of
from omic.why import OMU_ROLES


def _frame(request: PrisonRequest) -> dict[str, Any]:
    return {"person": request.person, "tabs": tabs_of(request), **identity(request.person)}


def _keep(request: PrisonRequest, action: str) -> None:
    actor = Actor(staff=request.user)
    audit.record(by=actor, action=action, at=request.now, prison=request.prison, person=request.person)


class ContactFilter(django_filters.FilterSet):
    """By kind, and by who it was."""

    kind = django_filters.ChoiceFilter(
        label="Kind",
        choices=[choice for choice in ContactKind.choices if choice[0] != ContactKind.DELETED],
        empty_label="Any",
    )


def _contact_page(request: PrisonRequest, contact: Contact) -> Any:
    """Its kind, as a link where there is a page of it that opens to whoever asks."""
    name, action = settings.CONTACT_PAGES.get(contact.kind, ("", ""))
    words = contact.get_kind_display()
    if not name or not request.standing.may(Action(action)):
        return words
    return link(reverse(name, args=[request.prison.pk, request.person.ref, contact.pk]), words)


@requires(Action.SEE_PERSON)
def contacts(request: PrisonRequest, code: str, ref: str) -> HttpResponseBase:
    """Who saw the person and when, in whichever prison, newest first; what was said stands with each.

    Those under numbers that were merged into the person's are there too, with the number.
    """
    _keep(request, "see_contacts")
    rows = contacts_of(request.person).current().exclude(kind=ContactKind.DELETED)
    related, remark = settings.CONTACT_REMARKS
    columns = (
        Column("at", "When", lambda contact: short_moment(contact.at), order=("at",)),
        Column("kind", "Kind", "get_kind_display", order=("kind",), cell=partial(_contact_page, request)),
        Column("by", "By", "by", order=("by__surname", "by__forename")),
        Column("minutes", "Minutes", "minutes", order=("minutes",), numeric=True),
        Column("prison", "Prison", "prison.name", order=("prison__name",)),
        Column("number", "Recorded under", "person.prison_number", order=("person__prison_number",)),
        Column("late", "Entered late", import_string(remark)),
    )
    page = ListPage(
        request,
        rows.select_related("by", "prison", "person", related),
        title=f"Contacts with {request.person.name}",
        columns=columns,
        sort="-at",
        noun="contact,contacts",
        filterset=ContactFilter,
        empty="Nobody has recorded a contact yet.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "contacts"),
    )
    return page.response("omic/person_list.html", _frame(request))


class DutyFilter(django_filters.FilterSet):
    """By whether it still asks anything, and by kind."""

    stands = django_filters.ChoiceFilter(
        label="Show", choices=(("open", "Still asked for"), ("closed", "Over")), empty_label="Both", method="by_stand"
    )
    kind = django_filters.ChoiceFilter(label="Kind", choices=ObligationKind.choices, empty_label="Any")

    def by_stand(self, rows: QuerySet[Obligation], _name: str, answer: str) -> QuerySet[Obligation]:
        """Those that ask something of somebody, or the others."""
        return rows.filter(closed_at__isnull=answer == "open")


def _why(duty: Obligation) -> SafeString:
    return link(reverse("why", args=[duty.prison_id, duty.person.ref, f"duty-{duty.pk}"]), "Why")


def _closed(duty: Obligation) -> str:
    if not duty.closed_at:
        return ""
    return f"{short_moment(duty.closed_at)}, {duty.closed_by}" if duty.closed_by else short_moment(duty.closed_at)


DUTIES = (
    Column("kind", "Duty", "get_kind_display", order=("kind",)),
    Column("whose", "Whose", "owner_words", order=("owner_role",)),
    Column("owner", "By name", "owner", order=("owner__surname", "owner__forename")),
    Column("opens", "Opened", "opens_on", order=("opens_on",)),
    Column("due", "Due", lambda duty: duty.due_on or "No date", order=("due_on",)),
    Column("state", "State", "get_state_display", order=("state",)),
    Column("closed", "Closed", _closed, order=("closed_at",)),
    Column("why", "Why", cell=_why, export=False),
)


@requires(Action.SEE_PERSON)
def duties(request: PrisonRequest, code: str, ref: str) -> HttpResponseBase:
    """What is and was owed to or about the person here; for the wings without what is the OMU's own."""
    _keep(request, "see_duties")
    rows = request.person.obligations.filter(prison=request.prison)
    rows = rows.exclude(state=ObligationState.VOID).exclude(owner_role=SYSTEM)
    if not request.standing.may(Action.SEE_DATES):
        rows = rows.exclude(owner_role__in=OMU_ROLES)
    page = ListPage(
        request,
        rows.select_related("owner", "closed_by", "person"),
        title=f"Duties about {request.person.name}",
        columns=DUTIES,
        sort="-due",
        noun="duty,duties",
        filterset=DutyFilter,
        empty="Nothing is owed, and nothing was.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "duties-of-a-person"),
    )
    return page.response("omic/person_list.html", _frame(request))


@requires(Action.SEE_DATES)
def dates(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Sentence, responsibility, handover and tier, each with the way to its why."""
    _keep(request, "see_person")
    panels = [panel for name in settings.PERSON_DATES if (panel := import_string(name)(request, request.person))]
    return render(request, "omic/person.html", {"title": "Dates and tier", "panels": panels, **_frame(request)})


urls = [
    path("people/<uuid:ref>/contacts/", contacts, name="person-contacts"),
    path("people/<uuid:ref>/duties/", duties, name="person-duties"),
    path("people/<uuid:ref>/dates/", dates, name="person-dates"),
]
