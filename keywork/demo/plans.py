"""Progression plans with their targets and reviews, and notes sampled for quality assurance, for the demonstration."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from keywork import quality
from keywork.actions.quality import draw_samples as draw
from keywork.models import NoteSample, PlanTarget, ProgressionPlan, TargetReview
from omic.audit import Actor
from omic.demo.personas import PERSONAS
from omic.demo.places import Demonstration, Place
from omic.models import Contact, ContactKind, Person, Posting, Prison, Role, Staff

SHARE = 0.06  # of those who have a key worker and no formal sentence plan
BESIDE = 3  # in each prison beside a formal plan, the first without the POM's agreement
OF_A_PERSONA = 2
SESSIONS_SINCE = 5  # a plan begins in the session that many before the last one
A_MONTH = timedelta(days=28)
REVIEWED = 0.5  # of this period's sample; of the one before, all
READ = 0.6
WISHES = (
    "To be ready for work when I get out, and to be somebody my daughter can be proud of.",
    "To feel settled here and stop worrying about every day.",
    "To get fit again and sleep through the night.",
    "To learn something I never had the patience for at school.",
    "To sort out my money before I leave.",
)
TARGETS = (
    "Put in for the maths course",
    "Go to the gym twice a week",
    "Write home every Sunday",
    "Ask for a visit from my sister",
    "Finish the in-cell workbook",
    "Open a bank account with the resettlement worker",
    "Go a month without a negative entry",
    "Read one book and talk about it",
)
SAID = {
    TargetReview.State.GOING_ON: ("On the waiting list", "Twice last week", "Hard with the noise, but trying", ""),
    TargetReview.State.REACHED: ("Done, and pleased with it", "Has the certificate"),
    TargetReview.State.GIVEN_UP: ("Wants something else instead",),
}
ENDED = "Everything in it is reached or given up"
FEEDBACK = {
    NoteSample.Finding.GOOD: (
        "Clear, and I can see what they said and what you agreed.",
        "A good record: their words, your action, and by when.",
    ),
    NoteSample.Finding.COULD_BE_BETTER: (
        "Say what they said themselves, not only how they seemed.",
        "The action has no date: when will you ask, and who tells them?",
    ),
    NoteSample.Finding.NOT_ENOUGH: ("This could be about anybody. Please talk to me about what a note should hold.",),
}
FINDINGS = ("", "", "Has improved since the last sample.", "Would gain from sitting in with a champion.")
FINDING_WEIGHTS = {
    NoteSample.Finding.GOOD: 6,
    NoteSample.Finding.COULD_BE_BETTER: 3,
    NoteSample.Finding.NOT_ENOUGH: 1,
}


@dataclass
class Made:
    """Rows to be written together."""

    plans: list[ProgressionPlan] = field(default_factory=list)
    targets: list[PlanTarget] = field(default_factory=list)
    reviews: list[TargetReview] = field(default_factory=list)


def make_plans(demo: Demonstration) -> dict[str, int]:
    """Plans of a few people in each place, reviewed in the sessions since; after the sessions are held."""
    made = Made()
    for place in demo.places:
        chance = demo.chance("plans", place.code)
        chosen = list(_chosen(place, chance))
        sessions = _sessions([person for person, _ in chosen])
        for person, agreed in chosen:
            if len(since := sessions[person.pk][-SESSIONS_SINCE:]) > 1:
                _make(made, person, agreed, since, chance)
    ProgressionPlan.objects.bulk_create(made.plans)
    PlanTarget.objects.bulk_create(made.targets)
    TargetReview.objects.bulk_create(made.reviews)
    return {"Progression plans": len(made.plans)}


def _chosen(place: Place, chance: Random) -> Iterator[tuple[Person, bool]]:
    """Who has a plan, and whether the POM has agreed to it beside a formal one."""
    held = Person.objects.filter(prison=place.code, key_worker__isnull=False).select_related("pom")
    held = held.order_by("prison_number")
    formal = held.filter(sentence_plan__active=True, pom__isnull=False)
    free = held.exclude(sentence_plan__active=True)
    for persona in PERSONAS:
        if (persona.role, persona.prison) == (Role.KEY_WORKER, place.code):
            yield from ((one, False) for one in free.filter(key_worker__username=persona.username)[:OF_A_PERSONA])
            free = free.exclude(key_worker__username=persona.username)
    yield from ((one, False) for one in free if chance.random() < SHARE)
    yield from ((one, number > 0) for number, one in enumerate(formal[:BESIDE]))


def _sessions(people: Sequence[Person]) -> dict[int, list[Contact]]:
    rows = Contact.objects.current().filter(person__in=people, kind=ContactKind.SESSION).order_by("at", "pk")
    found: dict[int, list[Contact]] = defaultdict(list)
    for contact in rows.select_related("by", "prison"):
        found[contact.person_id].append(contact)
    return found


def _make(made: Made, person: Person, agreed: bool, sessions: Sequence[Contact], chance: Random) -> None:
    first, *later = sessions
    begun = {"started_by": first.by, "started_at": first.recorded_at, "started_on": first.on}
    if agreed:
        begun |= {"pom_agreed_by": person.pom, "pom_agreed_at": first.recorded_at}
    plan = ProgressionPlan(person=person, prison=first.prison, own_words=chance.choice(WISHES), **begun)
    made.plans.append(plan)
    standing = [_target(made, plan, words, first) for words in chance.sample(TARGETS, chance.randint(1, 3))]
    for contact in later:
        standing = [target for target in standing if _review(made, target, contact, chance)]
    if not standing:
        plan.ended_at, plan.ended_by, plan.ended_because = later[-1].recorded_at, later[-1].by, ENDED


def _target(made: Made, plan: ProgressionPlan, words: str, contact: Contact) -> PlanTarget:
    target = PlanTarget(
        plan=plan, words=words, review_on=contact.on + A_MONTH, set_by=contact.by, set_at=contact.recorded_at
    )
    made.targets.append(target)
    return target


def _review(made: Made, target: PlanTarget, contact: Contact, chance: Random) -> bool:
    """One review, now and then; whether the target is still going on."""
    if chance.random() < 0.4:
        return True
    state = chance.choices(list(SAID), (7, 2, 1))[0]
    made.reviews.append(
        TargetReview(
            target=target,
            contact=contact,
            state=state,
            words=chance.choice(SAID[state]),
            reviewed_by=contact.by,
            reviewed_at=contact.recorded_at,
        )
    )
    return state == TargetReview.State.GOING_ON


def draw_samples(demo: Demonstration) -> dict[str, int]:
    """Last period's sample, reviewed, and this period's, of which about half waits; after the levels are set."""
    drawn = 0
    for place in demo.places:
        prison, chance = Prison.objects.get(pk=place.code), demo.chance("quality", place.code)
        posted = Posting.objects.on(demo.on).filter(prison=prison).order_by("staff_id").select_related("staff")
        reviewers = [one.staff for one in posted if one.role in (Role.KEY_WORK_CHAMPION, Role.HOMD)]
        start = quality.sample_of(prison, demo.on).value.first
        before = demo.at - (demo.on - start + timedelta(days=1))
        for at, share in ((before, 1.0), (demo.at, REVIEWED)):
            on = min(demo.on, start - timedelta(days=1)) if at < demo.at else demo.on
            drawn += draw(prison=prison, on=on, by=Actor(staff=reviewers[0]), at=at)
            _review_some(prison, reviewers, share, at, demo, chance)
    return {"Notes sampled": drawn}


def _review_some(
    prison: Prison, reviewers: Sequence[Staff], share: float, drawn_at: datetime, demo: Demonstration, chance: Random
) -> None:
    rows = list(prison.note_samples.filter(drawn_at=drawn_at).order_by("staff__username", "contact__at"))
    reviewed = [row for row in rows if chance.random() < share]
    for row in reviewed:
        finding = chance.choices(list(FINDING_WEIGHTS), list(FINDING_WEIGHTS.values()))[0]
        row.finding, row.feedback = finding, chance.choice(FEEDBACK[finding])
        row.findings = chance.choice(FINDINGS)
        row.reviewer = next(one for one in reviewers if one.pk != row.staff_id)
        row.reviewed_at = drawn_at
        row.read_at = demo.at if drawn_at < demo.at and chance.random() < READ else None
    NoteSample.objects.bulk_update(
        reviewed, ["finding", "feedback", "findings", "reviewer", "reviewed_at", "read_at"], batch_size=500
    )
