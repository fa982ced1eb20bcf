"""Who may open which page of the regime level, and what a Governor, the PGD's office and a manager do there."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from keywork import regime
from keywork.models import FortnightlyVariant, LevelTask, RegimeLevel
from omic.models import Role
from tests.cast import Cast
from tests.factories import NOW, TODAY, days
from tests.keywork.test_regime import MONDAY, ask, change

pytestmark = pytest.mark.django_db

PAGES = ("regime", "regime-change", "regime-withdraw", "regime-task", "fortnightly-ask", "fortnightly-answer")
READERS = {
    *(Role.KEY_WORK_MANAGER, Role.KEY_WORK_CHAMPION, Role.HOMD, Role.HOMS, Role.SAFER_CUSTODY),
    *(Role.GOVERNOR, Role.PGD, Role.NATIONAL),
}
ALLOWED = {
    "regime": READERS,
    "regime-change": {Role.GOVERNOR},
    "regime-withdraw": {Role.GOVERNOR},
    "regime-task": {Role.GOVERNOR, Role.KEY_WORK_MANAGER},
    "fortnightly-ask": {Role.HOMS, Role.GOVERNOR},
    "fortnightly-answer": {Role.PGD},
}
CHANGE = {
    **{"level": "4", "starts_on": TODAY.isoformat(), "because": "Outbreak", "sign_off": "NF-1"},
    **{"risk_assessment": "RA-1", "safe_system": "SSoW-1", "consultation": "Branch meeting"},
}


@pytest.fixture
def url(cast: Cast) -> Callable[[str], str]:
    """The address of each page, with a planned change and a waiting request."""
    cast.prison.settings.create(kind="group", value="Yorkshire", starts_on=TODAY, recorded_at=NOW)
    change(cast.prison, 3)
    chosen = {
        "regime-withdraw": change(cast.prison, 2, days(3)).pk,
        "regime-task": LevelTask.objects.earliest("pk").pk,
        "fortnightly-answer": ask(cast.prison).pk,
    }
    return lambda name: reverse(f"keywork:{name}", args=["LEI", *([chosen[name]] if name in chosen else [])])


@pytest.mark.parametrize("name", PAGES)
def test_the_right_roles_see_it_and_no_other(cast: Cast, url: Callable[[str], str], name: str) -> None:
    answers = {role: cast.client(role).get(url(name)).status_code for role in Role}
    assert {role for role, status in answers.items() if status == 200} == ALLOWED[name]
    assert {status for role, status in answers.items() if role not in ALLOWED[name]} == {403}


@pytest.mark.parametrize("name", PAGES)
def test_strangers_and_anonymous(cast: Cast, url: Callable[[str], str], name: str) -> None:
    assert cast.stranger.get(url(name)).status_code == 404
    assert Client().get(url(name))["Location"] == f"/sign-in/?next={url(name)}"


def test_what_is_not_there_is_404(cast: Cast) -> None:
    client = cast.client(Role.GOVERNOR)
    for name in ("regime-withdraw", "regime-task", "fortnightly-end"):
        assert client.get(reverse(f"keywork:{name}", args=["LEI", 999999])).status_code == 404


def test_a_governor_changes_the_level_and_the_home_page_asks_for_two_tasks(cast: Cast) -> None:
    client = cast.client(Role.GOVERNOR)
    answer = client.post(reverse("keywork:regime-change", args=["LEI"]), CHANGE, follow=True)
    assert "Level 4 (lockdown)</strong> since 18 November 2026" in answer.content.decode()
    tiles = client.get(reverse("home", args=["LEI"])).context["tiles"]
    assert (2, "to do after a change of regime level") in [(tile.count, tile.text) for tile in tiles]


def test_at_level_3_the_recovery_plan_is_asked_for_and_nothing_typed_is_lost(cast: Cast) -> None:
    answer = cast.client(Role.GOVERNOR).post(reverse("keywork:regime-change", args=["LEI"]), CHANGE | {"level": "3"})
    assert "recovery_plan" in answer.context["form"].errors
    assert 'value="NF-1"' in answer.content.decode()
    assert not RegimeLevel.objects.exists()


def test_who_decides_on_an_old_page_is_told(cast: Cast) -> None:
    change(cast.prison, 2)
    answer = cast.client(Role.GOVERNOR).post(reverse("keywork:regime-change", args=["LEI"]), CHANGE)
    assert "has recorded Level 2 (reduce) from 18 November 2026" in answer.content.decode()


def test_withdrawing_and_finishing(cast: Cast, url: Callable[[str], str]) -> None:
    client = cast.client(Role.GOVERNOR)
    client.post(url("regime-withdraw"), {"because": "Not needed"})
    assert regime.planned_level(cast.prison, TODAY) is None
    client.post(url("regime-task"), {"note": "Reviewed at the morning meeting"})
    assert [task.kind for task in regime.open_tasks(cast.prison)] == ["tell"]


def test_the_pgd_is_told_what_waits(cast: Cast, url: Callable[[str], str]) -> None:
    tiles = cast.client(Role.PGD).get(reverse("home", args=["LEI"])).context["tiles"]
    assert (1, "request for fortnightly key work to answer") in [(tile.count, tile.text) for tile in tiles]


def test_kw_04_asking_approving_and_ending(cast: Cast, url: Callable[[str], str]) -> None:
    page = cast.client(Role.HOMS).get(url("regime")).content.decode()
    assert "Not approved: key work is weekly" in page
    assert "Whether this is a long-term training prison is not recorded" in page
    cast.client(Role.PGD).post(url("fortnightly-answer"), {"approved": "yes", "decision": "Yes, from then"})
    variant = FortnightlyVariant.objects.get()
    assert (variant.approved, variant.decided_by) == (True, cast.of(Role.PGD))
    end = reverse("keywork:fortnightly-end", args=["LEI", variant.pk])
    cast.client(Role.HOMS).post(end, {"ends_on": MONDAY.isoformat()})
    assert regime.fortnightly_on(cast.prison, TODAY) is None


def test_asking_on_a_tuesday_is_refused_beside_the_field(cast: Cast) -> None:
    typed = {"starts_on": days(6).isoformat(), "because": "Long stays"}
    answer = cast.client(Role.HOMS).post(reverse("keywork:fortnightly-ask", args=["LEI"]), typed)
    assert "starts_on" in answer.context["form"].errors


def test_as_many_queries_after_many_changes_as_after_one(cast: Cast) -> None:
    client, address = cast.client(Role.GOVERNOR), reverse("keywork:regime", args=["LEI"])
    change(cast.prison, 1, days(-7), at=NOW - timedelta(days=7))
    counts = []
    for number in range(-6, -1):
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        counts.append(len(captured))
        change(cast.prison, 3 if number % 2 else 2, days(number), at=NOW + timedelta(days=number))
    assert len(set(counts)) == 1
