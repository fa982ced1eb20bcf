"""The safety picture: two series drawn apart, alerts in words, names only for those entitled (WB-14)."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from keywork.models import RegimeLevel
from omic.models import AuditEvent, Person, Prison, Role
from tests.cast import Cast
from tests.factories import NOW, CohortDecisionFactory, SelfHarmFactory, WingFactory, days
from wellbeing.charts import Marked, Point, series_chart

URL = reverse("wellbeing:safety", args=["LEI"])
LIST = reverse("wellbeing:incidents", args=["LEI"])
MONDAY = days(-2)


# --- the drawing (pure) ----------------------------------------------------------------------------------------------


def point(week: int, figure: int, **facts: object) -> Point:
    plain = {"mean": Decimal(2), "limit": Decimal("3.5"), "alert": False, "running": False, "known": True}
    return Point(MONDAY + timedelta(weeks=week), figure, **plain | facts)


def test_the_scale_holds_the_highest_of_bars_and_limits() -> None:
    assert [line.number for line in series_chart([point(0, 3, limit=Decimal("7.1"))], []).lines] == [0, 2, 4, 6, 8]
    assert [line.number for line in series_chart([], []).lines] == [0, 1, 2, 3, 4]


def test_an_alert_is_a_shape_and_the_running_week_has_a_past() -> None:
    drawn = series_chart([point(0, 3, mean=None, limit=None), point(1, 4, alert=True, running=True)], [])
    assert [bool(bar.triangle) for bar in drawn.bars] == [False, True]
    assert [bar.mean_y is None for bar in drawn.bars] == [True, False]
    assert drawn.bars[1].limit_y < drawn.bars[1].mean_y


def test_marks_lie_on_their_days_and_none_outside() -> None:
    marked = [Marked(MONDAY + timedelta(days=7), 4), Marked(MONDAY, None, 3), Marked(MONDAY - timedelta(days=1), 2)]
    drawn = series_chart([point(0, 1), point(1, 1)], marked)
    assert [(mark.text, mark.x) for mark in drawn.levels] == [("L4", drawn.bars[1].left)]
    assert [(mark.text, mark.x) for mark in drawn.step_downs] == [("3", drawn.left)]


# --- the page --------------------------------------------------------------------------------------------------------


@pytest.fixture
def known(cast: Cast) -> Person:
    """A woman who harmed herself this week, 9 days after a step down; nobody in the weeks before but one, long ago."""
    Prison.objects.filter(pk="LEI").update(estate="women")
    cast.prison.settings.create(kind="group", value="Yorkshire", starts_on=days(-9), recorded_at=NOW)
    person = cast.person(surname="Ashdown", wing=WingFactory(prison=cast.prison, code="A"))
    CohortDecisionFactory(person=person, cohort="weekly", stepped_down=True, starts_on=days(-9))
    SelfHarmFactory(person=person, on=days(-90))
    SelfHarmFactory(person=person, on=MONDAY)
    papers = dict.fromkeys(("sign_off", "risk_assessment", "safe_system", "consultation", "recovery_plan"), "Kept")
    RegimeLevel.objects.create(
        prison=cast.prison, level=3, starts_on=days(-20), because="Outbreak", recorded_by=cast.of(Role.GOVERNOR),
        recorded_at=NOW, **papers,
    )  # fmt: skip
    return person


def text_of(client: Client, url: str = URL) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def test_it_shows_both_series_with_what_happened_beside_them(cast: Cast, known: Person) -> None:
    text = text_of(cast.client(Role.SAFER_CUSTODY))
    assert "1 woman harmed themselves this week so far, against a mean of 0.00" in text
    assert "1 incident this week so far, against a mean of 0.00" in text
    assert (text.count("<svg"), text.count(">L3</text>"), text.count("Alert, so far")) == (2, 2, 2)
    assert "Women who harmed themselves, by the week" in text
    assert "Ashdown" in text
    assert AuditEvent.objects.filter(action="see_self_harm", detail__rows=1).exists()
    assert "harmed themselves this week: alert" in text_of(cast.client(Role.GOVERNOR), "/prisons/LEI/")
    assert text_of(cast.client(Role.SAFER_CUSTODY), f"{URL}?weeks=52").count('<th scope="row">') > 104


@pytest.mark.parametrize("role", [Role.PGD, Role.NATIONAL])
def test_above_the_prison_they_see_how_many_and_not_who(cast: Cast, known: Person, role: Role) -> None:
    client = cast.client(role)
    text = text_of(client)
    assert "1 woman</strong> in the weeks shown" in text
    assert not [secret for secret in ("Ashdown", known.prison_number) if secret in text]
    rows = text_of(client, LIST)
    assert "1 incident</strong>" in rows
    assert not [secret for secret in ("Ashdown", known.prison_number) if secret in rows]
    assert not AuditEvent.objects.filter(action="see_self_harm").exists()


def test_a_mens_prison_speaks_of_people_and_of_no_step_down(cast: Cast) -> None:
    text = text_of(cast.client(Role.GOVERNOR))
    assert "People who harmed themselves" in text
    assert "No alert in this week so far or in the last." in text
    assert "step-down" not in text


@pytest.mark.parametrize("url", [URL, LIST])
def test_who_may_see_it(cast: Cast, url: str) -> None:
    assert cast.client(Role.KEY_WORK_MANAGER).get(url).status_code == 403
    assert cast.stranger.get(url).status_code == 404
    assert Client().get(url)["Location"].startswith("/sign-in/?next=")


def test_a_number_opens_its_incidents(cast: Cast, known: Person) -> None:
    client = cast.client(Role.SAFER_CUSTODY)
    opened = f"{LIST}?from={MONDAY}&to={MONDAY + timedelta(days=6)}"
    assert opened.replace("&", "&amp;") in text_of(client)
    assert [row.on for row in client.get(opened).context["list"].page] == [MONDAY]
    assert client.get(f"{LIST}?from=2026-11-18&to=2026-11-01").context["form"].errors
    assert b"Ashdown" in b"".join(client.get(f"{opened}&export=csv").streaming_content)


@pytest.mark.parametrize("url", [URL, f"{LIST}?from=2026-01-01&to=2026-11-18"])
def test_as_many_queries_for_many_as_for_one(cast: Cast, known: Person, url: str) -> None:
    client = cast.client(Role.SAFER_CUSTODY)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        return len(queries)

    before = asked()
    for number in range(30):
        woman = cast.person()
        CohortDecisionFactory(person=woman, cohort="weekly", stepped_down=True, starts_on=days(-number))
        SelfHarmFactory(person=woman, on=days(-number))
    assert asked() == before
