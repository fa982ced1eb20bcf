"""The roster as a query: who is on it, where, in which order, and what is said of each."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from omic.models import Alert, DayOut, Person, Prison
from omic.reconcile import reconcile, window_of
from tests.factories import (
    NOW,
    TODAY,
    CohortDecisionFactory,
    ContactFactory,
    PersonFactory,
    PrisonFactory,
    StaffFactory,
    WingFactory,
    days,
)
from wellbeing.lines import State
from wellbeing.roster import NO_WING, RosterRow, not_yet_seen, read_roster, roster

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.fixture
def prison(db: None) -> Prison:
    return PrisonFactory(code="EWI", estate="women")


def woman(prison: Prison, *, daily: bool = True, since: date = TODAY, **facts: object) -> Person:
    """Checked daily unless told otherwise, and settled."""
    person = PersonFactory(prison=prison, **facts)
    if daily:
        CohortDecisionFactory(person=person, starts_on=since)
    settle(person, since)
    return person


def settle(person: Person, since: date = TODAY) -> None:
    with transaction.atomic():
        reconcile([person.pk], window_of(TODAY, NOW, since=since))


def rows(prison: Prison, **asked: object) -> list[RosterRow]:
    return roster(prison, **{"on": TODAY, "at": NOW, **asked})


def names(found: list[RosterRow]) -> list[str]:
    return [row.person.surname for row in found]


def test_everybody_with_a_daily_or_weekly_check_is_on_it_once(prison: Prison) -> None:
    woman(prison, surname="Daily")
    woman(prison, surname="Weekly", daily=False)
    woman(prison, surname="Stepped").cohort_decisions.update(starts_on=days(-1))
    found = {row.person.surname: row.due_by for row in rows(prison)}
    assert found == {"Daily": TODAY, "Weekly": days(4), "Stepped": TODAY}


def test_a_move_to_another_cell_is_followed_at_once_and_the_past_stays_where_it_was(prison: Prison) -> None:
    person = woman(prison, since=days(-1))
    old, new = person.wing, WingFactory(prison=prison, code="B")
    person.wing = new
    person.save()
    assert (names(rows(prison, wing=old)), len(rows(prison, wing=new))) == ([], 1)
    settle(person)
    assert len(rows(prison, wing=old, on=days(-1))) == 1
    assert rows(prison, wing=old, on=days(-1))[0].state == State.MISSED


def test_a_past_day_has_whoever_was_stepped_down_and_moved_since_on_one_wing_alone(prison: Prison) -> None:
    person = woman(prison, since=days(-2))
    CohortDecisionFactory(person=person, cohort="weekly", stepped_down=True)
    before, now = person.wing, WingFactory(prison=prison, code="B")
    Person.objects.filter(pk=person.pk).update(wing=now)
    settle(person)
    found = [[row.state for row in rows(prison, on=days(-1), wing=wing)] for wing in (before, now, NO_WING, None)]
    assert found == [[State.MISSED], [], [], [State.MISSED]]


def test_whoever_has_no_wing_is_on_a_roster_of_their_own(prison: Prison) -> None:
    person = woman(prison, wing=None, cell="")
    assert [row.person for row in rows(prison, wing=NO_WING)] == [person]


def test_h21_one_person_at_zero_is_on_page_1_of_the_roster(prison: Prison) -> None:
    for surname, hours in (("Recent", 1), ("Longer", 30)):
        ContactFactory(person=woman(prison, surname=surname), kind="entry", at=NOW - timedelta(hours=hours))
    woman(prison, surname="Zero")
    ContactFactory(person=woman(prison, surname="Unanswered"), kind="attempt")
    assert names(rows(prison)) == ["Unanswered", "Zero", "Longer", "Recent"]


def test_where_somebody_is_stands_beside_the_name(prison: Prison) -> None:
    woman(prison, surname="Away", presence="court")
    out = woman(prison, surname="Out")
    DayOut.objects.create(
        person=out, prison=prison, on=TODAY, why="hospital", recorded_by=StaffFactory(), recorded_at=NOW
    )
    settle(out)
    found = {row.person.surname: (row.away, row.state) for row in rows(prison)}
    assert found == {"Away": ("At court", "owed"), "Out": ("Out all day: in hospital", "out")}


def test_h2_whoever_shares_a_surname_on_the_wing_is_warned_of(prison: Prison) -> None:
    woman(prison, surname="Smith", forename="Ann", cell="A-1-001")
    woman(prison, surname="SMITH", forename="Bea", cell="A-1-002")
    woman(prison, surname="Smith", forename="Cat", wing=WingFactory(prison=prison, code="B"))
    twins = {row.person.forename: row.twins for row in rows(prison)}
    assert twins == {"Ann": ("SMITH, Bea (A-1-002)",), "Bea": ("Smith, Ann (A-1-001)",), "Cat": ()}


@pytest.mark.parametrize(
    ("kind", "state", "tried"),
    [
        ("check", State.DONE, None), ("session", State.WAIVED, None), ("seen", State.OWED, "seen"),
        ("declined", State.OWED, "declined"), ("unavailable", State.OWED, "unavailable"),
    ],
)  # fmt: skip
def test_how_a_week_stands(prison: Prison, kind: str, state: State, tried: str | None) -> None:
    person = woman(prison, daily=False)
    contact = ContactFactory(person=person, kind=kind, at=NOW - timedelta(days=1))
    settle(person)
    (row,) = rows(prison)
    assert (row.state, row.tried and row.tried.kind) == (state, tried)
    assert bool(row.met) == (tried is None) and (row.met or row.tried).by == str(contact.by)


def test_an_open_acct_stands_on_the_line(prison: Prison) -> None:
    person = woman(prison)
    Alert.objects.create(person=person, code="HA", starts_on=TODAY, first_seen_at=NOW, last_seen_at=NOW)
    assert rows(prison)[0].flags == (("Open ACCT", "red"),)


def test_not_yet_seen_are_the_checks_whose_last_day_is_today(prison: Prison) -> None:
    person = woman(prison)
    woman(prison, daily=False)
    assert [duty.person for duty in not_yet_seen(prison, at=NOW)] == [person]
    assert not_yet_seen(prison, at=NOW + timedelta(days=4)).count() == 2
    ContactFactory(person=person, kind="check")
    settle(person)
    assert not not_yet_seen(prison, at=NOW).exists()


def test_who_lives_there_and_is_owed_nothing_is_counted(prison: Prison) -> None:
    woman(prison)
    PersonFactory(prison=prison)
    assert read_roster(prison, on=TODAY, at=NOW).others == 1


def test_seven_queries_however_many_people(prison: Prison) -> None:
    counts = []
    for _ in range(2):
        for _ in range(4):
            woman(prison)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            rows(prison)
        counts.append(len(queries))
    assert counts == [7, 7]
