"""The forms about daily and weekly checks: a decision, a referral, and that she was told."""

from typing import Any

from django import forms

from keywork.regime_forms import TypedForm, area
from omic.fields import DateField
from omic.models import Staff
from wellbeing.actions.cohorts import How, Told
from wellbeing.models import Cohort

CHOICES = (
    (Cohort.DAILY.value, "Daily: a check every day, as well as key work and time with the POM"),
    (Cohort.WEEKLY.value, "Weekly: a check in each week without a key work session or POM engagement"),
)
ROLLED_OUT = "Not daily: OMiC is fully rolled out here, so no weekly check is owed"


class CohortForm(TypedForm):
    """Daily or weekly, why, and when to look again. Neither answer is a safe default, so none is chosen."""

    cohort = forms.TypedChoiceField(
        choices=CHOICES,
        coerce=Cohort,
        widget=forms.RadioSelect,
        label="How often is she checked from today?",
    )
    because = forms.CharField(label="Reason", max_length=2000, widget=area(), help_text="Who was heard, and why")
    next_review_on = DateField(label="Next review", help_text="Within four weeks")
    instead_of = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any, *, staff: Staff, initial: dict[str, Any], rolled_out: bool) -> None:
        super().__init__(data, staff=staff, initial=initial)
        if rolled_out:
            self.fields["cohort"].choices = (CHOICES[0], (CHOICES[1][0], ROLLED_OUT))  # type: ignore[attr-defined]


class ReferForm(TypedForm):
    """Why daily checks should be considered."""

    because = forms.CharField(
        label="Why should daily checks be considered?",
        max_length=2000,
        widget=area(),
        help_text="What you have seen or heard. Whoever decides reads it today",
    )


class TellForm(TypedForm):
    """That she was told, when, how and with what care."""

    on = DateField(label="When was she told?")
    how = forms.TypedChoiceField(choices=How.choices, coerce=How, widget=forms.RadioSelect, label="How was she told?")
    note = forms.CharField(
        label="What care was taken?",
        max_length=1000,
        widget=area(),
        help_text="How she took it, and what was agreed, for example whom she can turn to",
    )

    def told(self) -> dict[str, Any]:
        """The valid form as the action takes it."""
        return {"told": Told(**super().told())}
