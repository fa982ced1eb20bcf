"""The pages of quality assurance: who may read, who reviews, and what a key worker is shown."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from keywork.actions import log_session
from keywork.models import NoteSample
from keywork.notes import Record
from omic.models import AuditEvent, Contact, ContactKind, Person, Role, Staff
from tests.cast import Cast
from tests.factories import NOW, TODAY, KeyWorkerAllocationFactory, PostingFactory
from tests.keywork.test_pages import queries

pytestmark = pytest.mark.django_db
REVIEWS = {Role.HOMD, Role.KEY_WORK_CHAMPION}
ALLOWED = {
    "quality": REVIEWS | {Role.KEY_WORK_MANAGER},
    "sample": REVIEWS | {Role.KEY_WORK_MANAGER},
    "review-note": REVIEWS,
    "feedback": {Role.KEY_WORKER},
    "one-feedback": {Role.KEY_WORKER},
}
SAID = {"finding": "could_be_better", "findings": "Ask the manager to sit in", "feedback": "Say what they said"}


def sampled(cast: Cast, by: Staff, *, reviewed: bool = False) -> NoteSample:
    person = KeyWorkerAllocationFactory(person=cast.person(), staff=by).person
    record = Record(kind=ContactKind.SESSION, at=NOW - timedelta(hours=2), mode="cell_door", minutes=45, mood="Low")
    contact = log_session(person=person, prison=cast.prison, record=record, request_id=uuid.uuid4(), by=by, at=NOW)
    facts = {"reviewer": cast.of(Role.HOMD), "reviewed_at": NOW, **SAID} if reviewed else {}
    return NoteSample.objects.create(
        contact=contact, prison=cast.prison, staff=by, period_start=TODAY.replace(day=1), drawn_at=NOW, **facts
    )


@pytest.fixture
def sample(cast: Cast) -> NoteSample:
    return sampled(cast, cast.of(Role.KEY_WORKER))


@pytest.fixture
def url(cast: Cast, sample: NoteSample) -> Callable[[str], str]:
    told = sampled(cast, cast.of(Role.KEY_WORKER), reviewed=True)

    def address(name: str) -> str:
        chosen = {"sample": sample, "review-note": sample, "one-feedback": told}.get(name)
        return reverse(f"keywork:{name}", args=["LEI", chosen.pk] if chosen else ["LEI"])

    return address


@pytest.mark.parametrize("name", ALLOWED)
def test_the_right_roles_see_it_and_no_other(cast: Cast, url: Callable[[str], str], name: str) -> None:
    answers = {role: cast.client(role).get(url(name)).status_code for role in Role if role != Role.PGD}
    assert {role for role, status in answers.items() if status == 200} == ALLOWED[name]
    assert {status for role, status in answers.items() if role not in ALLOWED[name]} == {403}
    assert cast.stranger.get(url(name)).status_code == 404
    assert Client().get(url(name))["Location"] == f"/sign-in/?next={url(name)}"


def test_a_note_is_drawn_reviewed_and_its_feedback_read(cast: Cast, url: Callable[[str], str]) -> None:
    NoteSample.objects.all().delete()
    champion, kay = cast.client(Role.KEY_WORK_CHAMPION), cast.client(Role.KEY_WORKER)
    champion.post(reverse("keywork:draw-samples", args=["LEI"]))
    sample = NoteSample.objects.get()
    assert "Low" in champion.get(reverse("keywork:review-note", args=["LEI", sample.pk])).content.decode()
    assert AuditEvent.objects.filter(action="see_session", person=sample.contact.person).count() == 1
    champion.post(reverse("keywork:review-note", args=["LEI", sample.pk]), SAID)
    assert '1</span> <span class="omic-tile__text">feedback to read' in kay.get("/prisons/LEI/").content.decode()
    page = reverse("keywork:one-feedback", args=["LEI", sample.pk])
    told = kay.get(page).content.decode()
    assert SAID["feedback"] in told and SAID["findings"] not in told
    kay.post(page)
    sample.refresh_from_db()
    assert sample.read_at == NOW
    assert "feedback to read" not in kay.get("/prisons/LEI/").content.decode()


def test_a_review_says_what_the_key_worker_is_told(cast: Cast, url: Callable[[str], str]) -> None:
    page = cast.client(Role.HOMD).post(url("review-note"), {"finding": "good", "findings": "Fine"}).content.decode()
    assert "Enter feedback to the key worker" in page and "Fine" in page


def test_waiting_notes_come_first(cast: Cast, url: Callable[[str], str], sample: NoteSample) -> None:
    rows = cast.client(Role.HOMD).get(url("quality")).context["list"].page.object_list
    assert [row.reviewed_at for row in rows] == [None, NOW]


def test_who_reviews_reads_the_findings_and_a_manager_does_not(cast: Cast, url: Callable[[str], str]) -> None:
    told = NoteSample.objects.get(finding="could_be_better")
    page = reverse("keywork:sample", args=["LEI", told.pk])
    shown = {role: SAID["findings"] in cast.client(role).get(page).content.decode() for role in ALLOWED["sample"]}
    assert shown == {Role.HOMD: True, Role.KEY_WORK_CHAMPION: True, Role.KEY_WORK_MANAGER: False}


def test_a_champion_neither_reviews_nor_reads_the_findings_of_their_own_note(cast: Cast) -> None:
    charlie = cast.of(Role.KEY_WORK_CHAMPION)
    PostingFactory(staff=charlie, role=Role.KEY_WORKER, prison=cast.prison)
    own, told = sampled(cast, charlie), sampled(cast, charlie, reviewed=True)
    client = cast.client(Role.KEY_WORK_CHAMPION)
    assert client.get(reverse("keywork:review-note", args=["LEI", own.pk])).status_code == 403
    assert client.post(reverse("keywork:review-note", args=["LEI", own.pk]), SAID).status_code == 403
    page = client.get(reverse("keywork:sample", args=["LEI", told.pk])).content.decode()
    assert SAID["feedback"] in page and SAID["findings"] not in page


def test_nobody_elses_feedback_and_nothing_unreviewed(cast: Cast, sample: NoteSample) -> None:
    kay = cast.client(Role.KEY_WORKER)
    others = sampled(cast, cast.of(Role.KEY_WORK_MANAGER), reviewed=True)
    for one in (sample, others):
        assert kay.get(reverse("keywork:one-feedback", args=["LEI", one.pk])).status_code == 404


def test_a_note_about_somebody_who_is_no_longer_theirs_is_not_shown(cast: Cast, url: Callable[[str], str]) -> None:
    Person.objects.update(key_worker=None)
    page = cast.client(Role.KEY_WORKER).get(url("one-feedback")).content.decode()
    assert SAID["feedback"] in page and "Low" not in page


def test_as_many_queries_for_ten_notes_as_for_one(cast: Cast) -> None:
    pages = [(cast.client(Role.HOMD), "quality"), (cast.client(Role.KEY_WORKER), "feedback")]
    sampled(cast, cast.of(Role.KEY_WORKER), reviewed=True)
    once = [queries(client, reverse(f"keywork:{name}", args=["LEI"])) for client, name in pages]
    for _ in range(9):
        sampled(cast, cast.of(Role.KEY_WORKER), reviewed=True)
    assert [queries(client, reverse(f"keywork:{name}", args=["LEI"])) for client, name in pages] == once
    assert len(pages[0][0].get(reverse("keywork:quality", args=["LEI"])).context["list"].page.object_list) == 10


def test_a_note_that_reads_like_a_copy_is_pointed_out_and_saved(cast: Cast) -> None:
    said = "Worried about housing on release, will book a call with the housing worker and ask about a deposit"
    kay, pages = cast.client(Role.KEY_WORKER), []
    for _ in range(2):
        person = KeyWorkerAllocationFactory(person=cast.person(), staff=cast.of(Role.KEY_WORKER)).person
        form = {
            "kind": "entry", "at_day": "18", "at_month": "11", "at_year": "2026", "at_time": "9am", "mode": "cell_door",
            "concerns": said, "request_id": str(uuid.uuid4()),
        }  # fmt: skip
        answer = kay.post(reverse("keywork:log", args=["LEI", person.ref]), form, follow=True)
        pages.append("reads much like yours about somebody else of 18 November 2026" in answer.content.decode())
    assert pages == [False, True]
    assert Contact.objects.count() == 2
