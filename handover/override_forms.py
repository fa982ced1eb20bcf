"""What staff type to override who is responsible, to decide about it, and to take it back."""

from django import forms

from handover.early_forms import EarlyForm
from handover.models import Responsibility, ResponsibilityOverride

LINES = forms.Textarea({"rows": 3})
LEADS = [(Responsibility.POM.value, "The POM"), (Responsibility.COM.value, "The COM")]


class AskForm(EarlyForm):
    """Who is to be responsible, and why."""

    responsibility = forms.ChoiceField(label="Who is to be responsible?", choices=LEADS, widget=forms.RadioSelect)
    reason = forms.ChoiceField(label="Reason", choices=ResponsibilityOverride.Reason.choices, widget=forms.RadioSelect)
    because = forms.CharField(
        label="Why", help_text="What whoever confirms it needs to know", max_length=2000, widget=LINES
    )


class DecideForm(EarlyForm):
    """A second person's decision."""

    confirmed = forms.TypedChoiceField(
        label="Do you confirm it?",
        choices=[("yes", "Yes: it binds at once"), ("no", "No: the computed answer stands")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    decision = forms.CharField(label="Note", required=False, max_length=2000, widget=LINES)


class EndForm(EarlyForm):
    """Why an override is taken back."""

    because = forms.CharField(label="Why is it taken back?", max_length=2000, widget=LINES)
