"""What allocation's lists are filtered by, and the duties they start from."""

from datetime import date
from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from allocation.case_lists import AGAINST_ADVICE, LIST_BY_KEY, LISTS, MY_PARTS, UNTYPED_THEN, of_type
from allocation.caseload import PARTS, TIERS, poms_of
from allocation.covers import covered_by
from allocation.lists import TYPE_WORDS
from allocation.models import PomAbsence
from handover.queries import UPCOMING
from omic.models import Complexity, Obligation, ObligationKind, Person, Prison, Role, Staff, Wing
from omic.models.obligation import OWNERS, ObligationQuerySet
from omic.why import OMU_ROLES

WING_KINDS = (
    ObligationKind.KEY_WORK_SESSION, ObligationKind.KEY_WORK_FLOOR, ObligationKind.ALLOCATE_KEY_WORKER,
    ObligationKind.TELL_KEY_WORKER, ObligationKind.DAILY_CHECK, ObligationKind.WEEKLY_CHECK,
    ObligationKind.COHORT_REVIEW, ObligationKind.STEP_DOWN_TALK, ObligationKind.PLANNING_MEETING,
    ObligationKind.FIRST_HANDOVER_MEETING, ObligationKind.SHARED_TO_READ, ObligationKind.REMIND_AHEAD,
    ObligationKind.REMIND_TODAY, ObligationKind.REMIND_NO_COM,
)  # fmt: skip
DUTY_KINDS = [(kind.value, kind.label) for kind in ObligationKind if kind not in WING_KINDS]
OVERDUE, COMING, NO_DATE = "overdue", "coming", "no_date"


def omu_duties(prison: Prison) -> ObligationQuerySet:
    """Everything that still asks something of the OMU of a prison."""
    return prison.obligations.demanding().filter(owner_role__in=OMU_ROLES)


def duties_of(prison: Prison, staff: Staff, *, on: date) -> ObligationQuerySet:
    """What still asks something of one POM here: named as theirs, or a POM's duty about one of their people or about
    somebody whose POM they stand in for on the day."""
    cases = Q(person__pom=staff) | Q(person__in=covered_by(staff, prison, on=on))
    theirs = Q(owner=staff) | Q(owner_role=Role.POM) & cases
    return prison.obligations.demanding().filter(theirs)


def coming(duties: QuerySet[Obligation], on: date) -> QuerySet[Obligation]:
    """Due in the next eight weeks, today included."""
    return duties.due_between(on, on + UPCOMING)


class CaseFilter(django_filters.FilterSet):
    """Cases from `cases_here` by list, POM and the POM's type, tier, part and wing; women's by complexity of need."""

    which = django_filters.ChoiceFilter(
        label="Which",
        empty_label="All cases",
        choices=[(row.key, row.title) for row in LISTS if row.key != "all"],
        method="on_list",
    )

    pom = django_filters.ModelChoiceFilter(
        label="POM", empty_label="Any", queryset=lambda request: poms_of(request.prison, on=request.on)
    )
    type = django_filters.ChoiceFilter(
        label="Type of POM", empty_label="Any", choices=tuple(TYPE_WORDS.items()), method="held_by_type"
    )
    against = django_filters.ChoiceFilter(
        label="Type when given",
        empty_label="Any",
        choices=(("yes", "Other than recommended"), ("unknown", "Not recorded")),
        method="given_against_advice",
    )
    tier = django_filters.ChoiceFilter(label="Tier", empty_label="Any", choices=TIERS)
    part = django_filters.ChoiceFilter(label="POM’s part", empty_label="Any", choices=PARTS)
    complexity = django_filters.ChoiceFilter(label="Complexity of need", empty_label="Any", choices=Complexity.choices)
    wing = django_filters.ModelChoiceFilter(
        label="Wing", empty_label="Any", queryset=lambda request: Wing.objects.filter(prison=request.prison)
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.request.prison.women:
            del self.filters["complexity"]

    def on_list(self, cases: QuerySet[Person], _name: str, key: str) -> QuerySet[Person]:
        """The cases of one of the lists that every caseload has."""
        return cases.filter(LIST_BY_KEY[key].where(self.request.on))

    def held_by_type(self, cases: QuerySet[Person], _name: str, pom_type: str) -> QuerySet[Person]:
        """Cases whose POM is of a type today."""
        return of_type(cases, self.request.prison, pom_type, on=self.request.on)

    def given_against_advice(self, cases: QuerySet[Person], _name: str, answer: str) -> QuerySet[Person]:
        """Cases given to a POM of another type than was recommended then (TI-14), or of a type nobody had recorded."""
        return cases.filter(UNTYPED_THEN if answer == "unknown" else AGAINST_ADVICE)


class MyCaseFilter(django_filters.FilterSet):
    """The cases of one POM by what they are in the case, tier and part."""

    mine = django_filters.ChoiceFilter(label="Held as", empty_label="Any", choices=MY_PARTS, field_name="my_part")
    tier = django_filters.ChoiceFilter(label="Tier", empty_label="Any", choices=TIERS)
    part = django_filters.ChoiceFilter(label="POM’s part", empty_label="Any", choices=PARTS)


class WaitingFilter(django_filters.FilterSet):
    """People without a POM by tier and wing."""

    tier = django_filters.ChoiceFilter(label="Tier", empty_label="Any", choices=TIERS)
    wing = django_filters.ModelChoiceFilter(
        label="Wing", empty_label="Any", queryset=lambda request: Wing.objects.filter(prison=request.prison)
    )


class MyDutyFilter(django_filters.FilterSet):
    """Duties by when they are due and what they are."""

    when = django_filters.ChoiceFilter(
        label="Due",
        empty_label="Any time",
        choices=((OVERDUE, "Overdue"), (COMING, "In the next 8 weeks"), (NO_DATE, "No date")),
        method="due_when",
    )
    kind = django_filters.ChoiceFilter(label="Duty", empty_label="Any", choices=DUTY_KINDS)

    def due_when(self, duties: QuerySet[Obligation], _name: str, when: str) -> QuerySet[Obligation]:
        """The duties of one stretch of time."""
        on = self.request.on
        if when == OVERDUE:
            return duties.overdue(self.request.now)
        return duties.filter(due_on__isnull=True) if when == NO_DATE else coming(duties, on)


class DutyFilter(MyDutyFilter):
    """Duties of the OMU, also by whose they are."""

    owner = django_filters.ModelChoiceFilter(
        label="Whose",
        empty_label="Anybody’s",
        null_label="Nobody named",
        queryset=lambda request: Staff.objects.filter(pk__in=omu_duties(request.prison).values("owner")),
    )
    role = django_filters.ChoiceFilter(
        label="Role",
        empty_label="Any",
        field_name="owner_role",
        choices=[(role, OWNERS[role]) for role in OMU_ROLES],
    )


class PomFilter(django_filters.FilterSet):
    """POMs by type, by why they are not there today, and those who hold cases without a posting."""

    type = django_filters.ChoiceFilter(
        label="Type", empty_label="Any", field_name="pom_type", choices=tuple(TYPE_WORDS.items())
    )
    posted = django_filters.ChoiceFilter(
        label="POM posting",
        empty_label="Any",
        choices=(("yes", "Posted today"), ("no", "None today")),
        method="posting",
    )
    absence = django_filters.ChoiceFilter(
        label="Not there",
        empty_label="Any",
        null_label="There today",
        field_name="absence_kind",
        choices=PomAbsence.Kind.choices,
    )

    def posting(self, staff: QuerySet[Staff], _name: str, posted: str) -> QuerySet[Staff]:
        return staff.filter(posted=posted == "yes")
