"""The forms of decisions about priority groups, and of the mark that key work is not possible."""

from datetime import date
from typing import Any

from django import forms

from keywork.actions.priority import Choice
from keywork.models import PriorityGroup
from keywork.priority import DATED
from keywork.regime_forms import TypedForm, area
from omic.fields import DateField
from omic.models import Staff

# What yes and no mean in each group; of the dated ones first with a known release date, then without.
ANSWERS: dict[str, tuple[str, str]] = {
    PriorityGroup.ACCT_POST_CLOSURE: ("Keep as a priority", "Not a priority"),
    PriorityGroup.HIGH_ROSH: ("Longer than the last four weeks, as the IRMM recommends", "The last four weeks only"),
    PriorityGroup.TACT: ("Longer than the last two months, as Pathfinder recommends", "The last two months only"),
    PriorityGroup.NON_TACT: ("Recommended by the Pathfinder Committee", "Not recommended"),
    PriorityGroup.SHIELDING: ("Advised to shield", "Not advised to shield"),
    PriorityGroup.LOCAL: ("Add, once the PGD agrees", "Do not add"),
}
WITHOUT_DATE = ("A priority from the day below", "Not a priority while the date is unknown")


class DecisionForm(TypedForm):
    """Yes or no about one group, from and until when, with the reason."""

    included = forms.TypedChoiceField(
        coerce=lambda value: value == "yes", empty_value=None, widget=forms.RadioSelect, label="What is decided?"
    )
    length = forms.IntegerField(
        required=False, min_value=1, widget=forms.NumberInput({"class": "govuk-input--width-3"}), label="Length"
    )
    starts_on = DateField(label="From which day?")
    ends_on = DateField(required=False, label="Until which day?", help_text="The first day on which it no longer holds")
    because = forms.CharField(label="Reason", max_length=2000, widget=area(), help_text="Who recommended it, and why")
    instead_of = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, data: Any, *, staff: Staff, group: PriorityGroup, release_on: date | None, initial: dict[str, Any]
    ) -> None:
        super().__init__(data, staff=staff, initial=initial)
        self.group, self.release_on = group, release_on
        dated = group in DATED
        yes, no = WITHOUT_DATE if dated and release_on is None else ANSWERS[group]
        self.fields["included"].choices = [("yes", yes), ("no", no)]  # type: ignore[attr-defined]
        if not dated or release_on is None:
            del self.fields["length"]
        else:
            self._ask_length()

    def _ask_length(self) -> None:
        weeks = self.group == PriorityGroup.HIGH_ROSH
        self.fields["length"].label = f"For how many {'weeks' if weeks else 'months'} before release?"
        self.fields["length"].help_text = "Only with a yes; never shorter than the group’s own time"

    def clean(self) -> dict[str, Any]:
        """A yes that lengthens says by how much; a no has no length."""
        data = self.cleaned_data
        lengthens = self.group in (PriorityGroup.HIGH_ROSH, PriorityGroup.TACT) and "length" in self.fields
        if lengthens and data.get("included") and not data.get("length") and "length" not in self.errors:
            self.add_error("length", f"Enter an answer: {self.fields['length'].label}")
        return data

    def told(self) -> dict[str, Any]:
        """The valid form as the action takes it."""
        told = super().told()
        seen = told.pop("instead_of")
        return {"choice": Choice(group=self.group, **told), "instead_of": seen}


class LocalAnswerForm(TypedForm):
    """The PGD's answer to a local addition."""

    agreed = forms.TypedChoiceField(
        choices=[("yes", "Agree"), ("no", "Do not agree")],
        coerce=lambda value: value == "yes",
        empty_value=None,
        widget=forms.RadioSelect,
        label="Your answer",
    )


class NotPossibleForm(TypedForm):
    """Why key work cannot be given."""

    because = forms.CharField(
        label="Why is key work not possible?", max_length=1000, widget=area(), help_text="What stands in the way today"
    )
