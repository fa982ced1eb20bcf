"""What POMs fill in about a case, and what somebody says who must read a closed note."""

from collections.abc import Iterable
from typing import Any

from django import forms

from allocation.forms import TypedForm
from allocation.models import CaseNote
from allocation.saving_forms import SavingForm
from omic.models import Staff

LEVELS = (
    (CaseNote.Level.OPEN, "Open: everybody who works in the OMU here"),
    (CaseNote.Level.RESTRICTED, "Restricted: the POMs of this case and the HOMD"),
    (CaseNote.Level.CONFIDENTIAL, "Confidential: you, the HOMD and the readers you choose"),
)


class NoteForm(SavingForm):
    """A note and how far it reaches."""

    text = forms.CharField(label="Note", max_length=20_000, widget=forms.Textarea({"rows": 8}))
    level = forms.ChoiceField(label="Who may read it?", choices=LEVELS, widget=forms.RadioSelect)
    readers = forms.TypedMultipleChoiceField(
        label="Readers of a confidential note", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, data: Any, *, staff: Staff, colleagues: Iterable[Staff], initial: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, staff=staff, initial=initial)
        known = {str(one.pk): one for one in colleagues}
        self.fields["readers"].choices = [(key, str(one)) for key, one in known.items()]
        self.fields["readers"].coerce = known.__getitem__


class AmendForm(NoteForm):
    """A correction, and why."""

    because = forms.CharField(label="Why is it corrected?", max_length=300)


class ReasonForm(TypedForm):
    """Why somebody must read what is closed to them."""

    because = forms.CharField(
        label="Why must you read it?",
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text="The Governor is told by tonight’s email, and reads your reason in the access log.",
    )
