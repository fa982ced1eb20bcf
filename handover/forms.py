"""Forms and filters of handover."""

from datetime import date, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from handover.models import Responsibility, ResponsibilityOverride
from omic import pending
from omic.calendar import week_start
from omic.forms import BaseForm, DateField
from omic.http import PrisonRequest
from omic.models import Person, Role, Staff


class WeekFilter(django_filters.DateFilter):
    """A week, by any day of it."""

    field_class = DateField


def poms_here(request: PrisonRequest) -> QuerySet[Staff]:
    """Whoever holds people here; a POM is a choice for themselves also while they hold nobody."""
    poms = Q(pom_people__prison=request.prison)
    if Role.POM in request.standing.roles:
        poms |= Q(pk=request.user.pk)
    return Staff.objects.filter(poms).distinct()


class HandoverFilter(django_filters.FilterSet):
    """By POM, where the people whom no POM holds are a choice of their own, by who is responsible today, by the week
    the handover is due in, and by LDU."""

    pom = django_filters.ModelChoiceFilter(
        label="POM",
        empty_label="Any",
        null_label="Nobody",
        queryset=poms_here,
    )
    lead = django_filters.ChoiceFilter(
        label="Responsible today",
        field_name="responsibility",
        choices=Responsibility.choices,
        null_label="Not worked out",
    )
    week = WeekFilter(label="Due in the week of", method="due_in_week")
    ldu = django_filters.CharFilter(label="LDU, its whole name", field_name="details__ldu")

    def due_in_week(self, people: QuerySet[Person], _name: str, on: date) -> QuerySet[Person]:
        """People whose duty to hand over falls due in the week that holds `on`."""
        first = week_start(on)
        return people.filter(owed_by__range=(first, first + timedelta(days=6)))


class OverriddenFilter(HandoverFilter):
    """Also by who asked for an override that waits: nobody confirms their own."""

    waits = django_filters.ChoiceFilter(
        label="Waits for a second person",
        empty_label="Any",
        choices=[("others", "Asked for by somebody else"), ("me", "Asked for by me")],
        method="waits_of",
    )

    def waits_of(self, people: QuerySet[Person], _name: str, who: str) -> QuerySet[Person]:
        """People about whom an override waits that whoever is signed in asked for, or did not."""
        waiting, own = ResponsibilityOverride.objects.waiting(), Q(asked_by=self.request.user)
        chosen = waiting.filter(own) if who == "me" else waiting.exclude(own)
        return people.filter(pk__in=chosen.values("person"))


class RecordHandoverForm(BaseForm):
    """When a case was handed over, and how."""

    handed_on = DateField(label="When was the case handed over?")
    note = forms.CharField(
        label="How, and to whom",
        help_text="For example, a meeting or a report, who took part, and what is still open",
        required=False,
        max_length=2000,
        widget=forms.Textarea,
    )
    typed_by = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, staff: Staff, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["typed_by"].initial = pending.stamp(staff)

    def clean_handed_on(self) -> date:
        """Not ahead of today."""
        handed_on: date = self.cleaned_data["handed_on"]
        if handed_on > self.today:
            raise forms.ValidationError("The day of the handover must be today or in the past")
        return handed_on
