"""The forms of a POM's absence, and of many cases given at once."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from django import forms

from allocation.caseload import PART_WORDS
from allocation.forms import TypedForm
from allocation.lists import TYPE_WORDS, next_words, pom_type_words, tier_words
from allocation.models import PomAbsence, PomType
from allocation.reallocating import Move, needs_reason
from allocation.rules import case_capacity
from allocation.suggesting import Suggested
from omic.calendar import working_days_between
from omic.formats import plural, short_day
from omic.forms import DateField
from omic.holidays import bank_holidays
from omic.models import Person, Staff

NO_CHANGE = ("", "Leave as it is")
BECAUSE = {"before": "had the case before", "type": "recommended type, levels the loads", "load": "levels the loads"}


class AbsenceForm(TypedForm):
    """Why a POM is not there for cases, and from when until when."""

    kind = forms.ChoiceField(label="What is it?", choices=PomAbsence.Kind.choices, widget=forms.RadioSelect)
    starts_on = DateField(label="From which day?")
    returns_on = DateField(label="Back on which day?", required=False, help_text="Leave empty when it is not known.")
    because = forms.CharField(label="Reason", max_length=300, required=False)


class Row(NamedTuple):
    """One case on the page: what is known of it, the recommended type, its fields, and why the suggested POM."""

    case: Person
    facts: tuple[str, ...]
    type_words: str
    to: Any
    reason: Any
    why: str


class ReallocateForm(TypedForm):
    """A POM, or none, for each case; a reason where it goes against the recommendation."""

    batch = forms.CharField(max_length=40, widget=forms.HiddenInput, initial=lambda: uuid.uuid4().hex)

    def __init__(
        self,
        data: Any,
        *,
        cases: Sequence[Person],
        poms: Sequence[Staff],
        suggested: Mapping[int, Suggested],
        on: date,
        staff: Staff,
    ) -> None:
        super().__init__(data, staff=staff)
        self.cases, self.on, self.suggested = cases, on, suggested
        self.poms = {str(pom.pk): pom for pom in poms}
        choices = {kind: [NO_CHANGE, *pom_choices(poms, kind, on=on)] for kind in {_type_for(case) for case in cases}}
        for case in cases:
            advised = suggested.get(case.pk)
            to = forms.ChoiceField(choices=choices[_type_for(case)], required=False)
            to.initial = str(advised.taker) if advised else ""
            to.label = f"New POM of {case.name}"
            self.fields[f"to_{case.pk}"] = to
            label = f"Reason for {case.name}"
            self.fields[f"reason_{case.pk}"] = forms.CharField(label=label, max_length=300, required=False)
            replaces = forms.IntegerField(
                required=False,
                widget=forms.HiddenInput,
                initial=case.open_allocation,  # type: ignore[attr-defined]
            )
            self.fields[f"replaces_{case.pk}"] = replaces

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        for case in self.cases:
            pom = self.poms.get(said.get(f"to_{case.pk}", ""))
            if pom and not said.get(f"reason_{case.pk}") and needs_reason(case, pom, on=self.on):
                self.add_error(f"reason_{case.pk}", f"Say why {case.name} goes to a POM of another type")
        if not self.errors and not self.moves():
            self.add_error(None, "Choose a POM for at least one case")
        return said

    def moves(self) -> list[Move]:
        """What is to be done, in the order of the page."""
        said = self.cleaned_data
        return [
            Move(case, self.poms[to], said.get(f"replaces_{case.pk}"), said.get(f"reason_{case.pk}", ""))
            for case in self.cases
            if (to := said.get(f"to_{case.pk}"))
        ]

    def kept(self) -> Iterator[Any]:
        """What was chosen, as hidden fields: a preview cannot be changed, only gone back from."""
        return (self[name].as_hidden() for name in self.fields)

    def refuse(self, refused: Mapping[int, str]) -> None:
        """Show beside each case, and by its name above them all, why it was not given."""
        self.full_clean()
        for case in self.cases:
            if words := refused.get(case.pk):
                self.add_error(f"to_{case.pk}", words if case.name in words else f"{case.name}: {words}")

    def rows(self) -> Iterator[Row]:
        """Each case with its fields."""
        for case in self.cases:
            why, words = self._why(self.suggested.get(case.pk)), TYPE_WORDS.get(_type_for(case), "None")
            yield Row(case, _facts(case, self.on), words, self[f"to_{case.pk}"], self[f"reason_{case.pk}"], why)

    def _why(self, advised: Suggested | None) -> str:
        if advised is None:
            return "Nobody to suggest"
        cases = plural(advised.cases, "case,cases")
        return f"{self.poms[str(advised.taker)]}: {BECAUSE[advised.because]}; {cases} with this one"


def _facts(case: Person, on: date) -> tuple[str, ...]:
    """What a POM is chosen by, of a case from `read_cases`: tier and part, the next day, and for how long nobody has
    had it."""
    part = PART_WORDS[case.part]  # type: ignore[attr-defined]
    facts = [f"Tier: {tier_words(case)}", f"Part: {part}"]
    if case.next_on:  # type: ignore[attr-defined]
        facts.append(f"{short_day(case.next_on)}, {next_words(case)}")  # type: ignore[attr-defined]
    if case.pom_id is None:
        waited = working_days_between(case.waiting_since, on, bank_holidays())  # type: ignore[attr-defined]
        facts.append(f"Waiting for {plural(waited, 'working day,working days')}")
    return tuple(facts)


def _type_for(case: Person) -> str:
    """The type of POM recommended for a case from `read_cases`; empty for none."""
    return case.advised.value.pom_type or ""  # type: ignore[attr-defined]


def pom_choices(poms: Sequence[Staff], recommended: str = "", *, on: date) -> list[tuple[str, list[tuple[str, str]]]]:
    """POMs from `takers` by type, the recommended one first: each with their days, their load and when they go."""
    found = []
    for pom_type in sorted(TYPE_WORDS, key=lambda one: one != recommended):
        if of_type := [(str(pom.pk), _label(pom, on)) for pom in poms if pom.pom_type == pom_type]:  # type: ignore[attr-defined]
            words = TYPE_WORDS[pom_type]
            found.append((f"Recommended: {words}" if pom_type == recommended else words, of_type))
    return found


def _label(pom: Any, on: date) -> str:
    """One line of a list of POMs: what a case is given by. The figure is AL-06's, which prison POMs have none of."""
    known = PomType(pom.pom_type) if pom.pom_type in PomType.values else None
    figure = case_capacity(known, pom.working_days, on=on)
    load = plural(pom.cases, "case,cases") + (f", planning figure {figure}" if figure else "")
    return ", ".join(filter(None, (f"{pom}, {_inside(pom_type_words(pom))}: {load}", _inside(pom.going))))


def _inside(words: str) -> str:
    """Words as they stand within a sentence."""
    return words[:1].lower() + words[1:]
