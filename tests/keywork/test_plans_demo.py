"""The demonstration's plans and samples, made for one small prison."""

from datetime import timedelta

import pytest
from django.utils import timezone

from keywork import plans
from keywork.demo.plans import draw_samples, make_plans
from keywork.models import NoteSample, ProgressionPlan, SessionNote, TargetReview
from omic.demo.places import Demonstration, Place
from omic.fictional import FictionalPrison, Mix
from omic.models import Person, Role, SentencePlan
from tests.cast import Cast
from tests.factories import NOW, TODAY, ContactFactory, KeyWorkerAllocationFactory, PomAllocationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(cast: Cast) -> Demonstration:
    """Twenty people with sessions every week, three of them with a formal plan."""
    for role in (Role.KEY_WORK_CHAMPION, Role.HOMD):
        cast.of(role)
    for number in range(20):
        person = KeyWorkerAllocationFactory(person=cast.person(), staff=cast.of(Role.KEY_WORKER)).person
        PomAllocationFactory(person=person, staff=cast.of(Role.POM))
        if number < 3:
            SentencePlan.objects.create(person=person, active=True, source="OASys", recorded_at=NOW)
        for week in range(6):
            at = NOW - timedelta(days=7 * week + 1)
            contact = ContactFactory(person=person, by=cast.of(Role.KEY_WORKER), at=at, recorded_at=at)
            SessionNote.objects.create(contact=contact, person=person, prison=cast.prison, mode="cell_door")
    holds = FictionalPrison(code="LEI", name="x", mix=Mix.LOCAL, size=20, number_from=0)
    place = Place(holds=holds, estate="men_closed", operator="public", settings=())
    return Demonstration(places=(place,), on=timezone.localdate(NOW), at=NOW)


def test_plans_are_begun_reviewed_and_one_waits_for_the_pom(demo: Demonstration) -> None:
    assert make_plans(demo)["Progression plans"] == ProgressionPlan.objects.count() >= 3
    assert TargetReview.objects.filter(contact__at__gt=NOW - timedelta(days=28)).exists()
    waiting = [
        person
        for person in Person.objects.all()
        if plans.needs_agreement(plans.open_plan(person), plans.formal_plan(person), on=TODAY)
        and plans.open_plan(person)
    ]
    assert len(waiting) <= 1


def test_the_last_period_is_reviewed_and_this_one_drawn(demo: Demonstration) -> None:
    assert draw_samples(demo) == {"Notes sampled": 2}
    assert NoteSample.objects.get(period_start=TODAY.replace(month=10, day=1)).reviewed_at
    assert NoteSample.objects.filter(period_start=TODAY.replace(day=1)).count() == 1
