"""The nightly email: figures by the kernel's definitions, and complete only when everything it stands on is there."""

from datetime import date, timedelta
from typing import Any

import pytest

from omic.models import ImportRow, Message, Obligation, Person, Prison, RollImport
from omic.nightly import run_night
from tests.factories import TODAY, ObligationFactory, PersonFactory, PrisonFactory, WingFactory, days
from tests.nights import SAFER, approve, hold_session, import_roll, settle, small_hours, small_prison
from wellbeing import tasks
from wellbeing.figures import Line, figures, periods

pytestmark = pytest.mark.django_db


@pytest.fixture
def prison() -> Prison:
    """With a roll of two hours before the night."""
    prison = small_prison()
    import_roll(prison, at=small_hours(TODAY) - timedelta(hours=2))
    return prison


def email(prison: Prison, on: date = TODAY) -> Message:
    """Safer Custody's email of a night, which is run."""
    run_night(prison, on=on, at=small_hours(on))
    return Message.objects.get(prison=prison, recipient=SAFER, on=on)


def test_complete_when_everything_is_there(prison: Prison) -> None:
    message = email(prison)
    assert message.title == "HMP LEI: complete, night of 18 November 2026"
    assert "COMPLETE. The newest full roll is of 18 November 2026 at 1:30am" in message.body
    assert prison.runs.get().coverage == {"complete": True, "doubts": [], "recipients": 2, "caught_up": []}


def lose_a_determination(prison: Prison) -> None:
    prison.people.first().handoverdeterminations.all().delete()


def lose_two_tiers(prison: Prison) -> None:
    for person in prison.people.all()[:2]:
        person.tierdeterminations.update(superseded_at=small_hours(TODAY))


def age_the_roll(prison: Prison) -> None:
    RollImport.objects.update(started_at=small_hours(TODAY) - timedelta(hours=24))


def take_in_a_part_only(prison: Prison) -> None:
    RollImport.objects.update(snapshot=False)


def hold_a_row(prison: Prison) -> None:
    waiting_row(prison, "held", prison=prison)


def quarantine_two_rows(prison: Prison) -> None:
    waiting_row(prison, "quarantined", prison=prison)
    waiting_row(prison, "quarantined")  # a row of the prison's own file that does not say whom it is about


def hold_a_file(prison: Prison) -> None:
    newest = RollImport.objects.filter(prison=prison).first()
    newest.pk, newest.state = None, "held"
    newest.save()


def lose_everybody(prison: Prison) -> None:
    prison.people.update(prison=None, wing=None, key_worker=None, pom=None)


def lose_the_rolls(prison: Prison) -> None:
    RollImport.objects.all().delete()


def waiting_row(of: Prison, outcome: str, **place: Any) -> None:
    roll = RollImport.objects.filter(prison=of).first()
    ImportRow.objects.create(roll_import=roll, number=1, outcome=outcome, decision="waiting", **place)


@pytest.mark.parametrize(
    ("take_away", "words"),
    [
        (lose_a_determination, "1 person has no current handover answer."),
        (lose_two_tiers, "2 people have no current tier."),
        (age_the_roll, "the newest full roll is 24 hours old, of 17 November 2026 at 3:30am;"),
        (take_in_a_part_only, "no full roll of this prison has been imported."),
        (hold_a_row, "1 change of the roll is held for confirmation."),
        (quarantine_two_rows, "2 rows of files are in quarantine."),
        (hold_a_file, "1 whole file waits for confirmation."),
        (lose_everybody, "nobody is held here, as far as OMiC knows"),
        (lose_the_rolls, "no full roll of this prison has been imported."),
    ],
)
def test_whatever_is_missing_is_said_and_counted(take_away: Any, words: str, prison: Prison, settings: Any) -> None:
    settings.RECONCILE_STEPS = []  # which would put right what is taken away
    take_away(prison)
    message = email(prison)
    assert message.title == "HMP LEI: cannot confirm (1 reason), night of 18 November 2026"
    assert "CANNOT CONFIRM" in message.body
    assert f"* {words}" in message.body
    assert "COMPLETE" not in message.body
    assert not prison.runs.get().coverage["complete"]


def test_an_empty_prison_is_never_all_clear() -> None:
    prison = PrisonFactory(code="LEI")
    approve(prison, SAFER)
    assert "cannot confirm" in email(prison).title


def test_a_decided_row_is_no_doubt(prison: Prison) -> None:
    quarantine_two_rows(prison)
    ImportRow.objects.update(decision="corrected")
    assert "complete" in email(prison).title


def test_nobody_approved_and_nobody_told_is_on_the_run() -> None:
    prison = PrisonFactory(code="LEI")
    PersonFactory(prison=prison)
    run = run_night(prison, on=TODAY, at=small_hours(TODAY))
    assert run.coverage["recipients"] == 0
    assert not Message.objects.exists()


def test_it_names_nobody_and_fits_its_columns(prison: Prison) -> None:
    WingFactory(prison=prison, code="A wing of a name that is far too long"[:20])
    message = email(prison)
    told = message.title + message.body
    for person in prison.people.all():
        assert person.surname not in told
        assert person.prison_number not in told
    assert max(map(len, message.body.splitlines())) <= 78
    assert message.body.rstrip().endswith("/prisons/LEI/")


