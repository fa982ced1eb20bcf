"""The forms of regime levels and of fortnightly key work."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from keywork.actions.regime import Papers
from keywork.forms import KeyWorkForm
from keywork.regime import LEVEL_NAMES
from omic import pending
from omic.fields import DateField
from omic.formats import day
from omic.models import Staff


def area(rows: int = 3) -> forms.Textarea:
    """A box for a few lines."""
    return forms.Textarea({"rows": rows})


class TypedForm(KeyWorkForm):
    """A form whose typing is kept when the session ends before it is saved (see omic.pending)."""

    typed_by = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, staff: Staff, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial={"typed_by": pending.stamp(staff), **(initial or {})})

    def told(self) -> dict[str, Any]:
        """The valid form as its action takes it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "typed_by"}


class ReasonForm(TypedForm):
    """Why something is taken back."""

    because = forms.CharField(label="Why is it taken back?", max_length=1000, widget=area())


class LevelForm(TypedForm):
    """A change of level with its papers (ED-16). Level and day are left open: neither has a safe default."""

    level = forms.TypedChoiceField(
        choices=list(LEVEL_NAMES.items()), coerce=int, widget=forms.RadioSelect, label="Which level?"
    )
    starts_on = DateField(label="From which day?", help_text="Today, a day to come, or a day of this week since Monday")
    because = forms.CharField(label="Reason", max_length=2000, widget=area(), help_text="What has changed")
    sign_off = forms.CharField(
        label="Sign-off reference", max_length=300, help_text="Who signed it off under the National Framework, and when"
    )
    risk_assessment = forms.CharField(label="Risk assessment", max_length=300, help_text="Where it can be found")
    safe_system = forms.CharField(label="Safe system of work", max_length=300, help_text="Where it can be found")
    consultation = forms.CharField(
        label="Consultation", max_length=300, help_text="With which staff associations and unions, and when"
    )
    recovery_plan = forms.CharField(
        label="Regime recovery plan", max_length=300, required=False, help_text="Needed at levels 3 and 2"
    )
    instead_of = forms.IntegerField(widget=forms.HiddenInput, required=False)

    fieldsets = (
        ("The change", ("level", "starts_on", "because")),
        ("The papers", ("sign_off", "risk_assessment", "safe_system", "consultation", "recovery_plan")),
    )

    def told(self) -> dict[str, Any]:
        """The valid form as the action takes it, the papers together."""
        told = super().told()
        names = ("sign_off", "risk_assessment", "safe_system", "consultation", "recovery_plan")
        papers = Papers(**{name: told.pop(name) for name in names})
        return {**told, "papers": papers}


class TaskForm(TypedForm):
    """What was done about a task of a change of level."""

    note = forms.CharField(label="What was done?", max_length=2000, widget=area(), help_text="By whom, when and how")


class AskForm(TypedForm):
    """Ask for fortnightly key work."""

    starts_on = DateField(label="From which Monday?", help_text="Fortnights are counted from it")
    because = forms.CharField(label="Reason", max_length=2000, widget=area())


class AnswerForm(TypedForm):
    """The PGD's answer."""

    approved = forms.TypedChoiceField(
        choices=[("yes", "Approve"), ("no", "Refuse")],
        coerce=lambda value: value == "yes",
        empty_value=None,
        widget=forms.RadioSelect,
        label="Your answer",
    )
    decision = forms.CharField(label="Your words to the prison", max_length=2000, widget=area())


class EndFortnightlyForm(TypedForm):
    """From when key work is weekly again."""

    ends_on = forms.TypedChoiceField(
        coerce=date.fromisoformat, widget=forms.RadioSelect, label="From which Monday is key work weekly again?"
    )

    def __init__(self, data: Any = None, *, staff: Staff, ends: Iterable[date]) -> None:
        super().__init__(data, staff=staff)
        self.fields["ends_on"].choices = [(end.isoformat(), day(end)) for end in ends]  # type: ignore[attr-defined]
