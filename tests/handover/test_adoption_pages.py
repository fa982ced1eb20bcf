"""The pages of policy versions: who reads and adopts them, the preview's lists, adopting and withdrawing."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from handover.preview import Effect
from omic.models import PolicyAdoption, Role
from tests.cast import Cast
from tests.factories import (
    TODAY,
    SentenceFactory,
    days,
)
from tests.handover.adopting import NEW, adopt, handed_over, mixed_prison, settle_on

pytestmark = pytest.mark.django_db


def page(name: str, *rest: object) -> str:
    return reverse(f"handover:{name}", args=["LEI", *rest])


PAGES = [("policy", ()), ("preview-changes", (NEW,)), ("preview-same", (NEW,))]


@pytest.mark.parametrize(("name", "rest"), PAGES)
@pytest.mark.parametrize(
    ("role", "status"), [(Role.HOMS, 200), (Role.HOMD, 200), (Role.GOVERNOR, 200), (Role.POM, 403)]
)
def test_the_omu_and_the_governor_read(cast: Cast, role: Role, status: int, name: str, rest: tuple[str, ...]) -> None:
    assert cast.client(role).get(page(name, *rest)).status_code == status


@pytest.mark.parametrize(("role", "status"), [(Role.HOMS, 200), (Role.HOMD, 403), (Role.GOVERNOR, 403)])
def test_only_homs_adopts(cast: Cast, role: Role, status: int) -> None:
    assert cast.client(role).get(page("adopt", NEW)).status_code == status


def test_another_prison_and_anonymous(cast: Cast) -> None:
    assert cast.stranger.get(page("policy")).status_code == 404
    assert cast.stranger.get(page("adopt", NEW)).status_code == 404
    assert Client().get(page("preview-changes", NEW)).status_code == 302


def test_the_page_of_a_prison_that_has_adopted_nothing(cast: Cast) -> None:
    answer = cast.client(Role.HOMS).get(page("policy"))
    assert answer.context["version"].id == "seed_2019"
    assert b"has adopted no other version yet" in answer.content
    assert [here for _row, here in answer.context["versions"]] == ["in force", *["newer"] * 5]


def test_no_such_version(cast: Cast) -> None:
    client = cast.client(Role.HOMS)
    assert client.get(page("preview-changes", "omic_2050")).status_code == 404
    assert client.post(page("adopt", "omic_2050"), {}).status_code == 404


def test_every_person_is_in_one_list_and_a_tab_counts_what_it_opens(cast: Cast) -> None:
    mixed_prison(cast.prison)
    answer = cast.client(Role.HOMD).get(page("preview-changes", NEW))
    changes, *others = [tab.count for tab in answer.context["tabs"]]
    assert sum(others) == answer.context["people"] == 13
    assert changes == answer.context["list"].count == sum(others[:3]) > 3
    assert cast.client(Role.HOMD).get(page("preview-same", NEW)).context["list"].count == others[-1]


def test_the_preview_sorts_filters_and_exports(cast: Cast) -> None:
    mixed_prison(cast.prison)
    client, url = cast.client(Role.HOMD), page("preview-changes", NEW)
    rows = client.get(url, {"sort": "-after"}).context["list"].page.object_list
    dated = [row.after.handover_on for row in rows if row.after.handover_on]
    assert dated == sorted(dated, reverse=True) and len(dated) > 2
    handover = client.get(url, {"duty": "handover"}).context["list"]
    assert 0 < handover.count < len(rows)
    file = client.get(url, {"export": "csv"})
    assert len(b"".join(file.streaming_content).splitlines()) == len(rows) + 1


@pytest.mark.parametrize(("asked", "words"), [("2026-11-01", b"today or later"), ("2028-11-01", b"within the next")])
def test_a_day_that_cannot_be_asked_about(cast: Cast, asked: str, words: bytes) -> None:
    answer = cast.client(Role.HOMS).get(page("preview-changes", NEW), {"from_on": asked})
    assert words in answer.content and answer.context["on"] == TODAY


def test_the_preview_of_nobody(cast: Cast) -> None:
    assert b"Nothing would change for anybody here." in cast.client(Role.HOMS).get(page("preview-changes", NEW)).content


def test_a_persons_change_has_its_reasons(cast: Cast) -> None:
    person = SentenceFactory(person=cast.person(), crd=days(900), ped=days(300), started_on=days(-300)).person
    settle_on(cast.prison, TODAY)
    answer = cast.client(Role.POM).get(page("preview-person", person.ref, NEW))
    assert answer.context["change"].effect == Effect.RESPONSIBILITY
    before, after = answer.context["answers"]
    assert before["steps"] and after["steps"] and before["steps"] != after["steps"]
    assert b"Handover to the community: moves" in answer.content


def test_the_person_of_a_case_that_stays(cast: Cast) -> None:
    person = handed_over(cast.prison)
    answer = cast.client(Role.HOMD).get(page("preview-person", person.ref, "omic_2022"))
    assert b"This case stays with seed_2019" in answer.content


def test_homs_adopts_with_a_reason_and_the_page_says_so(cast: Cast) -> None:
    mixed_prison(cast.prison)
    client = cast.client(Role.HOMS)
    assert b"Dates move" in client.get(page("adopt", NEW), {"from_on": "2026-11-18"}).content
    for _ in range(2):
        answer = client.post(page("adopt", NEW), {"from_on": "2026-11-18", "reason": "The group"}, follow=True)
        assert b"works by National practice as read in August 2026 (omic_2026) now" in answer.content
    assert answer.context["version"].id == NEW and answer.context["since"] == TODAY
    assert PolicyAdoption.objects.get().reason == "The group"


def test_without_a_reason_nothing_is_adopted(cast: Cast) -> None:
    answer = cast.client(Role.HOMS).post(page("adopt", NEW), {"from_on": "2026-12-01", "reason": ""})
    assert "reason" in answer.context["form"].errors and not PolicyAdoption.objects.exists()


def test_a_refusal_keeps_what_was_typed(cast: Cast) -> None:
    adopt(cast.prison, NEW, days(5))
    answer = cast.client(Role.HOMS).post(page("adopt", "omic_2022"), {"from_on": "2026-11-18", "reason": "Typed"})
    assert b"Withdraw that first" in answer.content and b"Typed" in answer.content


def test_homs_withdraws_what_is_planned(cast: Cast) -> None:
    adoption = adopt(cast.prison, NEW, days(5))
    client, url = cast.client(Role.HOMS), page("withdraw-adoption", adoption.pk)
    assert client.get(url).status_code == 200
    answer = client.post(url, {"reason": "Not yet"}, follow=True)
    assert b"Nothing has changed" in answer.content and answer.context["planned"] is None
    assert cast.client(Role.HOMD).post(url, {"reason": "No"}).status_code == 403


def test_the_preview_of_what_is_planned_shows_what_it_will_change(cast: Cast) -> None:
    mixed_prison(cast.prison)
    before = cast.client(Role.HOMD).get(page("preview-changes", NEW), {"from_on": "2026-12-01"}).context["list"].count
    adopt(cast.prison, NEW, date(2026, 12, 1))
    answer = cast.client(Role.HOMD).get(page("preview-changes", NEW), {"from_on": "2026-12-01"})
    assert answer.context["list"].count == before > 0


def test_the_preview_page_costs_the_same_for_more_people(cast: Cast) -> None:
    client = cast.client(Role.HOMS)
    mixed_prison(cast.prison)
    with CaptureQueriesContext(connection) as few:
        client.get(page("preview-changes", NEW))
    for _ in range(3):
        mixed_prison(cast.prison)
    with CaptureQueriesContext(connection) as many:
        client.get(page("preview-changes", NEW))
    assert len(many) == len(few)
