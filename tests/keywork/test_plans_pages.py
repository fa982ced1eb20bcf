"""The pages of a progression plan: who may, what they show, and targets in the session's own form."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from keywork import plans
from keywork.actions.plans import add_target, start_plan
from keywork.models import PlanTarget, ProgressionPlan, TargetReview
from omic.models import AuditEvent, Contact, ObligationKind, Person, Role, SentencePlan
from tests.cast import Cast
from tests.factories import NOW, TODAY, KeyWorkerAllocationFactory, ObligationFactory, PomAllocationFactory
from tests.keywork.test_pages import queries

pytestmark = pytest.mark.django_db
EDITS, AGREES = {Role.KEY_WORKER, Role.KEY_WORK_MANAGER}, {Role.POM, Role.HOMD}
SEES = {*EDITS, *AGREES, Role.KEY_WORK_CHAMPION, Role.HOMS, Role.CASE_ADMINISTRATOR, Role.SAFER_CUSTODY, Role.GOVERNOR}
ALLOWED = {
    "plan": SEES,
    "plan-target": EDITS,
    "end-plan": EDITS,
    "meeting": {Role.KEY_WORKER, *AGREES},
}


@pytest.fixture
def person(cast: Cast) -> Person:
    person = cast.person(surname="Ashdown")
    KeyWorkerAllocationFactory(person=person, staff=cast.of(Role.KEY_WORKER))
    return PomAllocationFactory(person=person, staff=cast.of(Role.POM)).person


@pytest.fixture
def plan(cast: Cast, person: Person) -> ProgressionPlan:
    return start_plan(
        person=person, prison=cast.prison, own_words="To paint again", by=cast.of(Role.KEY_WORKER), at=NOW
    )


@pytest.fixture
def target(cast: Cast, plan: ProgressionPlan) -> PlanTarget:
    by = cast.of(Role.KEY_WORKER)
    return add_target(plan=plan, prison=cast.prison, words="Join the art class", review_on=None, by=by, at=NOW)


@pytest.fixture
def url(person: Person) -> Callable[[str], str]:
    duty = ObligationFactory(
        person=person, kind=ObligationKind.THREE_WAY_MEETING, slot="sentence-1", due_on=None, due_before=None,
        met_by="", with_roles=["pom"], rule="KW-13", opens_on=TODAY.replace(day=2),
    )  # fmt: skip

    def address(name: str) -> str:
        return reverse(f"keywork:{name}", args=["LEI", person.ref, *([duty.pk] if name == "meeting" else [])])

    return address


@pytest.mark.parametrize("name", ALLOWED)
def test_the_right_roles_see_it_and_no_other(
    cast: Cast, plan: ProgressionPlan, url: Callable[[str], str], name: str
) -> None:
    answers = {role: cast.client(role).get(url(name)).status_code for role in Role if role != Role.PGD}
    assert {role for role, status in answers.items() if status == 200} == ALLOWED[name]
    assert {status for role, status in answers.items() if role not in ALLOWED[name]} == {403}
    assert cast.stranger.get(url(name)).status_code == 404
    assert Client().get(url(name))["Location"] == f"/sign-in/?next={url(name)}"


def test_a_plan_from_the_first_click_to_the_first_target(cast: Cast, person: Person, url: Callable[[str], str]) -> None:
    kay = cast.client(Role.KEY_WORKER)
    assert url("start-plan") in kay.get(url("plan")).content.decode()
    kay.post(url("start-plan"), {"own_words": "To paint again"})
    kay.post(url("plan-target"), {"words": "Join the art class", "review_on_day": ""})
    page = kay.get(url("plan")).content.decode()
    assert "To paint again" in page and "Join the art class" in page
    assert AuditEvent.objects.filter(action="see_plan", person=person).count() == 2


def test_what_was_typed_is_kept_when_somebody_was_quicker(
    cast: Cast, plan: ProgressionPlan, url: Callable[[str], str]
) -> None:
    page = cast.client(Role.KEY_WORKER).post(url("start-plan"), {"own_words": "A plan of my own"}).content.decode()
    assert "Kay Weaver has started a plan" in page
    assert "A plan of my own" in page


def test_the_pom_agrees_on_the_same_page(cast: Cast, plan: ProgressionPlan, url: Callable[[str], str]) -> None:
    SentencePlan.objects.create(person=plan.person, active=True, source="OASys", recorded_at=NOW)
    kay, pat = cast.client(Role.KEY_WORKER), cast.client(Role.POM)
    for page in (url("plan"), reverse("person", args=["LEI", plan.person.ref])):
        assert "eeds the POM’s agreement" in kay.get(page).content.decode()
    assert url("plan-target") not in kay.get(url("plan")).content.decode()
    assert (kay.post(url("agree-plan")).status_code, kay.get(url("agree-plan")).status_code) == (403, 403)
    assert url("agree-plan") in pat.get(url("plan")).content.decode()
    assert pat.get(url("agree-plan")).status_code == 405
    pat.post(url("agree-plan"))
    assert url("plan-target") in kay.get(url("plan")).content.decode()


def test_ending_needs_a_reason_and_stays_readable(
    cast: Cast, plan: ProgressionPlan, target: PlanTarget, url: Callable[[str], str]
) -> None:
    manager = cast.client(Role.KEY_WORK_MANAGER)
    assert "Enter an answer: Why does the plan end?" in manager.post(url("end-plan"), {"because": ""}).content.decode()
    manager.post(url("end-plan"), {"because": "Not wanted any more"})
    page = manager.get(url("plan")).content.decode()
    assert "Not wanted any more" in page and "Join the art class" in page
    assert manager.get(url("end-plan"))["Location"] == url("plan")


def test_as_many_queries_for_ten_targets_as_for_one(cast: Cast, target: PlanTarget, url: Callable[[str], str]) -> None:
    kay, page = cast.client(Role.KEY_WORKER), url("plan")
    pages = (page, reverse("keywork:log", args=["LEI", target.plan.person.ref]))
    reviewed(target)
    once = [queries(kay, page) for page in pages]
    for number in range(9):
        reviewed(target.plan.targets.create(words=f"No {number}", set_by=target.set_by, set_at=NOW))
    assert [queries(kay, page) for page in pages] == once


def reviewed(target: PlanTarget) -> None:
    target.reviews.create(state="going_on", words="Slowly", reviewed_by=target.set_by, reviewed_at=NOW)


# --- in the session's form -------------------------------------------------------------------------------------------


def log(cast: Cast, person: Person, **said: str) -> str:
    form = {
        "kind": "entry", "at_day": "18", "at_month": "11", "at_year": "2026", "at_time": "9am", "mode": "cell_door",
        "request_id": str(uuid.uuid4()), **said,
    }  # fmt: skip
    address = reverse("keywork:log", args=["LEI", person.ref])
    return cast.client(Role.KEY_WORKER).post(address, form, follow=True).content.decode()


def test_the_form_asks_about_each_target_and_saves_it_with_the_session(cast: Cast, target: PlanTarget) -> None:
    person = target.plan.person
    page = cast.client(Role.KEY_WORKER).get(reverse("keywork:log", args=["LEI", person.ref])).content.decode()
    assert f'name="target_{target.pk}"' in page
    log(cast, person, **{f"target_{target.pk}": "reached", f"target_{target.pk}_words": "Started on Monday"})
    review = TargetReview.objects.get()
    assert (review.state, review.words, review.contact) == ("reached", "Started on Monday", Contact.objects.get())


def test_words_alone_do_not_say_how_far_it_has_come(cast: Cast, target: PlanTarget) -> None:
    page = log(cast, target.plan.person, **{f"target_{target.pk}_words": "Started on Monday"})
    assert "Select how far “Join the art class” has come" in page
    assert "Started on Monday" in page
    assert not Contact.objects.exists()


def test_what_was_typed_about_a_target_is_saved_when_the_plan_has_ended_meanwhile(
    cast: Cast, target: PlanTarget
) -> None:
    ProgressionPlan.objects.update(ended_at=NOW, ended_by=target.set_by, ended_because="Moved on")
    assert not plans.to_review(target.plan.person)
    log(cast, target.plan.person, **{f"target_{target.pk}": "going_on"})
    assert TargetReview.objects.get().target == target


def test_a_correction_begins_with_what_was_said(cast: Cast, target: PlanTarget) -> None:
    person = target.plan.person
    log(cast, person, **{f"target_{target.pk}": "reached", f"target_{target.pk}_words": "Started on Monday"})
    contact = Contact.objects.get()
    kay = cast.client(Role.KEY_WORKER)
    page = kay.get(reverse("keywork:amend", args=["LEI", person.ref, contact.pk])).content.decode()
    assert 'value="reached" checked' in page and "Started on Monday" in page
    shown = kay.get(reverse("keywork:session", args=["LEI", person.ref, contact.pk])).content.decode()
    assert "Target: Join the art class" in shown
