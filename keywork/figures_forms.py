"""Which figures of key work are asked for: a period, what to compare it with, a wing, a key worker."""

from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms

from keywork.measured_people import workers
from keywork.measures import NONE, Scope
from keywork.periods import Period, compared_with
from omic.forms import BaseForm, DateField
from omic.models import Prison, Staff

NAMES = {"first": "from", "last": "to"}  # what a field is called in the address


class PeriodForm(BaseForm):
    """From when to when, and other days to compare with; without an answer the page's own period."""

    mark_optional = False
    first = DateField(label="From", required=False)
    last = DateField(label="To", required=False)
    compare_from = DateField(label="Compare from", required=False)
    compare_to = DateField(label="Compare to", required=False)

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on = on

    def add_prefix(self, field_name: str) -> str:
        """`from` and `to` in the address, which Python keeps for itself."""
        return NAMES.get(field_name, field_name)

    def clean(self) -> dict[str, Any]:
        """Both days or neither, in order, and no day to come: nothing has fallen due by then."""
        found = super().clean() or {}
        for first, last in (("first", "last"), ("compare_from", "compare_to")):
            start, end = found.get(first), found.get(last)
            if first in self.errors or last in self.errors:
                continue
            if (start is None) != (end is None):
                self.add_error(first if start is None else last, "Enter both days, or neither")
            elif start and end and end < start:
                self.add_error(last, "The last day must not be before the first")
            elif end and end > self.on:
                self.add_error(last, "The last day must be today or earlier")
        return found

    def period(self, first: str, last: str) -> Period | None:
        """The period typed into two fields; None without one."""
        typed = self.cleaned_data if self.is_bound and self.is_valid() else {}
        return Period(typed[first], typed[last]) if typed.get(first) else None


class FiguresForm(PeriodForm):
    """The period, and of the whole prison one wing, one key worker, or the people who have a POM."""

    wing = forms.TypedChoiceField(coerce=int, empty_value=None, required=False)
    worker = forms.TypedChoiceField(coerce=int, empty_value=None, required=False, label="Key worker")
    cases = forms.BooleanField(required=False, label="Only people who have a POM")

    def __init__(self, *args: Any, prison: Prison, on: date, **kwargs: Any) -> None:
        super().__init__(*args, on=on, **kwargs)
        names = [(staff.pk, str(staff)) for staff in workers(prison)]
        wings = list(prison.wings.values_list("pk", "code"))
        choices = {
            "wing": [("", "All wings"), *wings, (NONE, "No wing")],
            "worker": [("", "Everybody"), *names, (NONE, "No key worker")],
        }
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]


def scope_of(form: PeriodForm, prison: Prison, *, default: Period, worker: Staff | None = None) -> tuple[Scope, Period]:
    """What the form asks for, and the period to compare it with. A form with a mistake asks for the default."""
    period = form.period("first", "last") or default
    chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
    scope = Scope(prison, period, form.on, chosen.get("wing"), worker.pk if worker else chosen.get("worker"))
    scope = replace(scope, cases=chosen.get("cases", False))
    return scope, form.period("compare_from", "compare_to") or compared_with(period, on=form.on)


def address(url: str, scope: Scope, *, own: bool = False, **changes: int) -> str:
    """`url` with the scope as its query, some of it changed; `own` where the address itself says whose it is."""
    asked = {"from": scope.period.first, "to": scope.period.last, "wing": scope.wing}
    asked |= {} if own else {"worker": scope.worker, "cases": scope.cases or None}
    return f"{url}?{urlencode({name: value for name, value in {**asked, **changes}.items() if value is not None})}"
