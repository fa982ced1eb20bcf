"""The forms of suspensions (ED-09): asking for one, answering, taking one back."""

from typing import Any

from django import forms

from keywork.regime_forms import AnswerForm, TypedForm, area
from omic.fields import DateField
from omic.models import Prison, Staff, Suspension, Wing
from wellbeing.actions.suspensions import FURTHEST, MOST_DAYS, Asked


class AskSuspensionForm(TypedForm):
    """What is suspended, where, from and until when, and why."""

    covers = forms.ChoiceField(choices=Suspension.Covers.choices, widget=forms.RadioSelect, label="What is suspended?")
    wing = forms.ModelChoiceField(
        queryset=Wing.objects.none(), required=False, empty_label="The whole prison", label="Where?"
    )
    starts_on = DateField(
        label="From which day?", help_text=f"At most {FURTHEST.days} days ago. Days that are over can be approved too"
    )
    ends_on = DateField(label="Until which day?", help_text=f"The last day of it. At most {MOST_DAYS} days in all")
    because = forms.CharField(
        label="Reason", max_length=2000, widget=area(), help_text="What has happened, and what is done instead"
    )

    mark_optional = False

    def __init__(self, data: Any = None, *, staff: Staff, prison: Prison) -> None:
        super().__init__(data, staff=staff)
        self.fields["wing"].queryset = prison.wings.all()  # type: ignore[attr-defined]

    def told(self) -> dict[str, Any]:
        """The valid form as the actions take it."""
        return {"asked": Asked(**super().told())}


class DecideSuspensionForm(AnswerForm):
    """The Governor's answer."""

    decision = forms.CharField(label="Your words to whoever asked", max_length=2000, widget=area())
