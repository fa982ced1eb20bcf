"""What rosters have recorded in a prison, whoever has left since: who may see it, and take it back."""

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from omic.access import Action, Relation
from omic.http import PrisonRequest
from omic.lists import Column, link
from omic.models import Contact, ObligationContact, Person, Role
from omic.templatetags.govuk import tag
from wellbeing.notes import OUTCOMES, late_entry
from wellbeing.roster import CHECKS

KINDS = tuple((str(kind), kind.label) for kind in OUTCOMES)


def recorded_for(request: PrisonRequest) -> QuerySet[Contact]:
    """What was recorded in this prison and is in reach of whoever asks: the prison where it was recorded decides.

    A wing officer has what is about people of their wing today, was recorded on it, or met what was owed on it.
    """
    rows = request.prison.contacts.filter(kind__in=OUTCOMES)
    rows = rows.select_related("person", "by", "check_note__wing", "check_note__entered_by")
    if Relation.PRISON in request.standing.relations(Action.RECORD_CHECK):
        return rows
    wings = [one.wing_id for one in request.standing.postings if one.role == Role.WING_OFFICER and one.wing_id]
    met = ObligationContact.objects.filter(obligation__wing__in=wings, obligation__kind__in=CHECKS)
    reach = Q(person__in=request.standing.people(Action.RECORD_CHECK)) | Q(check_note__wing__in=wings)
    return rows.filter(reach | Q(pk__in=met.values("contact")))


def opens(request: PrisonRequest, person: Person) -> bool:
    """Whether the person's own page opens here: nobody's does who has left."""
    return request.standing.people(Action.SEE_PERSON).filter(pk=person.pk).exists()


class RecordedFilter(django_filters.FilterSet):
    """By name or number, kind, day and whether entered late; `person` names one person by the page they were on."""

    who = django_filters.CharFilter(method="by_name", label="Surname or prison number")
    kind = django_filters.ChoiceFilter(choices=KINDS, label="What", empty_label="Any")
    on = django_filters.DateFilter(field_name="on", label="Day, like 2026-03-31")
    late = django_filters.ChoiceFilter(
        choices=(("yes", "Entered late"),), method="by_late", label="Entered", empty_label="In time or late"
    )
    person = django_filters.CharFilter(method="by_ref", label="One person")

    def by_name(self, rows: QuerySet[Contact], _name: str, words: str) -> QuerySet[Contact]:
        """What begins so: a surname, or a prison number."""
        typed = words.strip()
        return rows.filter(Q(person__surname__istartswith=typed) | Q(person__prison_number__istartswith=typed))

    def by_late(self, rows: QuerySet[Contact], _name: str, _yes: str) -> QuerySet[Contact]:
        """What was entered after its own day, or from paper."""
        return rows.filter(check_note__late=True)

    def by_ref(self, rows: QuerySet[Contact], _name: str, ref: str) -> QuerySet[Contact]:
        """What is about one person; nothing for an address that is none."""
        try:
            return rows.filter(person__ref=UUID(ref))
        except ValueError:
            return rows.none()


def recorded_columns(request: PrisonRequest) -> tuple[Column, ...]:
    """When, about whom, what, by whom, where and whether entered late, and taking it back."""
    return (
        Column("at", "When", "at", order=("at",)),
        Column("person", "Person", "person.name", order=("person__surname", "person__forename"), cell=_name(request)),
        Column("number", "Number", "person.prison_number", order=("person__prison_number",)),
        Column("kind", "What", "get_kind_display", order=("kind",)),
        Column("by", "By", "by", order=("by__surname", "by__forename")),
        Column("where", "Cell then", _where),
        Column("late", "Entered late", late_entry, order=("check_note__late",), cell=_late),
        Column("undo", "Mistake?", cell=_undo(request), export=False),
    )


def _where(row: Contact) -> str:
    return row.check_note.location if hasattr(row, "check_note") else ""


def _late(row: Contact) -> object:
    words = late_entry(row)
    return format_html("{} {}", tag("Entered late", "yellow"), words) if words else "–"


def _name(request: PrisonRequest) -> Any:
    here = request.prison.pk

    def cell(row: Contact) -> object:
        if row.person.prison_id != here:
            return f"{row.person.name} (no longer here)"
        return link(reverse("person", args=[here, row.person.ref]), row.person.name)

    return cell


def _undo(request: PrisonRequest) -> Any:
    def cell(row: Contact) -> SafeString:
        hidden = format_html('<span class="govuk-visually-hidden"> what was recorded of {}</span>', row.person.name)
        url = reverse("wellbeing:undo-check", args=[request.prison.pk, row.pk])
        return link(url, format_html("Take back{}", hidden))

    return cell