def test_sessions_by_the_kernels_definitions(prison: Prison) -> None:
    seen, unseen = prison.people.order_by("pk")[:2]
    hold_session(seen, on=days(-7))
    hold_session(unseen, on=days(-1))
    settle(prison, on=TODAY)
    counted = figures(prison, on=TODAY)
    week, month = counted.closed
    assert week == Line("Last week, 9 to 15 Nov", owed=3, delivered=1, overdue=1)
    assert week.closed == 1  # last week's of the one who was seen this week is missed, and asks no longer
    assert month == Line("Month so far, 1 to 17 Nov", owed=9, delivered=1, overdue=3)
    assert counted.running == Line("This week", owed=3, delivered=1, overdue=0)
    floor, sessions = counted.overdue[:2]
    assert (floor.name, floor.duties, floor.people, floor.days) == ("Key work floor of the month", 1, 1, 18)
    assert (sessions.name, sessions.duties, sessions.people, sessions.days) == ("Key work session", 3, 1, 17)


def test_by_priority_group_and_wing() -> None:
    prison = PrisonFactory(code="LEI")
    duty = {"opens_on": days(-9), "due_on": days(-3), "prison": prison, "person__prison": prison}
    ObligationFactory(priority_groups=["tact", "acct_open"], wing=WingFactory(prison=prison, code="B"), **duty)
    ObligationFactory(state="met", met_at=small_hours(days(-4)), closed_at=small_hours(days(-4)), **duty)
    counted = figures(prison, on=TODAY)
    assert [(line.name, line.owed, line.delivered, line.overdue) for line in counted.groups] == [
        ("Open ACCT", 1, 0, 1),
        ("TACT, near release", 1, 0, 1),
        ("No priority group", 1, 1, 0),
    ]
    assert [(line.name, line.owed) for line in counted.wings] == [("No wing recorded", 1), ("Wing B", 1)]


@pytest.mark.parametrize(("estate", "without"), [("women", (1, 2)), ("men_closed", (2, 3))])
def test_without_a_key_worker(estate: str, without: tuple[int, int]) -> None:
    prison = small_prison("WOM", estate=estate)
    Person.objects.filter(pk=prison.people.order_by("pk")[0].pk).update(complexity="high", key_worker=None)
    counted = figures(prison, on=TODAY)
    assert (counted.without_key_worker, counted.with_a_right_to_a_key_worker) == without


def test_handovers_by_the_week_and_those_of_today_in_the_first() -> None:
    prison = PrisonFactory(code="LEI")
    for due in (-1, 0, 7, 8, 56, 57):
        ObligationFactory(
            person__prison=prison, prison=prison, kind="handover", met_by="", opens_on=days(-60), due_on=days(due)
        )
    weeks = figures(prison, on=TODAY).handovers
    assert [number for _name, number in weeks] == [2, 1, 0, 0, 0, 0, 0, 1]
    assert [weeks[number][0] for number in (0, 1, 7)] == ["18 to 25 Nov", "26 Nov to 2 Dec", "7 to 13 Jan"]


def test_a_womens_prison_counts_by_the_month() -> None:
    prison = small_prison("WOM", estate="women", since=days(-60))
    settle(prison, on=days(-40))
    settle(prison, on=days(-20))
    hold_session(prison.people.order_by("pk")[0], on=days(-1))
    counted = figures(prison, on=TODAY)
    assert [(line.name, line.owed) for line in counted.closed] == [("October 2026", 3)]
    assert counted.running == Line("November 2026", owed=3, delivered=1, overdue=0)


@pytest.mark.parametrize(
    ("on", "names"),
    [
        (date(2026, 11, 16), ["Last week, 9 to 15 Nov", "Month so far, 1 to 15 Nov"]),
        (date(2026, 11, 1), ["Last week, 19 to 25 Oct", "Month so far, 1 to 31 Oct"]),
        (date(2027, 1, 1), ["Last week, 21 to 27 Dec", "Month so far, 1 to 31 Dec"]),
        (date(2026, 11, 5), ["Last week, 26 Oct to 1 Nov", "Month so far, 1 to 4 Nov"]),
    ],
)
def test_periods_end_with_the_day_before(on: date, names: list[str]) -> None:
    closed, running = periods(women=False, on=on)
    assert [period.name for period in closed] == names
    assert running.first <= on <= running.last
    assert all(period.last < on for period in closed)


def test_the_bell_asks_for_each_prison_once_and_the_night_follows(prison: Prison, monkeypatch: Any) -> None:
    monkeypatch.setattr("omic.clock.now", lambda: small_hours(TODAY))
    monkeypatch.setattr(tasks.settle_night, "apply_async", lambda args, expires: tasks.settle_night(*args))  # no broker
    assert tasks.ring_nightly() == 1
    assert Obligation.objects.filter(prison=prison, state="missed").exists()
    assert tasks.ring_nightly() == 0
