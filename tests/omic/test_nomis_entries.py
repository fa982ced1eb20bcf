"""Contacts that are not on NOMIS yet: who sees which, and marking them off."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from omic.models import AuditEvent, Contact, NomisEntry, Role
from omic.nomis_entries import mark_on_nomis
from tests.cast import Cast
from tests.factories import NOW, ContactFactory

pytestmark = pytest.mark.django_db
URL = "/prisons/LEI/nomis/"
MAY = {Role.KEY_WORKER, Role.KEY_WORK_MANAGER, Role.CASE_ADMINISTRATOR, Role.HOMS}


def contact(cast: Cast, **facts: Any) -> Contact:
    return ContactFactory(person=cast.person(), prison=cast.prison, by=cast.of(Role.KEY_WORKER), **facts)


def listed(client: Client) -> list[int]:
    return [row.pk for row in client.get(URL).context["list"].page]


def test_who_enters_on_nomis_sees_it_and_no_other_role(cast: Cast) -> None:
    cast.prison.settings.create(kind="group", value="Yorkshire", starts_on="2026-01-01", recorded_at=NOW)
    answers = {role: cast.client(role).get(URL).status_code for role in Role}
    assert {role for role, status in answers.items() if status == 200} == MAY
    assert {status for role, status in answers.items() if role not in MAY} == {403}


def test_another_prison_and_anonymous(cast: Cast) -> None:
    assert cast.stranger.get(URL).status_code == 404
    assert Client().get(URL)["Location"] == f"/sign-in/?next={URL}"


def test_every_kind_that_nomis_holds_is_listed_oldest_first(cast: Cast) -> None:
    older = contact(cast, kind="check", nomis_type="KA/KE", at=NOW.replace(hour=1))
    newer = contact(cast)
    contact(cast, kind="seen", nomis_type="")
    contact(cast, superseded_at=NOW)
    ContactFactory(prison=cast.elsewhere)
    assert listed(cast.client(Role.HOMS)) == [older.pk, newer.pk]


def test_a_key_worker_sees_and_marks_their_own_alone(cast: Cast) -> None:
    own, other = contact(cast), ContactFactory(person=cast.person(), prison=cast.prison)
    client = cast.client(Role.KEY_WORKER)
    assert listed(client) == [own.pk]
    client.post(URL, {"contact": [own.pk, other.pk]})
    assert list(NomisEntry.objects.values_list("contact", flat=True)) == [own.pk]


def test_marking_takes_them_off_and_says_who_and_when(cast: Cast) -> None:
    first, second, third = (contact(cast) for _ in range(3))
    client = cast.client(Role.CASE_ADMINISTRATOR)
    answer = client.post(URL + "?sort=-at&tick=all", {"contact": [first.pk, second.pk]})
    assert answer["Location"] == URL + "?sort=-at"
    assert listed(client) == [third.pk]
    assert (first.nomis_entry.by, first.nomis_entry.at) == (cast.of(Role.CASE_ADMINISTRATOR), NOW)
    assert AuditEvent.objects.get(action="mark_on_nomis").detail == {"contacts": [first.pk, second.pk]}


def test_marking_twice_keeps_the_first_mark(cast: Cast) -> None:
    one, homs = contact(cast), cast.of(Role.HOMS)
    assert mark_on_nomis(contacts=[one], prison=cast.prison, by=one.by, at=NOW) == 1
    assert mark_on_nomis(contacts=[one], prison=cast.prison, by=homs, at=NOW) == 0
    assert NomisEntry.objects.get().by == one.by


def test_ticking_nothing_is_an_error_that_says_what_to_do(cast: Cast) -> None:
    contact(cast)
    page = cast.client(Role.HOMS).post(URL, {}).content.decode()
    assert "<title>Error: " in page
    assert "Tick what you have put on NOMIS" in page


def test_all_on_the_page_can_be_ticked_without_script(cast: Cast) -> None:
    contact(cast)
    client = cast.client(Role.HOMS)
    assert " checked>" not in client.get(URL).content.decode()
    assert " checked>" in client.get(URL, {"tick": "all"}).content.decode()


def test_the_export_holds_the_text_and_is_logged(cast: Cast) -> None:
    contact(cast, text="=Talked\nabout work")
    rows = b"".join(cast.client(Role.HOMS).get(URL, {"export": "csv"}).streaming_content).decode()
    assert "KA/KS" in rows
    assert "'=Talked\nabout work" in rows
    assert AuditEvent.objects.get(action="export").detail["list"] == "not-on-nomis"
    assert cast.client(Role.KEY_WORKER).get(URL, {"export": "csv"}).status_code == 403


def test_as_many_queries_for_ten_as_for_one(cast: Cast) -> None:
    client = cast.client(Role.HOMS)
    contact(cast)
    with CaptureQueriesContext(connection) as once:
        client.get(URL)
    for _ in range(9):
        contact(cast)
    with CaptureQueriesContext(connection) as ten:
        client.get(URL)
    assert len(ten) == len(once)


def test_the_address_is_named(cast: Cast) -> None:
    assert reverse("not-on-nomis", args=["LEI"]) == URL
