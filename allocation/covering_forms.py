"""The form of cover: who stands in for a POM in which of their cases."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django import forms

from allocation.covers import StandIn
from allocation.forms import TypedForm
from omic.forms import DateField
from omic.models import Person, Staff

AS_ABOVE, NOBODY = "", "nobody"


class CoverForm(TypedForm):
    """One stand-in for all cases of a POM, or one for each, or both."""

    everyone = forms.ChoiceField(required=False, label="Stand-in for every case below")
    starts_on = DateField(label="From which day?")
    ends_on = DateField(
        required=False, label="Until which day?", help_text="That day the POM is back. Leave it empty when not known."
    )
    because = forms.CharField(max_length=300, label="Reason")
    batch = forms.CharField(max_length=40, widget=forms.HiddenInput, initial=lambda: uuid.uuid4().hex)

    def __init__(
        self, data: Any = None, *, cases: Sequence[Person], poms: Sequence[Staff], on: date, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.cases, self.on = cases, on
        self.poms = {str(pom.pk): pom for pom in poms}
        labels = [(key, f"{pom}: {pom.cases}") for key, pom in self.poms.items()]  # type: ignore[attr-defined]
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
        if not any(self._chosen(case) for case in self.cases):
            self.add_error("everyone", "Choose a stand-in, for every case or for at least one")
        return said

    def stand_ins(self) -> list[StandIn]:
        """What is to be saved, in the order of the page."""
        days = (self.cleaned_data["starts_on"], self.cleaned_data["ends_on"])
        return [StandIn(case, staff, *days) for case in self.cases if (staff := self._chosen(case))]

    def rows(self) -> Iterator[tuple[Person, Any]]:
        """Each case with its choice."""
        return ((case, self[f"staff_{case.pk}"]) for case in self.cases)

    def _chosen(self, case: Person) -> Staff | None:
        chosen = self.cleaned_data.get(f"staff_{case.pk}", NOBODY)
        return self.poms.get(self.cleaned_data.get("everyone", "") if chosen == AS_ABOVE else chosen)
