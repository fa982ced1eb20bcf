"""What staff type about a handover: a step with its day, a meeting, why not, another form, the report, its sending."""

from datetime import date
from typing import Any
from uuid import uuid4

from django import forms

from handover.duty_forms import LINES, REASON_LENGTH, DutyForm
from handover.models import HandoverForm, HandoverStep
from handover.report_text import PARTS
from omic.calendar import london_day
from omic.forms import DateField

LONG = forms.Textarea({"rows": 6})
Kind = HandoverStep.Kind
TEXTS = ("note", "attendees", "looking_back", "looking_forward")


class StepForm(DutyForm):
    """One step: its day and a note. `completes` is there where a handover waits to be recorded with it."""

    done_on = DateField(label="When was it done?")
    note = forms.CharField(label="Note", required=False, max_length=2000, widget=LINES)
    completes = forms.BooleanField(
        label="This completes the handover: record it as handed over on that day", required=False
    )
    request_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, may_complete: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_complete:
            del self.fields["completes"]

    def clean_done_on(self) -> date:
        """Not ahead."""
        done_on: date = self.cleaned_data["done_on"]
        if done_on > london_day(self.now):
            raise forms.ValidationError("The day must be today or in the past")
        return done_on

    def told(self) -> dict[str, Any]:
        """The valid form as `record_step` takes it."""
        given = self.cleaned_data
        texts = {name: given[name] for name in TEXTS if name in given}
        plain = {"done_on": given["done_on"], "request_id": given["request_id"]}
        return plain | {"texts": texts, "completes": given.get("completes", False)}


class MeetingForm(StepForm):
    """A handover meeting: who took part, what it looked back on, and what lies ahead (HO-30, HO-36)."""

    attendees = forms.CharField(
        label="Who took part?",
        help_text="The POM and the COM; with parole also the person, the key worker and significant others",
        max_length=1000,
        widget=LINES,
    )
    looking_back = forms.CharField(
        label="Looking back",
        help_text="What was achieved in the sentence, and what was hard",
        max_length=4000,
        widget=LONG,
    )
    looking_forward = forms.CharField(
        label="Looking forward", help_text="What release needs, and who does what", max_length=4000, widget=LONG
    )
    field_order = ("done_on", "attendees", "looking_back", "looking_forward", "note", "completes")


class NotNeededForm(StepForm):
    """Why the POM judges that no OASys is needed before the handover (HO-32)."""

    note = forms.CharField(
        label="Why is it not needed?",
        help_text="A recent assessment, or little or no change",
        max_length=REASON_LENGTH,
        widget=LINES,
    )


FORMS: dict[Kind, type[StepForm]] = {Kind.MEETING: MeetingForm, Kind.OASYS_NOT_NEEDED: NotNeededForm}


class FormForm(DutyForm):
    """Another form of handover than the rule gives."""

    form = forms.ChoiceField(label="How is it handed over?", choices=HandoverForm.choices, widget=forms.RadioSelect)
    because = forms.CharField(label="Why", max_length=1000, widget=LINES)


def _part(name: str) -> forms.CharField:
    return forms.CharField(label=PARTS[name], required=False, max_length=8000, widget=forms.Textarea({"rows": 8}))


class ReportForm(DutyForm):
    """The report's parts, as a draft; `version` is the one that was shown."""

    done_in_custody = _part("done_in_custody")
    still_to_do = _part("still_to_do")
    risks = _part("risks")
    release_needs = _part("release_needs")
    version = forms.IntegerField(widget=forms.HiddenInput, initial=0)

    def texts(self) -> dict[str, str]:
        """The parts of the valid form."""
        return {name: self.cleaned_data[name] for name in PARTS}


class SendForm(StepForm):
    """To whom and when the report was sent."""

    to = forms.CharField(label="To whom?", help_text="Name and team of the COM, or the LDU", max_length=200)
    version = forms.IntegerField(widget=forms.HiddenInput)
    note = None  # type: ignore[assignment]
    field_order = ("to", "done_on", "completes")

    def told(self) -> dict[str, Any]:
        """The valid form as `send_report` takes it."""
        given = self.cleaned_data
        plain = {name: given[name] for name in ("to", "version", "request_id")}
        return plain | {"sent_on": given["done_on"], "completes": given.get("completes", False)}


class NoteForm(DutyForm):
    """What the POM of the next prison should know (HO-39)."""

    text = forms.CharField(
        label="What should the next POM know?",
        help_text="What is under way, who matters to the person, what was agreed, and what must not be lost",
        max_length=8000,
        widget=LONG,
    )
