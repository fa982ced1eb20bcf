"""Who is checked daily in the demonstration's women's prisons: a year of decisions, referrals, and talks afterwards."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from keywork.priority import found_on
from omic.calendar import LONDON, in_utc
from omic.demo.places import Demonstration, Place
from omic.models import Estate, Obligation, ObligationKind, Person, Posting, Role
from omic.obligations import meet
from wellbeing.models import Cohort, CohortDecision, Referral
from wellbeing.policy import VERSIONS

REVIEW = timedelta(days=VERSIONS[-1].review_days)
DAILY, STEPPED_DOWN, IN_THE_PAST, WEEKLY = 0.08, 0.012, 0.12, 0.02  # of everybody held
LONG_HERE = timedelta(days=75)
TOLD_WITHIN = timedelta(days=4)
WHY_DAILY = (
    "ACCT open since the weekend",
    "Has stopped eating with the others and says little",
    "Bereaved, and far from her family",
    "Self-harm in the last month",
    "First weeks in custody, withdrawing",
)
WHY_STILL = "Reviewed with Safer Custody: still unsettled, daily checks go on"
WHY_WEEKLY = "Settled for two weeks, back at work, and agrees that weekly is enough"
WHY_NOT = "Known to the mental health team, seen by them each day; weekly checks are enough"
REFERRED = (
    "She gave her belongings away at association",
    "Her visit was called off and she has not left her cell since",
    "Her cell mate is worried about her",
)


@dataclass(frozen=True, slots=True)
class Spell:
    """A woman's time on daily checks, from a day until a day (not included) or still; why it began, her groups."""

    person: Person
    first: date
    until: date | None
    groups: tuple[str, ...]


def decide(demo: Demonstration) -> dict[str, int]:
    """Decisions with their weekly reviews, steps down, and referrals answered and waiting."""
    made = 0
    for place in demo.places:
        if place.estate == Estate.WOMEN:
            rows = CohortDecision.objects.bulk_create(_decisions(demo, place))
            made += len(rows)
            _refer(demo, place, rows)
    return {"Decisions on daily checks": made}


def tell(demo: Demonstration) -> dict[str, int]:
    """Every talk after a step down but the newest has been held."""
    rows = Obligation.objects.demanding().filter(kind=ObligationKind.STEP_DOWN_TALK, prison__in=demo.codes)
    *old, _newest = rows.select_related("person__wing").order_by("opens_on", "pk") or [None]
    for duty in filter(None, old):
        officer = Posting.objects.filter(prison=duty.prison, role=Role.WING_OFFICER, wing=duty.person.wing).first()
        if officer and duty.opens_on < demo.on - TOLD_WITHIN:
            meet(duty, by=officer.staff, at=_at(duty.opens_on + timedelta(days=1)), because="told")
    return {"Women to tell of weekly checks": rows.count()}


def _at(on: date, hour: int = 9) -> datetime:
    return in_utc(datetime.combine(on, time(hour), tzinfo=LONDON))


def _decisions(demo: Demonstration, place: Place) -> Iterator[CohortDecision]:
    chance = demo.chance("cohorts", place.code)
    by = Posting.objects.filter(prison=place.code, role=Role.SAFER_CUSTODY).earliest("staff_id").staff_id
    here = Person.objects.filter(prison=place.code).order_by("prison_number")
    people = list(here)
    groups = {pk: tuple(found.value.groups) for pk, found in found_on(here, demo.on).items()}
    for spell in _spells(demo, people, groups, chance):
        yield from _reviewed(demo, place, spell, by, chance)
    grouped = [person for person in people if groups.get(person.pk)]
    for person in grouped[1 : 1 + _share(people, WEEKLY)]:
        on = max(person.arrived_on, demo.on - timedelta(days=4))
        if not person.cohort_decisions.exists():
            yield _decision(place, person, on, Cohort.WEEKLY, WHY_NOT, by, groups[person.pk])


def _share(people: Sequence[Person], part: float) -> int:
    return max(1, round(len(people) * part))


def _spells(
    demo: Demonstration, people: Sequence[Person], groups: dict[int, tuple[str, ...]], chance: Random
) -> Iterator[Spell]:
    """Those who are checked daily now, those stepped down lately, and those of earlier in the year."""
    urgent = sorted(people, key=lambda person: (not groups.get(person.pk), chance.random()))
    daily = urgent[: _share(people, DAILY)]
    for person in daily:
        first = max(person.arrived_on, demo.on - timedelta(days=chance.randint(2, 60)))
        yield Spell(person, first, None, groups.get(person.pk, ()))
    others = [person for person in urgent if person not in daily and not groups.get(person.pk)]
    others = [person for person in others if person.arrived_on < demo.on - LONG_HERE]
    lately = _share(people, STEPPED_DOWN)
    for person in others[:lately]:
        until = demo.on - timedelta(days=chance.randint(4, 25))
        yield Spell(person, until - timedelta(days=chance.randint(14, 45)), until, ())
    for person in others[lately : lately + _share(people, IN_THE_PAST)]:
        earliest = max(person.arrived_on, demo.since)
        until = demo.on - timedelta(days=chance.randint(30, max(31, (demo.on - earliest).days - 10)))
        first = max(earliest, until - timedelta(days=chance.randint(7, 70)))
        if first < until:
            yield Spell(person, first, until, ())


def _reviewed(demo: Demonstration, place: Place, spell: Spell, by: int, chance: Random) -> Iterator[CohortDecision]:
    """One decision to begin with, one at each review, and the step down."""
    on, because = spell.first, chance.choice(WHY_DAILY)
    while on < (spell.until or demo.on):
        yield _decision(place, spell.person, on, Cohort.DAILY, because, by, spell.groups)
        on, because = on + REVIEW, WHY_STILL
    if spell.until:
        yield _decision(place, spell.person, spell.until, Cohort.WEEKLY, WHY_WEEKLY, by, (), stepped_down=True)


def _decision(
    place: Place,
    person: Person,
    on: date,
    cohort: Cohort,
    because: str,
    by: int,
    groups: tuple[str, ...],
    *,
    stepped_down: bool = False,
) -> CohortDecision:
    return CohortDecision(
        person=person,
        prison_id=place.code,
        cohort=cohort,
        because=because,
        starts_on=on,
        next_review_on=on + REVIEW,
        groups=list(groups),
        stepped_down=stepped_down,
        decided_by_id=by,
        decided_at=_at(on),
    )


def _refer(demo: Demonstration, place: Place, decisions: Sequence[CohortDecision]) -> None:
    """Staff asked for two of the decisions, and wait for the answer about another woman."""
    by = Posting.objects.filter(prison=place.code, role=Role.KEY_WORKER).earliest("staff_id").staff_id
    waiting = Person.objects.filter(prison=place.code, cohort_decisions=None).earliest("prison_number")
    first = [one for one in decisions if one.because in WHY_DAILY][:2]
    asked = [(one.person, one, one.starts_on - timedelta(days=1)) for one in first]
    asked.append((waiting, None, demo.on - timedelta(days=1)))
    Referral.objects.bulk_create(
        Referral(person=person, prison_id=place.code, because=because, referred_by_id=by, referred_at=_at(on, 15),
                 decision=decision)
        for (person, decision, on), because in zip(asked, REFERRED, strict=True)
    )  # fmt: skip
