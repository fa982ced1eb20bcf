"""The forms of key work: a session or an entry, and its correction."""

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from django import forms

from keywork.actions import RefusedError, SameSessionError
from keywork.models import Mode, PlanTarget, TargetReview
from keywork.notes import Record, Reviewed
from keywork.policy import PROMPTS
from omic import pending
from omic.fields import DateTimeField
from omic.forms import BaseForm
from omic.http import PrisonRequest
from omic.models import Contact, ContactKind

LONGEST = 480  # minutes: a whole shift; more is a slip of the keyboard
WRITTEN = ("mood", "engagement", "concerns", "actions", "risk_information")
KINDS = [
    (ContactKind.SESSION.value, "Session: counts toward what is owed (KA/KS)"),
    (ContactKind.ENTRY.value, "Entry: a note that does not count (KA/KE)"),
]
NOT_TALKED_ABOUT = "not_talked_about"
TARGET_STATES = [(NOT_TALKED_ABOUT, "Not talked about"), *TargetReview.State.choices]
ASK_AGAIN = "Tick to save it as another session, or open the one that is saved already"


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea({"rows": rows})


def _minutes() -> forms.NumberInput:
    return forms.NumberInput({"class": "govuk-input--width-3"})


Done = TypeVar("Done")


class KeyWorkForm(BaseForm):
    """A form whose action may refuse."""

    def refuse(self, error: RefusedError) -> None:
        """Show why it was not saved, beside the field it is about."""
        self.add_error(error.field if error.field in self.fields else None, str(error))


def attempt(form: KeyWorkForm, save: Callable[..., Done], **facts: Any) -> Done | None:
    """What the action gives, or None after showing on the form why it refused."""
    try:
        return save(**facts)
    except RefusedError as error:
        form.refuse(error)
        return None


