"""The lists of a caseload, each defined once: a POM's own, one POM's as the HOMD sees it, and the whole prison's."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import (
    Case,
    CharField,
    DateField,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Least

from allocation.caseload import UNKNOWN, with_case, with_next_day
from allocation.covers import covered_by
from allocation.models import Pom, PomAllocation
from allocation.policy import CASE_LISTS
from handover.queries import UPCOMING, duties
from omic.calendar import add_months, london_midnight
from omic.counting import kept, tally
from omic.models import ParoleReview, Person, Prison, Staff

Part = PomAllocation.Part
COVER = "cover"
# What somebody is in a case beside its primary POM. Who does case management support holds no case (AL-10).
PART_MARKS = {Part.COWORKING.value: "Co-working", Part.SUPPORT.value: "Case support", COVER: "Standing in"}
MY_PARTS = ((Part.PRIMARY.value, "Primary POM"), *PART_MARKS.items())
NEW = timedelta(days=CASE_LISTS.new_days)
RELEASE = timedelta(days=CASE_LISTS.release_days)


@dataclass(frozen=True, slots=True)
class CaseList:
    """One list of cases from `with_lists`: what it holds (`where`, for a day) in the words that stand above it.

    `columns` are the keys of those that it shows beside the usual ones; it sorts by the first.
    """

    key: str
    title: str
    definition: str
    empty: str
    columns: tuple[str, ...]
    where: Callable[[date], Q]

    @property
    def sort(self) -> str:
        """Soonest first; what is new, newest first."""
        return "-since" if self.columns[0] == "since" else self.columns[0]


LISTS = (
    CaseList("all", "All cases", "", "", ("next",), lambda _on: Q()),
    CaseList(
        "new",
        "New",
        f"Cases given in the last {NEW.days} days.",
        f"No case was given in the last {NEW.days} days.",
        ("since", "release"),
        lambda on: Q(since_at__gte=london_midnight(on - NEW)),
    ),
    CaseList(
        "handovers",
        "Handovers",
        "Nobody has recorded the handover, and it is overdue or falls due within the next 8 weeks.",
        "No handover is overdue or due within the next 8 weeks.",
        ("handover", "release"),
        lambda on: Q(pk__in=duties().demanding().filter(due_on__lte=on + UPCOMING).values("person")),
    ),
    CaseList(
        "releases",
        "Releases",
        f"The next date of release that is known falls within the next {RELEASE.days // 7} weeks, today included; "
        "after a recall that is the PRRD.",
        f"Nobody’s release falls within the next {RELEASE.days // 7} weeks.",
        ("release", "handover"),
        lambda on: Q(release_on__range=(on, on + RELEASE)),
    ),
    CaseList(
        "parole",
        "Parole",
        f"A parole eligibility date, the end of a tariff or a parole hearing falls within the next "
        f"{CASE_LISTS.parole_months} months, or a review was adjourned or deferred and has no new date.",
        f"Nobody’s parole date or hearing falls within the next {CASE_LISTS.parole_months} months, and nobody waits "
        "for a new hearing date.",
        ("parole", "release"),
        lambda on: Q(parole_on__lte=add_months(on, CASE_LISTS.parole_months)) | Q(put_off=True),
    ),
)
LIST_BY_KEY = {row.key: row for row in LISTS}


def cases_here(prison: Prison, *, on: date) -> QuerySet[Person]:
    """Every case of a prison that has a POM; `since_at` is when it was given, `parole_on` what comes next of parole."""
    open_row = Q(pom_allocations__part=Part.PRIMARY, pom_allocations__ended_at__isnull=True)
    return _with_dates(prison.people.filter(pom__isnull=False), open_row, on)


def cases_of(staff: Staff, prison: Prison, *, on: date) -> QuerySet[Person]:
    """The cases in which somebody has a part here; `my_part` says which. `since_at` is when they got it.

    Those whose POM they stand in for today are among them.
    """
    rows = PomAllocation.objects.open().filter(staff=staff, prison=prison).order_by()
    theirs = rows.values("person").union(covered_by(staff, prison, on=on))
    open_row = Q(pom_allocations__staff=staff, pom_allocations__ended_at__isnull=True)
    cases = _with_dates(prison.people.filter(pk__in=theirs), open_row, on)
    return cases.annotate(my_part=Coalesce(F("held__part"), Value(COVER)))


# TI-14: among `cases_here`, given to a POM of another type than was recommended then; one whose type was not recorded
# may have been of it.
ADVISED = ~Q(held__recommended_type="")
AGAINST_ADVICE = ADVISED & ~Q(held__pom_type="") & ~Q(held__recommended_type=F("held__pom_type"))
UNTYPED_THEN = ADVISED & Q(held__pom_type="")


def of_type(cases: QuerySet[Person], prison: Prison, pom_type: str, *, on: date) -> QuerySet[Person]:
    """The cases whose POM is of a type today, or of none that is recorded."""
    profiles = Pom.objects.on(on).filter(prison=prison)
    if pom_type == UNKNOWN:
        return cases.exclude(pom__in=profiles.values("staff"))
    return cases.filter(pom__in=profiles.filter(pom_type=pom_type).values("staff"))


@kept
def counts(staff: Staff, prison: Prison, on: date) -> QuerySet[Any]:
    """The length of every list over the cases of somebody, in one query."""
    return tally(cases_of(staff, prison, on=on), **{row.key: row.where(on) for row in LISTS})


def _with_dates(people: QuerySet[Person], open_row: Q, on: date) -> QuerySet[Person]:
    cases = people.annotate(held=FilteredRelation("pom_allocations", condition=open_row))
    cases = with_next_day(with_case(cases, on=on), on=on)
    asked = {"hearing_on": Subquery(_hearing(on)), "put_off": Exists(_put_off())}
    return cases.annotate(since_at=F("held__started_at"), **asked).annotate(
        parole_on=Least(_ahead("current__ped", on), _ahead("current__ted", on), "hearing_on"),
        parole_kind=Case(
            When(parole_on=F("hearing_on"), then=Value("hearing")),
            When(parole_on=F("current__ted"), then=Value("ted")),
            When(parole_on=F("current__ped"), then=Value("ped")),
            output_field=CharField(),
        ),
    )


def _ahead(name: str, on: date) -> Case:
    return Case(When(**{f"{name}__gte": on}, then=F(name)), output_field=DateField())


def _hearing(on: date) -> QuerySet[ParoleReview]:
    """The next hearing of which no outcome is known."""
    waiting = ParoleReview.objects.standing().filter(person=OuterRef("pk"), outcome="")
    return waiting.filter(target_hearing_on__gte=on).order_by("target_hearing_on").values("target_hearing_on")[:1]


def _put_off() -> QuerySet[ParoleReview]:
    """The review of the present sentence that was adjourned or deferred without a new date."""
    began = Coalesce(OuterRef("current__started_on"), Value(date.min), output_field=DateField())
    return ParoleReview.objects.put_off().filter(person=OuterRef("pk"), dated_on__gte=began)
