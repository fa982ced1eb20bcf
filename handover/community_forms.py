"""Forms and filters of the community pipeline and of the reminders."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import django_filters
from django import forms
from django.db.models import QuerySet

from handover.duty_forms import LINES, DutyForm
from handover.early_forms import EarlyForm
from handover.models import CommunityRequest
from handover.queries import COM_KNOWN
from omic.formats import day
from omic.forms import BaseForm
from omic.http import PrisonRequest
from omic.models import Person


class PipelineFilter(django_filters.FilterSet):
    """By LDU, as case details name it, and by whether a COM is known."""

    ldu = django_filters.CharFilter(label="LDU", field_name="details__ldu", lookup_expr="icontains")
    com = django_filters.BooleanFilter(label="COM known", method="whose_com_is_known")

    def whose_com_is_known(self, people: QuerySet[Person], _name: str, known: bool) -> QuerySet[Person]:
        """Cases with, or without, a name or an address of a COM."""
        return people.filter(COM_KNOWN) if known else people.exclude(COM_KNOWN)


class AskedFilter(django_filters.FilterSet):
    """By what was asked, of whom, and whether it was answered."""

    kind = django_filters.ChoiceFilter(label="What", choices=CommunityRequest.Kind.choices)
    ldu = django_filters.CharFilter(label="LDU", field_name="ldu__name", lookup_expr="icontains")
    open = django_filters.BooleanFilter(label="Still open", field_name="answered_at", lookup_expr="isnull")


class AnswerForm(EarlyForm):
    """What the LDU said. `questions` is asked where information is open beside something else."""

    questions = forms.TypedMultipleChoiceField(
        label="Which questions does it answer?", coerce=int, widget=forms.CheckboxSelectMultiple
    )
    answer = forms.CharField(label="What did the LDU answer?", max_length=2000, widget=LINES)
    com_name = forms.CharField(label="COM’s name", required=False, max_length=200)
    com_email = forms.EmailField(label="COM’s email address", required=False)

    def __init__(self, data: Any, *, request: PrisonRequest, unanswered: Sequence[CommunityRequest]) -> None:
        super().__init__(data, request=request)
        information = any(row.kind == CommunityRequest.Kind.INFORMATION for row in unanswered)
        if information and len(unanswered) > 1:
            choices = [(row.pk, f"{row.get_kind_display()}, {day(row.asked_at)}") for row in unanswered]
            self.fields["questions"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["questions"]


class InformationForm(DutyForm):
    """What is asked of the LDU."""

    question = forms.CharField(
        label="What do you need to know?",
        help_text="The email leaves the prison, for a mailbox that many read. It bears the prison number: name nobody, "
        "and write nothing of victims, informants, or what few may know",
        max_length=2000,
        widget=LINES,
    )
    request_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


class ReminderForm(BaseForm):
    """Whether a POM wants the reminders."""

    wanted = forms.TypedChoiceField(
        label="Do you want handover reminders by email?",
        help_text="8 weeks before a handover, on the day, and 14 days after it while no COM is named",
        choices=[("yes", "Yes"), ("no", "No: I look at my cases here")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
