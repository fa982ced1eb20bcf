"""The forms of adoption: why a version is adopted, and why a planned adoption is withdrawn."""

from typing import Any

from django import forms

from omic import pending
from omic.forms import BaseForm
from omic.models import Staff


class WithdrawForm(BaseForm):
    """A reason, kept with the adoption."""

    reason = forms.CharField(label="Why is it withdrawn?", max_length=1000, widget=forms.Textarea)
    typed_by = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, staff: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["typed_by"].initial = pending.stamp(staff)


class AdoptForm(WithdrawForm):
    """The reason, and the day that was previewed, so that it is the one that is adopted."""

    reason = forms.CharField(label="Why is it adopted?", max_length=1000, widget=forms.Textarea)
    from_on = forms.DateField(widget=forms.HiddenInput)
