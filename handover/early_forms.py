"""What staff type about early allocation: the answers, the HOMD's approval, the referral, the community's decision."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import django_filters
from django import forms
from django.db.models import Q

from handover.duty_actions import RefusedError
from handover.early_actions import Answers
from handover.early_known import CRITERIA
from handover.forms import poms_here
from handover.models import EarlyAssessment, EarlyAssessmentQuerySet
from omic import pending
from omic.forms import BaseForm, DateField
from omic.http import PrisonRequest
from omic.models import CaseDetails

LINES = forms.Textarea({"rows": 3})
RATIONALE_LENGTH = 300  # what the case details hold
YES_NO = [("yes", "Yes"), ("no", "No")]
# RoSH (EA-08) and terrorism (EA-01) are not asked: they are read from what is recorded.


class EarlyForm(BaseForm):
    """What each form here shares: what was typed is kept, and what the action refuses is said where it belongs."""

    typed_by = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any, *, request: PrisonRequest, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial={"typed_by": pending.stamp(request.user), **(initial or {})})

    def told(self) -> dict[str, Any]:
        """The valid form as its action takes it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "typed_by"}

    def attempt(self, save: Callable[..., Any]) -> bool:
        """Whether the action took it; if not, the form says why."""
        try:
            save(**self.told())
        except RefusedError as error:
            self.add_error(error.field if error.field in self.fields else None, str(error))
            return False
        return True


def _question(words: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=words,
        choices=YES_NO,
        coerce=lambda value: value == "yes",
        empty_value=None,
        widget=forms.RadioSelect({"class": "govuk-radios--inline"}),
    )


class AssessForm(EarlyForm):
    """The ten criteria, less the two that are recorded elsewhere; nothing is answered beforehand."""

    oasys_on = DateField(label="When was the OASys completed that this rests on?")
    separation_centre = _question("Are they in an extremism separation centre? (EA-02)")
    cppc_in_principle = _question("Is there an “in principle” decision for Critical Public Protection (CPPC)? (EA-03)")
    nca_case = _question("Is this a National Crime Agency case? (EA-04)")
    scpo = _question("Is there a Serious Crime Prevention Order? (EA-04)")
    high_profile = _question("Is the case high profile or notorious? (EA-05)")
    extremism_screening = _question("Does the multi-agency extremism screening meeting manage them? (EA-07)")
    mappa_level_needed = forms.TypedChoiceField(
        label="Which MAPPA level do they need? (EA-06, EA-09)",
        choices=[("1", "Level 1"), ("2", "Level 2"), ("3", "Level 3"), ("none", "None")],
        coerce=lambda value: None if value == "none" else int(value),
        empty_value=None,
        widget=forms.RadioSelect,
    )
    mappa_exceptional = _question(
        "Is this an exceptional case that needs MAPPA level 2 earlier, for risk and complexity? (EA-09)"
    )
    rationale = forms.CharField(
        label="Why does release need more time to coordinate?",
        help_text="Needed where only a discretionary criterion is met. It must not rest on RoSH alone (EA-10)",
        required=False,
        max_length=RATIONALE_LENGTH,
        widget=LINES,
    )
    request_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def told(self) -> dict[str, Any]:
        """The answers together, and the id of the form."""
        said = super().told()
        criteria = {name: said[name] for name in CRITERIA}
        answers = Answers(oasys_on=said["oasys_on"], criteria=criteria, rationale=said["rationale"])
        return {"answers": answers, "request_id": said["request_id"]}


class EarlyFilter(django_filters.FilterSet):
    """Assessments by the POM of the person, and by whether they are one’s own, which another HOMD has to answer."""

    pom = django_filters.ModelChoiceFilter(
        label="POM", empty_label="Any", null_label="Nobody", field_name="person__pom", queryset=poms_here
    )
    assessed = django_filters.ChoiceFilter(
        label="Assessed by",
        empty_label="Anybody",
        choices=[("others", "Somebody else"), ("me", "Me")],
        method="assessed_by",
    )

    def assessed_by(self, rows: EarlyAssessmentQuerySet, _name: str, who: str) -> EarlyAssessmentQuerySet:
        """What whoever is signed in assessed, or did not."""
        own = Q(assessed_by=self.request.user)
        return rows.filter(own) if who == "me" else rows.exclude(own)


class ApproveForm(EarlyForm):
    """The HOMD's answer."""

    approved = forms.TypedChoiceField(
        label="Do you approve the referral?",
        choices=[("yes", "Yes"), ("no", "No")],
        coerce=lambda value: value == "yes",
        empty_value=None,
        widget=forms.RadioSelect,
    )
    approval = forms.CharField(label="Note", required=False, max_length=2000, widget=LINES)


class ReferForm(EarlyForm):
    """On which day it went, and to whom."""

    referred_on = DateField(label="On which day was it sent?", help_text="Today, or a day since the approval")
    referred_to = forms.CharField(
        label="To whom was it sent?", help_text="The gatekeeper of the division, or the LDU’s mailbox", max_length=254
    )

    def __init__(self, data: Any, *, request: PrisonRequest) -> None:
        super().__init__(data, request=request, initial={"referred_on": request.on})


class DecisionForm(EarlyForm):
    """What the community decided."""

    decision = forms.ChoiceField(
        label="What was decided?", choices=EarlyAssessment.Decision.choices, widget=forms.RadioSelect
    )
    decided_on = DateField(label="On which day?")
    decided_by = forms.CharField(label="Who decided?", help_text="The gatekeeper’s name", max_length=200)
    words = forms.CharField(label="Their words", required=False, max_length=2000, widget=LINES)


class WithdrawForm(EarlyForm):
    """Why an assessment is taken back."""

    because = forms.CharField(label="Why is it taken back?", max_length=2000, widget=LINES)


def recorded_facts(details: CaseDetails | None, *, tact: bool) -> list[tuple[str, str]]:
    """What the class reads beside the answers, in words: terrorism from the alerts (EA-01), RoSH from the details."""
    rosh = details.get_rosh_display() if details and details.rosh else "Not known"
    return [
        ("TACT or terrorism-related offence (EA-01)", "Yes, by the alert XTACT" if tact else "No such alert"),
        ("RoSH (EA-08)", rosh),
    ]
