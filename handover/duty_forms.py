"""What staff type about a duty: when it was done, why it is not needed, what was recorded in error, a new one."""

from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError

from handover.duties_by_fact import BY_HAND
from omic import pending
from omic.calendar import london_day, london_midnight
from omic.forms import BaseForm, DateField, DateTimeField
from omic.models import ObligationKind, Staff

WHEN = "When was it done?"
REASON_LENGTH = 200  # what the duty keeps
LINES = forms.Textarea({"rows": 3})


class DutyForm(BaseForm):
    """What every form here shares: what was typed is kept while its author signs in again."""

    typed_by = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, staff: Staff, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.fields["typed_by"].initial = pending.stamp(staff)


class DoneForm(DutyForm):
    """The day on which a duty was done."""

    done = DateField(label=WHEN)
    note = forms.CharField(
        label="What was done",
        help_text="For example who took part, and what was decided",
        required=False,
        max_length=2000,
        widget=LINES,
    )

    def clean_done(self) -> datetime:
        """The moment: of a day that is over London's midnight, of today the present. Not ahead."""
        done: date = self.cleaned_data["done"]
        if done > london_day(self.now):
            raise ValidationError("The day must be today or in the past")
        return self.now if done == london_day(self.now) else london_midnight(done)


class DoneAtForm(DoneForm):
    """The moment at which a duty was done that is counted in hours."""

    done = DateTimeField(label=WHEN, help_text="The time matters: this duty is counted in hours")

    def clean_done(self) -> datetime:
        """Not ahead."""
        done: datetime = self.cleaned_data["done"]
        if done > self.now:
            raise ValidationError("The time must be now or in the past")
        return done


class ReasonForm(DutyForm):
    """Why a duty is not needed, or what was wrong with what was recorded."""

    reason = forms.CharField(max_length=REASON_LENGTH, widget=LINES)

    def __init__(self, *args: Any, question: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = question
        self.fields["reason"].error_messages["required"] = "Say why"


class OpenDutyForm(DutyForm):
    """A duty that no fact asks for. `key` makes sure that a form sent twice opens one."""

    kind = forms.ChoiceField(
        label="What is to be done?",
        choices=[(kind.value, kind.label) for kind in BY_HAND],
        widget=forms.RadioSelect,
    )
    due_on = DateField(label="By when?", help_text="The last day in time, if there is one", required=False)
    note = forms.CharField(
        label="Note", help_text="Shown on the duty’s page", required=False, max_length=2000, widget=LINES
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def clean_kind(self) -> ObligationKind:
        """The kind itself."""
        return ObligationKind(self.cleaned_data["kind"])

    def clean_due_on(self) -> date | None:
        """Not in the past: what is overdue from its first day was nobody's duty before."""
        due_on: date | None = self.cleaned_data["due_on"]
        if due_on is not None and due_on < london_day(self.now):
            raise ValidationError("The last day in time must be today or later")
        return due_on
