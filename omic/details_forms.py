"""Forms for what the roll does not hold: each asks where the facts come from and on which day they were true."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from omic import pending
from omic.details import BY_ASSESSMENT, FIELDS, REASON_MISSING, clean_value, in_text
from omic.forms import BaseForm, BaseModelForm, DateField
from omic.models import CaseDetails, OasysAssessment, ParoleReview, Staff

SOURCE_HELP = "For example nDelius, OASys, or an email from the COM"
ORIGIN = ("Where this comes from", ("source", "as_at"))
DAY_AHEAD = "The day must be today or in the past"


class Origin(BaseForm):
    """Where what is typed comes from, and the day on which it was true."""

    source = forms.CharField(label="Source", help_text=SOURCE_HELP, max_length=100)
    as_at = DateField(label="On which day was this true?")
    typed_by = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, staff: Staff, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["as_at"].initial = today
        self.fields["typed_by"].initial = pending.stamp(staff)

    def clean_as_at(self) -> date:
        """Not ahead of today."""
        return self.past("as_at")  # type: ignore[return-value]

    def past(self, name: str) -> date | None:
        """A day that cannot lie ahead."""
        day: date | None = self.cleaned_data[name]
        if day is not None and day > self.today:
            raise ValidationError(DAY_AHEAD)
        return day


RSR_ERROR = "RSR must be between 0 and 99.98, with at most two decimals"
TYPED = tuple(name for name in FIELDS if name not in BY_ASSESSMENT)
DAYS = tuple(name for name in TYPED if isinstance(FIELDS[name], models.DateField))
PLANNED = ("remission_planned_on", "planning_meeting_on")  # the days that may lie ahead
LINES = forms.Textarea({"rows": 3})
SELDOM = (
    (
        "Early allocation criteria",
        (
            *("separation_centre", "cppc_in_principle", "nca_case", "scpo", "high_profile", "extremism_screening"),
            *("mappa_level_needed", "mappa_exceptional", "early_allocation_rationale"),
        ),
    ),
    (
        "OASys before handover, and the OPD pathway",
        ("handover_oasys_not_needed", "handover_oasys_reason", "opd_screened_in"),
    ),
    ("Hospital", ("hospital_transfer_on", "remission_planned_on", "remitted_on")),
    ("Sentence planning, and a move from youth custody", ("planning_meeting_on", "closure_meeting_on")),
)


@dataclass(frozen=True, slots=True)
class Section:
    """A group of details as it is drawn: folded if few people have any of it, and open where there is something."""

    legend: str
    fields: list[forms.BoundField]
    folded: bool
    is_open: bool


class DetailsForm(Origin, BaseModelForm):
    """Every detail of a case but `BY_ASSESSMENT`. `seen` is what the page showed: only what differs counts as typed."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput)
    mark_optional = False
    template_name = "omic/_details_fields.html"
    fieldsets = (
        ("Risk", ("rosh", "mappa_level", "mappa_category", "rsr", "ogrs3")),
        ("Community", ("provider", "com_name", "com_email", "ldu")),
        ("Care", ("care_experienced",)),
        (
            "Indeterminate sentences, parole and recall",
            (
                *("life", "com_oasys_reviewed", "recall_hearing_outcome", "additional_isp"),
                *("moved_to_open_on", "category_active_since", "welsh_open"),
            ),
        ),
        *SELDOM,
        ORIGIN,
    )

    class Meta:
        model = CaseDetails
        fields = TYPED
        field_classes = dict.fromkeys(DAYS, DateField)
        labels = {
            "provider": "Probation provider",
            "category_active_since": "Security category since",
            "moved_to_open_on": "Moved to open conditions on",
        }
        widgets = dict.fromkeys(("rsr", "ogrs3"), forms.NumberInput({"class": "govuk-input--width-5"})) | dict.fromkeys(
            ("handover_oasys_reason", "early_allocation_rationale"), LINES
        )
        error_messages = {
            "rsr": dict.fromkeys(
                ("max_digits", "max_whole_digits", "max_decimal_places", "max_value", "min_value"), RSR_ERROR
            )
        }
        help_texts = {
            "rsr": "Two decimals, for example 4.31",
            "mappa_level": "“None” says that MAPPA has been checked",
            "moved_to_open_on": "For a woman, the day on which she was found suitable",
            "handover_oasys_reason": "For example, it was reviewed lately or little has changed",
            "early_allocation_rationale": "A discretionary referral must not rest on the risk of serious harm alone",
            "planning_meeting_on": "The key worker attends. After a move it ends weekly key work for the sentenced",
            "closure_meeting_on": "For somebody on remand: it ends weekly key work after the move",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version if self.instance.pk else 0
        self.fields["seen"].initial = json.dumps(as_texts(self.instance))
        for name in TYPED:
            field = self.fields[name]
            if isinstance(field, forms.TypedChoiceField):
                field.choices = [("", "Not known"), *list(field.widget.choices)[1:]]
            elif isinstance(field, forms.NullBooleanField):
                field.widget.choices = [("unknown", "Not known"), ("true", "Yes"), ("false", "No")]

    def clean_seen(self) -> Any:
        """What the page showed, by field."""
        try:
            return json.loads(self.cleaned_data["seen"])
        except ValueError as error:
            raise ValidationError("Load the page again: it no longer says what it showed you") from error

    def clean(self) -> None:
        """What has happened cannot lie ahead; that no OASys review is needed has a reason (HO-32)."""
        super().clean()
        given = self.cleaned_data
        for name in DAYS:
            if name not in PLANNED and given.get(name) and given[name] > self.today:
                self.add_error(name, DAY_AHEAD)
        unreadable = "handover_oasys_reason" in self.errors
        if given.get("handover_oasys_not_needed") and not given.get("handover_oasys_reason") and not unreadable:
            self.add_error("handover_oasys_reason", REASON_MISSING)

    def sections(self) -> list[Section]:
        """The groups as they are drawn."""
        return [
            Section(legend, fields, folded=(legend in dict(SELDOM)), is_open=any(map(self._is_told, fields)))
            for legend, fields in self.groups()
            if fields
        ]

    def _is_told(self, field: forms.BoundField) -> bool:
        return bool(field.errors) or field.initial is not None or field.name in self.changed_data

    def typed(self) -> dict[str, Any]:
        """The details that were changed on the page."""
        values = {name: clean_value(name, self.cleaned_data[name]) for name in TYPED}
        seen = self.cleaned_data["seen"]
        return {name: value for name, value in values.items() if in_text(value) != seen.get(name)}

    def show_conflict(self, details: CaseDetails, told: Mapping[str, str]) -> None:
        """Say who changed what meanwhile; saving once more is then a decision."""
        for words in told.values():
            self.add_error(None, words)
        self.add_error(None, "Nothing is saved yet. What you typed is still here: check it and save again.")
        self.data = {name: self.data[name] for name in self.data} | {"version": details.version}


def as_texts(details: CaseDetails) -> dict[str, str | None]:
    """Every detail as text."""
    return {name: in_text(getattr(details, name)) for name in FIELDS}


class ParoleReviewForm(Origin):
    """A parole review: when it is heard, and, once it was, with which outcome."""

    target_hearing_on = DateField(label="Target hearing date", required=False)
    outcome = forms.ChoiceField(
        label="Outcome",
        choices=[("", "Not known yet"), *ParoleReview.Outcome.choices],
        required=False,
        help_text="With a new outcome, “COM has reviewed OASys and plan” goes back to no, unless it was recorded of a "
        "later day (PA-05)",
    )
    outcome_on = DateField(label="Day of the outcome", required=False)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    fieldsets = (("The review", ("target_hearing_on", "outcome", "outcome_on")), ORIGIN)

    def clean_outcome_on(self) -> date | None:
        """Not ahead of today."""
        return self.past("outcome_on")

    def clean(self) -> None:
        """Outcome and its day go together; a review needs one of its two days."""
        given = self.cleaned_data
        outcome, outcome_on = given.get("outcome"), given.get("outcome_on")
        if outcome and not outcome_on and "outcome_on" not in self.errors:
            self.add_error("outcome_on", "Enter the day of the outcome")
        if outcome_on and not outcome:
            self.add_error("outcome", "Select the outcome of that day")
        if not self.errors and not outcome and not given.get("target_hearing_on"):
            self.add_error("target_hearing_on", "Enter the target hearing date, or an outcome and its day")


class OasysForm(Origin):
    """A completed OASys assessment."""

    layer = forms.TypedChoiceField(label="Layer", coerce=int, choices=[(1, "1"), (3, "3")], widget=forms.RadioSelect)
    kind = forms.ChoiceField(label="Kind", choices=OasysAssessment.Kind.choices)
    completed_on = DateField(label="Completed on")
    completed_by = forms.ChoiceField(
        label="Completed by", choices=[("pom", "POM"), ("com", "COM")], widget=forms.RadioSelect
    )
    fieldsets = (("The assessment", ("layer", "kind", "completed_on", "completed_by")), ORIGIN)

    def clean_completed_on(self) -> date | None:
        """Not ahead of today."""
        return self.past("completed_on")


class SentencePlanForm(Origin):
    """The sentence plan as it stands."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    active = forms.TypedChoiceField(
        label="Is there an active sentence plan?",
        coerce=lambda answer: answer == "yes",
        choices=[("yes", "Yes"), ("no", "No")],
        widget=forms.RadioSelect,
    )
    targets = forms.CharField(
        label="Targets", help_text="One a line", required=False, max_length=5000, widget=forms.Textarea
    )
    pom_agreed_on = DateField(label="POM agreed to the progression plan on", required=False)
    pom_agreed_by = forms.CharField(label="Name of that POM", required=False, max_length=200)
    fieldsets = (("The plan", ("active", "targets", "pom_agreed_on", "pom_agreed_by")), ORIGIN)

    def clean_pom_agreed_on(self) -> date | None:
        """Not ahead of today."""
        return self.past("pom_agreed_on")

    def clean(self) -> None:
        """Agreement has a day and a name."""
        agreed_on, name = self.cleaned_data.get("pom_agreed_on"), self.cleaned_data.get("pom_agreed_by")
        if agreed_on and not name:
            self.add_error("pom_agreed_by", "Enter the name of the POM who agreed")
        if name and not agreed_on and "pom_agreed_on" not in self.errors:
            self.add_error("pom_agreed_on", "Enter the day on which the POM agreed")
