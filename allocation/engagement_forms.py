"""The forms of a POM engagement: logging it, correcting it, taking it back."""

from typing import Any

from django import forms

from allocation.engagements import Engagement
from allocation.saving_forms import SavingForm
from omic.fields import DateTimeField

SAID = ("at", "minutes", "text", "shared")
LONGEST = 480  # minutes: a whole shift; more is a slip of the keyboard


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea({"rows": rows})


class EngagementForm(SavingForm):
    """When it was, how long, and what it was."""

    at = DateTimeField(label="Date and time", help_text="When it began. The time like 14:30 or 2:30pm")
    minutes = forms.IntegerField(
        min_value=1,
        max_value=LONGEST,
        widget=forms.NumberInput({"class": "govuk-input--width-3"}),
        label="Minutes together",
    )
    text = forms.CharField(
        max_length=4000,
        widget=_area(6),
        label="What was it about?",
        help_text="It goes to NOMIS as it stands (OMIC/OPE)",
    )
    shared = forms.CharField(
        required=False,
        max_length=1000,
        widget=_area(3),
        label="What must residential staff know now?",
        help_text="In words for the wing: it is on their roster to be read. The rest of the engagement is not",
    )

    def told(self) -> dict[str, Any]:
        """The valid form as its action takes it, the engagement together."""
        told = super().told()
        return {"said": Engagement(**{name: told.pop(name) for name in SAID}), **told}


class AmendEngagementForm(EngagementForm):
    """A correction: everything may change, and the reason is kept beside it."""

    because = forms.CharField(max_length=300, label="Why are you correcting it?", widget=_area(2))


class WithdrawEngagementForm(SavingForm):
    """Why an engagement was recorded in error."""

    because = forms.CharField(
        max_length=300,
        label="Why was it recorded in error?",
        help_text="For example, it did not take place, or it was with somebody else",
        widget=_area(2),
    )
