"""The forms of a progression plan and of the meetings at which a key worker is expected."""

from datetime import date
from typing import Any

from django import forms

from keywork.forms import KeyWorkForm
from omic import pending
from omic.forms import DateField
from omic.models import Staff


class KeptForm(KeyWorkForm):
    """A form whose text is kept while its author signs in again."""

    typed_by = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, staff: Staff, initial: Any = None) -> None:
        super().__init__(data, initial={"typed_by": pending.stamp(staff), **(initial or {})})

    def said(self) -> dict[str, Any]:
        """What was typed, as the actions take it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "typed_by"}


class StartForm(KeptForm):
    """What the person wants of the plan."""

    own_words = forms.CharField(
        max_length=4000,
        widget=forms.Textarea({"rows": 5}),
        label="What do they want of it, in their own words?",
        help_text="The plan is theirs and voluntary. It is no place for risk or offending",
    )


class TargetForm(KeptForm):
    """One thing that the person wants to reach."""

    words = forms.CharField(
        max_length=300, label="What do they want to reach?", help_text="In their own words, one thing that can be done"
    )
    review_on = DateField(required=False, label="When will you look at it again?")


class EndPlanForm(KeptForm):
    """Why a plan ends."""

    because = forms.CharField(
        max_length=300,
        label="Why does the plan end?",
        help_text="For example, they do not want it any more, or everything in it is reached",
        widget=forms.Textarea({"rows": 2}),
    )


class MeetingForm(KeptForm):
    """The day on which key worker, POM and person met."""

    held_on = DateField(label="When did you meet?")

    def __init__(self, data: Any = None, *, staff: Staff, on: date) -> None:
        super().__init__(data, staff=staff, initial={"held_on": on})


class AttendanceForm(KeptForm):
    """Whether the key worker was at a meeting, on which day, or why not."""

    attended = forms.TypedChoiceField(
        label="Was the key worker there?",
        choices=[("yes", "Yes"), ("no", "No: it was held without the key worker")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    held_on = DateField(label="If yes, when was it?", required=False)
    because = forms.CharField(label="If no, why not?", required=False, max_length=150)

    def __init__(self, data: Any = None, *, staff: Staff, on: date) -> None:
        super().__init__(data, staff=staff, initial={"held_on": on})

    def clean(self) -> None:
        """A day with yes, a reason with no."""
        super().clean()
        needed = {True: "held_on", False: "because"}.get(self.cleaned_data.get("attended"))  # type: ignore[arg-type]
        if needed and needed not in self.errors and not self.cleaned_data.get(needed):
            self.add_error(needed, "Enter the day of the meeting" if needed == "held_on" else "Say why not")
