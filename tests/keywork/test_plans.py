"""Progression plans: one at a time, the POM's agreement beside a formal plan, targets that sessions review (KW-12)."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from keywork import plans
from keywork.actions import RefusedError, amend_session, log_session, withdraw_session
from keywork.actions.plans import add_target, agree_plan, end_plan, start_plan
from keywork.models import PlanTarget, ProgressionPlan
from keywork.notes import Record, Reviewed, record_of
from omic.models import AuditEvent, Contact, ContactKind, Person, Role, SentencePlan
from tests.cast import Cast
from tests.factories import NOW, TODAY, KeyWorkerAllocationFactory, days

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def person(cast: Cast) -> Person:
    return KeyWorkerAllocationFactory(person=cast.person(), staff=cast.of(Role.KEY_WORKER)).person


def formal(person: Person, **facts: object) -> SentencePlan:
    return SentencePlan.objects.create(person=person, active=True, source="OASys", recorded_at=NOW, **facts)


def started(cast: Cast, person: Person) -> ProgressionPlan:
    return start_plan(
        person=person, prison=cast.prison, own_words="To paint again", by=cast.of(Role.KEY_WORKER), at=NOW
    )


def target_of(cast: Cast, plan: ProgressionPlan, words: str = "Join the art class") -> PlanTarget:
    by = cast.of(Role.KEY_WORKER)
    return add_target(plan=plan, prison=cast.prison, words=words, review_on=days(28), by=by, at=NOW)


def agreed(cast: Cast, person: Person) -> bool:
    return agree_plan(person=person, prison=cast.prison, by=cast.of(Role.POM), at=NOW)


def test_a_plan_is_started_and_audited(cast: Cast, person: Person) -> None:
    plan = started(cast, person)
    assert (plan.prison, plan.started_on, plans.open_plan(person)) == (cast.prison, TODAY, plan)
    assert AuditEvent.objects.get(action="start_plan").detail == {"plan": plan.pk}


def test_the_loser_of_a_race_learns_who_started_it(cast: Cast, person: Person) -> None:
    started(cast, person)
    with pytest.raises(RefusedError, match="Kay Weaver has started a plan on 18 November 2026"):
        started(cast, person)


def test_the_database_holds_one_open_plan(cast: Cast, person: Person) -> None:
    plan = started(cast, person)
    with pytest.raises(IntegrityError, match="one_progression_plan_at_a_time"), transaction.atomic():
        ProgressionPlan.objects.create(
            person=person, prison=cast.prison, started_on=TODAY, own_words="x", started_by=plan.started_by,
            started_at=NOW,
        )  # fmt: skip


def test_a_formal_plan_blocks_until_the_pom_agrees(cast: Cast, person: Person) -> None:
    row = formal(person)
    with pytest.raises(RefusedError, match="the POM has to agree first"):
        started(cast, person)
    assert agreed(cast, person)
    row.refresh_from_db()
    assert (row.pom_agreed_on, row.pom_agreed_by, row.source, row.version) == (TODAY, "Pat Offender", "OASys", 2)
    assert started(cast, person).pom_agreed_at is None


def test_a_formal_plan_that_begins_later_blocks_targets(cast: Cast, person: Person) -> None:
    plan = started(cast, person)
    formal(person)
    with pytest.raises(RefusedError, match="the POM has to agree first"):
        target_of(cast, plan)
    assert agreed(cast, person)
    assert not agreed(cast, person)
    plan.refresh_from_db()
    assert (plan.pom_agreed_by, plan.pom_agreed_at) == (cast.of(Role.POM), NOW)
    assert target_of(cast, plan)


@pytest.mark.parametrize("facts", [{"pom_agreed_on": TODAY, "pom_agreed_by": "A POM"}, None])
def test_an_agreement_that_was_imported_or_is_not_needed_does_not_block(
    cast: Cast, person: Person, facts: dict[str, object] | None
) -> None:
    if facts:
        formal(person, **facts)
    else:
        SentencePlan.objects.create(person=person, active=False, source="OASys", recorded_at=NOW)
    assert started(cast, person)


def test_an_ended_plan_takes_no_more_targets(cast: Cast, person: Person) -> None:
    plan = started(cast, person)
    end_plan(plan=plan, prison=cast.prison, because="No longer wanted", by=cast.of(Role.KEY_WORKER), at=NOW)
    with pytest.raises(RefusedError, match="Kay Weaver has ended this plan"):
        target_of(cast, plan)
    assert started(cast, person)


def test_a_target_is_not_looked_at_again_in_the_past(cast: Cast, person: Person) -> None:
    plan, by = started(cast, person), cast.of(Role.KEY_WORKER)
    with pytest.raises(RefusedError, match="must not be in the past"):
        add_target(plan=plan, prison=cast.prison, words="Read", review_on=days(-1), by=by, at=NOW)


def test_the_plan_follows_the_person_and_not_the_prison(cast: Cast, person: Person) -> None:
    plan = started(cast, person)
    Person.objects.update(prison=cast.elsewhere, wing=None, key_worker=None)
    assert plans.open_plan(person) == plan
    with pytest.raises(RefusedError, match="no longer in this prison"):
        target_of(cast, plan)


# --- reviewed in sessions --------------------------------------------------------------------------------------------


def session(cast: Cast, target: PlanTarget, state: str, *, ago: timedelta = HOUR, words: str = "") -> Contact:
    record = Record(
        kind=ContactKind.SESSION, at=NOW - ago, mode="cell_door", minutes=45, mood="Well",
        reviews=(Reviewed(target.pk, target.words, state, words),),
    )  # fmt: skip
    return log_session(
        person=target.plan.person, prison=cast.prison, record=record, request_id=uuid.uuid4(),
        by=cast.of(Role.KEY_WORKER), at=NOW,
    )  # fmt: skip


def states(person: Person) -> list[str | None]:
    return [row.state for plan in plans.plans_of(person) for row in plan.targets.all()]


def test_a_session_says_how_far_a_target_has_come(cast: Cast, person: Person) -> None:
    target = target_of(cast, started(cast, person))
    assert states(person) == [None]
    contact = session(cast, target, "going_on", words="On the waiting list")
    assert states(person) == ["going_on"]
    assert "Progression plan, Join the art class: Going on – On the waiting list" in contact.text
    assert plans.reviewed_in(contact) == [("Target: Join the art class", "Going on – On the waiting list")]


def test_what_was_reached_is_not_asked_again(cast: Cast, person: Person) -> None:
    plan = started(cast, person)
    reached, other = target_of(cast, plan), target_of(cast, plan, "Ring home")
    contact = session(cast, reached, "reached")
    assert plans.to_review(person) == [other]
    assert plans.to_review(person, contact=contact) == plans.to_review(person, typed={reached.pk}) == [reached, other]


def test_a_session_written_up_late_does_not_overtake_a_newer_one(cast: Cast, person: Person) -> None:
    target = target_of(cast, started(cast, person))
    session(cast, target, "reached")
    session(cast, target, "going_on", ago=timedelta(days=3))
    assert states(person) == ["reached"]


def test_a_correction_takes_the_place_of_what_it_corrects(cast: Cast, person: Person) -> None:
    target = target_of(cast, started(cast, person))
    old = session(cast, target, "reached")
    record = record_of(old)
    assert record.reviews[0].state == "reached"
    wrong = Reviewed(target.pk, target.words, "going_on", "Not quite")
    again = Record(**{**{name: getattr(record, name) for name in record.__slots__}, "reviews": (wrong,)})
    new = amend_session(
        contact=old, record=again, because="Too soon", request_id=uuid.uuid4(), by=old.by, at=NOW + HOUR
    )
    assert states(person) == ["going_on"]
    withdraw_session(contact=new, because="Somebody else", request_id=uuid.uuid4(), by=old.by, at=NOW + 2 * HOUR)
    assert states(person) == [None]


def test_somebody_elses_target_is_refused(cast: Cast, person: Person) -> None:
    target = target_of(cast, started(cast, cast.person()))
    stray = Record(kind=ContactKind.ENTRY, at=NOW - HOUR, mode="other", reviews=(Reviewed(target.pk, "x", "reached"),))
    with pytest.raises(RefusedError, match="not one of this person’s"):
        log_session(
            person=person, prison=cast.prison, record=stray, request_id=uuid.uuid4(),
            by=cast.of(Role.KEY_WORKER), at=NOW,
        )  # fmt: skip
    assert not Contact.objects.exists()
