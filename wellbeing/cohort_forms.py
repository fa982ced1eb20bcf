"""The forms about daily and weekly checks: a decision, a referral, and that she was told."""

from typing import Any

from django import forms

from keywork.actions.refusals import RefusedError
from keywork.regime_forms import TypedForm, area
from omic.fields import DateField
from omic.models import Person, Staff
from wellbeing.actions.cohorts import How, Told
from wellbeing.models import Cohort
from wellbeing.roster_forms import LineForm, prefix_of

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


class ReviewForm(LineForm, CohortForm):
    """The decision about one woman among many. A line on which nothing is chosen or written is no decision."""

    def __init__(self, data: Any, *, person: Person, staff: Staff, initial: dict[str, Any], rolled_out: bool) -> None:
        self.person, self.prefix = person, prefix_of(person)
        super().__init__(data, staff=staff, initial=initial, rolled_out=rolled_out)
        del self.fields["typed_by"]  # the page has one for all

    @property
    def touched(self) -> bool:
        """Whether anything was chosen or written."""
        return self.is_bound and any(self.data.get(self.add_prefix(name), "").strip() for name in ("cohort", "because"))

    def refuse(self, error: RefusedError) -> None:
        """Show why it was not saved, beside the field it is about, else beside the choice."""
        self.add_error(error.field if error.field in self.fields else "cohort", str(error))


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
