"""The forms of the roster: one line each, what a line must say, and taking a check back."""

import uuid
from datetime import date, datetime
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError

from keywork.actions.refusals import RefusedError
from keywork.regime_forms import TypedForm
from omic.fields import parse_time
from omic.formats import clock, day
from omic.forms import BaseForm, in_sentence
from omic.models import ContactKind, Person
from wellbeing.check_times import CheckTimeField, ClockTime, by_clock
from wellbeing.models import CheckNote
from wellbeing.notes import CheckRecord

NOTHING, SOMETHING = "nothing", "something"
RAISED = ((NOTHING, "Nothing"), (SOMETHING, "Something"))
OUTCOMES = (
    (ContactKind.SEEN.value, "Only seen: a roll check, which is no wellbeing check"),
    (ContactKind.DECLINED.value, "Declined to engage"),
    (ContactKind.UNAVAILABLE.value, "Not available"),
    (ContactKind.ATTEMPT.value, "Attempted: no answer, or not possible"),
    ("done", "None of these: the check was done"),
)
YES_NO = (("yes", "Yes"), ("no", "No"))
SHIFTS = (
    ("", "Whole day"),
    ("early", "Early, 7am to 1pm"),
    ("late", "Late, 1pm to 9pm"),
    ("night", "Night, 9pm to 7am"),
)
FOLDED = ("outcome", "away", "because", "concern", "told", "acct_entry", "clock", "leave_out")
HIDDEN = ("request_id", "day")
NEEDED = {
    "identified": "Say how you made sure of who this was",
    "spoken_to": "Tick that you spoke together, or choose what happened instead",
    "raised": "Say whether anything was raised",
    "family": "Say whether there is contact with family or friends",
    "understood": "Say whether the information given is understood",
}


class Option(NamedTuple):
    """One choice as a line draws it."""

    id: str
    value: str
    words: str
    chosen: bool


class Choice(NamedTuple):
    """Choices of which one can be tapped."""

    id: str
    name: str
    label: str
    errors: list[str]
    options: list[Option]


def prefix_of(person: Person) -> str:
    """What the names of a person's line begin with: whose line it is cannot be mistaken (H2)."""
    return f"p{person.ref.hex}"


def _radios(choices: Any, label: str) -> forms.ChoiceField:
    return forms.ChoiceField(choices=choices, required=False, widget=forms.RadioSelect, label=label)


def _words(label: str, longest: int, rows: int = 2) -> forms.CharField:
    return forms.CharField(max_length=longest, required=False, widget=forms.Textarea({"rows": rows}), label=label)


class LineForm(BaseForm):
    """The form of one person among many on a page."""

    person: Person

    def add_error(self, field: str | None, error: Any) -> None:
        """Every error names the person."""
        words = error.messages if isinstance(error, ValidationError) else [error]
        for message in words:
            super().add_error(field, ValidationError(f"{self.person.name}: {in_sentence(str(message))}"))


