"""Forms that are saved once, however often they are sent."""

import uuid
from typing import Any

from django import forms

from allocation.forms import TypedForm
from omic.models import Staff


class SavingForm(TypedForm):
    """A form whose action takes the `request_id` that the page was drawn with: a second time changes nothing."""

    request_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, staff: Staff, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, staff=staff, initial={"request_id": uuid.uuid4, **(initial or {})})
