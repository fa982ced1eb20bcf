"""What HOMS keeps about the prison: dated, unknown until set."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from omic.models import AuditEvent, Role, SettingKind
from tests.cast import Cast
from tests.factories import days

pytestmark = pytest.mark.django_db


def post(cast: Cast, kind: str, value: str, day: str) -> object:
    url = reverse("edit-prison-setting", args=["LEI", kind])
    return cast.client(Role.HOMS).post(url, {"value": value, "starts_on": day})


def test_everything_is_unknown_until_set(cast: Cast) -> None:
    page = cast.client(Role.HOMS).get(reverse("prison-settings", args=["LEI"]))
    assert page.context["unknown"] == len(SettingKind)
    assert b"Unknown" in page.content


def test_a_value_holds_from_its_day_and_ends_the_one_before(cast: Cast) -> None:
    post(cast, "function", "reception", "2026-01-01")
    post(cast, "function", "training", "2026-06-01")
    force = cast.prison.settings.in_force
    assert force(days(0)).get().value == "training"
    assert [row.value for row in force(days(-200))] == ["reception"]
    assert AuditEvent.objects.filter(action="set_prison_setting").count() == 2


def test_a_day_before_the_newest_value_is_refused(cast: Cast) -> None:
    post(cast, "high_security", "yes", "2026-06-01")
    page = post(cast, "high_security", "no", "2026-06-01")
    assert b"A value already starts on 1 June 2026" in page.content
    assert cast.prison.settings.get().value == "yes"


def test_the_database_refuses_two_values_on_one_day(cast: Cast) -> None:
    row = {"kind": "group", "starts_on": days(-5), "recorded_at": "2026-11-01T00:00Z"}
    cast.prison.settings.create(value="North", **row)
    with pytest.raises(IntegrityError), transaction.atomic():
        cast.prison.settings.create(value="South", **row)


@pytest.mark.parametrize(("role", "status"), [(Role.HOMS, 200), (Role.HOMD, 403), (Role.KEY_WORKER, 403)])
def test_only_homs(cast: Cast, role: Role, status: int) -> None:
    client = cast.client(role)
    assert client.get(reverse("prison-settings", args=["LEI"])).status_code == status
    assert client.get(reverse("edit-prison-setting", args=["LEI", "group"])).status_code == status


def test_another_prison_and_anonymous(cast: Cast, client: object) -> None:
    assert cast.stranger.get(reverse("prison-settings", args=["LEI"])).status_code == 404
    assert client.get(reverse("prison-settings", args=["LEI"])).status_code == 302


def test_a_mistyped_value_is_taken_back_and_the_one_before_stands_again(cast: Cast) -> None:
    post(cast, "function", "reception", "2026-01-01")
    post(cast, "function", "training", "2036-06-01")
    cast.client(Role.HOMS).post(reverse("withdraw-prison-setting", args=["LEI", "function"]))
    row = cast.prison.settings.get()
    assert (row.value, row.ends_on) == ("reception", None)
    assert AuditEvent.objects.filter(action="withdraw_prison_setting").count() == 1
