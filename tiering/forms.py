"""Forms and filters of tiering."""

from datetime import date
from typing import Any

import django_filters
from django import forms

from omic import pending
from omic.forms import BaseForm, DateField
from omic.models import Staff
from tiering.models import OASYS_SCORES, TIERS, Origin, TierEntry
from tiering.policy import COMPLEXITY_REGISTERS


class _SeenEntry(BaseForm):
    """A decision made against the entry that the page showed: nobody's is replaced unseen."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    typed_by = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, staff: Staff, standing: TierEntry | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = standing and standing.pk
        self.fields["typed_by"].initial = pending.stamp(staff)

    def show_change(self, standing: TierEntry | None) -> None:
        """Say what stands now; saving once more is then a decision."""
        stands = f"tier {standing.letter} was entered meanwhile" if standing else "the entered tier has ended meanwhile"
        self.add_error(None, f"Nothing is saved yet: {stands}. Check it and save again.")
        self.data = {name: self.data[name] for name in self.data} | {"seen": standing.pk if standing else ""}


class EnterTierForm(_SeenEntry):
    """A custody tier that cannot be settled from facts here, where it comes from, and why it is entered."""

    letter = forms.ChoiceField(label="Custody tier", choices=TIERS, widget=forms.RadioSelect)
    source = forms.CharField(label="Source", help_text="For example nDelius, or an email from the COM", max_length=100)
    reason = forms.CharField(
        label="Reason",
        help_text="Why this tier is right, and why RoSH or RSR cannot be entered. It is shown to the OMU.",
        max_length=500,
        widget=forms.Textarea,
    )


class WithdrawTierForm(_SeenEntry):
    """Why an entered tier is taken back."""

    reason = forms.CharField(label="Reason", max_length=500, widget=forms.Textarea)


class AdditionalFactorsForm(BaseForm):
    """Everything that the community tier adds. What is left empty was looked up and not found."""

    registers = forms.MultipleChoiceField(
        label="Complexity registers that are active",
        help_text="Select all that apply, or none",
        choices=[(code, f"{words[:1].upper()}{words[1:]} ({code})") for code, words in COMPLEXITY_REGISTERS.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    parenting = forms.BooleanField(label="Parenting responsibilities (OASys 6.9)", required=False)
    impulsivity = forms.TypedChoiceField(label="Impulsivity (OASys 11.2)", coerce=int, choices=OASYS_SCORES)
    temper = forms.TypedChoiceField(label="Temper control (OASys 11.4)", coerce=int, choices=OASYS_SCORES)
    enforcement = forms.BooleanField(label="Previous enforcement: a breach or a recall", required=False)
    source = forms.CharField(label="Source", help_text="For example nDelius and OASys", max_length=100)
    as_at = DateField(label="On which day was this true?")
    typed_by = forms.CharField(widget=forms.HiddenInput, required=False)
    fieldsets: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("", ("registers",)),
        ("Further factors of women", ("parenting", "impulsivity", "temper", "enforcement")),
        ("Where this comes from", ("source", "as_at")),
    )
    mark_optional = False

    def __init__(self, *args: Any, staff: Staff, today: date, women: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["as_at"].initial = today
        self.fields["typed_by"].initial = pending.stamp(staff)
        if not women:
            for name in self.fieldsets[1][1]:
                del self.fields[name]
            self.fieldsets = (self.fieldsets[0], self.fieldsets[2])

    def clean_as_at(self) -> date:
        """Not ahead of today."""
        on: date = self.cleaned_data["as_at"]
        if on > self.today:
            raise forms.ValidationError("The day must be today or in the past")
        return on


class HistoryFilter(django_filters.FilterSet):
    """By where the custody tier came from."""

    origin = django_filters.ChoiceFilter(label="Custody tier", empty_label="Any", choices=Origin.choices)
