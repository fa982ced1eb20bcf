"""The forms of self-harm incidents: recording one, taking one back, and which days are listed."""

import uuid
from datetime import date
from typing import Any

from django import forms

from keywork.actions.refusals import RefusedError
from keywork.regime_forms import TypedForm, area
from omic.calendar import week_start
from omic.forms import BaseForm, DateField
from omic.models import Staff


class IncidentForm(TypedForm):
    """That somebody harmed themselves, and when. What happened stands in NOMIS and in the ACCT document."""

    on = DateField(label="On which day?", help_text="The day on which it happened")
    reference = forms.CharField(
        label="Incident number",
        max_length=40,
        required=False,
        help_text="The number of the incident report in NOMIS, if it has one yet. It keeps one incident from counting "
        "twice",
    )
    note = forms.CharField(
        label="Note",
        max_length=2000,
        required=False,
        widget=area(3),
        help_text="Only what Safer Custody needs beside the incident report",
    )
    another = forms.BooleanField(required=False, widget=forms.HiddenInput, label="Another incident of the same day")
    request_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, staff: Staff, initial: dict[str, Any]) -> None:
        super().__init__(data, staff=staff, initial={"request_id": uuid.uuid4, **initial})
        if data and data.get("another"):
            self._ask_again()

    def refuse(self, error: RefusedError) -> None:
        """Show why it was not saved; one of the same day as another may be saved as another."""
        if error.field == "another":
            self._ask_again()
        super().refuse(error)

    def _ask_again(self) -> None:
        self.fields["another"].widget = forms.CheckboxInput()


class WithdrawIncidentForm(TypedForm):
    """Why an incident was recorded in error."""

    because = forms.CharField(
        label="Why was it recorded in error?",
        max_length=1000,
        widget=area(),
        help_text="For example, it is recorded twice, or it was about somebody else",
    )


class DaysForm(BaseForm):
    """The days whose incidents are listed, both included; any that cannot be read ask for the running week."""

    mark_optional = False
    first = DateField(label="From")
    last = DateField(label="To")

    def __init__(self, data: Any = None, *, on: date) -> None:
        super().__init__(data, initial={"first": week_start(on), "last": on})
        self.on = on

    def add_prefix(self, field_name: str) -> str:
        """`from` and `to` in the address, which Python keeps for itself."""
        return {"first": "from", "last": "to"}.get(field_name, field_name)

    def days(self) -> tuple[date, date]:
        """The days asked for."""
        if self.is_bound and self.is_valid():
            return self.cleaned_data["first"], self.cleaned_data["last"]
        return week_start(self.on), self.on

    def clean(self) -> dict[str, Any]:
        """In order."""
        found = super().clean() or {}
        if found.get("first") and found.get("last") and found["last"] < found["first"]:
            self.add_error("last", "The last day must not be before the first")
        return found
