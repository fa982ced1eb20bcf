"""Cases as pages, actions and the pipeline read them: each person with tier, part and what the POM type depends on."""

from datetime import date
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    Exists,
    F,
    FilteredRelation,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat, Least

from allocation.models import Pom, PomAbsence, PomAllocation
from allocation.policy import PomType, Responsible
from allocation.rules import IMMIGRATION, NEEDS_POM, PomTypeFacts, Recommendation, recommend_pom_type
from handover.models import Responsibility, responsibility_on
from handover.policy import Reason
from handover.queries import with_handover
from omic.formats import short_day
from omic.models import LegalStatus, Obligation, ObligationKind, Person, Posting, Prison, Role, Staff, Stay
from omic.policy import Outcome
from omic.releases import with_release

UNKNOWN = "unknown"
TIERS = (("A", "A"), ("B", "B"), ("C", "C"), ("D", "D"), (UNKNOWN, "Unknown"))
RESPONSIBLE, SUPPORTING, TASKS = "responsible", "supporting", "tasks"
# The POM's part in a case; nobody is responsible for people who are not sentenced (HO-09), only tasks are owed.
PARTS = (
    (RESPONSIBLE, "Responsible"),
    (SUPPORTING, "Supporting"),
    (TASKS, "Tasks only"),
    (UNKNOWN, "Not determined"),
)
PART_WORDS = dict(PARTS)
_LEADS = {
    Responsibility.POM: Responsible.POM,
    Responsibility.POM_WITH_COM: Responsible.POM,
    Responsibility.COM: Responsible.COM,
}


def _current(relation: str) -> FilteredRelation:
    return FilteredRelation(relation, condition=Q(**{f"{relation}__superseded_at__isnull": True}))


def _part(handover: str) -> Case:
    """The part that follows from `responsibility`; `handover` is the path to the determination."""
    return Case(
        When(responsibility=Responsibility.COM, then=Value(SUPPORTING)),
        When(responsibility__isnull=False, then=Value(RESPONSIBLE)),
        When(**{f"{handover}__reason": Reason.UNSENTENCED}, then=Value(TASKS)),
        default=Value(UNKNOWN),
        output_field=CharField(),
    )


def with_case(people: QuerySet[Person], *, on: date) -> QuerySet[Person]:
    """The people with `tier`, `responsibility`, `part`, `start_on`, `handover_on` and `release_on` (see omic.releases)
    as they stand on a day, and their `current` sentence to ask about."""
    found = people.annotate(
        now_tier=_current("tierdeterminations"),
        now_handover=_current("handoverdeterminations"),
        current=FilteredRelation("sentences", condition=Q(sentences__closed_at__isnull=True)),
    ).annotate(
        tier=Coalesce(F("now_tier__letter"), Value(UNKNOWN)),
        tier_provisional=F("now_tier__provisional"),
        responsibility=responsibility_on(on, "now_handover__"),
        start_on=F("now_handover__start_on"),
        handover_on=F("now_handover__handover_on"),
        part=_part("now_handover"),
    )
    return with_release(found, on=on)


def with_next_day(cases: QuerySet[Person], *, on: date) -> QuerySet[Person]:
    """Cases with `next_on`: the first day from `on` on which COM support, handover or release falls."""
    names = ("start_on", "handover_on", "release_on")
    ahead = [Case(When(**{f"{name}__gte": on}, then=F(name)), output_field=DateField()) for name in names]
    return cases.annotate(next_on=Least(*ahead))


def with_held_type(people: QuerySet[Person], *, on: date) -> QuerySet[Person]:
    """Cases with `held_type`: the type of a POM who has had the case here since before it became the COM's (TI-13):
    handed over, by decision, or by what came of a review. After a recall it was the COM's from the return on."""
    held = PomAllocation.objects.primary().open().filter(person=OuterRef("pk"))
    cases: QuerySet[Any] = with_handover(Person.objects.filter(pk=OuterRef("person")), on).order_by()
    since = held.filter(started_at__date__lt=Subquery(cases.values("com_leads_since")[:1]))
    profiles = Pom.objects.on(on).filter(prison=OuterRef("prison"), staff=OuterRef("pom")).order_by()
    return people.annotate(
        held_type=Case(When(Exists(since), then=Subquery(profiles.values("pom_type")[:1])), output_field=CharField())
    )


def recommendation(
    case: Person, *, operator: str, on: date, chosen: str = "", held: str | None = None
) -> Outcome[Recommendation]:
    """The type of POM recommended for a case read with `with_case`.

    With `held`, the `held_type` of `with_held_type`, for the POM who has it; without, for who gets it (TI-13).
    """
    lead = Responsible.NOBODY if case.part == TASKS else _LEADS.get(case.responsibility)
    facts = PomTypeFacts(
        responsible=lead,
        custody_tier=None if case.tier == UNKNOWN else case.tier,
        private=operator == "private",
        current_pom_type=PomType(held) if held else None,
        immigration=case.legal_status == IMMIGRATION,
        chosen_pom_type=PomType(chosen) if chosen else None,
    )
    return recommend_pom_type(facts, on=on)


