"""The form of cover: who stands in for a POM in which of their cases."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from allocation.covers import StandIn
from allocation.forms import TypedForm
from allocation.reallocating_forms import pom_choices
from omic.formats import short_day
from omic.forms import DateField
from omic.models import Cover, Person, Staff

AS_ABOVE, NOBODY = "", "nobody"


class CoverForm(TypedForm):
    """One stand-in for all cases of a POM, or one for each, or both. `covers` are those in place or to come."""

    everyone = forms.ChoiceField(required=False, label="Stand-in for every case below")
    starts_on = DateField(label="From which day?")
    ends_on = DateField(
        required=False, label="Until which day?", help_text="That day the POM is back. Leave it empty when not known."
    )
    because = forms.CharField(max_length=300, label="Reason")
    batch = forms.CharField(max_length=40, widget=forms.HiddenInput, initial=lambda: uuid.uuid4().hex)

    def __init__(
        self,
        data: Any = None,
        *,
        cases: Sequence[Person],
        poms: Sequence[Staff],
        covers: Mapping[int, Sequence[Cover]],
        on: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.cases, self.covers, self.on = cases, covers, on
        self.poms = {str(pom.pk): pom for pom in poms}
        labels = pom_choices(poms, on=on)
        self.fields["everyone"].choices = [("", "Choose for each below"), *labels]  # type: ignore[attr-defined]
        each = [(AS_ABOVE, "As above"), (NOBODY, "Nobody yet"), *labels]
        for case in cases:
            label = f"Stand-in for {case.name}"
            self.fields[f"staff_{case.pk}"] = forms.ChoiceField(choices=each, required=False, label=label)

    def clean(self) -> dict[str, Any]:
        """Somebody is chosen, from today on, and the last day is later than the first."""
        said = super().clean() or self.cleaned_data
        starts_on, ends_on = said.get("starts_on"), said.get("ends_on")
        if starts_on and starts_on < self.on:
            self.add_error("starts_on", "The first day must not be in the past")
        if starts_on and ends_on and ends_on <= starts_on:
            self.add_error("ends_on", "The last day must be after the first")
        if any(f"staff_{case.pk}" not in self.data for case in self.cases):
            self.add_error("starts_on", "More cases have nobody on that day. They are below now: look again, then save")
        if not any(self._chosen(case) for case in self.cases):
            self.add_error("everyone", "Choose a stand-in, for every case or for at least one")
        return said

    def stand_ins(self) -> list[StandIn]:
        """What is to be saved, in the order of the page."""
        days = (self.cleaned_data["starts_on"], self.cleaned_data["ends_on"])
        return [StandIn(case, staff, *days) for case in self.cases if (staff := self._chosen(case))]

    def rows(self) -> Iterator[tuple[Person, Any, list[str]]]:
        """Each case with its choice, and who stands in on other days."""
        for case in self.cases:
            yield case, self[f"staff_{case.pk}"], [_stands_in(cover) for cover in self.covers.get(case.pk, ())]

    @classmethod
    def first_day(cls, data: QueryDict) -> date | None:
        """The first day that was typed or stands in an address; None for none that can be."""
        field = cls.base_fields["starts_on"]
        try:
            found: date = field.clean(field.widget.value_from_datadict(data, {}, "starts_on"))
        except forms.ValidationError:
            return None
        return found

    def _chosen(self, case: Person) -> Staff | None:
        chosen = self.cleaned_data.get(f"staff_{case.pk}", NOBODY)
        return self.poms.get(self.cleaned_data.get("everyone", "") if chosen == AS_ABOVE else chosen)


def _stands_in(cover: Cover) -> str:
    until = f" until {short_day(cover.ends_on)}" if cover.ends_on else ""
    return f"{cover.staff} from {short_day(cover.starts_on)}{until}"
