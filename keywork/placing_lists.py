"""How the page to choose key workers for many lists people: columns and filters. Rows come from `keywork.placing`."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join

from keywork import columns
from keywork.placing import ALERTS, held_by, shown
from keywork.placing_forms import PlacingForm
from omic.http import PrisonRequest
from omic.lists import Column
from omic.models import Person, Staff, Wing
from omic.templatetags.govuk import tag


def _wings(request: HttpRequest | None) -> QuerySet[Wing]:
    return request.prison.wings.all()  # type: ignore[union-attr]


def _holders(request: HttpRequest | None) -> QuerySet[Staff]:
    people = request.prison.people.filter(key_worker__isnull=False)  # type: ignore[union-attr]
    return Staff.objects.filter(pk__in=people.values("key_worker"))


class PlacingFilter(django_filters.FilterSet):
    """Whose key workers are chosen: those who wait, or all people of one key worker; by wing; with suggestions."""

    of = django_filters.ModelChoiceFilter(
        queryset=_holders, method="of_staff", label="Instead of", empty_label="Nobody: people without a key worker"
    )
    wing = django_filters.ModelChoiceFilter(queryset=_wings, label="Wing", empty_label="Any")
    recommend = django_filters.ChoiceFilter(
        choices=(("1", "Shown"),), method="as_they_are", label="Suggestions", empty_label="None"
    )

    def of_staff(self, _people: QuerySet[Person], _name: str, staff: Staff) -> QuerySet[Person]:
        """The first filter, so that the others narrow what it starts from."""
        return shown(held_by(self.request.prison, staff))

    def as_they_are(self, people: QuerySet[Person], _name: str, _shown: str) -> QuerySet[Person]:
        """Suggestions leave nobody out."""
        return people

    def asked(self, name: str) -> Any:
        """What is chosen in one of the filters, None where nothing is."""
        return self.form.cleaned_data.get(name) if self.is_bound and self.form.is_valid() else None


def placing_columns(request: PrisonRequest, form: PlacingForm, of: Staff | None) -> tuple[Column, ...]:
    """The columns of people to choose for; on paper the suggestion stands in the place of the choice."""
    printing = request.GET.get("print") == "1"
    return (
        *columns.who(request),
        columns.WHERE,
        columns.KEY_WORKER if of or form.refused else columns.WAITING,
        Column("alerts", "Alerts", _alerts, cell=_alert_tags),
        Column("choice", "Key worker to be", form.words, cell=None if printing else form.cell),
    )


def _alerts(person: Any) -> str:
    return ", ".join(ALERTS[code][0] for code in person.warned)


def _alert_tags(person: Any) -> Any:
    return format_html_join(" ", "{}", ((tag(*ALERTS[code]),) for code in person.warned)) or "–"
