"""The casework that stands under numbers which were merged into a person's and was not carried over to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from handover.models import FormDecision, HandoverReport, HandoverStep
from omic.models import Person, under_any_number


@dataclass(frozen=True, slots=True)
class OtherNumbers:
    """Steps, decided forms and reports of other numbers, each row with its `person`."""

    steps: Sequence[HandoverStep]
    forms: Sequence[FormDecision]
    reports: Sequence[HandoverReport]

    def __bool__(self) -> bool:
        return bool(self.steps or self.forms or self.reports)


def of_other_numbers(person: Person) -> OtherNumbers:
    """What a merge could not write anew (handover.merging), for the page of the handover."""
    gone = Person.objects.filter(merges_away__in=person.numbers_taken_in.standing())
    if not gone.exists():
        return OtherNumbers((), (), ())
    steps = HandoverStep.objects.filter(person__in=gone, withdrawn_at=None)
    forms = FormDecision.objects.filter(person__in=gone)
    reports = HandoverReport.objects.filter(person__in=gone)
    steps = steps.filter(~_anew(person.handover_steps.all(), "kind", "recorded_by", "recorded_at"))
    forms = forms.filter(~_anew(person.handover_forms.all(), "decided_by", "decided_at"))
    reports = reports.filter(~_anew(person.handover_reports.all(), "written_by", "written_at"))
    return OtherNumbers(
        steps=list(steps.select_related("person", "recorded_by")),
        forms=list(forms.select_related("person", "decided_by")),
        reports=list(reports.select_related("person", "written_by")),
    )


def reports_of(person: Person) -> QuerySet[HandoverReport]:
    """The handover reports on somebody, under any number."""
    return HandoverReport.objects.filter(under_any_number(person))


def _anew(rows: QuerySet[Any], *facts: str) -> Exists:
    """Whether one of `rows`, the person's own, was written anew from a row: by whom and when are the same."""
    return Exists(rows.filter(**{name: OuterRef(name) for name in facts}))
