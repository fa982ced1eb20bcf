"""The home page's tiles of wellbeing: each number is the length of the list that it opens, and absence shows."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from omic.calendar import LONDON
from omic.context import Tile
from omic.models import Message, Person, Prison, Recipient, Role, Suspension
from omic.nightly import run_night
from omic.outbox import send_waiting
from omic.tonight import absent
from tests.cast import signed_in
from tests.factories import (
    NOW,
    TODAY,
    CohortDecisionFactory,
    ObligationFactory,
    PersonFactory,
    PostingFactory,
    PrisonFactory,
    StaffFactory,
    WingFactory,
    days,
)
from tests.nights import SAFER, approve, small_hours
from tests.wellbeing.test_missed import check, met

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.fixture
def prison() -> Prison:
    return PrisonFactory(code="EWI", estate="women")


def client(prison: Prison, role: Role, **place: Any) -> Client:
    staff = StaffFactory(username=f"{prison.pk}-{role}")
    if not staff.postings.exists():
        PostingFactory(staff=staff, prison=prison, role=role, **place)
    return signed_in(staff)


def tiles(prison: Prison, role: Role = Role.SAFER_CUSTODY, **place: Any) -> dict[str, Tile]:
    shown = client(prison, role, **place).get(reverse("home", args=[prison.pk])).context["tiles"]
    return {tile.text: tile for tile in shown}


def woman(prison: Prison, **facts: Any) -> Person:
    return PersonFactory(prison=prison, **facts)


@pytest.mark.parametrize(
    ("words", "count"),
    [("not yet seen today", 2), ("missed yesterday", 1), ("reviews of daily checks due", 1)],
)
def test_safer_custodys_numbers_are_the_lengths_of_their_lists(prison: Prison, words: str, count: int) -> None:
    one, two = woman(prison), woman(prison)
    for duty in (check(one, 0), check(two, 0), check(one, -1), met(two, -1)):
        assert duty.pk
    review = {"kind": "cohort_review", "met_by": "", "slot": "stay-1", "opens_on": TODAY, "due_on": TODAY}
    review["steps"] = [["WB-03", "In a priority group, nothing decided"]]
    ObligationFactory(person=one, prison=prison, **review)
    tile = tiles(prison)[words]
    assert tile.count == count
    assert client(prison, Role.SAFER_CUSTODY).get(tile.url).context["list"].count == count


def test_who_stepped_down_is_watched(prison: Prison) -> None:
    person = woman(prison)
    CohortDecisionFactory(person=person, starts_on=days(-20))
    CohortDecisionFactory(person=person, starts_on=days(-5), cohort="weekly", stepped_down=True)
    tile = tiles(prison)["watched after stepping down"]
    assert client(prison, Role.SAFER_CUSTODY).get(tile.url).context["list"].count == tile.count == 1


@pytest.mark.parametrize(("hour", "tone"), [("15:59", "yellow"), ("16:00", "red")])
def test_h1_not_yet_seen_is_red_from_its_hour(prison: Prison, hour: str, tone: str) -> None:
    check(woman(prison), 0)
    with time_machine.travel(datetime.fromisoformat(f"2026-11-18T{hour}:00+00:00"), tick=False):
        assert tiles(prison)["not yet seen today"].tone == tone


def test_a_governor_has_what_waits_and_who_was_missed(prison: Prison) -> None:
    check(woman(prison), -1)
    facts = {"covers": "all", "starts_on": TODAY, "ends_on": TODAY, "because": "Outbreak", "asked_at": NOW}
    Suspension.objects.create(prison=prison, asked_by=StaffFactory(), **facts)
    found = tiles(prison, Role.GOVERNOR)
    tile = found["suspension to approve or refuse"]
    assert client(prison, Role.GOVERNOR).get(tile.url).context["list"].count == tile.count == 1
    assert found["missed yesterday"].count == 1
    assert "not yet seen today" not in found


def test_a_wing_officer_has_their_own_wing_alone(prison: Prison) -> None:
    check(woman(prison), 0)
    check(woman(prison, wing=WingFactory(prison=prison, code="B")), 0)
    found = tiles(prison, Role.WING_OFFICER, wing=prison.wings.get(code="B"))
    assert {text: tile.count for text, tile in found.items()} == {"left to see on my wing": 1}


def test_queries_are_constant(prison: Prison) -> None:
    counts = []
    client(prison, Role.SAFER_CUSTODY)  # makes the member of staff
    for number in (1, 19):
        for _ in range(number):
            person = woman(prison)
            check(person, 0)
            check(person, -1)
        with CaptureQueriesContext(connection) as captured:
            tiles(prison)
        counts.append(len(captured))
    assert counts[0] == counts[1]


# --- the email's absence ----------------------------------------------------------------------------------------------


def absent_at(prison: Prison, on: date, clock: time) -> date | None:
    return absent(prison, at=datetime.combine(on, clock, tzinfo=LONDON).astimezone(UTC))


def mail(prison: Prison, on: date, state: str = "sent", recipient: str = SAFER) -> Message:
    words = {"kind": "compliance", "title": "Night", "body": "", "created_at": NOW, "next_attempt_at": NOW}
    words["sent_at"] = NOW if state == "sent" else None
    return Message.objects.create(prison=prison, on=on, recipient=recipient, state=state, **words)


@pytest.mark.parametrize("on", [TODAY, date(2026, 10, 25), date(2027, 3, 28)])
def test_h8_an_email_that_has_not_come_by_seven_shows(prison: Prison, on: date) -> None:
    approve(prison, SAFER)
    mail(prison, on - timedelta(days=1))
    assert absent_at(prison, on, time(6, 59)) is None
    assert absent_at(prison, on, time(7, 0)) == on
    mail(prison, on)
    assert absent_at(prison, on, time(7, 0)) is None


@pytest.mark.parametrize(
    ("states", "missing"),
    [
        (["queued"], True),
        (["failed"], True),
        (["withheld"], True),
        (["sent", "queued"], True),
        (["sent", "failed"], True),
        (["sent", "withheld"], False),
        (["sent"], False),
    ],
)
def test_h8_what_has_not_left_has_not_come(prison: Prison, states: list[str], missing: bool) -> None:
    for number, state in enumerate(states):
        mail(prison, TODAY, state, f"{number}@prison.invalid")
    woman(prison)
    assert bool(absent_at(prison, TODAY, time(7, 1))) is missing


def test_h8_yesterdays_absence_shows_until_tonights_has_come(prison: Prison) -> None:
    woman(prison)
    assert absent_at(prison, TODAY, time(0, 30)) == days(-1)
    mail(prison, TODAY)
    assert absent_at(prison, TODAY, time(6, 0)) is None


def test_h8_tonights_that_waits_for_the_relay_does_not_make_yesterdays_absent(prison: Prison) -> None:
    mail(prison, days(-1))
    mail(prison, TODAY, "queued")
    assert absent_at(prison, TODAY, time(3, 31)) is None


def test_h8_a_prison_that_never_began_misses_nothing(prison: Prison) -> None:
    assert absent_at(prison, TODAY, time(9, 0)) is None


def test_h8_a_night_whose_relay_is_down_shows_on_both_pages_and_then_goes(prison: Prison, settings: Any) -> None:
    woman(prison)
    approve(prison, SAFER)
    run_night(prison, on=TODAY, at=small_hours(TODAY))
    settings.EMAIL_BACKEND = "nowhere.Relay"
    send_waiting(small_hours(TODAY))
    page = client(prison, Role.SAFER_CUSTODY).get(reverse("mail", args=["EWI"])).content.decode()
    assert "Has not arrived" in page
    assert "It should have arrived by 7:00am and has not reached 1 address." in page
    assert "nightly email has not arrived: night of 18 November 2026" in tiles(prison)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    send_waiting(NOW)
    assert not [text for text in tiles(prison) if "email" in text]


def test_h7_an_address_that_is_approved_no_more_gets_nothing(prison: Prison) -> None:
    woman(prison)
    approve(prison, SAFER)
    run_night(prison, on=TODAY, at=small_hours(TODAY))
    Recipient.objects.update(ends_on=TODAY)
    assert send_waiting(NOW) == {"withheld": 1}


def test_h7_another_prisons_approval_is_none_here(prison: Prison) -> None:
    approve(PrisonFactory(code="MDI"), SAFER)
    mail(prison, TODAY, "queued")
    assert send_waiting(NOW) == {"withheld": 1}
