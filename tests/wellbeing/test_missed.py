"""Missed checks: first today's, then yesterday's and before, with what was done; true at midnight with no job run."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from omic.calendar import london_day, london_midnight
from omic.models import AuditEvent, Obligation, Person, Prison, Role
from omic.obligations import stamp_missed
from tests.cast import Cast
from tests.factories import NOW, TODAY, ContactFactory, ObligationFactory, PersonFactory, WingFactory, days
from wellbeing.missed import missed_lately, missed_yesterday, people_missed
from wellbeing.roster import not_yet_seen

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
READERS = {Role.KEY_WORK_MANAGER, Role.SAFER_CUSTODY, Role.GOVERNOR}


def check(person: Person, offset: int, **changes: Any) -> Obligation:
    """The daily check that somebody was owed so many days from today."""
    on = days(offset)
    facts = {"kind": "daily_check", "opens_on": on, "due_on": on, "met_by": "check", "wing": person.wing}
    facts |= {"due_before": london_midnight(on + timedelta(days=1)), "priority_groups": ["acct_open"]}
    return ObligationFactory(person=person, prison=person.prison, **facts, **changes)


def met(person: Person, offset: int) -> Obligation:
    at = NOW + timedelta(days=offset)
    return check(person, offset, state="met", done=1, met_at=at, closed_at=at, closed_because="met")


def url(name: str, *args: object) -> str:
    return reverse(f"wellbeing:{name}", args=["LEI", *args])


def shown(cast: Cast, query: str = "", role: Role = Role.SAFER_CUSTODY) -> list[Any]:
    return list(cast.client(role).get(url("missed") + query).context["list"].page)


def found(prison: Prison) -> Any:
    return people_missed(prison, TODAY).get()


def test_in_a_row_of_fourteen_and_who_last_saw_them(cast: Cast) -> None:
    person = cast.person()
    for offset in (-20, -16, -15, -14, -13, -3, -2, -1):
        check(person, offset)
    met(person, -5)
    ContactFactory(person=person, kind="seen", at=NOW - timedelta(days=4))
    row = found(cast.prison)
    assert (row.days, row.in_a_row, row.weeks, row.yesterday, row.missed_on) == (5, 3, 0, True, days(-1))
    assert (row.seen_at, row.seen_by) == (NOW - timedelta(days=4), row.contacts.get().by.__str__())


@pytest.mark.parametrize("after", ["as the night left it", "with a later check", "stamped"])
def test_a_miss_stays_a_miss_whatever_comes_after(cast: Cast, after: str) -> None:
    person = cast.person()
    duty = check(person, -1)
    if after == "with a later check":
        Obligation.objects.update(closed_at=NOW, closed_because="later contact")
    elif after == "stamped":
        stamp_missed("LEI", on=TODAY, at=NOW)
    assert list(missed_yesterday(cast.prison, TODAY)) == [duty]


@pytest.mark.parametrize("state", ["met", "waived", "excepted", "void"])
def test_what_was_given_waived_or_excepted_is_none(cast: Cast, state: str) -> None:
    check(cast.person(), -1, state=state, closed_at=NOW, met_at=NOW if state == "met" else None)
    assert not missed_lately(cast.prison, TODAY).exists()


@pytest.mark.parametrize(
    ("on", "midnight"),
    [
        ("2026-11-17", "2026-11-18T00:00:00+00:00"),
        ("2026-10-24", "2026-10-24T23:00:00+00:00"),  # the night before the clocks go back
        ("2026-10-25", "2026-10-26T00:00:00+00:00"),  # the day of 25 hours
        ("2027-03-28", "2027-03-28T23:00:00+00:00"),  # the day of 23 hours
    ],
)
def test_h1_a_check_is_missed_from_londons_midnight_with_no_job_run(cast: Cast, on: str, midnight: str) -> None:
    check(cast.person(), (date.fromisoformat(on) - TODAY).days)
    after = datetime.fromisoformat(midnight)
    for at, answer in ((after - timedelta(minutes=1), (1, 0)), (after, (0, 1))):
        left, missed = not_yet_seen(cast.prison, at=at), missed_yesterday(cast.prison, london_day(at))
        assert (left.count(), missed.count()) == answer


@pytest.mark.parametrize(("hour", "late"), [("15:59", False), ("16:00", True)])
def test_today_is_late_from_its_hour(cast: Cast, hour: str, late: bool) -> None:
    check(cast.person(), 0)
    client = cast.client(Role.SAFER_CUSTODY)
    with time_machine.travel(datetime.fromisoformat(f"2026-11-18T{hour}:00+00:00"), tick=False):
        for name in ("missed", "not-seen"):
            answer = client.get(url(name))
            assert answer.context["late"] is late
            assert ("Late</strong>" in answer.content.decode()) is late


def test_most_pressing_first_and_narrowed_down(cast: Cast) -> None:
    old, worst, new = cast.person(), cast.person(wing=WingFactory(prison=cast.prison, code="B")), cast.person()
    check(old, -9)
    for offset in (-2, -1):
        check(worst, offset)
    check(new, -1, note="18 November 2026 at 9:00am, Wyn: Seen at 8")
    assert shown(cast) == [worst, new, old]
    assert shown(cast, "?yesterday=true") == [worst, new]
    assert shown(cast, f"?wing={worst.wing_id}") == [worst]
    assert shown(cast, "?kind=weekly") == []
    assert shown(cast, "?followed=no") == [worst, old]


def test_who_has_left_is_still_there_without_a_link_to_a_page_that_is_gone(cast: Cast) -> None:
    person = cast.person()
    check(person, -1)
    Person.objects.update(prison=None, wing=None)
    page = cast.client(Role.SAFER_CUSTODY).get(url("missed")).content.decode()
    assert "No longer here" in page
    assert str(person.ref) not in page


def test_a_follow_up_stands_beside_every_miss_once(cast: Cast) -> None:
    person = cast.person()
    first, second = check(person, -3, note="Before"), check(person, -1)
    client = cast.client(Role.SAFER_CUSTODY)
    for _ in range(2):
        client.post(url("follow-up", second.pk), {"words": "Seen at 9, well"})
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.note == "Before"
    assert second.note == "18 November 2026 at 10:00am, Saffron Custody: Seen at 9, well"
    assert second.state == "open"  # it stays what it is
    assert AuditEvent.objects.get(action="follow_up_missed").detail == {"duties": [second.pk]}
    client.post(url("follow-up", second.pk), {"words": "And again at 11"})
    second.refresh_from_db()
    assert second.note.count("Saffron Custody") == 2


def test_nothing_typed_is_refused_and_a_met_check_is_not_here(cast: Cast) -> None:
    duty = check(cast.person(), -1)
    client = cast.client(Role.GOVERNOR)
    assert "words" in client.post(url("follow-up", duty.pk), {"words": ""}).context["form"].errors
    assert client.get(url("follow-up", met(cast.person(), -1).pk)).status_code == 404


def test_exports_are_logged(cast: Cast) -> None:
    check(cast.person(), -1)
    answer = cast.client(Role.GOVERNOR).get(url("missed") + "?export=csv")
    assert b"Days in a row" in answer.getvalue()
    assert AuditEvent.objects.get(action="export").detail["list"] == "missed-checks"


@pytest.mark.parametrize("name", ["missed", "not-seen", "follow-up"])
def test_who_may_open_it(cast: Cast, name: str) -> None:
    place = url(name, *([check(cast.person(), -1).pk] if name == "follow-up" else []))
    answers = {role: cast.client(role).get(place).status_code for role in set(Role) - {Role.PGD}}
    assert {role for role, status in answers.items() if status == 200} == READERS
    assert {status for role, status in answers.items() if role not in READERS} == {403}
    assert cast.stranger.get(place).status_code == 404
    assert Client().get(place)["Location"].startswith("/sign-in/")


def test_another_prisons_miss_is_not_here(cast: Cast) -> None:
    duty = check(PersonFactory(prison=cast.elsewhere), -1)
    assert cast.client(Role.GOVERNOR).get(url("follow-up", duty.pk)).status_code == 404
    assert shown(cast) == []


@pytest.mark.parametrize(("name", "offset"), [("missed", -1), ("not-seen", 0)])
def test_queries_are_constant(cast: Cast, name: str, offset: int) -> None:
    client, counts = cast.client(Role.SAFER_CUSTODY), []
    for number in (1, 29):
        for _ in range(number):
            check(cast.person(), offset)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url(name)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 18
