"""What POMs fill in about a case, and what somebody says who must read a closed note."""

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms

from allocation.models import CaseNote
from omic.forms import BaseForm
from omic.models import Staff

LEVELS = (
    (CaseNote.Level.OPEN, "Open: everybody who works in the OMU here"),
    (CaseNote.Level.RESTRICTED, "Restricted: the POMs of this case and the HOMD"),
    (CaseNote.Level.CONFIDENTIAL, "Confidential: you, the HOMD and the readers you choose"),
)


class NoteForm(BaseForm):
    """A note and how far it reaches."""

    text = forms.CharField(label="Note", max_length=20_000, widget=forms.Textarea({"rows": 8}))
    level = forms.ChoiceField(label="Who may read it?", choices=LEVELS, widget=forms.RadioSelect)
    readers = forms.TypedMultipleChoiceField(
        label="Readers of a confidential note", required=False, widget=forms.CheckboxSelectMultiple
    )
    request_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    typed_by = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, colleagues: Iterable[Staff], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {str(staff.pk): staff for staff in colleagues}
        self.fields["readers"].choices = [(key, str(staff)) for key, staff in known.items()]
        self.fields["readers"].coerce = known.__getitem__


class AmendForm(BaseForm):
    """A correction, and why."""

    text = forms.CharField(label="Note", max_length=20_000, widget=forms.Textarea({"rows": 8}))
    level = forms.ChoiceField(label="Who may read it?", choices=LEVELS, widget=forms.RadioSelect)
    because = forms.CharField(label="Why is it corrected?", max_length=300)
    request_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class ReasonForm(BaseForm):
    """Why somebody must read what is closed to them."""

    because = forms.CharField(
        label="Why must you read it?",
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text="The Governor is told by tonight’s email, and reads your reason in the access log.",
    )