class RowForm(LineForm):
    """One line of a roster. A line on which nothing was tapped or typed is no answer, and is left alone.

    Everything that is wrong with a line is said at once, with the person's name, beside the control it is about.
    `twice` says after validation that the time came twice that night, and that the first of the two was taken.
    """

    identified = _radios(CheckNote.Identified.choices, "Made sure by")
    spoken_to = forms.BooleanField(required=False, label="Spoken to")
    raised = _radios(RAISED, "Raised")
    raised_text = _words("What was raised", 4000)
    family = _radios(CheckNote.Family.choices, "Family or friends")
    understood = _radios(CheckNote.Understood.choices, "Information given")
    outcome = _radios(OUTCOMES, "Not done?")
    away = forms.ChoiceField(choices=[("", "Choose"), *CheckNote.Away.choices], required=False, label="Where or why")
    because = forms.CharField(max_length=300, required=False, label="More about why")
    concern = _words("Concern", 4000)
    told = forms.CharField(max_length=200, required=False, label="Told to")
    acct_entry = _radios(YES_NO, "If an ACCT is open: is the concern in it?")
    day = forms.DateField(required=False, widget=forms.HiddenInput)
    clock = forms.CharField(max_length=10, required=False, label="Time, if not now")
    leave_out = forms.BooleanField(required=False, label="Leave this line out: tapped by mistake")
    another = forms.BooleanField(required=False, label="Another one: they were seen again")
    request_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, person: Person, on: date, **kwargs: Any) -> None:
        self.person, self.on = person, on
        self.twice = False
        kwargs.setdefault("initial", {"request_id": uuid.uuid4(), "day": on})
        super().__init__(data, prefix=prefix_of(person), **kwargs)
        self.fields["identified"].choices = (  # type: ignore[attr-defined]
            (CheckNote.Identified.BIRTH_DATE, f"Name and date of birth, {day(person.date_of_birth)}"),
            (CheckNote.Identified.NUMBER, f"Name and number ending {person.prison_number[-3:]}"),
        )

    @property
    def touched(self) -> bool:
        """Whether anything was tapped or typed on the line."""
        names = [name for name in self.fields if name not in HIDDEN]
        return self.is_bound and not self._typed("leave_out") and any(self._typed(name) for name in names)

    def _typed(self, name: str) -> Any:
        found = self.fields[name].widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
        return any(found) if isinstance(found, list) else found

    @property
    def typed(self) -> dict[str, Any]:
        """What every control holds, as it was typed."""
        return {name: self[name].value() or "" for name in self.fields}

    def choice(self, name: str) -> Choice:
        """The choices of a field as a line draws them: a page has hundreds, too many for a template each."""
        field, typed = self[name], self.typed[name]
        options = [
            Option(f"id_{field.html_name}_{number}", str(value), words, str(value) == typed)
            for number, (value, words) in enumerate(self.fields[name].choices)  # type: ignore[attr-defined]
        ]
        return Choice(f"id_{field.html_name}", field.html_name, str(field.label), list(field.errors), options)

    def identity(self) -> Choice:
        """By what two identifiers the person was recognised."""
        return self.choice("identified")

    def raises(self) -> Choice:
        """Whether anything was raised; its text stands below."""
        return self.choice("raised")

    def talk(self) -> list[Choice]:
        """What else a check finds out, by taps."""
        return [self.choice(name) for name in ("family", "understood")]

    def otherwise(self) -> Choice:
        """What happened instead of a check."""
        return self.choice("outcome")

    def in_acct(self) -> Choice:
        """Whether the concern is in the ACCT document."""
        return self.choice("acct_entry")

    @property
    def asks_again(self) -> bool:
        """Whether the line asks if this is another one: the same was saved within the hour."""
        return self.is_bound and ("another" in self.errors or bool(self._typed("another")))

    @property
    def unfolded(self) -> bool:
        """Whether the part that is folded away holds something, or an error."""
        return any(self.typed.get(name) or (self.is_bound and name in self.errors) for name in FOLDED)

    def clean_clock(self) -> datetime | None:
        """The moment on the day of the page, or None for now: which it cannot be when that day is over."""
        on = self.cleaned_data.get("day") or self.on
        if text := self.cleaned_data["clock"]:
            return self._by_clock(by_clock(on, parse_time(text, called="Time")))
        if on != self.on:
            raise ValidationError(f"the day has changed. Enter the time of the check on {day(on)}")
        return None

    def _by_clock(self, typed: ClockTime) -> datetime:
        self.twice = typed.twice
        return typed.at

    def which_of_two(self) -> str:
        """That the time of a saved line came twice, and which was taken, in words; empty for any other."""
        if not self.twice:
            return ""
        came = f"{clock(self.cleaned_data['clock'])} came twice on {day(self.cleaned_data['clock'])}"
        return f"{self.person.name}: {came}, when the clocks went back. The first of the two was taken."

    def clean(self) -> dict[str, Any]:
        """What a line must say depends on what happened."""
        data = super().clean() or self.cleaned_data
        if self.kind == ContactKind.CHECK:
            self._require(NEEDED)
        else:
            self._clean_not_done(data)
        if data.get("raised") == SOMETHING and not data.get("raised_text"):
            self._say("raised_text", "Write what was raised")
        if data.get("raised_text") and data.get("raised") != SOMETHING:
            self._say("raised", "Something is written as raised: choose Something, or clear it")
        if data.get("concern") and not data.get("told"):
            self._say("told", "Say to whom you passed the concern on")
        return data

    @property
    def kind(self) -> ContactKind:
        """What the line records: a check, unless something else is chosen."""
        chosen = self.cleaned_data.get("outcome") or "done"
        return ContactKind.CHECK if chosen == "done" else ContactKind(chosen)

    def _clean_not_done(self, data: dict[str, Any]) -> None:
        if any(data.get(name) for name in ("spoken_to", "raised", "family", "understood")):
            label = str(self.kind.label)
            self._say("outcome", f"Choose one: the check was done as ticked, or this is: {label}")
        if self.kind in (ContactKind.SEEN, ContactKind.DECLINED):
            self._require({"identified": NEEDED["identified"]})
        if self.kind == ContactKind.UNAVAILABLE and not data.get("away"):
            self._say("away", "Choose where they were")
        if self.kind == ContactKind.ATTEMPT and not data.get("because"):
            self._say("because", "Say why it was not possible")

    def _require(self, words: dict[str, str]) -> None:
        for name, message in words.items():
            if name not in self.errors and not self.cleaned_data.get(name):
                self._say(name, message)

    def _say(self, name: str, message: str) -> None:
        self.add_error(name, message)

    def refuse(self, error: RefusedError) -> None:
        """Show why the action did not save the line."""
        time = "clock" if "clock" in self.fields else "when"
        name = {"at": time, "raised": "raised_text"}.get(error.field or "", error.field)
        self.add_error(name if name in self.fields else "identified", str(error).removeprefix(f"{self.person.name} "))

    def record(self, *, at: datetime) -> CheckRecord:
        """The valid line as the action takes it; `at` is the time where none was typed."""
        data = self.cleaned_data
        said = ("identified", "family", "understood", "concern", "told", "away", "because", "spoken_to")
        return CheckRecord(
            kind=self.kind,
            at=data["clock"] or at,
            raised=data["raised_text"] if data["raised"] == SOMETHING else "",
            acct_entry={"yes": True, "no": False}.get(data["acct_entry"]),
            **{name: data[name] for name in said},
        )


class PersonCheckForm(RowForm):
    """The line of one person on a page of its own: of any day, so that a late entry has its true time."""

    when = CheckTimeField(label="Date and time", required=False, help_text="Leave empty for now. The time like 14:30")
    day = clock = None  # type: ignore[assignment]

    def clean_when(self) -> datetime | None:
        """The moment, or None for now."""
        typed = self.cleaned_data["when"]
        self.cleaned_data["clock"] = self._by_clock(typed) if typed else None
        return self.cleaned_data["clock"]


class UndoForm(TypedForm):
    """Why a check was recorded in error."""

    because = forms.CharField(
        max_length=300,
        label="Why was it recorded in error?",
        help_text="For example, it was about somebody else, or the check was not made",
        widget=forms.Textarea({"rows": 2}),
    )
    request_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
