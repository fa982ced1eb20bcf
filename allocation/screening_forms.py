"""The form of a complexity of need screening (AL-31, AL-32)."""

from typing import Any

from django import forms

from allocation.forms import TypedForm
from allocation.policy import INDICATORS
from omic.models import Complexity

YES_NO = (("yes", "Yes"), ("no", "No"))
AS_ANSWERED = ("", "The level that the answers make")


class ScreeningForm(TypedForm):
    """Seven questions, and for a HOMD the level where it is to be another than they make."""

    level = forms.ChoiceField(
        label="Which level holds?", required=False, choices=(AS_ANSWERED, *Complexity.choices), widget=forms.RadioSelect
    )
    because = forms.CharField(
        label="Why another level than the answers make",
        required=False,
        max_length=1000,
        widget=forms.Textarea,
        help_text="A diagnosis alone is not a vulnerability.",
    )
    before = forms.CharField(required=False, widget=forms.HiddenInput)
    after = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, may_override: bool, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        for name, words in INDICATORS.items():
            label = f"{words[0].upper()}{words[1:]}?"
            self.fields[name] = forms.ChoiceField(label=label, choices=YES_NO, widget=forms.RadioSelect)
        self.order_fields([*INDICATORS, "level", "because", "before"])
        if not may_override:
            del self.fields["level"], self.fields["because"]

    @property
    def answers(self) -> dict[str, bool]:
        """Each indicator, yes or no."""
        return {name: self.cleaned_data[name] == "yes" for name in INDICATORS}
