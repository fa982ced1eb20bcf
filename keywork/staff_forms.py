"""What a manager types about a key worker: profile, training, absence, ceiling; and who stands in for whom."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString

from keywork.actions.cover import Choice
from keywork.forms import KeyWorkForm
from keywork.models import Absence, Course
from keywork.staff_lists import why_away
from keywork.staffing import hindrance_to_key_work, staff_of
from omic.formats import plural, short_day
from omic.forms import DateField
from omic.http import PrisonRequest
from omic.models import Staff, Wing

LONGEST_WEEK = Decimal(60)
LARGEST_CEILING = 30  # more is a slip of the keyboard
REASON = forms.Textarea({"rows": 2})
NOBODY, AS_ABOVE = "nobody", ""


def _number() -> forms.NumberInput:
    return forms.NumberInput({"class": "govuk-input--width-3"})


class ProfileForm(KeyWorkForm):
    """Where somebody does key work, and for how many hours a week (KW-05)."""

    wings = forms.ModelMultipleChoiceField(
        Wing.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label="Wings"
    )
    profiled_hours = forms.DecimalField(
        min_value=Decimal("0.5"),
        max_value=LONGEST_WEEK,
        max_digits=4,
        decimal_places=1,
        required=False,
        widget=_number(),
        label="Hours a week",
        help_text="Profiled for key work",
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, wings: Any, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["wings"].queryset = wings  # type: ignore[attr-defined]


class TrainingForm(KeyWorkForm):
    """A course that was completed, and when."""

    course = forms.ChoiceField(choices=Course.choices, widget=forms.RadioSelect, label="Course")
    completed_on = DateField(label="When was it completed?")

    def clean_course(self) -> Course:
        """The course itself."""
        return Course(self.cleaned_data["course"])


class AbsenceForm(KeyWorkForm):
    """Why somebody is away, and from when to when."""

    kind = forms.ChoiceField(choices=Absence.choices, widget=forms.RadioSelect, label="Why are they away?")
    starts_on = DateField(label="From which day?")
    returns_on = DateField(
        required=False,
        label="First day back",
        help_text="Annual leave must have one. They are active again by themselves",
    )

    def clean_kind(self) -> Absence:
        """The absence itself."""
        return Absence(self.cleaned_data["kind"])


class ReturnForm(KeyWorkForm):
    """Another first day back."""

    returns_on = DateField(
        label="First day back", help_text="On the day the absence begins, or before: it did not take place at all"
    )


class CeilingForm(KeyWorkForm):
    """How many people one key worker may have, for how long, and why (KW-03)."""

    people = forms.IntegerField(min_value=1, max_value=LARGEST_CEILING, widget=_number(), label="Most people")
    starts_on = DateField(label="From which day?")
    ends_on = DateField(
        required=False,
        label="Until which day?",
        help_text="On that day the usual ceiling counts again. A higher one must end; a lower one may stand",
    )
    because = forms.CharField(max_length=300, widget=REASON, label="Why?")


class ReasonForm(KeyWorkForm):
    """Why cover ends before its time."""

    because = forms.CharField(max_length=300, widget=REASON, label="Why does it end?")


class CoverForm(KeyWorkForm):
    """Who stands in for the key workers of the people listed: one for all of them, or one for each, or both.

    The choices of single people stand in the rows of the list, as `staff_<person>`: "" is as above.
    """

    everyone = forms.ChoiceField(required=False, label="Stand-in for everybody on this page")
    starts_on = DateField(label="From which day?")
    ends_on = DateField(
        required=False,
        label="Until which day?",
        help_text="Leave it empty for the day on which the key worker is back",
    )

    def __init__(self, data: Any = None, *, request: PrisonRequest, day: date) -> None:
        super().__init__(data, initial={"starts_on": day})
        workers = staff_of(request.prison, on=day).order_by("load", "surname", "forename")
        self.workers = {str(worker.pk): worker for worker in workers if not hindrance_to_key_work(worker, on=day)}
        self.labels = [(pk, _label(worker)) for pk, worker in self.workers.items()]
        self.fields["everyone"].choices = [("", "Choose for each below"), *self.labels]  # type: ignore[attr-defined]
        rows = {key.removeprefix("staff_"): value for key, value in self.data.items() if key.startswith("staff_")}
        self.rows = {int(pk): value for pk, value in rows.items() if pk.isdecimal()}
        self.refused: dict[int, str] = {}
        self.today = request.on
        self._drawn: dict[str, SafeString] = {}

    def clean(self) -> dict[str, Any]:
        """Somebody is chosen, from today on, and the last day is later than the first."""
        data = self.cleaned_data
        if data.get("starts_on") and data["starts_on"] < self.today:
            self.add_error("starts_on", "The first day must not be in the past")
        if not self.chosen:
            self.add_error("everyone", "Choose a stand-in, for everybody or for at least one person")
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] <= data["starts_on"]:
            self.add_error("ends_on", "The last day must be after the first")
        return data

    @property
    def chosen(self) -> list[int]:
        """The people for whom the valid form names somebody."""
        return [pk for pk in self.rows if self._chosen(pk)]

    def choices(self, people: Iterable[Any]) -> list[Choice]:
        """What is to be saved for each of `people`, of whom `why_away` and `returns_on` are known."""
        return [self._choice(person, staff) for person in people if (staff := self._chosen(person.pk))]

    def _choice(self, person: Any, staff: Staff) -> Choice:
        starts_on, ends_on = self.cleaned_data["starts_on"], self.cleaned_data["ends_on"]
        back = person.returns_on if person.returns_on and person.returns_on > starts_on else None
        because = f"{why_away(person)}: {person.key_worker}"
        return Choice(person=person, staff=staff, starts_on=starts_on, ends_on=ends_on or back, because=because)

    def _chosen(self, person: int) -> Staff | None:
        chosen = self.rows.get(person, NOBODY)
        return self.workers.get(self.cleaned_data.get("everyone", "") if chosen == AS_ABOVE else chosen)

    def cell(self, person: Any) -> SafeString:
        """The choice for one person, in their row; it belongs to the form although it stands outside of it."""
        words = self.refused.get(person.pk)
        error = format_html('<p class="govuk-error-message">{}</p>', words) if words else ""
        return format_html(
            '{}<select class="govuk-select" name="staff_{}" id="staff_{}" form="cover" aria-label="Stand-in for {}">'
            "{}</select>",
            error, person.pk, person.pk, person.name, self._options(self.rows.get(person.pk, AS_ABOVE)),
        )  # fmt: skip

    def _options(self, chosen: str) -> SafeString:
        """The options with one of them chosen, drawn once however many rows have it."""
        if chosen not in self._drawn:
            choices = ((AS_ABOVE, "As above"), (NOBODY, "Nobody yet"), *self.labels)
            marked = ((value, " selected" if value == chosen else "", words) for value, words in choices)
            options = [format_html('<option value="{}"{}>{}</option>', *option) for option in marked]
            self._drawn[chosen] = format_html("{}" * len(options), *options)
        return self._drawn[chosen]


def _label(worker: Any) -> str:
    covers = f", covers {worker.covering}" if worker.covering else ""
    away = f", away from {short_day(worker.away_from)}" if worker.away_from else ""
    return f"{worker}: {plural(worker.load, 'person,people')}{covers}{away}"
