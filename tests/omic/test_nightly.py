"""The night: flags and emails once each, whatever is lost, repeated or refused on the way."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from omic.ledger import lost
from omic.models import Flag, Message, Obligation, Person, Prison, Run
from omic.nightly import JOB, LaterNightError, Night, prisons_of_the_night, prisons_waiting, run_night
from omic.run_pages import covered
from tests.factories import NOW, TODAY, ObligationFactory, PrisonFactory, days
from tests.nights import approve, hold_session, settle, small_hours, small_prison, small_prisons, told

pytestmark = pytest.mark.django_db


def night(prison: Prison, on: date, **moment: datetime) -> Run | None:
    return run_night(prison, on=on, at=moment.get("at", small_hours(on)))


def people(prison: Prison) -> list[Person]:
    return list(prison.people.order_by("pk"))


def flags(prison: Prison, **wanted: object) -> list[tuple[str, date, date | None]]:
    rows = Flag.objects.filter(prison=prison, **wanted).order_by("obligation__due_on", "kind")
    return list(rows.values_list("kind", "first_flagged_on", "closed_on"))


def test_two_nights_raise_their_flags_and_write_their_emails_once_each() -> None:
    prison = small_prison(since=days(-6))
    night(prison, days(-3))
    assert flags(prison) == [("upcoming", days(-3), None)]
    night(prison, days(-2))
    assert flags(prison, kind="overdue") == [("overdue", days(-2), None)] * 3  # last week's session of three people
    assert Message.objects.filter(prison=prison).count() == 4
    assert set(Message.objects.values_list("on", flat=True)) == {days(-3), days(-2)}


def test_a_night_that_is_done_is_left_alone() -> None:
    prison = small_prison()
    first = night(prison, TODAY)
    before = told(prison)
    again = night(prison, TODAY, at=NOW)
    assert (again.pk, again.finished_at) == (first.pk, first.finished_at)
    assert told(prison) == before


def test_a_second_day_of_the_same_facts_finds_no_drift() -> None:
    prison = small_prison()
    night(prison, days(-1))
    counts = night(prison, TODAY).counts
    assert counts.get("drift", 0) == 0


def test_new_days_are_no_drift_and_a_lost_duty_is() -> None:
    prison = small_prison(since=days(-2))
    night(prison, days(-2))
    Obligation.objects.filter(person=people(prison)[0], kind="key_work_session", due_on=days(4)).delete()
    assert night(prison, TODAY).counts["drift"] == 1
    opened = night(prison, days(5)).counts  # the Monday fourteen days on has come into sight
    assert (opened.get("drift", 0), opened["opened"]) == (0, 3)


def test_what_time_alone_changes_fell_due() -> None:
    prison = small_prison(since=days(-2))
    person = people(prison)[0]
    person.handoverdeterminations.update(next_change_on=days(-1), digest="older")
    assert night(prison, TODAY).counts["fell_due"] >= 1
    assert not Run.objects.get(prison=prison).counts.get("drift", 0)


def test_a_priority_group_that_opens_by_the_calendar_is_no_drift() -> None:
    prison = small_prison(since=days(-2))
    duties = Obligation.objects.filter(prison=prison, kind="key_work_session", due_on__gte=TODAY)
    duties.filter(person=people(prison)[0]).update(priority_groups=["tact"])
    counts = night(prison, TODAY).counts
    assert (counts.get("drift", 0), counts["fell_due"]) == (0, 3)


def test_a_session_takes_its_flags_down() -> None:
    prison = small_prison()
    night(prison, days(-1))
    hold_session(people(prison)[1], on=days(-1))
    counts = night(prison, TODAY).counts
    closed = Flag.objects.filter(obligation__person=people(prison)[1], closed_on=TODAY)
    assert counts["flags_closed"] == closed.count() > 0


def test_a_session_after_a_long_time_ends_every_duty_before_it() -> None:
    prison = small_prison(since=days(-100))
    for week in range(-93, 0, 7):
        settle(prison, on=days(week))
    night(prison, days(-1))
    hold_session(people(prison)[1], on=days(-1))
    night(prison, TODAY)
    assert not Obligation.objects.overdue(TODAY).filter(person=people(prison)[1]).exists()


def test_an_upcoming_handover_becomes_an_overdue_one(settings: Any) -> None:
    settings.RECONCILE_STEPS = []
    prison = PrisonFactory(code="LEI")
    ObligationFactory(person__prison=prison, kind="handover", opens_on=days(-40), due_on=days(-2), met_by="")
    night(prison, days(-2))
    assert flags(prison) == [("upcoming", days(-2), None)]
    night(prison, days(-1))
    assert flags(prison) == [("overdue", days(-1), None), ("upcoming", days(-2), days(-1))]


def test_a_flag_that_is_back_keeps_its_first_day(settings: Any) -> None:
    settings.RECONCILE_STEPS = []
    prison = PrisonFactory(code="LEI")
    duty = ObligationFactory(person__prison=prison, opens_on=days(-9), due_on=days(-3), met_by="")
    night(prison, days(-2))
    done_at = small_hours(days(-2))
    Obligation.objects.filter(pk=duty.pk).update(state="met", met_at=done_at, closed_at=done_at)
    night(prison, days(-1))
    assert flags(prison) == [("overdue", days(-2), days(-1))]
    Obligation.objects.filter(pk=duty.pk).update(state="open", met_at=None, closed_at=None)
    night(prison, TODAY)
    assert flags(prison) == [("overdue", days(-2), None)]


def test_a_flag_moves_along_with_the_duty(settings: Any) -> None:
    settings.RECONCILE_STEPS = []
    duty = ObligationFactory(kind="handover", opens_on=days(-9), due_on=days(9), met_by="")
    night(duty.prison, days(-1))
    elsewhere = PrisonFactory(code="MDI")
    Person.objects.filter(pk=duty.person_id).update(prison=elsewhere)  # the OMU's duties follow, and so do flags
    night(elsewhere, TODAY)
    assert flags(elsewhere) == [("upcoming", days(-1), None)]


def test_lost_nights_are_caught_up_in_order_and_under_their_own_dates() -> None:
    on_time, one_lost, seven_lost = prisons = small_prisons("AAI", "BBI", "CCI", since=days(-9))
    for offset in range(-9, 1):
        for prison, days_lost in zip(prisons, (0, 1, 7), strict=True):
            if offset in (-8, -3):
                hold_session(people(prison)[0], on=days(offset))
            if offset == 0 or offset < -days_lost:
                night(prison, days(offset))
    expected = told(on_time, "flags", "obligations")
    for prison in (one_lost, seven_lost):
        assert told(prison, "flags", "obligations") == expected
        assert not lost(JOB, prison, before=days(1))
    assert list(Message.objects.filter(prison=seven_lost).values_list("on", flat=True)) == [TODAY] * 2 + [
        on for offset in (-8, -9) for on in [days(offset)] * 2
    ]
    assert "11 November 2026, 12 November 2026" in Message.objects.filter(prison=seven_lost, on=TODAY)[0].body


def test_a_night_before_one_that_is_done_is_refused() -> None:
    prison = small_prison()
    night(prison, TODAY)
    with pytest.raises(LaterNightError, match="17 November 2026 was not run, and that of 18 November 2026 is done"):
        night(prison, days(-1))
    assert Run.objects.filter(prison=prison).count() == 1


def test_two_workers_never_share_a_night() -> None:
    prison = small_prison()
    other = connection.Database.connect(**connection.get_connection_params())
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('nightly'), hashtext('LEI'))")
        assert night(prison, TODAY) is None
        cursor.execute("SELECT pg_advisory_unlock_all()")
    other.close()
    assert night(prison, TODAY).state == "done"


def test_the_night_waits_for_its_hour_and_then_for_nothing() -> None:
    prison = small_prison()
    assert prisons_waiting(datetime(2026, 11, 18, 2, 59, tzinfo=UTC)) == []
    assert prisons_waiting(small_hours(TODAY)) == [prison]
    night(prison, TODAY)
    assert prisons_waiting(small_hours(TODAY)) == []


@pytest.mark.parametrize("on", [date(2026, 3, 29), date(2026, 10, 25)])
def test_the_clock_change_runs_it_once(on: date, settings: Any) -> None:
    settings.NIGHTLY_HOUR = 1  # the hour that comes twice in October, and not at all in March
    prison = small_prison(since=on - timedelta(days=3))
    midnight = datetime(on.year, on.month, on.day, tzinfo=UTC)
    for bell in range(0, 23 * 60, 30):
        at = midnight + timedelta(minutes=bell)
        for waiting in prisons_waiting(at):
            run_night(waiting, on=on, at=at)
    assert list(Run.objects.filter(prison=prison, state="done").values_list("on", flat=True)) == [on]


def test_a_prison_whose_people_have_vanished_still_has_its_night() -> None:
    approve(PrisonFactory(code="MDI"), "someone@prison.invalid")
    assert [prison.pk for prison in prisons_of_the_night(TODAY)] == ["MDI"]


def nightly(**options: object) -> str:
    out = StringIO()
    call_command("nightly", stdout=out, stderr=out, **options)
    return out.getvalue()


def test_the_command_runs_every_prison_and_sends(frozen: datetime) -> None:
    small_prison()
    first = nightly()
    assert "HMP LEI, 18 November 2026: done;" in first
    assert "2 sent" in first
    assert "was done already" in nightly()
    assert Message.objects.filter(state="sent").count() == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"prison": "ZZZ"}, "no prison with the code ZZZ"),
        ({"on": days(-1)}, "Not run: LEI"),
        ({"on": days(1)}, "has not come yet"),
    ],
)
def test_the_command_refuses(options: dict[str, Any], words: str, frozen: datetime, settings: Any) -> None:
    settings.DEMONSTRATION = False
    night(small_prison(), TODAY)
    with pytest.raises(CommandError, match=words):
        nightly(**options)


def test_somebody_who_left_without_a_word_is_settled_too() -> None:
    prison = small_prison()
    person = people(prison)[1]
    Person.objects.filter(pk=person.pk).update(prison=None, presence="out", wing=None, key_worker=None)
    person.stays.update(left_on=days(-1), ended_because="release")
    night(prison, TODAY)
    assert not Obligation.objects.demanding().filter(person=person).exists()


def failing(night: Night) -> None:
    Prison.objects.filter(pk=night.prison.pk).update(name="half done")
    raise ValueError("one bad address")


def test_an_extra_step_that_fails_is_undone_and_told_and_stops_nothing(settings: Any) -> None:
    prison = small_prison()
    settings.NIGHTLY_EXTRAS = [f"{__name__}.failing", *settings.NIGHTLY_EXTRAS]
    run = night(prison, TODAY)
    assert (run.state, run.coverage["failed"]) == (
        Run.State.DONE,
        {f"{__name__}.failing": "ValueError: one bad address"},
    )
    assert Message.objects.filter(prison=prison, kind="compliance").exists()
    assert not Prison.objects.filter(name="half done").exists()
    assert any("one bad address" in line for line in covered(run))
