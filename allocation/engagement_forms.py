"""The forms of a POM engagement: logging it, correcting it, taking it back."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms

from allocation.actions import RefusedError
from allocation.engagements import Engagement
from omic import pending
from omic.fields import DateTimeField
from omic.forms import BaseForm
from omic.http import PrisonRequest
from omic.models import Contact

LONGEST = 480  # minutes: a whole shift; more is a slip of the keyboard


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea({"rows": rows})


class SavingForm(BaseForm):
    """A form that is saved once, however often it is sent, and whose typing is kept when the session ends."""

    request_id = forms.UUIDField(widget=forms.HiddenInput)
    typed_by = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, request: PrisonRequest, initial: dict[str, Any] | None = None) -> None:
        stamped = {"request_id": uuid.uuid4, "typed_by": pending.stamp(request.user)}
        super().__init__(data, initial={**stamped, **(initial or {})})

    def told(self) -> dict[str, Any]:
        """The valid form as its action takes it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "typed_by"}

    def attempt(self, save: Callable[..., Contact]) -> Contact | None:
        """What the action gives; None, with the reason on the form, where it refused."""
        try:
            return save(**self.told())
        except RefusedError as error:
            self.add_error(error.field if error.field in self.fields else None, str(error))
            return None


class EngagementForm(SavingForm):
    """When it was, how long, and what it was."""

    at = DateTimeField(label="Date and time", help_text="When it began. The time like 14:30 or 2:30pm")
    minutes = forms.IntegerField(
        min_value=1,
        max_value=LONGEST,
        widget=forms.NumberInput({"class": "govuk-input--width-3"}),
        label="Minutes together",
    )
    text = forms.CharField(
        max_length=4000,
        widget=_area(6),
        label="What was it about?",
        help_text="It goes to NOMIS as it stands (OMIC/OPE)",
    )

    def told(self) -> dict[str, Any]:
        """The valid form as its action takes it, the engagement together."""
        told = super().told()
        return {"said": Engagement(**{name: told.pop(name) for name in ("at", "minutes", "text")}), **told}


class AmendEngagementForm(EngagementForm):
    """A correction: everything may change, and the reason is kept beside it."""

    because = forms.CharField(max_length=300, label="Why are you correcting it?", widget=_area(2))


class WithdrawEngagementForm(SavingForm):
    """Why an engagement was recorded in error."""

    because = forms.CharField(
        max_length=300,
        label="Why was it recorded in error?",
        help_text="For example, it did not take place, or it was with somebody else",
        widget=_area(2),
    )
