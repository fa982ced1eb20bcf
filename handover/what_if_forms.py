"""The form of the What if page: every fact that responsibility, duties and tier are worked out from, to be changed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.forms import BoundField

from handover.timetable.calculate import FACTS, READERS, check_facts
from handover.why import LABELS as WHY_LABELS
from omic.calculator import BadFactsError, Reader, day, moment, read_facts, text, yes_no
from omic.calendar import london_clock
from omic.details import FIELDS as DETAILS
from omic.formats import day as day_in_words
from omic.formats import moment as moment_in_words
from omic.forms import BaseForm, DateField, DateTimeField
from omic.models import ParoleReview, Person, Sentence
from omic.policy import POLICY_IDS
from omic.why import Change, policy_in_words
from tiering.rules import TierFacts, invalid_fact

ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
FIELD_BY_READER: dict[Reader, type[forms.Field]] = {
    day: DateField,
    moment: DateTimeField,
    yes_no: forms.BooleanField,
    text: forms.CharField,
}
CHOICES: dict[str, list[tuple[Any, str]]] = {
    "sentence_type": Sentence.Kind.choices,
    "legal_status": [
        ("sentenced", "Sentenced"),
        ("remand", "Remand"),
        ("civil", "Civil prisoner"),
        ("immigration", "Immigration detainee"),
    ],
    "parole_outcome": ParoleReview.Outcome.choices,
    "recall_type": Sentence.RecallKind.choices,
    "sex": list(Person._meta.get_field("sex").choices or ()),
}
ALWAYS_KNOWN = ("sentence_type", "legal_status")
LABELS = WHY_LABELS | {
    "hdced": "HDCED",
    "hdc_actual": "HDC granted for",
    "sed": "SED",
    "recall_type": "Type of recall",
    "returned_at": "Returned to custody",
    "confirmed_release_on": "Release date fixed by the Parole Board",
    "immigration": "Immigration case",
    "open_conditions": "In open conditions",
    "womens_estate": "In the women’s estate",
    "prison_arrival": "Arrived in this prison",
    "date_of_birth": "Date of birth",
    "sex": "Sex",
    "last_pom_contact_on": "Last seen by the POM",
    "no_pom_contact_since": "Not seen by any POM since",
    "last_oasys_on": "Last full OASys",
    "significant_event_oasys_on": "Last OASys after a significant event",
    "tact": "TACT",
    "rationale": "Why release needs more time to coordinate",
    "transfer_planned_on": "Move from youth custody planned for",
    "pom_assigned": "A POM is assigned",
    "key_worker_assigned": "A key worker is assigned",
    "key_worker_contacted": "The key worker has been in contact",
    "youth_arrived_at": "Arrived from youth custody",
    "pom_met_at": "The POM met the person",
    "key_worker_met_at": "The key worker met the person",
}
COMMON = (
    ("Question", ("today", "policy_version")),
    ("Sentence and release", ("sentence_type", "sentence_start", "ard", "crd", "ped", "ted", "sed")),
    ("Risk and community", ("rosh", "mappa_level", "rsr", "provider")),
    ("Parole and recall", ("thd", "parole_outcome", "last_review_on", "recalled", "recall_hearing_outcome")),
    ("Early allocation and open conditions", ("early_allocation", "early_allocation_agreed_on", "open_conditions")),
)
FURTHER = (
    (
        "Status, place and category",
        (
            *("legal_status", "immigration", "additional_isp", "prison_arrival", "category_active_since"),
            *("moved_to_open_on", "womens_estate", "welsh_open"),
        ),
    ),
    ("Home detention curfew", ("hdced", "hdc_actual")),
    (
        "More about parole and recall",
        ("com_oasys_reviewed", "confirmed_release_on", "recall_type", "returned_at"),
    ),
    (
        "OASys and contact",
        (
            *("last_oasys_on", "significant_event_oasys_on", "last_pom_contact_on", "no_pom_contact_since"),
            *("handover_oasys_not_needed", "handover_oasys_reason"),
        ),
    ),
    (
        "Criteria of early allocation",
        (
            *("tact", "separation_centre", "cppc_in_principle", "nca_case", "scpo", "high_profile"),
            *("extremism_screening", "mappa_exceptional", "mappa_level_needed", "rationale"),
        ),
    ),
    ("The person", ("sex", "date_of_birth", "life", "care_experienced", "opd_screened_in")),
    (
        "Move from youth custody",
        (
            *("transfer_planned_on", "pom_assigned", "key_worker_assigned", "key_worker_contacted"),
            *("youth_arrived_at", "pom_met_at", "key_worker_met_at", "planning_meeting_on", "closure_meeting_on"),
        ),
    ),
    ("Hospital", ("hospital_transfer_on", "remission_planned_on", "remitted_on")),
)


def field_for(name: str) -> forms.Field:
    """The field of one of the calculator's facts: unknown is empty, and an unknown yes/no is no, as for the rules."""
    label = LABELS.get(name) or _detail_label(name)
    kind = FIELD_BY_READER.get(FACTS[name])
    if kind is not None:
        return kind(label=label, required=False)
    choices = list(CHOICES.get(name) or DETAILS[name].choices or ())
    known = name in ALWAYS_KNOWN
    return forms.TypedChoiceField(
        label=label,
        required=known,
        choices=choices if known else [("", "Not known"), *choices],
        coerce=type(choices[0][0]),
        empty_value=None,
    )