class SessionForm(KeyWorkForm):
    """A session or an entry. What it must hold depends on which of the two it is."""

    template_name = "keywork/_session_fields.html"

    kind = forms.ChoiceField(
        choices=KINDS, initial=ContactKind.SESSION, widget=forms.RadioSelect, label="What are you recording?"
    )
    at = DateTimeField(label="Date and time", help_text="When it began. The time like 14:30 or 2:30pm")
    mode = forms.ChoiceField(
        choices=Mode.choices,
        widget=forms.RadioSelect({"class": "govuk-radios--inline"}),
        label="How did you talk?",
        error_messages={"required": "Select how you talked"},
    )
    contact_minutes = forms.IntegerField(
        min_value=1, max_value=LONGEST, required=False, widget=_minutes(), label="Minutes together"
    )
    minutes = forms.IntegerField(
        min_value=1,
        max_value=LONGEST,
        widget=_minutes(),
        label="Minutes in all",
        help_text="With liaison and recording",
    )
    mood = forms.CharField(max_length=1000, widget=_area(2), help_text="How they seemed to you")
    engagement = forms.CharField(max_length=1000, widget=_area(2), help_text="How they took part and responded")
    concerns = forms.CharField(max_length=4000, required=False, widget=_area(3))
    actions = forms.CharField(
        max_length=4000, required=False, widget=_area(3), help_text="What you did, and what either of you will do"
    )
    risk_information = forms.CharField(
        max_length=4000,
        required=False,
        widget=_area(3),
        label="Risk information for the OMU",
        help_text="Anything that matters for risk. The POM, without one the HOMD, is asked to read it",
    )
    another = forms.BooleanField(required=False, widget=forms.HiddenInput, label="No, this is another session")
    request_id = forms.UUIDField(widget=forms.HiddenInput)
    typed_by = forms.CharField(required=False, widget=forms.HiddenInput)

    fieldsets = (
        ("The session", ("kind", "at", "mode", "contact_minutes", "minutes")),
        ("How it went", ("mood", "engagement", "concerns", "actions")),
        ("For the OMU", ("risk_information",)),
    )

    def __init__(
        self, data: Any = None, *, request: PrisonRequest, initial: Any = None, targets: Sequence[PlanTarget] = ()
    ) -> None:
        on = request.on
        today = {"at": [str(on.day), str(on.month), str(on.year), ""], "request_id": uuid.uuid4}
        super().__init__(data, initial={**today, "typed_by": pending.stamp(request.user), **(initial or {})})
        for key, words in PROMPTS.items():
            self.fields[f"prompt_{key}"] = forms.CharField(
                max_length=2000, required=False, widget=_area(2), label=words
            )
        self.targets = targets
        self._ask_about_targets()
        self.same: Contact | None = None
        if data and data.get("kind") == ContactKind.ENTRY:
            for name in ("minutes", "mood", "engagement"):
                self.fields[name].required = False
        if data and data.get("another"):
            self._ask_again()

    def _ask_about_targets(self) -> None:
        """How far each target of the progression plan has come (KW-12): its own fields, under a legend of their own."""
        for target in self.targets:
            name, state = f"target_{target.pk}", target.state  # type: ignore[attr-defined]
            self.fields[name] = forms.ChoiceField(
                choices=TARGET_STATES,
                initial=NOT_TALKED_ABOUT,
                required=False,
                widget=forms.RadioSelect({"class": "govuk-radios--inline"}),
                label=target.words,
                help_text=f"So far: {TargetReview.State(state).label.lower()}" if state else "Not reviewed yet",
            )
            self.fields[f"{name}_words"] = forms.CharField(
                max_length=1000, required=False, widget=_area(2), label=f"What was said of “{target.words}”"
            )
        if self.targets:
            names = tuple(name for name in self.fields if name.startswith("target_"))
            session, how, *rest = type(self).fieldsets
            self.fieldsets = (session, how, ("Progression plan", names), *rest)

    @property
    def prompt_fields(self) -> list[forms.BoundField]:
        """The prompts, in order (ED-10)."""
        return [self[f"prompt_{key}"] for key in PROMPTS]

    @property
    def prompted(self) -> bool:
        """Whether a prompt is answered or wrong, so that the prompts must not be folded away."""
        return any(field.value() or field.errors for field in self.prompt_fields)

    def clean(self) -> dict[str, Any]:
        """The total holds the time together, and an entry says something."""
        data = self.cleaned_data
        together, in_all = data.get("contact_minutes"), data.get("minutes")
        if together and in_all and in_all < together:
            self.add_error("minutes", "Minutes in all must not be fewer than the minutes together")
        said = [data.get(name) for name in (*WRITTEN, *(f"prompt_{key}" for key in PROMPTS))]
        if data.get("kind") == ContactKind.ENTRY and not any(said) and not self._reviews() and not self.errors:
            self.add_error("concerns", "Enter what the entry is about")
        for target in self.targets:
            if data.get(f"target_{target.pk}_words") and not self._state_of(target):
                self.add_error(f"target_{target.pk}", f"Select how far “{target.words}” has come")
        return data

    def _state_of(self, target: PlanTarget) -> str:
        """What was chosen for the target; empty where it was not talked about."""
        state: str = self.cleaned_data.get(f"target_{target.pk}") or NOT_TALKED_ABOUT
        return "" if state == NOT_TALKED_ABOUT else state

    def _reviews(self) -> tuple[Reviewed, ...]:
        return tuple(
            Reviewed(target.pk, target.words, state, self.cleaned_data.get(f"target_{target.pk}_words", ""))
            for target in self.targets
            if (state := self._state_of(target))
        )

    def record(self) -> Record:
        """What the valid form says happened."""
        data = self.cleaned_data
        return Record(
            kind=ContactKind(data["kind"]),
            at=data["at"],
            mode=data["mode"],
            minutes=data["minutes"],
            contact_minutes=data["contact_minutes"],
            prompts={key: answer for key in PROMPTS if (answer := data[f"prompt_{key}"])},
            reviews=self._reviews(),
            **{name: data[name] for name in WRITTEN},
        )

    def told(self) -> dict[str, Any]:
        """The valid form as the actions take it."""
        data = self.cleaned_data
        return {"record": self.record(), "request_id": data["request_id"], "another": data["another"]}

    def refuse(self, error: RefusedError) -> None:
        """Show why it was not saved; a session within the hour of another one may be saved as another."""
        if isinstance(error, SameSessionError):
            self.same = error.contact
            self._ask_again()
            error.field = "another"
        super().refuse(error)

    def _ask_again(self) -> None:
        self.fields["another"].widget = forms.CheckboxInput()


def initial_of(record: Record) -> dict[str, Any]:
    """A saved record as a form shows it to be corrected."""
    fields = ("kind", "at", "mode", "minutes", "contact_minutes", *WRITTEN)
    prompts = {f"prompt_{key}": answer for key, answer in record.prompts.items()}
    states = {f"target_{review.target}": review.state for review in record.reviews}
    said = {f"target_{review.target}_words": review.words for review in record.reviews}
    return {**{name: getattr(record, name) for name in fields}, **prompts, **states, **said}


def typed_targets(data: Mapping[str, Any] | None) -> set[int]:
    """The targets that a posted session speaks of; what was typed about them must not be lost."""
    found = (re.fullmatch(r"target_(\d{1,9})(?:_words)?", name) for name in data or ())
    return {int(match[1]) for match in found if match}


class AmendForm(SessionForm):
    """A correction: everything may change, and the reason is kept beside it."""

    because = forms.CharField(max_length=300, label="Why are you correcting it?", widget=_area(2))
    fieldsets = (*SessionForm.fieldsets, ("The correction", ("because",)))


class WithdrawForm(KeyWorkForm):
    """Why something was recorded in error."""

    because = forms.CharField(
        max_length=300,
        label="Why was it recorded in error?",
        help_text="For example, it did not take place, or it was about somebody else",
        widget=_area(2),
    )
    request_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
