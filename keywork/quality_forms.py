"""The form of a review of a key work note."""

from django import forms

from keywork.models import NoteSample
from keywork.plan_forms import KeptForm


class ReviewForm(KeptForm):
    """What the reviewer found, for those who review, and what the key worker is told."""

    finding = forms.ChoiceField(
        choices=NoteSample.Finding.choices, widget=forms.RadioSelect, label="How good is the note?"
    )
    feedback = forms.CharField(
        max_length=4000,
        widget=forms.Textarea({"rows": 4}),
        label="Feedback to the key worker",
        help_text="They read this: what was good, and what would make the next note better",
    )
    findings = forms.CharField(
        max_length=4000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        label="Findings for the HOMD",
        help_text="The HOMD and the champions read this, the key worker does not",
    )
