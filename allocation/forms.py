"""What HOMDs fill in: an allocation, its end, and what is recorded of a POM."""

from collections.abc import Iterable
from typing import Any

from django import forms

from allocation.models import PomType
from omic.forms import BaseForm
from omic.models import Staff

SHORT = forms.NumberInput({"class": "govuk-input--width-3"})


class AllocateForm(BaseForm):
    """Who becomes the POM. `replaces` names the open allocation that was shown beside the choice."""

    staff = forms.TypedChoiceField(
        label="Who should be the POM?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a POM", "invalid_choice": "Choose a POM who is posted here today"},
    )
    reason = forms.CharField(
        max_length=300,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        label="Why this POM",
        help_text="Needed when you choose against the recommendation, or where there is none.",
    )
    note = forms.CharField(
        max_length=1000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        label="Note for the POM",
        help_text="Kept with the allocation. The email to the POM does not repeat it.",
    )
    replaces = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, poms: Iterable[Staff], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by_key = {str(pom.pk): pom for pom in poms}
        self.fields["staff"].choices = list(by_key.items())  # type: ignore[attr-defined]
        self.fields["staff"].coerce = by_key.__getitem__  # type: ignore[attr-defined]


class EndForm(BaseForm):
    """Why nobody follows, for now."""

    reason = forms.CharField(
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
        label="Why does the allocation end?",
        error_messages={"required": "Say why the allocation ends"},
    )
    replaces = forms.IntegerField(widget=forms.HiddenInput)
    typed_by = forms.CharField(required=False, widget=forms.HiddenInput)


class PomForm(BaseForm):
    """Of which type a POM is, and how many days a week they work."""

    pom_type = forms.ChoiceField(choices=PomType.choices, widget=forms.RadioSelect, label="Type of POM")
    working_days = forms.DecimalField(
        min_value=0.5,
        max_value=7,
        decimal_places=1,
        widget=SHORT,
        label="Days a week",
        help_text="5 is full time. Halves are allowed, for example 2.5.",
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
