"""Who may open the pages of key workers and cover, what they show, and what they cost."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from keywork.models import Ceiling, KeyWorker, KeyWorkerAbsence, Training
from omic.models import Cover, Role, Staff
from tests.cast import Cast
from tests.factories import (
    NOW,
    TODAY,
    KeyWorkerAllocationFactory,
    KeyWorkerFactory,
    PostingFactory,
    WingFactory,
    days,
)

pytestmark = pytest.mark.django_db

READ, OF_ONE = ("staff", "cover", "covers"), ("staff-member",)
WRITTEN = ("edit-key-worker", "add-training", "add-absence", "set-ceiling")
OF_A_ROW = ("change-return", "end-cover")
POSTED = ("withdraw-training", "end-ceiling")
EVERY = (*READ, *OF_ONE, *WRITTEN, *OF_A_ROW, "choose-cover")


def away(worker: KeyWorker, first: int, back: int | None) -> KeyWorkerAbsence:
    return worker.absences.create(
        kind="long_term_absence", starts_on=days(first), returns_on=None if back is None else days(back),
        recorded_by=worker.staff, recorded_at=NOW,
    )  # fmt: skip


@pytest.fixture
def kay(cast: Cast) -> KeyWorker:
    """Away, with somebody covered, a ceiling of her own and a champion's posting."""
    worker = KeyWorkerFactory(prison=cast.prison)
    away(worker, -1, 20)
    person = KeyWorkerAllocationFactory(person=cast.person(), staff=worker.staff).person
    by = {"recorded_by": worker.staff, "recorded_at": NOW, "starts_on": TODAY, "because": "Leave"}
    Cover.objects.create(person=person, prison=cast.prison, role="key_worker", staff=worker.staff, **by)
    Ceiling.objects.create(key_worker=worker, people=4, **by)
    PostingFactory(staff=worker.staff, prison=cast.prison, role="key_work_champion")
    return worker


@pytest.fixture
def url(kay: KeyWorker) -> Callable[[str], str]:
    """The address of each page, about `kay` where it is about somebody."""
    rows = {
        "change-return": lambda: [kay.staff.pk, kay.absences.get().pk],
        "end-cover": lambda: [Cover.objects.get().pk],
        "withdraw-training": lambda: [kay.staff.pk, kay.training.first().pk],
        "end-ceiling": lambda: [kay.staff.pk, kay.ceilings.get().pk],
    }

    def address(name: str) -> str:
        own = [kay.staff.pk] if name in (*OF_ONE, *WRITTEN) else rows.get(name, list)()
        return reverse(f"keywork:{name}", args=["LEI", *own])

    return address


@pytest.mark.parametrize("name", EVERY)
def test_managers_see_it_and_others_read_at_most(cast: Cast, url: Callable[[str], str], name: str) -> None:
    """Every role against every address: tests/omic/test_access_matrix.py."""
    read = 200 if name in (*READ, *OF_ONE) else 403
    answers = [cast.client(role).get(url(name)).status_code for role in (Role.HOMD, Role.GOVERNOR, Role.KEY_WORKER)]
    assert answers == [200, read, 403]


@pytest.mark.parametrize("name", EVERY)
def test_another_prison_and_its_staff_do_not_exist(cast: Cast, url: Callable[[str], str], name: str) -> None:
    assert cast.stranger.get(url(name)).status_code == 404
    if name not in (*READ, "choose-cover"):
        assert cast.stranger.get(url(name).replace("/LEI/", "/MDI/")).status_code == 404


@pytest.mark.parametrize("name", EVERY)
def test_anonymous_is_sent_to_sign_in(url: Callable[[str], str], name: str) -> None:
    assert Client().get(url(name))["Location"] == f"/sign-in/?next={url(name)}"


@pytest.mark.parametrize("name", POSTED)
def test_buttons_take_a_post_from_managers_alone(cast: Cast, url: Callable[[str], str], name: str) -> None:
    address = url(name)
    assert cast.client(Role.HOMD).get(address).status_code == 405
    assert cast.client(Role.GOVERNOR).post(address).status_code == 403
    assert cast.client(Role.HOMD).post(address).status_code == 302
    assert not Ceiling.objects.exists() or Training.objects.count() == 2


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def crowd(cast: Cast, number: int) -> None:
    """So many key workers away, each with somebody to cover and somebody covered."""
    for _ in range(number):
        worker = KeyWorkerFactory(prison=cast.prison)
        away(worker, -1, 20)
        people = [KeyWorkerAllocationFactory(person=cast.person(), staff=worker.staff).person for _ in range(2)]
        Cover.objects.create(
            person=people[0], prison=cast.prison, role="key_worker", staff=stand_in(cast), starts_on=TODAY,
            because="Leave", recorded_by=worker.staff, recorded_at=NOW,
        )  # fmt: skip


def stand_in(cast: Cast) -> Staff:
    return KeyWorkerFactory(staff=cast.of(Role.KEY_WORKER), prison=cast.prison).staff