def _detail_label(name: str) -> str:
    label = str(DETAILS[name].verbose_name)
    return label[:1].upper() + label[1:]


@dataclass(frozen=True, slots=True)
class Section:
    """Fields under one legend; a folded one is opened where something in it was changed or is wrong."""

    legend: str
    fields: list[BoundField]
    folded: bool
    opened: bool


FactsForm = type("FactsForm", (BaseForm,), {name: field_for(name) for name in FACTS})


class WhatIfForm(FactsForm):  # type: ignore[valid-type, misc]
    """The facts as they stand, to be changed. Bound and valid, `asked` are the facts to ask the rules with."""

    today = DateField(label="Day asked about")
    policy_version = forms.ChoiceField(
        label="Policy version", choices=[(version, policy_in_words(version)) for version in POLICY_IDS]
    )
    rsr = forms.DecimalField(
        label="RSR (per cent)", required=False, widget=forms.NumberInput({"class": "govuk-input--width-5"})
    )
    mark_optional = False
    fieldsets = (*COMMON, *FURTHER)

    def __init__(self, *args: Any, standing: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, initial={name: _as_typed(value) for name, value in standing.items()}, **kwargs)
        self.standing = standing

    def clean(self) -> None:
        """What the calculator would refuse, this page refuses, and says beside each changed fact what stands today."""
        given = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        for name, problem in (_refused(given) | _impossible(given)).items():
            self.add_error(name, f"{self.fields[name].label} {_without_iso(problem)}")
        for name in self.changed_data:
            self[name].help_text = f"As it stands: {self._in_words(name, self.standing.get(name))}"

    @property
    def asked(self) -> dict[str, Any]:
        """The facts as they stand with what was changed; what was left alone stays exact to the second."""
        changed = {name: self.cleaned_data[name] for name in self.changed_data}
        known = {**self.standing, **changed}
        return {name: value for name, value in known.items() if value not in (None, "")}

    def changes(self) -> list[Change]:
        """What was changed, in words."""
        return [
            Change(
                str(self.fields[name].label),
                self._in_words(name, self.standing.get(name)),
                self._in_words(name, self.cleaned_data[name]),
            )
            for name in self.changed_data
        ]

    def sections(self) -> list[Section]:
        """The fields by legend, the common ones first."""
        changed = set(self.changed_data) if self.is_bound else set()
        common = {legend for legend, _ in COMMON}
        return [
            Section(legend, fields, legend not in common, any(f.errors or f.name in changed for f in fields))
            for legend, fields in self.groups()
            if fields
        ]

    def _in_words(self, name: str, value: Any) -> str:
        if isinstance(value, bool):
            return "Yes" if value else "No"
        if value is None or value == "":
            return "Not known"
        if isinstance(value, datetime):
            return moment_in_words(value)
        if isinstance(value, date):
            return day_in_words(value)
        return str(dict(getattr(self.fields[name], "choices", ())).get(value, value))


def _as_typed(value: Any) -> Any:
    """A moment as boxes show it: to the minute."""
    return value.replace(second=0, microsecond=0) if isinstance(value, datetime) else value


def _refused(given: Mapping[str, Any]) -> dict[str, str]:
    """What the calculator has against the facts, by fact."""
    facts = {name: _as_json(value) for name, value in given.items() if name in READERS}
    try:
        check_facts(read_facts(facts, READERS))
    except BadFactsError as bad:
        return bad.errors
    return {}


def _impossible(given: Mapping[str, Any]) -> dict[str, str]:
    problem = invalid_fact(TierFacts(rsr=given.get("rsr")))
    return {problem.fact: problem.problem} if problem else {}


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return london_clock(value)
    return value.isoformat() if isinstance(value, date) else value


def _without_iso(problem: str) -> str:
    """The calculator's words with its dates as pages write them."""
    return ISO_DAY.sub(lambda found: day_in_words(date.fromisoformat(found[0])), problem)
