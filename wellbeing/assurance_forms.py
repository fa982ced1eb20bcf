"""Which checks the assurance page counts: from when to when, and of which wing."""

from datetime import timedelta
from typing import Any

from django import forms

from omic.forms import BaseForm, DateField
from omic.http import PrisonRequest
from wellbeing.assurance import NO_WING, Scope

AHEAD = timedelta(days=14)  # as far as checks are opened
LONGEST = timedelta(days=92)
WEEK, ONE_DAY = timedelta(days=7), timedelta(days=1)


class AssuranceForm(BaseForm):
    """The days, both included, and a wing; without an answer the last seven days that are over."""

    mark_optional = False
    first = DateField(label="From", required=False)
    last = DateField(label="To", required=False)
    wing = forms.TypedChoiceField(coerce=int, empty_value=None, required=False)

    def __init__(self, request: PrisonRequest) -> None:
        self.request = request
        start, end = request.on - WEEK, request.on - ONE_DAY
        super().__init__(request.GET or None, initial={"first": start, "last": end})
        wings = list(request.prison.wings.values_list("pk", "code"))
        self.fields["wing"].choices = [("", "All wings"), *wings, (NO_WING, "No wing")]  # type: ignore[attr-defined]

    def add_prefix(self, field_name: str) -> str:
        """`from` and `to` in the address, which Python keeps for itself."""
        return {"first": "from", "last": "to"}.get(field_name, field_name)

    def clean(self) -> dict[str, Any]:
        """Both days or neither, in order, not more than a page holds, and none for which no check is open yet."""
        found = super().clean() or {}
        first, last = found.get("first"), found.get("last")
        if "first" in self.errors or "last" in self.errors:
            return found
        if (first is None) != (last is None):
            self.add_error("first" if first is None else "last", "Enter both days, or neither")
        elif first and last and last < first:
            self.add_error("last", "The last day must not be before the first")
        elif first and last and last - first > LONGEST:
            self.add_error("last", f"Choose at most {LONGEST.days} days")
        elif last and last > self.request.on + AHEAD:
            self.add_error("last", f"The last day must be within {AHEAD.days} days from today")
        return found

    def scope(self) -> Scope:
        """What is asked for; a form with a mistake asks for the last seven days."""
        chosen = self.cleaned_data if self.is_bound and self.is_valid() else {}
        first, last = chosen.get("first") or self.initial["first"], chosen.get("last") or self.initial["last"]
        return Scope(self.request.prison, first, last, self.request.now, chosen.get("wing"))