@pytest.mark.parametrize("name", [*READ, "choose-cover"])
def test_as_many_queries_for_many_as_for_one(cast: Cast, name: str) -> None:
    client, address = cast.client(Role.KEY_WORK_MANAGER), reverse(f"keywork:{name}", args=["LEI"])
    crowd(cast, 1)
    once = queries(client, address)
    crowd(cast, 14)
    assert queries(client, address) == once


def test_as_many_queries_for_many_people_of_one(cast: Cast, url: Callable[[str], str], kay: KeyWorker) -> None:
    client = cast.client(Role.KEY_WORK_MANAGER)
    once = queries(client, url("staff-member"))
    for _ in range(14):
        KeyWorkerAllocationFactory(person=cast.person(), staff=kay.staff)
    assert queries(client, url("staff-member")) == once


def names(client: Client, **query: object) -> list[str]:
    page = client.get(reverse("keywork:staff", args=["LEI"]), query)
    return [row.surname for row in page.context["list"].page]


def test_absent_and_over_target_come_first_and_filters_narrow(cast: Cast) -> None:
    zoe, over, idle, gone = (
        KeyWorkerFactory(prison=cast.prison, staff__surname=name, trained=name != "Idle")
        for name in ("Zoe", "Over", "Idle", "Xavier")
    )
    away(gone, 0, 3)
    away(zoe, 2, 3)
    for _ in range(7):
        KeyWorkerAllocationFactory(person=cast.person(), staff=over.staff)
    wing = WingFactory(prison=cast.prison, code="Q")
    idle.wings.add(wing)
    client = cast.client(Role.HOMD)
    assert names(client) == ["Xavier", "Over", "Idle", "Zoe"]
    assert (names(client, status="away"), names(client, load="over")) == (["Xavier"], ["Over"])
    assert (names(client, trained="false"), names(client, wing=wing.pk)) == (["Idle"], ["Idle"])


def test_readiness_warns_and_names_who_is_not_trained(cast: Cast) -> None:
    KeyWorkerFactory(prison=cast.prison, staff__surname="Untried", trained=False)
    page = cast.client(Role.GOVERNOR).get(reverse("keywork:staff", args=["LEI"])).content.decode()
    assert "is not ready to run key work (KW-07)" in page
    assert "Untried" in page
    assert "Nobody has said whether Band 3 staffing" in page


def test_the_page_says_what_is_recorded_and_who_needs_cover(cast: Cast, url: Callable[[str], str]) -> None:
    page = cast.client(Role.KEY_WORK_MANAGER).get(url("staff-member")).content.decode()
    for words in ("back on 8 December 2026", "Long-term absence", "1 of 4", "1 person needs cover", "Champion"):
        assert words in page


def test_an_absence_to_come_is_shown(cast: Cast) -> None:
    worker = KeyWorkerFactory(prison=cast.prison)
    away(worker, 3, 9)
    page = cast.client(Role.HOMD).get(reverse("keywork:staff-member", args=["LEI", worker.staff.pk])).content.decode()
    assert "Long-term absence from 21 Nov 2026" in page


def typed(name: str, number: int) -> dict[str, int]:
    day = days(number)
    return {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year}


def test_recording_an_absence_says_how_many_need_cover(cast: Cast) -> None:
    worker = KeyWorkerFactory(prison=cast.prison)
    KeyWorkerAllocationFactory(person=cast.person(), staff=worker.staff)
    url = reverse("keywork:add-absence", args=["LEI", worker.staff.pk])
    client, sent = cast.client(Role.KEY_WORK_MANAGER), {"kind": "annual_leave", **typed("starts_on", 0)}
    assert "annual leave always has one" in client.post(url, sent).content.decode()
    page = client.post(url, sent | typed("returns_on", 14), follow=True).content.decode()
    assert "Absence saved. 1 person needs cover: choose who stands in below." in page


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("edit-key-worker", {"profiled_hours": "12.5", "version": 1}),
        ("add-training", {"course": "half_day", **typed("completed_on", 0)}),
        ("set-ceiling", {"people": 8, "because": "Short-staffed", **typed("starts_on", 0)}),
        ("change-return", typed("returns_on", 0)),
    ],
)
def test_what_is_typed_is_saved(cast: Cast, url: Callable[[str], str], kay: KeyWorker, name: str, sent: dict) -> None:
    assert cast.client(Role.HOMD).post(url(name), sent).status_code == 302
    kay.refresh_from_db()
    saved = {
        "edit-key-worker": lambda: (kay.profiled_hours, kay.version) == (Decimal("12.5"), 2),
        "add-training": lambda: kay.training.filter(course="half_day", completed_on=TODAY).exists(),
        "set-ceiling": lambda: kay.ceilings.get().people == 8,
        "change-return": lambda: kay.absences.get().returns_on == TODAY,
    }
    assert saved[name]()
