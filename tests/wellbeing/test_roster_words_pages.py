"""What pages of checks say in words: the day that is meant, who is counted, and names as they are written."""

from datetime import timedelta

import pytest

from omic.models import Alert, Role
from tests.cast import signed_in
from tests.factories import (
    NOW,
    CohortDecisionFactory,
    ContactFactory,
    ObligationFactory,
    PersonFactory,
    StaffFactory,
    days,
)
from tests.wellbeing.test_roster_page import URL, A, Landing, landing  # noqa: F401

SEEN = NOW - timedelta(days=2)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


def text(landing: Landing, address: str = A) -> str:  # noqa: F811
    client = signed_in(landing.of(Role.KEY_WORK_MANAGER))
    return " ".join(client.get(address).content.decode().split())


@pytest.mark.parametrize(("on", "words"), [(0, "Checks of today are"), (1, "Checks of 19 November 2026 are")])
def test_the_day_is_named_whose_checks_are_expected(landing: Landing, on: int, words: str) -> None:  # noqa: F811
    landing.woman("Ashdown")
    assert f"{words} expected by 4pm." in text(landing, f"{A}?on={days(on)}").replace("4:00pm", "4pm")


@pytest.mark.parametrize(("people", "words"), [(1, "1 person who lives here is"), (2, "2 people who live here are")])
def test_who_is_owed_nothing_is_counted_in_words(landing: Landing, people: int, words: str) -> None:  # noqa: F811
    landing.woman("Ashdown")
    PersonFactory.create_batch(people, prison=landing.prison)
    assert f"{words} owed no check." in text(landing)


def test_a_sheet_writes_names_as_they_are(landing: Landing) -> None:  # noqa: F811
    landing.woman("Ashdown")
    seen = landing.woman("Birch")
    ContactFactory(person=seen, kind="check", at=NOW.replace(day=17), by=StaffFactory(forename="Wyn", surname="Pryce"))
    sheet = text(landing, f"{A}print/")
    assert "Ashdown, Sam (A-1-001), never;" in sheet and "17 Nov 2026, Wyn Pryce." in sheet


def test_whom_nobody_checked_comes_before_who_is_treated_as_open(landing: Landing) -> None:  # noqa: F811
    missed, feared = (PersonFactory(prison=landing.prison, surname=name) for name in ("Missed", "Feared"))
    CohortDecisionFactory(person=missed, starts_on=days(-5))
    ObligationFactory(person=missed, kind="daily_check", opens_on=days(-1), due_on=days(-1), met_by="check")
    Alert.objects.create(person=feared, code="HA", starts_on=days(-30), first_seen_at=SEEN, last_seen_at=SEEN)
    page = text(landing, f"{URL}missed/")
    assert 0 < page.index("Missed, Sam") < page.index("Treated as open yesterday, not seen: 1") < page.index("Feared")
