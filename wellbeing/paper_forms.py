"""The forms of days out, and of a roster that was filled in on paper."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError

from keywork.regime_forms import TypedForm
from omic.fields import DateField, parse_time
from omic.models import ContactKind, DayOut, Person, Staff
from omic.reconcile import AHEAD
from wellbeing.actions.checks import FURTHEST_BACK
from wellbeing.check_times import by_clock
from wellbeing.roster_forms import RowForm

# A sheet is typed in by keyboard: lists to choose from instead of taps, and short words.
OUTCOMES = (
    ("done", "Checked"),
    (ContactKind.SEEN.value, "Only seen"),
    (ContactKind.DECLINED.value, "Declined"),
    (ContactKind.UNAVAILABLE.value, "Not there"),
    (ContactKind.ATTEMPT.value, "No answer, or not possible"),
)
CHOSEN = ("outcome", "identified", "raised", "family", "understood", "acct_entry")
ALWAYS = ("outcome", "clock", "officer", "identified", "spoken_to", "raised", "raised_text", "family", "understood")
SELDOM = ("away", "because", "concern", "told", "acct_entry")


class Control(NamedTuple):
    """One control as a line draws it: a page has hundreds, too many for a template each."""

    id: str
    name: str
    label: str
    value: Any
    errors: list[str]
    choices: list[tuple[str, str]]
    tick: bool
    officers: bool


class DayOutForm(TypedForm):
    """A whole day out: no further back than a write settles what was owed, no further ahead than checks are made."""

    on = DateField(label="Which day?", help_text="The whole day. Somebody who is back to be seen that day is not out")
    why = forms.ChoiceField(choices=DayOut.Why.choices, widget=forms.RadioSelect, label="Where?")

    def __init__(self, data: Any = None, *, staff: Staff, today: date) -> None:
        super().__init__(data, staff=staff, initial={"on": today})
        self.today = today

    def clean_on(self) -> date:
        """A day that can still be settled."""
        on: date = self.cleaned_data["on"]
        if not self.today - FURTHEST_BACK <= on <= self.today + AHEAD:
            raise ValidationError(f"Date must be within the last {FURTHEST_BACK.days} or the next {AHEAD.days} days")
        return on


class PaperForm(TypedForm):
    """Who made the checks of a sheet, where a line does not name somebody else."""

    mark_optional = False
    officer = forms.ChoiceField(
        label="Who made these checks?", help_text="A line can name another officer", required=False
    )

    def __init__(self, data: Any = None, *, staff: Staff, officers: Mapping[str, Staff]) -> None:
        own = next((name for name, officer in officers.items() if officer == staff), "")
        super().__init__(data, staff=staff, initial={"officer": own})
        self.fields["officer"].choices = [("", "Choose"), *((name, name) for name in officers)]  # type: ignore[attr-defined]


class PaperLine(RowForm):
    """One line of a sheet: a roster's line with the time of the check and, if need be, its officer.

    `officers` are those of that day by the name that the page offers, `otherwise` is the sheet's.
    """

    clock = forms.CharField(max_length=10, required=False, label="Time")
    officer = forms.CharField(max_length=250, required=False, label="Officer, if another")

    def __init__(
        self, data: Any, *, person: Person, on: date, officers: Mapping[str, Staff], otherwise: Staff | None
    ) -> None:
        super().__init__(data, person=person, on=on)
        self.fields["outcome"].choices = OUTCOMES  # type: ignore[attr-defined]
        self.fields["outcome"].label = "Outcome"
        for name in CHOSEN:
            field: Any = self.fields[name]
            field.widget, field.choices = forms.Select(), [("", "Choose"), *field.choices]
        self.officers, self.otherwise = officers, otherwise

    def always(self) -> list[Control]:
        """The boxes that a sheet has for everybody, and whether a check is another one where that is asked."""
        return [self._control(name) for name in ALWAYS + ("another",) * self.asks_again]

    def seldom(self) -> list[Control]:
        """What only some lines of a sheet have."""
        return [self._control(name) for name in SELDOM]

    def _control(self, name: str) -> Control:
        field, bound = self.fields[name], self[name]
        choices = [(str(value), words) for value, words in getattr(field, "choices", ())]
        tick, errors = isinstance(field, forms.BooleanField), list(bound.errors) if self.is_bound else []
        value = bound.value() or ""
        return Control(
            f"id_{bound.html_name}", bound.html_name, str(field.label), value, errors, choices, tick, name == "officer"
        )

    @property
    def unfolded(self) -> bool:
        """Whether what only some lines have holds something, or an error."""
        return any(control.value or control.errors for control in self.seldom())

    def clean_clock(self) -> datetime:
        """The moment on London's clock that day; there is no "now" on paper."""
        if not (text := self.cleaned_data["clock"]):
            raise ValidationError("Enter the time of the check")
        return self._by_clock(by_clock(self.on, parse_time(text, called="Time")))

    def clean_officer(self) -> Staff:
        """Somebody posted here on that day: named on the line, or else at the top."""
        typed = self.cleaned_data["officer"].strip()
        if typed and typed not in self.officers:
            raise ValidationError("Choose an officer from the list")
        if not (officer := self.officers.get(typed, self.otherwise)):
            raise ValidationError("Choose who made the check, here or at the top")
        return officer