# AL-01: among the people held or supported in a prison, those who need a POM and have none.
WITHOUT_POM = Q(pom__isnull=True, legal_status__in=NEEDS_POM)


def with_waiting(people: QuerySet[Person]) -> QuerySet[Person]:
    """People without a POM: `waiting_since` is the day their duty opened, `pom_before` who had them here last,
    `here_until` when an earlier stay here ended, and `elsewhere` whether they were in another prison before."""
    duties = Obligation.objects.demanding().filter(kind=ObligationKind.ALLOCATE_POM, person=OuterRef("pk"))
    earlier = PomAllocation.objects.primary().filter(person=OuterRef("pk"), prison=OuterRef("prison"))
    last = earlier.exclude(ended_at=None).order_by("-ended_at")
    name = Concat("staff__forename", Value(" "), "staff__surname", output_field=CharField())
    stays = Stay.objects.filter(person=OuterRef("pk"), left_on__isnull=False).order_by("-left_on")
    return people.annotate(
        waiting_since=Coalesce(Subquery(duties.order_by().values("opens_on")[:1]), F("arrived_on")),
        pom_before=Subquery(last.values_list(name)[:1]),
        here_until=Subquery(stays.filter(prison=OuterRef("prison")).values("left_on")[:1]),
        elsewhere=Exists(stays.exclude(prison=OuterRef("prison"))),
    )


def earlier_words(case: Person) -> str:
    """What somebody from `with_waiting` brings: recalled or not, here before, from another prison; and who was POM."""
    words = ["Recalled"] if case.legal_status == LegalStatus.RECALL else []
    if case.here_until:
        words.append(f"here before, until {short_day(case.here_until)}")
    elif case.elsewhere or (case.reception_on and case.arrived_on and case.reception_on < case.arrived_on):
        words.append("new to this prison")
    else:
        words.append("no earlier stay recorded")
    if case.pom_before:
        words.append(f"POM here was {case.pom_before}")
    said = "; ".join(words)
    return said[:1].upper() + said[1:]


def posted_poms(prison: Prison, *, on: date) -> QuerySet[Posting]:
    """The postings as POM here that stand on a day."""
    return Posting.objects.filter(prison=prison, role=Role.POM).on(on)


def poms_of(prison: Prison, *, on: date) -> QuerySet[Staff]:
    """Everyone posted here as a POM or holding a case here."""
    holders = prison.people.filter(pom__isnull=False).values("pom")
    posted = posted_poms(prison, on=on).values("staff")
    return Staff.objects.filter(Q(pk__in=posted) | Q(pk__in=holders)).defer("password")


# What the columns of a POM's load count, by name.
TIER_COUNTS = {f"tier_{value.lower()}": Q(tier=value) for value, _ in TIERS}
PART_COUNTS = {f"part_{value}": Q(part=value) for value, _ in PARTS}


def _known_type(profiles: QuerySet[Pom]) -> QuerySet[Any]:
    """The type of one profile, unknown where there is none: as a subquery alone, which is asked once a POM. Of
    anything around it the database would group by the value, and ask for every case."""
    one = Func(F("pom_type"), function="MAX")
    return profiles.annotate(known=Coalesce(one, Value(UNKNOWN), output_field=CharField())).values("known")


def with_loads(prison: Prison, *, on: date) -> QuerySet[Staff]:
    """The POMs of a prison with their load: `cases`, `tier_a`…`tier_unknown` and `part_responsible`…`part_unknown`
    are counts; `pom_type`, `working_days`, and whether they are `posted` here; `absence_kind` of today, and `back_on`
    when it ends."""
    absences = PomAbsence.objects.on(on).filter(prison=prison, staff=OuterRef("pk")).order_by()
    posted = posted_poms(prison, on=on).filter(staff=OuterRef("pk"))
    profile = Pom.objects.on(on).filter(prison=prison, staff=OuterRef("pk")).order_by()
    counts = {name: Count("held", filter=share) for name, share in (TIER_COUNTS | PART_COUNTS).items()}
    return (
        poms_of(prison, on=on)
        .alias(held=FilteredRelation("pom_people", condition=Q(pom_people__prison=prison)))
        .alias(now_tier=_current("held__tierdeterminations"), now_handover=_current("held__handoverdeterminations"))
        .alias(
            tier=Coalesce(F("now_tier__letter"), Value(UNKNOWN)),
            responsibility=responsibility_on(on, "now_handover__"),
            part=_part("now_handover"),
        )
        .annotate(cases=Count("held"), **counts)
        .annotate(
            pom_type=Subquery(_known_type(profile)),
            working_days=Subquery(profile.values("working_days")[:1]),
            posted=Exists(posted),
            absence_kind=Subquery(absences.values("kind")[:1]),
            back_on=Subquery(absences.values("returns_on")[:1]),
        )
    )
