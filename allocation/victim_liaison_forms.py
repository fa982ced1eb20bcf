"""The form of a victim liaison officer."""

from typing import Any

from django import forms

from allocation.forms import TypedForm
from allocation.victim_liaison import Officer

NAMES = ("forename", "surname", "email")


class OfficerForm(TypedForm):
    """Who it is, and how they are reached."""

    forename = forms.CharField(label="First name", max_length=100)
    surname = forms.CharField(label="Last name", max_length=100)
    email = forms.EmailField(label="Email address")

    def told(self) -> dict[str, Any]:
        """The valid form as its action takes it, the officer together."""
        told = super().told()
        return {"officer": Officer(**{name: told.pop(name) for name in NAMES}), **told}


class ChangeOfficerForm(OfficerForm):
    """A correction of what the page showed."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class EndForm(TypedForm):
    """That somebody is it no more; nothing else is asked."""

    version = forms.IntegerField(widget=forms.HiddenInput)
